"""Folds: nothing is parted, everything is scored once, sizes and labels are balanced, and the same names give the same folds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation.folds import group_folds, k_folds, parts

GROUPS = st.lists(st.tuples(st.sampled_from([f"g{i}" for i in range(25)]), st.booleans()), min_size=1, max_size=120)


@settings(deadline=None)
@given(GROUPS, st.integers(2, 6), st.randoms(use_true_random=False))
def test_groups_stay_together_whatever_the_order(items: list[tuple[str, bool]], folds: int, random: object) -> None:
    groups, labels = [g for g, _ in items], [y for _, y in items]
    if len(set(groups)) < folds:
        with pytest.raises(ValueError, match=f"cannot make {folds} folds"):
            group_folds(groups, folds)
        return
    place = group_folds(groups, folds, labels=labels)
    assert len(set(zip(groups, place, strict=True))) == len(set(groups))
    assert set(place) == set(range(folds))
    turned = list(zip(items, place, strict=True))
    random.shuffle(turned)  # type: ignore[attr-defined]
    again = group_folds([g for (g, _), _ in turned], folds, labels=[y for (_, y), _ in turned])
    assert again == [fold for _, fold in turned]
    tests = [test for _, test in parts(place)]
    assert sorted(i for test in tests for i in test) == list(range(len(items)))
    assert all(not set(train) & set(test) for train, test in parts(place))


@given(st.integers(2, 200), st.integers(2, 10))
def test_single_items_make_even_folds(items: int, folds: int) -> None:
    if items < folds:
        return
    sizes = [len(test) for _, test in parts(k_folds(items, folds))]
    assert max(sizes) - min(sizes) <= 1


def test_labels_are_spread() -> None:
    labels = [i % 4 == 0 for i in range(400)]
    place = group_folds([f"document {i // 2}" for i in range(400)], 10, labels=labels)
    shares = [sum(labels[i] for i in test) for _, test in parts(place)]
    assert (min(shares), max(shares)) == (10, 10)


def test_the_seed_makes_other_folds() -> None:
    groups = [str(i) for i in range(50)]
    assert group_folds(groups, 5, seed=1) != group_folds(groups, 5, seed=2)


def test_what_cannot_be_parted_is_refused() -> None:
    with pytest.raises(ValueError, match="two folds or more"):
        group_folds(["a", "b"], 1)
    with pytest.raises(ValueError, match="same items"):
        group_folds(["a", "b"], 2, labels=[True])
