"""The demonstration's questions: telling ones, and always the same for the same graph."""

from pathlib import Path

from biorelay.choosing import choose
from graphstore import Contribution, open_store
from graphstore.answers import Snapshot
from processors.records import Relations, Revision
from tests.biorelay.conftest import relations


async def snapshot(folder: Path, *records: Relations) -> Snapshot:
    async with open_store(folder) as store:
        await store.apply([Contribution.of(record, Revision(0, 0)) for record in records])
        return await store.snapshot()


A, B, C = "mesh:D1 alphazine Chemical", "ncbigene:1 BETA1 Gene", "mesh:D3 gammaemia Disease"


async def test_the_pair_that_most_joins_is_chosen(tmp_path: Path) -> None:
    graph = await snapshot(
        tmp_path,
        relations("pubmed:1", (A, "Bind", B)),
        relations("pubmed:2", (A, "Bind", B)),
        relations("pubmed:3", (B, "Association", C)),
        relations("pubmed:4", (B, "Association", C)),
        relations("pubmed:5", ("mesh:D7 otherine Chemical", "Bind", "ncbigene:2 OTHR Gene")),
        relations("pubmed:6", ("ncbigene:2 OTHR Gene", "Association", "mesh:D8 otheritis Disease")),
    )
    questions = choose(graph)
    assert questions.closed
    assert questions.open
    assert (questions.closed.a, questions.closed.c) == ("mesh:D1", "mesh:D3")
    assert (questions.open.a, questions.open.c) == ("mesh:D8", "mesh:D7")


async def test_what_a_paper_states_is_no_question(tmp_path: Path) -> None:
    second = relations("pubmed:2", (B, "Association", C), (A, "Positive_Correlation", C))
    graph = await snapshot(tmp_path, relations("pubmed:1", (A, "Bind", B)), second)
    assert choose(graph) == (None, None, None)


async def test_where_no_chemical_and_disease_are_joined_other_kinds_are_asked(tmp_path: Path) -> None:
    other = "mesh:D4 deltazine Chemical"
    graph = await snapshot(tmp_path, relations("pubmed:1", (A, "Association", C)), relations("pubmed:2", (other, "Association", C)))
    questions = choose(graph)
    assert questions.closed
    assert {questions.closed.a, questions.closed.c} == {"mesh:D1", "mesh:D4"}
    assert questions.open is None


async def test_unlinked_names_and_species_are_passed_over(tmp_path: Path) -> None:
    local = "local:pubmed:1#Gene:xyz wxyz Gene"
    graph = await snapshot(
        tmp_path,
        relations("pubmed:1", (A, "Bind", local), (local, "Association", C)),
        relations("pubmed:2", (A, "Association", "ncbitaxon:9606 human Species"), ("ncbitaxon:9606 human Species", "Association", C)),
    )
    assert choose(graph) == (None, None, None)


async def test_what_one_paper_says_in_two_sentences_is_no_discovery(tmp_path: Path) -> None:
    graph = await snapshot(tmp_path, relations("pubmed:1", (A, "Bind", B), (B, "Association", C)))
    assert choose(graph) == (None, None, None)


async def test_an_empty_graph_asks_nothing(tmp_path: Path) -> None:
    assert choose(await snapshot(tmp_path)) == (None, None, None)


def changed(record: Relations, **fields: object) -> Relations:
    return record.model_copy(update={"relations": tuple(r.model_copy(update=fields) for r in record.relations)})


def denying(record: Relations) -> Relations:
    return changed(record, negated=True)


def unsure(record: Relations) -> Relations:
    return changed(record, probability=0.5)


async def test_the_most_certain_denial_is_told(tmp_path: Path) -> None:
    sure, less = denying(relations("pubmed:2", (A, "Association", C))), unsure(denying(relations("pubmed:1", (A, "Bind", B))))
    denied = choose(await snapshot(tmp_path, less, sure, relations("pubmed:3", (A, "Association", C)))).denied
    assert denied
    assert (denied.subject, denied.object) == ("mesh:D1", "mesh:D3")
    assert (denied.counts.papers, denied.counts.negated) == (1, 1)


async def test_a_denial_that_spells_both_names_is_told_first(tmp_path: Path) -> None:
    spelt = unsure(denying(relations("pubmed:2", (A, "Association", C))))
    synonym = denying(relations("pubmed:1", ("mesh:D1 zoctin Chemical", "Bind", B)))  # the graph calls it alphazine
    denied = choose(await snapshot(tmp_path, synonym, spelt)).denied
    assert denied
    assert (denied.subject, denied.object) == ("mesh:D1", "mesh:D3")


async def test_an_edge_that_is_only_denied_joins_nothing(tmp_path: Path) -> None:
    graph = await snapshot(tmp_path, denying(relations("pubmed:1", (A, "Bind", B))), relations("pubmed:2", (B, "Association", C)))
    questions = choose(graph)
    assert questions.closed is None
    assert questions.denied
    assert questions.denied.counts.papers == 0
