"""What one document states, without a database."""

import pytest
from hypothesis import given

from graphstore import Contribution, GraphBadContribution
from graphstore.contribution import Polarity, State, keys_between
from graphstore.difference import Standing, changes, concerned, difference
from models.runtime.errors import Action
from processors.records import Counts, LinkKind, Predicate, Revision
from tests.graphstore.documents import chain, contributions, document, relation, tombstone


def only(contribution: Contribution):
    (statement,) = contribution.statements().values()
    return statement


def test_an_undirected_edge_is_sorted_with_its_spans_and_names() -> None:
    there, back = only(document(1, 1, relation("b", "a"))), only(document(1, 1, relation("a", "b")))
    assert there.key == back.key == "test:a|Association|test:b"
    assert (there.subject, there.object, there.subject_label) == ("test:a", "test:b", "Disease|A")
    assert (there.subject_start, there.subject_end) == (7, 8)
    assert (back.subject_start, back.subject_end) == (0, 1)


def test_an_id_is_the_hash_of_all_that_is_said() -> None:
    base = only(document(1, 1, relation("a", "b")))
    assert only(document(1, 99, relation("a", "b"))).id == base.id
    others = [
        document(2, 1, relation("a", "b")),
        document(1, 1, relation("a", "b"), year=1999),
        document(1, 1, relation("a", "b"), model="mini@2"),
        document(1, 1, relation("a", "b", place=1)),
        document(1, 1, relation("a", "b", negated=False)),
        document(1, 1, relation("a", "b", probability=0.91)),
        document(1, 1, relation("a", "b", Predicate.BIND)),
        document(1, 1, relation("a", "b", names=("Other", None))),
    ]
    assert len({base.id, *(only(other).id for other in others)}) == len(others) + 1


@pytest.mark.parametrize(
    ("negated", "speculated", "polarity"),
    [
        (None, None, Polarity.POSITIVE),
        (False, False, Polarity.POSITIVE),
        (False, True, Polarity.SPECULATED),
        (True, False, Polarity.NEGATED),
        (True, True, Polarity.NEGATED),
    ],
)
def test_polarity(negated: bool | None, speculated: bool | None, polarity: Polarity) -> None:
    assert only(document(1, 1, relation("a", "b", negated=negated, speculated=speculated))).polarity is polarity


def test_the_best_evidence_sorts_last() -> None:
    ranks = [
        only(document(1, 1, relation("a", "b", **how))).rank
        for how in (
            {"negated": True, "probability": 1.0},
            {"speculated": True, "probability": 1.0},
            {"probability": 0.09},
            {"probability": 0.5},
            {"probability": 1.0},
        )
    ]
    assert ranks == sorted(ranks)


def test_rank_and_state() -> None:
    assert document(1, 2, generation=3).rank == (0, 2, 3, True)
    assert tombstone(1, 2).state is State.DELETED
    failed = document(1, 2, relation("a", "b"), generation=3, failed=True, retracted=True, retracts=(5,))
    assert failed.rank < document(1, 2, generation=3).rank
    assert (failed.state, failed.statements(), failed.retracted, failed.bearings) == (State.FAILED, {}, False, frozenset())


def test_an_article_does_not_retract_itself() -> None:
    assert document(1, 1, retracts=(1, 2)).bearings == {("retracts", "pubmed:2")}


def test_evidence_without_cues_keeps_its_id() -> None:
    """Ids of graphs that were written before cues were told: a replay must not rewrite them."""
    assert only(document(1, 1, relation("a", "b"))).id == "40a0843d87dfaba74074aaa26b4f9323"
    told = only(document(1, 1, relation("a", "b", cues=(("negation", 2, 6), ("speculation", 7, 8)))))
    assert (told.cues, told.id == "40a0843d87dfaba74074aaa26b4f9323") == ("negation:2:6 speculation:7:8", False)


def test_evidence_without_section_and_novelty_keeps_its_id() -> None:
    base = relation("a", "b")
    placed = base.model_copy(update={"evidence": base.evidence.model_copy(update={"section": "RESULTS"})})
    novel = base.model_copy(update={"novel": 0.25})
    told = [only(document(1, 1, one)) for one in (base, placed, novel)]
    assert [(one.section, one.novel) for one in told] == [("", -1.0), ("RESULTS", -1.0), ("", 0.25)]
    assert told[0].id == "40a0843d87dfaba74074aaa26b4f9323"
    assert len({one.id for one in told}) == 3


def test_another_documents_relations_are_refused() -> None:
    with pytest.raises(GraphBadContribution, match="pubmed:2 carries the relations of pubmed:1") as caught:
        Contribution("pubmed:2", Revision(0, 1), 1, document(1, 1).relations)
    assert caught.value.action is Action.DEAD_LETTER


def test_articles_are_locked_in_sorted_order() -> None:
    assert concerned([document(9, 1, retracts=(1,), links=((LinkKind.CORRECTS, 4),)), document(3, 2), tombstone(9, 3)]) == [
        "pubmed:1",
        "pubmed:3",
        "pubmed:4",
        "pubmed:9",
    ]


def test_keys_between_are_the_same_from_both_sides() -> None:
    assert keys_between("test:b", "test:a") == keys_between("test:a", "test:b")
    assert keys_between("test:b", "test:a", Predicate.BIND) == ["test:a|Bind|test:b"]


def test_a_difference_names_only_what_differs() -> None:
    first = chain(1, 1, "abc")
    found = difference({"pubmed:1": Standing()}, [first], {})
    assert (len(found.evidence_new), found.evidence_gone, found.entities) == (2, [], ["test:a", "test:b", "test:c"])
    held = Standing(evidence={})
    again = difference({"pubmed:1": held}, [], {})
    assert (again.articles, again.edges, again.causes) == ([], {}, [])


def test_changes_have_deterministic_ids() -> None:
    found = difference({"pubmed:1": Standing()}, [chain(1, 1, "ab")], {})
    one, two = (changes(found.causes, {}, found.edges) for _ in range(2))
    assert one == two
    later = changes(found.causes, {"test:a|Association|test:b": Counts(papers=4)}, found.edges)
    assert (later[0].after.papers, later[0].kind) == (5, "strengthened")
    assert later[0].id != one[0].id


@given(contributions)
def test_statements_join_two_entities_and_are_unique(contribution: Contribution) -> None:
    statements = contribution.statements()
    assert all(id_ == statement.id and statement.subject < statement.object for id_, statement in statements.items())
