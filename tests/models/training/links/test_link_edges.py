"""What a links recipe reads, how it parts it, and what it refuses."""

import gzip
import random
from pathlib import Path

import numpy as np
import pytest

from models.training.errors import RecipeError
from models.training.links.edges import Stated, read_edges
from models.training.links.recipe import EdgesPart, NodesPart, SplitPart
from models.training.links.split import split
from tests.models.training.links.conftest import pairs, record, relation, write_tables

TABLE = EdgesPart(files=["edges*"], form="table")
NODES = NodesPart(file="nodes.tsv")


def read_lines(folder: Path, *lines: str) -> Stated:
    (folder / "relations.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_edges([EdgesPart(files=["relations.jsonl"])], [], folder)


def test_a_table_in_kgx_columns(tmp_path: Path) -> None:
    stated = read_edges([TABLE], [NODES], write_tables(tmp_path))
    network = stated.network
    found = {(network.ids[b], network.ids[a]) for a, b in network.edges.tolist()}
    assert found == set(pairs())
    assert network.kinds == ("Disease", "Gene")
    assert stated.names["mesh:D3"] == "disease 3 of camp 0"


def test_only_rows_that_count(tmp_path: Path) -> None:
    write_tables(tmp_path)
    rows = ["1,0,Y,false", "2,1,N,false", "3,2,Y,true", "99,2,Y,false"]
    (tmp_path / "more.csv").write_text("\n".join(["gene,disease,sure,negated", *rows]) + "\n", encoding="utf-8")
    part = EdgesPart(
        files=["more.csv"],
        form="table",
        ends=("gene", "disease"),
        prefixes=("ncbigene:", "mesh:D"),
        where={"sure": ["Y"]},
        dangling="skip",
    )
    network = read_edges([part], [NODES], tmp_path).network
    assert [(network.ids[a], network.ids[b]) for a, b in network.edges.tolist()] == [("mesh:D0", "ncbigene:1")]
    with pytest.raises(RecipeError, match="ncbigene:99, which no table of nodes names"):
        read_edges([part.model_copy(update={"dangling": "refuse"})], [NODES], tmp_path)


def test_statements_that_are_no_edges(tmp_path: Path) -> None:
    kept = relation("ncbigene:1", "mesh:D1")
    stated = read_lines(
        tmp_path,
        record("pubmed:10", kept, kept, relation("ncbigene:2", "mesh:D1", negated=True)),
        '{"schema":"biorelay.entities/1"}',
        record("pubmed:11", kept, relation("ncbigene:3", "mesh:D1", speculated=True)),
        record("pubmed:12", relation("ncbigene:4", "mesh:D1"), article={"title": "", "retracted": True}),
        record("pubmed:13", relation("ncbigene:5", "local:pubmed:13#Disease:x"), relation("mesh:D1", "mesh:D1")),
        record("pubmed:14", relation("ncbigene:6", "mesh:D1"), status="failed"),
    )
    assert stated.network.ids == ("mesh:D1", "ncbigene:1")
    assert stated.network.weights.tolist() == [2.0]  # two papers, however often each says it
    assert stated.until(10).weights.tolist() == [1.0]
    assert len(stated.until(9).edges) == 0


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "hold no edge"),
        (b"not json\n", "line 1"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"\x1f\x8b garbage", "cannot be read"),
        (gzip.compress(b"x")[:10] + b"\xff" * 40, "cannot be read"),
        (b'{"schema":"biorelay.relations/1"}\n', "line 1"),
    ],
)
def test_files_that_are_no_relations(content: bytes, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "relations.jsonl").write_bytes(content)
    with pytest.raises(RecipeError, match=wanted):
        read_edges([EdgesPart(files=["relations.jsonl"])], [], tmp_path)


def test_missing_files_and_columns(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"there is no edges\*"):
        read_edges([TABLE], [], tmp_path)
    with pytest.raises(RecipeError, match=r"nodes\.tsv cannot be read"):
        read_edges([TABLE], [NODES], tmp_path)
    write_tables(tmp_path)
    with pytest.raises(RecipeError, match="has no column label"):
        read_edges([TABLE], [NODES.model_copy(update={"name": "label"})], tmp_path)
    (tmp_path / "edges.tsv.gz").unlink()
    (tmp_path / "edges.tsv").write_text("subject\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="has no column object"):
        read_edges([TABLE], [NODES], tmp_path)


def test_the_newest_documents_are_held_out(tmp_path: Path) -> None:
    # Document n states the edge n, and each fourth one again what the first one said.
    edges = pairs()
    random.Random(1).shuffle(edges)
    numbered = [(1000 + n, [relation(*edges[n])] + ([relation(*edges[0])] if n % 4 == 0 else [])) for n in range(len(edges))]
    stated = read_lines(tmp_path, *(record(f"pubmed:{pmid}", *found) for pmid, found in reversed(numbered)))
    parted = split(stated, SplitPart(held_out=0.2, carved=0.2), seed=1)
    keys = {name: set(stated.network.keys(p).tolist()) for name, p in (("c", parted.carved), ("h", parted.held_out))}
    learned = set(stated.network.keys(parted.learned.edges).tolist())
    assert not learned & keys["c"]
    assert not learned & keys["h"]
    assert not keys["c"] & keys["h"]
    assert len(learned) == 44  # 72 documents: the first 60 % of them, and one more
    assert (parted.learned.degrees[parted.held_out] > 0).all()
    place = stated.network.place
    first = stated.network.keys(np.array([[place[edges[0][1]], place[edges[0][0]]]]))[0]
    assert parted.learned.weights[sorted(learned).index(first)] == 11  # papers among the learned ones alone
    with pytest.raises(RecipeError, match="without a PMID"):
        split(read_lines(tmp_path, record("doi:10.1/x", relation("ncbigene:1", "mesh:D1"))), SplitPart(), seed=1)


def test_random_edges_between_two_types(tmp_path: Path) -> None:
    stated = read_edges([TABLE], [NODES], write_tables(tmp_path))
    part = SplitPart(order="random", held_out=0.25, carved=0.25, between=[("Gene", "Disease")], scored=12)
    one, same, other = (split(stated, part, seed=seed) for seed in (1, 1, 2))
    assert (len(one.learned.edges), len(one.carved), len(one.held_out)) == (36, 18, 12)
    assert np.array_equal(one.held_out, same.held_out)
    assert not np.array_equal(one.held_out, other.held_out)
    with pytest.raises(RecipeError, match="there is no type Chemical"):
        split(stated, part.model_copy(update={"between": [("Gene", "Chemical")]}), seed=1)


def test_too_few_edges(tmp_path: Path) -> None:
    stated = read_edges([TABLE], [NODES], write_tables(tmp_path, pairs()[:20]))
    with pytest.raises(RecipeError, match="each needs 10"):
        split(stated, SplitPart(order="random"), seed=1)
