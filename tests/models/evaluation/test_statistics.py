"""Comparisons of systems and figures of labels: what they are by hand, by property, and by scikit-learn and scipy."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.evaluation.counts import Counts, report
from models.evaluation.statistics import (
    accuracy,
    average_precision,
    bootstrap,
    class_report,
    f1,
    holm,
    mcc,
    mcnemar,
    paired_bootstrap,
    randomisation,
    roc_auc,
)

SAME = settings(deadline=None, max_examples=60)
needs_sklearn = pytest.mark.torch  # the training environment has it

COUNTS = st.builds(Counts, st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
TWO = st.integers(1, 30).flatmap(lambda n: st.tuples(st.lists(COUNTS, min_size=n, max_size=n), st.lists(COUNTS, min_size=n, max_size=n)))
LABELS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1, max_size=60)
SCORED = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=1, max_size=60)


@SAME
@given(TWO)
def test_a_difference_is_that_of_the_whole_and_turns_its_sign(two: tuple[list[Counts], list[Counts]]) -> None:
    one, other = two
    there, back = paired_bootstrap(one, other, draws=200), paired_bootstrap(other, one, draws=200)
    assert there.value == pytest.approx(Counts.total(one).f1 - Counts.total(other).f1)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
    assert there.p == pytest.approx(back.p)
    assert 1 / 200 <= there.p <= 1
    assert there.low <= there.high
    assert paired_bootstrap(one, other, draws=200) == there


@SAME
@given(st.lists(COUNTS, min_size=1, max_size=30))
def test_a_system_does_not_differ_from_itself(counts: list[Counts]) -> None:
    assert paired_bootstrap(counts, counts, draws=100) == (0, 0, 0, 1)
    assert randomisation(counts, counts, draws=100) == 1


@SAME
@given(st.lists(COUNTS, min_size=1, max_size=30))
def test_an_interval_is_that_of_the_report(counts: list[Counts]) -> None:
    told, found = report(counts), bootstrap(counts)
    assert [round(100 * x, 2) for x in found] == [told["f1"], *told["f1_95"]]


def test_a_plain_difference_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(7)
    good = [Counts(8 + int(rng.integers(3)), int(rng.integers(3)), int(rng.integers(3))) for _ in range(60)]
    bad = [Counts(c.tp - 3, c.fp + 2, c.fn + 3) for c in good]
    assert paired_bootstrap(good, bad).p <= 0.002
    assert paired_bootstrap(good, bad).low > 0
    assert randomisation(good, bad, draws=2000) < 0.001
    noise = [good[i] if rng.integers(2) else Counts(c.tp, c.fn, c.fp) for i, c in enumerate(good)]
    assert paired_bootstrap(good, noise).p > 0.05
    assert randomisation(good, noise, draws=2000) > 0.05


def test_another_figure_can_be_compared() -> None:
    right = np.array([[1, 2], [0, 2], [2, 2], [2, 2]])  # right answers, items
    difference = paired_bootstrap(right, np.array([[0, 2]] * 4), statistic=lambda sums: sums[:, 0] / np.maximum(sums[:, 1], 1))
    assert difference.value == pytest.approx(5 / 8)


@pytest.mark.parametrize(("one", "other"), [([], []), ([Counts()], [Counts(), Counts()]), ([1, 2], [1, 2])])
def test_systems_on_other_documents_are_refused(one: list[object], other: list[object]) -> None:
    for compare in (paired_bootstrap, randomisation):
        with pytest.raises(ValueError, match="same documents"):
            compare(one, other)  # type: ignore[operator]


def test_mcnemar_by_hand() -> None:
    one, other = [True] * 8 + [False] * 2 + [True] * 50, [False] * 8 + [True] * 2 + [True] * 50
    assert mcnemar(one, other) == pytest.approx(2 * (1 + 10 + 45) / 1024)  # ten disagreements, two against eight
    assert mcnemar(one, one) == 1
    assert mcnemar([True] * 2000, [False] * 2000) == pytest.approx(0)
    with pytest.raises(ValueError, match="same items"):
        mcnemar([True], [True, False])


def test_holm_by_hand() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.5}) == pytest.approx({"a": 0.04, "b": 0.09, "c": 0.09, "d": 0.5})
    assert holm({}) == {}


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=8))
def test_holm_never_lowers_and_keeps_the_order(p: dict[str, float]) -> None:
    corrected = holm(p)
    assert list(corrected) == list(p)
    assert all(p[name] <= corrected[name] <= 1 for name in p)
    assert all(corrected[a] <= corrected[b] for a in p for b in p if p[a] < p[b])


def test_figures_of_nothing_and_of_one_kind() -> None:
    assert roc_auc([], []) == roc_auc([True], [1.0]) == 0.5
    assert average_precision([False], [1.0]) == 0
    assert mcc([], []) == mcc(["a"], ["a"]) == 0
    assert accuracy([], []) == 0
    assert class_report([], []).macro == (0, 0, 0)
    with pytest.raises(ValueError, match="same items"):
        accuracy(["a"], [])


@SAME
@given(SCORED)
def test_the_roc_area_counts_pairs(scored: list[tuple[bool, int]]) -> None:
    yes, no = [s for p, s in scored if p], [s for p, s in scored if not p]
    assume(yes and no)
    wins = sum((a > b) + (a == b) / 2 for a in yes for b in no) / (len(yes) * len(no))
    assert roc_auc([p for p, _ in scored], [s for _, s in scored]) == pytest.approx(wins)


@SAME
@given(LABELS)
def test_two_classes_agree_with_counts(pairs: list[tuple[str, str]]) -> None:
    gold, said = [g == "a" for g, _ in pairs], [s == "a" for _, s in pairs]
    counts = Counts(
        sum(map(min, zip(gold, said, strict=True))),
        sum(s and not g for g, s in zip(gold, said, strict=True)),
        sum(g and not s for g, s in zip(gold, said, strict=True)),
    )
    found = class_report(gold, said)
    if True in found.by_label:
        assert found.by_label[True][2] == pytest.approx(counts.f1)
    assert f1(np.array([counts]))[0] == pytest.approx(counts.f1)


@needs_sklearn
@pytest.mark.filterwarnings("ignore")
@SAME
@given(SCORED)
def test_areas_are_scikit_learns(scored: list[tuple[bool, int]]) -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    positive, scores = [p for p, _ in scored], [s for _, s in scored]
    assume(any(positive) and not all(positive))
    assert roc_auc(positive, scores) == pytest.approx(roc_auc_score(positive, scores))
    assert average_precision(positive, scores) == pytest.approx(average_precision_score(positive, scores))


@needs_sklearn
@pytest.mark.filterwarnings("ignore")
@SAME
@given(LABELS)
def test_label_figures_are_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    from sklearn.metrics import accuracy_score, matthews_corrcoef, precision_recall_fscore_support

    gold, said = [g for g, _ in pairs], [s for _, s in pairs]
    assert mcc(gold, said) == pytest.approx(matthews_corrcoef(gold, said))
    assert accuracy(gold, said) == pytest.approx(accuracy_score(gold, said))
    found = class_report(gold, said)
    for average in ("macro", "weighted"):
        expected = precision_recall_fscore_support(gold, said, average=average, zero_division=0)[:3]
        assert getattr(found, average) == pytest.approx(tuple(expected))


@needs_sklearn
@SAME
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_mcnemar_is_scipys_binomial_test(pairs: list[tuple[bool, bool]]) -> None:
    from scipy.stats import binomtest

    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    only = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
    assume(sum(only))
    assert mcnemar(one, other) == pytest.approx(min(1.0, binomtest(only[0], sum(only)).pvalue))
