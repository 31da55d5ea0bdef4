"""Imported graphs beside the literature, and exports, on every engine."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from graphstore import GraphBadImport, GraphBadQuery, GraphBusyImport, GraphStore, GraphUnknownSource, outside
from graphstore.exporting import Chosen
from graphstore.exports import EXPORTS, open_export
from graphstore.exports.documents import export_documents
from graphstore.exports.writing import export_graph
from graphstore.imports import open_import
from graphstore.outside import SUBCLASS, OutsideEdge, OutsideNode, Stage
from processors.records import EntityType, Predicate
from processors.sources import read
from tests.graphstore.documents import chain, document, random_contribution, relation, tombstone
from tests.graphstore.oracle import Oracle, held

TREATS = "biolink:treats"


def node(letter: str, name: str | None = None, **rest: Any) -> OutsideNode:
    return OutsideNode(f"test:{letter}", name or f"concept {letter}", "biolink:NamedThing", rest)


def edge(subject: str, object_: str, predicate: str = TREATS, *publications: str, negated: bool = False, **rest: Any) -> OutsideEdge:
    return OutsideEdge(
        f"test:{subject}", predicate, f"test:{object_}", negated, "infores:maker", "observation", "manual_agent", publications, "", rest
    )


def is_a(pairs: Sequence[str]) -> list[OutsideEdge]:
    return [edge(child, parent, SUBCLASS) for child, parent in pairs]


async def put(store: GraphStore, source: str, letters: str, edges: Sequence[OutsideEdge], fingerprint: str = "1") -> outside.Source:
    return await store.import_graph(source, map(node, letters), edges, fingerprint=fingerprint)


async def said(store: GraphStore, letter: str) -> list[tuple[str, str, str, str]]:
    found = await store.curated_of(f"test:{letter}")
    return [(e.source, e.subject.id[-1], e.predicate.removeprefix("biolink:"), e.object.id[-1]) for e in found]


async def whole(store: GraphStore, source: str) -> tuple[set[str], list[tuple[str, str, str]]]:
    graph = await store.complete_graph(source)
    nodes = {row["id"] async for page in store.concept_pages(graph) for row in page}
    edges = [(row["subject"], row["predicate"], row["object"]) async for page in store.curated_pages(graph) for row in page]
    return nodes, edges


class ExchangeContract:
    """What imports, is-a and exports must do."""

    async def test_an_import_is_seen_whole_and_marked_by_its_source(self, store: GraphStore) -> None:
        done = await put(store, "makers", "abc", [edge("a", "b", TREATS, "pubmed:1", "pubmed:2"), edge("c", "a", negated=True)])
        assert (done.nodes, done.edges, done.skipped, done.state) == (3, 2, 0, Stage.COMPLETE)
        assert await said(store, "a") == [("makers", "a", "treats", "b"), ("makers", "c", "treats", "a")]
        (first, second) = await store.curated_of("test:a")
        assert first.publications == ("pubmed:1", "pubmed:2")
        assert (first.primary_source, first.knowledge_level) == ("infores:maker", "observation")
        assert (first.negated, second.negated, second.subject.name) == (False, True, "concept c")
        assert [e.object.id for e in await store.curated_between("test:b", "test:a")] == ["test:b"]
        assert await store.curated_between("test:b", "test:c") == []
        assert await store.curated_of("test:a", predicate="biolink:causes") == []
        assert len(await store.curated_of("test:a", source="makers", limit=1)) == 1

    async def test_the_literature_knows_nothing_of_an_import(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab")])
        before, counts = await store.snapshot(markers=True), await store.stats()
        await put(store, "makers", "abcz", [edge("a", "b"), edge("a", "z"), edge("c", "z", SUBCLASS)])
        assert await store.snapshot(markers=True) == before
        assert await store.stats() == counts
        assert [n.entity.id for n in await store.neighbours("test:a")] == ["test:b"]
        assert await store.find("concept z") == []
        assert [c.id for c in await store.find_concepts("CONCEPT Z")] == ["test:z"]

    async def test_an_import_takes_the_place_of_its_older_one(self, store: GraphStore) -> None:
        await put(store, "makers", "abc", [edge("a", "b"), edge("a", "c")])
        await put(store, "others", "ab", [edge("b", "a")])
        await put(store, "makers", "ad", [edge("a", "d")], fingerprint="2")
        assert await said(store, "a") == [("makers", "a", "treats", "d"), ("others", "b", "treats", "a")]
        assert [(g.source, g.state) for g in await store.sources()] == [("makers", Stage.COMPLETE), ("others", Stage.COMPLETE)]
        assert await store.find_concepts("concept c") == []
        again = await put(store, "makers", "ad", [edge("a", "d")], fingerprint="2")
        assert (again.generation, await store.remove_source("makers"), await store.remove_source("makers")) == (2, 1, 0)
        assert await said(store, "a") == [("others", "b", "treats", "a")]
        assert await store.find_concepts("concept d") == []
        with pytest.raises(GraphUnknownSource, match="nothing was imported as 'makers'"):
            await store.curated_of("test:a", source="makers")

    async def test_an_import_that_is_cut_off_goes_on_where_it_stopped(self, store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("graphstore.outside_store.BATCH", 2)
        edges = [edge("a", "b", TREATS, f"pubmed:{n}") for n in range(7)]

        def cut() -> Any:
            yield from edges[:4]
            raise RuntimeError("the machine stops")

        with pytest.raises(RuntimeError):
            await store.import_graph("makers", map(node, "ab"), cut(), fingerprint="1")
        (left,) = await store.sources()
        assert (left.state, left.nodes, left.edges) == (Stage.LOADING, 2, 4)
        assert await store.curated_of("test:a") == [], "nothing is seen before it is whole"
        done = await put(store, "makers", "ab", edges)
        assert (done.generation, done.edges) == (1, 7)
        assert sorted(p for e in await store.curated_of("test:a") for p in e.publications) == [f"pubmed:{n}" for n in range(7)]

    async def test_other_files_do_not_go_on_where_an_import_stopped(self, store: GraphStore) -> None:
        graph = await store._run(lambda: outside.begin("makers", "1"), write=True)
        await store._run(lambda: outside.write_nodes(graph, [node("z")]), write=True)
        await put(store, "makers", "ab", [edge("a", "b")], fingerprint="2")
        assert await whole(store, "makers") == ({"test:a", "test:b"}, [("test:a", TREATS, "test:b")])
        assert len(await store.sources()) == 1

    async def test_two_imports_of_one_source_do_not_mix(self, store: GraphStore) -> None:
        graph = await store._run(lambda: outside.begin("makers", "1"), write=True)
        await store._run(lambda: outside.write_nodes(graph, [node("a")]), write=True)
        with pytest.raises(GraphBusyImport, match="another import of makers"):
            await store._run(lambda: outside.write_nodes(graph, [node("b")]), write=True)
        await put(store, "makers", "ab", [edge("a", "b")], fingerprint="2")
        with pytest.raises(GraphBusyImport):
            await store._run(lambda: outside.finish(graph), write=True)

    async def test_an_edge_without_a_node_leaves_nothing_behind(self, store: GraphStore) -> None:
        await put(store, "makers", "ab", [edge("a", "b")])
        bad = edge("a", "q")._replace(file="edges.tsv", line=7)
        with pytest.raises(GraphBadImport, match=r"edges\.tsv, line 7: no node is called test:q") as caught:
            await put(store, "makers", "ab", [edge("b", "a"), bad], fingerprint="2")
        assert "--skip-dangling" in str(caught.value.remedy)
        assert await said(store, "a") == [("makers", "a", "treats", "b")], "the older one stays"
        assert [g.state for g in await store.sources()] == [Stage.COMPLETE]
        done = await store.import_graph("makers", map(node, "ab"), [edge("b", "a"), bad], fingerprint="2", skip_dangling=True)
        assert (done.edges, done.skipped) == (2, 1)
        assert await said(store, "a") == [("makers", "b", "treats", "a")]
        with pytest.raises(GraphBadImport, match="hold no edge"):
            await put(store, "makers", "ab", [], fingerprint="3")

    async def test_a_node_named_twice_is_one_and_its_first_name_stands(self, store: GraphStore) -> None:
        await store.import_graph("makers", [node("a", "first"), node("a", "second"), node("b")], [edge("a", "b")] * 2, fingerprint="1")
        assert [c.name for c in await store.find_concepts("test:a")] == ["first"]
        assert len(await store.curated_of("test:b")) == 2, "edges are kept as the file has them"

    async def test_what_no_source_can_be_called(self, store: GraphStore) -> None:
        for name in ("", "a|b", "a b", "x@1", "é" * 3):
            with pytest.raises(GraphBadImport, match="cannot name a source"):
                await put(store, name, "ab", [edge("a", "b")])

    async def test_above_and_below(self, store: GraphStore) -> None:
        await put(store, "tree", "abcdef", is_a(["ba", "ca", "db", "dc", "ed"]))
        assert await store.descendants("test:a") == ["test:b", "test:c", "test:d", "test:e"]
        assert await store.descendants("test:a", limit=3) == ["test:b", "test:c", "test:d"]
        assert await store.ancestors("test:e") == ["test:d", "test:b", "test:c", "test:a"]
        assert await store.ancestors("test:a") == await store.descendants("test:unknown") == []
        assert await said(store, "a") == [], "what is a kind of what is no statement"
        for wrong, limit in (("a", 10), ("test:a", 0), ("test:a", 10**9)):
            with pytest.raises(GraphBadQuery):
                await store.descendants(wrong, limit=limit)

    async def test_a_cycle_ends_and_ontologies_join(self, store: GraphStore) -> None:
        await put(store, "ring", "abc", is_a(["ab", "bc", "ca", "aa"]))
        assert await store.descendants("test:a") == ["test:c", "test:b"]
        assert await store.ancestors("test:a") == ["test:b", "test:c"]
        await put(store, "more", "cd", is_a(["dc"]))
        assert await store.descendants("test:a") == ["test:c", "test:b", "test:d"]

    @pytest.mark.parametrize("seed", range(6))
    async def test_the_closure_is_that_of_a_reference(self, store: GraphStore, seed: int) -> None:
        rng = random.Random(seed)
        letters = "abcdefghij"
        pairs = [rng.choice(letters) + rng.choice(letters) for _ in range(rng.randrange(4, 16))]
        await put(store, "tree", letters, is_a(pairs))
        for start in letters:
            below, level = {start: 0}, [start]
            while level:
                level = sorted({c for c, p in pairs if p in level} - below.keys())
                below |= dict.fromkeys(level, max(below.values()) + 1)
            expected = sorted(below.keys() - {start}, key=lambda letter: (below[letter], letter))
            assert await store.descendants(f"test:{start}") == [f"test:{letter}" for letter in expected]

    @pytest.mark.parametrize("seed", range(4))
    async def test_imports_and_documents_never_touch_each_other(self, store: GraphStore, seed: int) -> None:
        """Entities and concepts share CURIEs; each is there as long as its own side says so."""
        rng = random.Random(seed)
        oracle, imported = Oracle(), {}
        for step in range(25):
            kind = rng.random()
            source = rng.choice(("makers", "others"))
            if kind < 0.2:
                letters = "".join(sorted(rng.sample("abcdefghxyz", rng.randrange(2, 6))))
                edges = [edge(*rng.choices(letters, k=2), rng.choice((TREATS, SUBCLASS))) for _ in range(rng.randrange(1, 8))]
                await put(store, source, letters, edges, fingerprint=str(step))
                imported[source] = (
                    {f"test:{letter}" for letter in letters},
                    [(e.subject, e.predicate, e.object) for e in edges],
                )
            elif kind < 0.3:
                await store.remove_source(source)
                imported.pop(source, None)
            else:
                batch = [random_contribution(rng) for _ in range(rng.randrange(1, 4))]
                oracle.apply(batch)
                await store.apply(batch)
        assert held(await store.snapshot(markers=True)) == oracle.graph()
        assert {graph.source for graph in await store.sources()} == imported.keys()
        for source, graph in imported.items():
            assert await whole(store, source) == graph

    async def test_comparison(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abcd"), chain(2, 1, "cd"), document(3, 1, relation("a", "d", negated=True))])
        edges = [
            edge("b", "a"),
            edge("a", "b", "biolink:causes"),
            edge("a", "c", TREATS, "pubmed:1"),
            edge("a", "d"),
            edge("b", "c", negated=True),
            edge("a", "z"),
            edge("a", "c", SUBCLASS),
        ]
        await put(store, "makers", "abcdz", edges)
        found = await store.compare("makers")
        assert (found.edges, found.read, found.outside, found.outside_agreed, found.bounded) == (7, 7, 4, 2, False)
        assert [(e.subject.id, e.object.id) for e in found.only_outside] == [("test:a", "test:c"), ("test:a", "test:d")]
        assert (found.literature, found.literature_agreed) == (3, 2), "a negated edge of theirs joins the pair, so both speak of it"
        assert [(s.subject.id, s.object.id, s.papers) for s in found.only_literature] == [("test:c", "test:d", 2)]
        narrow = await store.compare("makers", predicate="biolink:causes", literature_predicate="Bind", limit=0)
        assert (narrow.outside, narrow.outside_agreed, narrow.literature, narrow.only_outside) == (1, 1, 0, ())
        assert await store.papers_of_pairs([("test:d", "test:c"), ("test:a", "test:z")]) == {("test:d", "test:c"): 2}
        with pytest.raises(GraphUnknownSource):
            await store.compare("nobody")

    async def test_a_comparison_says_that_it_was_bounded(self, store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("graphstore.comparing.PAGE", 2)
        monkeypatch.setattr("graphstore.exporting.PAGE", 2)
        await store.apply([chain(1, 1, "abc")])
        await put(store, "makers", "abc", [edge("a", "b")] * 5)
        found = await store.compare("makers", most=3)
        assert (found.read, found.outside, found.bounded) == (4, 4, True)
        assert not (await store.compare("makers", most=5)).bounded

    async def test_an_export_that_is_imported_gives_the_same_edges(
        self, store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("PAGE", "EDGES", "EVIDENCE"):
            monkeypatch.setattr(f"graphstore.exporting.{name}", 2)
        rng = random.Random(3)
        await store.apply([random_contribution(rng) for _ in range(40)])
        for form in ("kgx", "kgx-tsv"):
            done = await export_graph(store, open_export(form), tmp_path / "lit.gz", chosen=Chosen(), source=None, advance=lambda _: None)
            reading = open_import("kgx", done.files, source="mirror")
            await store.import_graph("mirror", reading.nodes(), reading.edges(), fingerprint=reading.fingerprint)
            graph = await store.complete_graph("mirror")
            assert (graph.nodes, graph.edges) == (done.nodes, done.edges)
            wanted = [row async for page in store.edge_pages(Chosen()) for row in page]
            found = [row async for page in store.curated_pages(graph) for row in page]
            if form == "kgx":
                assert found == wanted
                assert [row async for page in store.concept_pages(graph) for row in page] == [
                    row async for page in store.node_pages(Chosen()) for row in page
                ]
            told = ("id", "subject", "predicate", "object", "negated", "publications", "has_confidence_score", "knowledge_level")
            assert [[row.get(name) for name in told] for row in found] == [[row.get(name) for name in told] for row in wanted]
            # And once more, from the imported graph's own export.
            second = await export_graph(
                store, open_export(form), tmp_path / "again.gz", chosen=Chosen(), source=graph, advance=lambda _: None
            )
            reading = open_import("kgx", second.files, source="mirror2")
            await store.import_graph("mirror2", reading.nodes(), reading.edges(), fingerprint=reading.fingerprint)
            mirrored = await store.complete_graph("mirror2")
            assert [row async for page in store.curated_pages(mirrored) for row in page] == found
            await store.remove_source("mirror")
            await store.remove_source("mirror2")

    async def test_what_an_export_holds(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "b"), year=1990),
                document(2, 1, relation("b", "a", probability=0.5), year=2000),
                document(3, 1, relation("a", "b", negated=True)),
                document(4, 1, relation("a", "b", speculated=True), relation("c", "d", negated=True)),
                document(5, 1, relation("a", "b"), relation("e", "f"), retracted=True),
                document(6, 1, relation("c", "e", Predicate.BIND)),
            ]
        )
        rows = [row async for page in store.edge_pages(Chosen()) for row in page]
        told = [(r["subject"][-1], r["object"][-1], r["negated"], r["speculated"], r["publications"]) for r in rows]
        assert told == [
            ("a", "b", False, False, ["PMID:1", "PMID:2"]),
            ("a", "b", False, True, ["PMID:4"]),
            ("a", "b", True, False, ["PMID:3"]),
            ("c", "d", True, False, ["PMID:4"]),
            ("c", "e", False, False, ["PMID:6"]),
        ]
        edges = {e.key: e for e in (await store.snapshot()).edges}
        assert rows[0]["has_confidence_score"] == edges["test:a|Association|test:b"].confidence
        assert (rows[0]["supporting_text"], rows[0]["evidence_count"]) == (["a with b", "b with a"], 2)
        assert (rows[0]["first_year"], rows[0]["last_year"], rows[0]["knowledge_level"]) == (1990, 2000, "not_provided")
        assert "has_confidence_score" not in rows[1]
        assert [n["id"] async for page in store.node_pages(Chosen()) for n in page] == [f"test:{letter}" for letter in "abcde"]

        async def keys(chosen: Chosen) -> list[str]:
            found = [row["subject"][-1] + row["object"][-1] async for page in store.edge_pages(chosen) for row in page]
            ends = {letter for pair in found for letter in pair}
            assert {n["id"][-1] async for page in store.node_pages(chosen) for n in page} == ends
            return found

        assert await keys(Chosen(min_papers=1)) == ["ab", "ab", "ab", "ce"]
        assert await keys(Chosen(min_papers=2)) == ["ab", "ab", "ab"]
        assert await keys(Chosen(predicate=Predicate.BIND)) == ["ce"]
        assert await keys(Chosen(linked=True)) == ["ab", "ab", "ab", "cd", "ce"]
        assert await keys(Chosen(min_confidence=0.8)) == [] or rows[0]["has_confidence_score"] >= 0.8
        assert await keys(Chosen(type=EntityType(rows_type(await store.snapshot(), "test:e")))) == ["ce"]
        assert [r.get("supporting_text") async for page in store.edge_pages(Chosen(sentences=0)) for r in page] == [None] * 5
        with pytest.raises(GraphBadQuery):
            await keys(Chosen(min_papers=-1))

    @pytest.mark.parametrize("form", EXPORTS)
    async def test_an_export_is_there_when_it_is_whole(self, store: GraphStore, tmp_path: Path, form: str) -> None:
        await store.apply([chain(1, 1, "abc")])
        folder = tmp_path / "exports"
        folder.mkdir()

        def broken(_: int) -> None:
            raise RuntimeError("the disk is full")

        with pytest.raises(RuntimeError):
            await export_graph(store, open_export(form), folder / "out", chosen=Chosen(), source=None, advance=broken)
        assert listing(folder) == []
        done = await export_graph(store, open_export(form), folder / "out", chosen=Chosen(), source=None, advance=lambda _: None)
        assert listing(folder) == sorted(done.files)
        assert (done.nodes, done.edges) == (3, 2)

    @pytest.mark.parametrize("form", ["pubtator", "bioc", "bioc-json"])
    async def test_documents_keep_their_offsets(self, store: GraphStore, tmp_path: Path, form: str) -> None:
        title = len("Title 1")
        await store.apply(
            [
                document(1, 1, relation("a", "b", place=title + 1), relation("c", "d", place=title + 30, negated=True)),
                document(2, 1),
                document(3, 1, relation("a", "b", place=title + 1), retracted=True),
                tombstone(4, 1),
            ]
        )
        done = await export_documents(store, form, tmp_path / "documents", advance=lambda _: None)
        assert (done.nodes, done.edges) == (1, 2)
        (found,) = read(done.files[0])
        assert found.id == "pubmed:1"
        text = f"{found.title} {' '.join(section.text for section in found.sections)}"
        assert text[title + 1 :].startswith("a with b")
        if form == "pubtator":
            lines = done.files[0].read_text().splitlines()
            assert lines[2].split("\t")[1:4] == ["8", "9", "a"]
            assert sum("Association" in line for line in lines) == 2
        else:
            content = done.files[0].read_text()
            assert '"8:16"' in content or ">8:16<" in content


def listing(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def rows_type(snapshot: Any, curie: str) -> str:
    return next(e.type for e in snapshot.entities if e.id == curie)
