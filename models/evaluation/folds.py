"""Cross-validation folds: each item is scored once, and by a model that saw nothing of its group."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence


def group_folds(groups: Sequence[str], folds: int, *, labels: Sequence[bool] | None = None, seed: int = 1) -> list[int]:
    """The fold of each item, 0 to `folds` - 1. No group is parted; folds are of like size and, with `labels`, of like shares of True.

    Groups go, the largest first, each to the fold that is emptiest then. Decided by the groups' names, sizes and labels alone, not by
    the order of the items. Raises `ValueError` where there are fewer groups than folds, or fewer than two folds.
    """
    if folds < 2:
        raise ValueError(f"cross-validation takes two folds or more, not {folds}")
    if labels is not None and len(labels) != len(groups):
        raise ValueError(f"labels of the same items are needed, not {len(labels)} for {len(groups)}")
    sizes: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, label in zip(groups, labels if labels is not None else [False] * len(groups), strict=True):
        sizes[name][bool(label)] += 1
    if len(sizes) < folds:
        raise ValueError(f"{len(sizes)} groups cannot make {folds} folds")
    whole = [max(1, sum(size[side] for size in sizes.values())) for side in (0, 1)]
    filled = [[0, 0] for _ in range(folds)]
    place: dict[str, int] = {}
    for name in sorted(sizes, key=lambda name: (-sum(sizes[name]), _rank(name, seed))):
        size = sizes[name]
        place[name] = min(
            range(folds),
            key=lambda fold: (sum(size[side] * filled[fold][side] / whole[side] for side in (0, 1)), sum(filled[fold]), fold),
        )
        for side in (0, 1):
            filled[place[name]][side] += size[side]
    return [place[name] for name in groups]


def k_folds(items: int, folds: int, *, seed: int = 1) -> list[int]:
    """The fold of each of `items` items that have nothing to do with each other; sizes differ by one at most. Raises as `group_folds`."""
    return group_folds([str(number) for number in range(items)], folds, seed=seed)


def parts(place: Sequence[int]) -> Iterator[tuple[list[int], list[int]]]:
    """(train, test) item numbers of each fold, in order."""
    for fold in sorted(set(place)):
        yield [i for i, where in enumerate(place) if where != fold], [i for i, where in enumerate(place) if where == fold]


def _rank(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()
