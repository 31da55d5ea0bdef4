"""Relations against gold, what stands together, and why one was missed."""

import os
from collections import Counter
from pathlib import Path

import pytest

from models.evaluation.counts import Counts
from models.evaluation.end_to_end import relation_mistakes as why
from models.evaluation.end_to_end.gold_file import Stated
from models.evaluation.end_to_end.mistakes import FALSE, MISSED
from models.evaluation.end_to_end.relations import ALL, NOVELTY, PAIR, TYPED, USUAL, count, count_types, entities, together
from processors.records import EntityType

GENE, DISEASE, CHEMICAL = EntityType.GENE, EntityType.DISEASE, EntityType.CHEMICAL
PAIRS = frozenset({frozenset((GENE, DISEASE)), frozenset((CHEMICAL, DISEASE)), frozenset((GENE,))})
POSITIVE, NEGATIVE, ASSOCIATION = "Positive_Correlation", "Negative_Correlation", "Association"


def stated(a: str, b: str, label: str = ASSOCIATION, novel: bool | None = None) -> Stated:
    return Stated(frozenset((a, b)), label, novel)


def test_pairs_types_and_novelty_are_counted_apart() -> None:
    gold = {stated("g", "d", POSITIVE, True), stated("c", "d", NEGATIVE, False)}
    found = {stated("d", "g", "positive correlation", False), stated("c", "d", ASSOCIATION, False), stated("x", "d")}
    assert count(gold, found, typed=True, novelty=True) == {
        PAIR: Counts(2, 1, 0),
        TYPED: Counts(1, 2, 1),
        NOVELTY: Counts(1, 2, 1),
        ALL: Counts(0, 3, 2),
    }
    assert count(gold, found, typed=False, novelty=False) == {PAIR: Counts(2, 1, 0)}
    assert count_types(gold, found)[NEGATIVE] == Counts(0, 0, 1)


def test_whatever_stands_together_is_related_by_the_usual_type() -> None:
    named = entities([(0, 3, GENE, ("g",)), (5, 8, DISEASE, ("d",)), (20, 25, CHEMICAL, ("c", "c2")), (30, 33, DISEASE, ("d",))])
    assert list(named) == ["g", "d", "c", "c2"]
    assert named["d"].places == [(5, 8), (30, 33)]
    sentences = {"g": [0], "d": [0, 2], "c": [1], "c2": [2]}
    assert together(named, sentences, PAIRS) == {stated("g", "d", ASSOCIATION, True), stated("c2", "d", POSITIVE, True)}
    assert together(named, None, PAIRS) == {
        stated("g", "d", ASSOCIATION, True),
        stated("c", "d", POSITIVE, True),
        stated("c2", "d", POSITIVE, True),
    }


@pytest.mark.skipif("BIORELAY_DATA" not in os.environ, reason="BIORELAY_DATA does not name the data folder")
def test_the_usual_types_are_those_of_the_training_documents() -> None:
    from models.evaluation.baselines.pairs import usual_relations
    from models.evaluation.trained import training_documents

    usual = usual_relations(training_documents(["biored"], Path(os.environ["BIORELAY_DATA"])))
    assert {types: label for types, label in usual.items() if label != ASSOCIATION} == dict(USUAL)


TEXT = "Gene one and sick. Drug two is here. Then a third line. And g2 with ill and c9."


def sides(expected: set[Stated], found: set[Stated]) -> why.Sides:
    gold = entities(
        [(0, 8, GENE, ("g",)), (13, 17, DISEASE, ("d",)), (19, 27, CHEMICAL, ("c",)), (60, 62, GENE, ("g2",)), (68, 71, DISEASE, ("d2",))]
    )
    named = entities(
        [
            (0, 8, GENE, ("g",)),
            (13, 17, DISEASE, ("d",)),
            (19, 27, CHEMICAL, ("wrong",)),
            (60, 62, GENE, ("g2",)),
            (76, 78, CHEMICAL, ("c9",)),
        ]
    )
    return why.Sides("pubmed:1", TEXT, [19, 37, 56, len(TEXT)], gold, named, expected, found)


@pytest.mark.parametrize(
    ("gold", "found", "missed", "false"),
    [
        (stated("g", "d", POSITIVE), stated("g", "d", NEGATIVE), why.DIRECTION, why.DIRECTION),
        (stated("g", "d", POSITIVE), stated("g", "d", ASSOCIATION), why.TYPE, why.TYPE),
        (stated("g", "d"), None, why.NEAR, None),
        (stated("g", "g2"), None, why.FAR, None),
        (stated("c", "d"), None, why.LINKING, None),
        (stated("g2", "d2"), None, why.NOT_FOUND, None),
        (stated("g", "elsewhere"), None, why.NO_MENTION, None),
        (None, stated("wrong", "d"), None, why.LINKING),
        (None, stated("c9", "d"), None, why.SPURIOUS),
        (None, stated("g2", "d"), None, why.FAR),
    ],
)
def test_why_a_relation_was_missed_or_false(gold: Stated | None, found: Stated | None, missed: str | None, false: str | None) -> None:
    mistakes = why.of_relations(why.RAW_TEXT, sides({gold} if gold else set(), {found} if found else set()), PAIRS, typed=True)
    assert {m.side: m.category for m in mistakes} == {side: c for side, c in ((MISSED, missed), (FALSE, false)) if c}
    assert all(("[[" in m.text) for m in mistakes)


def test_types_that_the_model_does_not_pair_are_told_apart() -> None:
    (mistake,) = why.of_relations(why.RAW_TEXT, sides({stated("g", "d")}, set()), frozenset(), typed=True)
    assert mistake.category == why.NOT_JUDGED
    assert mistake.gold == "Association: sick (d), Gene one (g)"


def test_mistakes_add_up_to_the_counts() -> None:
    gold = {stated("g", "d", POSITIVE), stated("c", "d", NEGATIVE), stated("g2", "d2")}
    found = {stated("g", "d", NEGATIVE), stated("wrong", "d"), stated("g2", "d")}
    for typed in (True, False):
        counts = count(gold, found, typed=typed, novelty=False)[TYPED if typed else PAIR]
        by_side = Counter(m.side for m in why.of_relations(why.GOLD_ENTITIES, sides(gold, found), PAIRS, typed=typed))
        assert (by_side[FALSE], by_side[MISSED]) == (counts.fp, counts.fn)
