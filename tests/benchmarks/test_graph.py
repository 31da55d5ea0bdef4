"""The graph benchmark's documents, its base, its usual way and its arithmetic; not its times."""

import gzip
import json
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from benchmarks import bench_graph, graph_base, graph_table
from benchmarks.bench_graph import Timed, limits, main
from benchmarks.graph_base import lay
from benchmarks.graph_documents import CHANGED, Drawn, Hetionet, Node, as_documents, hetionet
from benchmarks.graph_usual import QUESTIONS, UsualEmbedded, triples
from benchmarks.regression import compare
from graphstore import Contribution, GraphStore, open_store
from processors.records import EntityType, Predicate
from tests.services import Neo4jAddress

NODES = [
    *(("Gene", str(number), f"G{number}") for number in range(60)),
    *(("Disease", f"DOID:{number}", f"disease o'{number}") for number in range(20)),
    ("Compound", "DB1", 'drug "1"'),
    ("Anatomy", "UBERON:1", "nose"),
]


def packed(path: Path, *lines: tuple[str, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join("\t".join(line) + "\n" for line in lines).encode()))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the corpora's, with a Hetionet of 81 entities."""
    root = tmp_path_factory.mktemp("data")
    folder = root / "kb/hetionet"
    packed(folder / "hetionet-v1.0-nodes.tsv.gz", ("id", "name", "kind"), *((f"{kind}::{id_}", name, kind) for kind, id_, name in NODES))
    packed(
        folder / "edges_DaG-association.tsv.gz",
        ("doid_id", "doid_name", "entrez_gene_id", "gene_symbol", "sources", "license"),
        *((f"DOID:{d}", "", str(g), "", "", "") for d in range(20) for g in range(d, 60, 3)),
    )
    packed(
        folder / "edges_CbG-binding.tsv.gz",
        ("drugbank_id", "entrez_gene_id", "sources", "pubmed_ids", "actions", "affinity_nM", "license", "urls"),
        *(("DB1", str(gene), "", "", "", "", "", "") for gene in (1, 2, 999)),
    )
    packed(
        folder / "edges-5k.sif.gz",
        ("source", "metaedge", "target"),
        ("Disease::DOID:0", "DaG", "Gene::0"),  # told twice
        ("Compound::DB1", "CtD", "Disease::DOID:3"),
        ("Compound::DB1", "CuG", "Gene::5"),
        ("Gene::1", "Gr>G", "Gene::2"),
        ("Anatomy::UBERON:1", "AeG", "Gene::1"),
        ("Gene::3", "GiG", "Gene::3"),
    )
    return root


@pytest.fixture(scope="module")
def source(data: Path) -> Hetionet:
    return hetionet(data)


def test_hetionets_edges_are_read_once_each_and_only_between_what_the_graph_knows(source: Hetionet) -> None:
    assert len(source.nodes) == 81
    assert Node("drugbank:DB1", 'drug "1"', EntityType.CHEMICAL) in source.nodes
    kinds = {(s.curie, o.curie): p for s, p, o in source.edges}
    assert len(kinds) == len(source.edges) == sum(len(range(d, 60, 3)) for d in range(20)) + 2 + 3
    assert kinds["drugbank:DB1", "doid:3"] == Predicate.NEGATIVE_CORRELATION
    assert kinds["drugbank:DB1", "ncbigene:5"] == Predicate.POSITIVE_CORRELATION
    assert kinds["ncbigene:1", "ncbigene:2"] == Predicate.POSITIVE_CORRELATION
    assert kinds["drugbank:DB1", "ncbigene:1"] == Predicate.BIND
    degrees = Counter(end.curie for s, _, o in source.edges for end in (s, o))
    assert [degrees[node.curie] for node in source.nodes] == sorted((degrees[node.curie] for node in source.nodes), reverse=True)


def test_without_hetionet_the_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"hetionet-v1\.0-nodes"):
        hetionet(tmp_path)


