"""What is read of extracted relations and of Hetionet's tables, and how the command refuses."""

import gzip
import json
from pathlib import Path

import pytest

from models.evaluation.discovery import sources
from models.evaluation.discovery.__main__ import main
from models.evaluation.errors import GoldUnusable
from processors.records import Article, Evidence, Participant, Predicate, Provenance, Relation, Relations, Span

ROTTEN = gzip.compress(b"x")[:10] + b"\xff" * 40
"""A sound head, and what no decompressor takes."""


def relation(a: str, b: str, *, negated: bool = False, speculated: bool = False, probability: float = 0.5) -> Relation:
    ends = [Participant(id=one, name=one.upper(), type="Gene", spans=(Span(start=0, end=1),)) for one in (a, b)]
    span = Span(start=0, end=1)
    evidence = Evidence(start=0, end=4, text="g  g", subject=span, object=span)
    return Relation(
        subject=ends[0],
        object=ends[1],
        predicate=Predicate.BIND,
        probability=probability,
        negated=negated,
        speculated=speculated,
        evidence=evidence,
    )


def record(pmid: str, *relations: Relation, retracted: bool = False) -> bytes:
    made = Provenance(software="0", model="m@1", generation=1)
    article = Article(title="t", retracted=retracted)
    return Relations(id=pmid, article=article, relations=relations, provenance=made).to_bytes() + b"\n"


def test_only_what_is_stated_outright_between_identified_entities_is_a_statement(tmp_path: Path) -> None:
    path = tmp_path / "relations.jsonl.gz"
    lines = [
        record("pubmed:7", relation("x:1", "x:9")),
        record("pubmed:7", relation("x:1", "x:2"), relation("x:1", "x:3", negated=True), relation("x:3", "local:7#Gene:y")),
        record("pubmed:8", relation("x:1", "x:2", speculated=True), relation("x:1", "x:4", probability=0.1)),
        record("pubmed:9", relation("x:1", "x:2"), retracted=True),
        record("local:10", relation("x:1", "x:2")),
        b"\n",
    ]
    path.write_bytes(gzip.compress(b"".join(lines)))
    found = sources.extracted([path], least=0.2)
    assert [(row.document, row.a, row.b, row.predicate, row.sentence) for row in found.statements] == [(7, "x:1", "x:2", "Bind", "g g")]
    assert found.entities == {7: {"x:1", "x:2", "x:3"}, 8: {"x:1", "x:2", "x:4"}}
    assert found.names["x:2"] == "X:2"


@pytest.mark.parametrize("content", [b"", b"not json\n", b'{"schema":"other/1"}\n', b"\x1f\x8bdamaged", ROTTEN])
def test_what_holds_no_relations_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "relations.jsonl"
    path.write_bytes(content)
    with pytest.raises(GoldUnusable):
        sources.extracted([path])
    assert main(["--data", str(tmp_path), "--relations", str(path)]) == 1


def hetionet(folder: Path) -> Path:
    place = folder / sources.HETIONET
    place.mkdir(parents=True)
    genes = [(d, g) for d in range(6) for g in range(8) if (d + g) % 3]
    tables = {
        "edges_DaG-association.tsv.gz": [
            "doid_id\tdoid_name\tentrez_gene_id\tgene_symbol",
            *(f"DOID:{d}\td{d}\t{g}\tG{g}" for d, g in genes),
        ],
        "edges_CbG-binding.tsv.gz": ["drugbank_id\tentrez_gene_id", *(f"DB{c}\t{g}" for c in range(8) for g in range(8) if c * g % 4 == 1)],
        "pharmacotherapydb_indications.tsv.gz": [
            "doid_id\tdrugbank_id\tdisease\tdrug\tcategory",
            *(f"DOID:{d}\tDB{c}\td{d}\tdrug{c}\t{('DM', 'SYM', 'NOT')[c % 3]}" for c in range(8) for d in range(6) if (c + d) % 2),
        ],
    }
    for name, lines in tables.items():
        (place / name).write_bytes(gzip.compress("\n".join(lines).encode()))
    return place


def test_hetionet_is_read_by_predicate(tmp_path: Path) -> None:
    hetionet(tmp_path)
    statements, names = sources.hetionet(tmp_path)
    assert {(row.predicate, row.a_type, row.b_type) for row in statements} == {
        ("associates", "Disease", "Gene"),
        ("binds", "Compound", "Gene"),
        ("treats", "Compound", "Disease"),
        ("palliates", "Compound", "Disease"),
    }
    assert (names["DOID:1"], names["ncbigene:2"], names["DB3"]) == ("d1", "G2", "drug3")
    hidden = sources.drawn(statements, "treats", 0.5, 1)
    treated = {(min(row.a, row.b), max(row.a, row.b)) for row in statements if row.predicate == "treats"}
    assert hidden < treated
    assert len(hidden) == round(len(treated) / 2)
    assert hidden == sources.drawn(statements, "treats", 0.5, 1) != sources.drawn(statements, "treats", 0.5, 2)


def test_the_command_writes_what_it_measured(tmp_path: Path) -> None:
    hetionet(tmp_path)
    out = tmp_path / "out.json"
    assert main(["--data", str(tmp_path), "--only", "hetionet", "--draws", "5", "--out", str(out)]) == 0
    trials = json.loads(out.read_bytes())["trials"]
    assert list(trials) == ["Hetionet, associates", "Hetionet, treats"]
    assert all(0 <= figure["auc"][0] <= 1 for trial in trials.values() for figure in trial["scorers"].values())


@pytest.mark.parametrize(
    "arguments", [["--only", "nothing"], ["--only", "extracted"], ["--only", "hetionet", "--draws", "0"], ["--links", "magic"]]
)
def test_arguments_that_do_not_fit_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--data", str(tmp_path), *arguments])


def test_data_that_are_not_there_are_refused(tmp_path: Path) -> None:
    assert main(["--data", str(tmp_path), "--only", "hetionet"]) == 1