def test_every_edge_of_hetionet_is_stated_by_one_document(source: Hetionet) -> None:
    told = [s for document in as_documents(source.edges) for s in document.statements().values()]
    assert {s.key for s in told} == {f"{min(s.curie, o.curie)}|{p}|{max(s.curie, o.curie)}" for s, p, o in source.edges}
    assert len(told) == len(source.edges)


def test_drawn_documents_are_like_real_ones(source: Hetionet) -> None:
    documents = list(Drawn(source.nodes).contributions(range(400)))
    relations = [relation for c in documents for relation in _live(c)]
    assert mean(len(_live(c)) for c in documents) == pytest.approx(8, abs=1)
    assert 0.05 < mean(not _live(c) for c in documents) < 0.2  # some state nothing
    local = mean(end.id.startswith("local:") for r in relations for end in (r.subject, r.object))
    assert local == pytest.approx(4 / 15, abs=0.05)
    assert Counter(r.subject.id for r in relations).most_common(1)[0][1] > len(relations) / 50  # a hub
    for r in relations[:50]:
        for end, span in ((r.subject, r.evidence.subject), (r.object, r.evidence.object)):
            assert r.evidence.text[span.start - r.evidence.start : span.end - r.evidence.start] == end.name
            assert r.evidence.end - r.evidence.start == len(r.evidence.text) >= 300


def test_a_number_is_a_document_and_a_newer_model_finds_much_of_the_same(source: Hetionet) -> None:
    drawn = Drawn(source.nodes)
    number = next(n for n in range(100) if len(_live(drawn.contribution(n))) >= 2 * CHANGED)
    old, again, new = drawn.contribution(number), Drawn(source.nodes).contribution(number), drawn.contribution(number, edition=1)
    assert old == again
    assert new.document == old.document
    assert new.rank > old.rank
    changed = [a != b for a, b in zip(_live(old), _live(new), strict=True)]
    assert changed == [place % CHANGED == 0 for place in range(len(changed))]
    assert not old.statements().keys() & new.statements().keys()  # another model, other evidence


def _live(contribution: Contribution) -> tuple[Any, ...]:
    return contribution.live.relations if contribution.live else ()


async def laid_as_applied(store: GraphStore, other: GraphStore, source: Hetionet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph that is laid in large and small parts, and one that is applied, hold the same."""
    monkeypatch.setattr(graph_base, "ROWS", 37)
    documents = [*as_documents(source.edges[:200]), *Drawn(source.nodes).contributions(range(60))]
    keys = {s.key for document in documents for s in document.statements().values()}
    laid = await lay(store, documents, 10**9, at_once=50)
    assert (laid.documents, laid.edges) == (len(documents), keys)
    for start in range(0, len(documents), 16):
        await other.apply(documents[start : start + 16], outbox=False)
    snapshot = await store.snapshot(markers=True)
    assert snapshot == await other.snapshot(markers=True)
    assert len(snapshot.edges) == len(keys)


async def test_the_base_is_what_apply_makes(tmp_path: Path, source: Hetionet, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_store(tmp_path / "laid") as store, open_store(tmp_path / "applied") as other:
        await laid_as_applied(store, other, source, monkeypatch)


@pytest.mark.neo4j
async def test_the_base_is_what_apply_makes_on_neo4j(
    empty_neo4j: Neo4jAddress, tmp_path: Path, source: Hetionet, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = empty_neo4j
    async with open_store(address.url, user=address.user, password=address.password) as store, open_store(tmp_path) as other:
        await laid_as_applied(store, other, source, monkeypatch)


async def test_the_base_ends_at_its_relations(tmp_path: Path, source: Hetionet) -> None:
    async with open_store(tmp_path) as store:
        laid = await lay(store, Drawn(source.nodes).contributions(range(1000)), 100)
        assert 100 <= len(laid.edges) < 160
        stats = await store.stats()
        assert (stats.articles, stats.evidence) == (laid.documents, laid.statements)


async def test_the_usual_way_writes_and_asks_what_ours_does(tmp_path: Path, source: Hetionet) -> None:
    documents = list(as_documents(source.edges))
    async with open_store(tmp_path) as store:
        await lay(store, documents, 10**9)
        neighbours = {n.entity.id for n in await store.neighbours("drugbank:DB1")}
        joining = {path.steps[0].target.id for path in await store.discover_closed("drugbank:DB1", "doid:0")}
    with UsualEmbedded(tmp_path) as usual:
        usual.copy()
        assert {id_ for id_, _ in usual.run(QUESTIONS["neighbours"]("drugbank:DB1", ""))} == neighbours
        assert {id_ for id_, _ in usual.run(QUESTIONS["closed"]("drugbank:DB1", "doid:0"))} == joining
        assert usual.run(QUESTIONS["three_hop"]("drugbank:DB1", "doid:0"))
        [first, *rest] = Drawn(source.nodes).contributions(range(5))
        for document in (first, *rest, first):
            for statement in triples(document):
                usual.run(statement)
        r = _live(first)[0]
        stated = dict(usual.run(QUESTIONS["neighbours"](r.subject.id, "")))
        assert stated[r.object.id] >= 2  # a counter, which counts a repeat twice


def test_times_are_nearest_ranks_in_milliseconds() -> None:
    assert Timed([n / 1000 for n in range(100, 0, -1)]).ms() == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert Timed([0.003]).ms() == {"p50": 3.0, "p95": 3.0, "p99": 3.0}
    with pytest.raises(ValueError, match="nothing was timed"):
        Timed().ms()


@pytest.fixture(scope="module")
def measured(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A whole run on a tiny graph, embedded."""
    out = tmp_path_factory.mktemp("out") / "graph.json"
    few = ["--batches", "1", "2", "1", "--questions", "4", "--usual", "3"]
    assert main(["--data", str(data), "--engine", "embedded", "--relations", "300", *few, "--out", str(out)]) == 0
    found: dict[str, Any] = json.loads(out.read_bytes())
    return found


@pytest.mark.timeout(120)
def test_a_run_measures_everything_that_is_asked_for(measured: dict[str, Any]) -> None:
    assert measured["schema"] == "biorelay.benchmark/1"
    row = measured["results"]["embedded"]["300"]
    assert row["base"]["edges"] >= 300
    assert row["max_degree"] >= row["base"]["max_degree"] > 20
    for name in ("upsert_new_docs_per_s", "upsert_replaced_docs_per_s", "ratio_usual", "disk_bytes"):
        assert row[name] > 0
    for name in ("neighbours", "closed", "closed_hubs", "three_hop"):
        assert 0 < row[f"{name}_p50_ms"] <= row[f"{name}_p95_ms"] <= row[f"{name}_p99_ms"]
    assert row["ratio_usual"] == pytest.approx(row["upsert_new_docs_per_s"] / row["usual"]["docs_per_s"], abs=0.01)


def test_a_result_is_no_worse_than_itself_and_a_lower_ratio_is_told(measured: dict[str, Any]) -> None:
    assert compare(measured, measured, limits(measured)) == []
    worse = json.loads(json.dumps(measured))
    worse["results"]["embedded"]["300"]["ratio_usual"] /= 2
    [line] = compare(measured, worse, limits(measured))
    assert line.startswith("results.embedded.300.ratio_usual fell")


def test_nothing_to_compare_with(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench_graph, "RESULTS", tmp_path / "none.json")
    assert main(["--data", str(data), "--check"]) == 2
    assert "nothing to compare with" in capsys.readouterr().err


def test_the_table_has_a_column_for_each_size_and_its_aims(measured: dict[str, Any]) -> None:
    result = json.loads(json.dumps(measured))
    result["results"]["neo4j"] = dict.fromkeys(("1000000", "300000"), result["results"]["embedded"]["300"])
    lines = graph_table.section(result)
    assert "| | embedded, 300 | Neo4j, 300,000 | Neo4j, 1,000,000 |" in lines
    [new] = [line for line in lines if line.startswith("| new documents/s")]
    assert new.count("(300)") == 1
    assert {line.count("|") for line in lines if line.startswith("|")} == {5}
