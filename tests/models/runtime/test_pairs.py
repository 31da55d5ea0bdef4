"""Pair inputs against a plain reading of their definition, one pair and one mention at a time."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.runtime.pairs import FEATURES, MentionTokens, build_pairs

PIECES = 60
TYPE_PAIRS = [(0, 0), (1, 0), (2, 1)]

Row = tuple[int, int, int, int, int]  # start, end, entity, type, sentence


@st.composite
def mention_rows(draw: st.DrawFn) -> list[Row]:
    entities = draw(st.integers(0, 6))
    kinds = draw(st.lists(st.integers(0, 3), min_size=entities, max_size=entities))
    rows = set()
    for entity, kind in enumerate(kinds):
        for start in draw(st.sets(st.integers(0, PIECES - 5), min_size=1, max_size=4)):
            rows.add((start, start + draw(st.integers(1, 4)), entity, kind, start // 12))
    return draw(st.permutations(sorted(rows)))


def tokens(rows: list[Row]) -> MentionTokens:
    return MentionTokens(*np.array(rows, dtype=np.int64).reshape(-1, 5).T)


def gap(a: Row, b: Row) -> int:
    return max(0, max(a[0], b[0]) - min(a[1], b[1]))


@settings(deadline=None)
@given(mention_rows())
def test_pairs_are_what_their_definition_says(rows: list[Row]) -> None:
    hidden = np.random.default_rng(0).normal(size=(PIECES, 3)).astype(np.float32)
    found = build_pairs(hidden, tokens(rows), TYPE_PAIRS)
    by_entity: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda r: (r[2], r[0], r[1])):
        by_entity.setdefault(row[2], []).append(row)
    ordered = [row for entity in sorted(by_entity) for row in by_entity[entity]]
    allowed = {tuple(sorted(pair)) for pair in TYPE_PAIRS}
    kinds = {entity: own[0][3] for entity, own in by_entity.items()}
    expected = {
        tuple(sorted((a, b), key=lambda e: (kinds[e], e)))
        for a in kinds
        for b in kinds
        if a < b and tuple(sorted((kinds[a], kinds[b]))) in allowed
    }
    assert [tuple(pair) for pair in found.pairs.tolist()] == sorted(expected, key=lambda p: (kinds[p[0]], p[0], kinds[p[1]], p[1]))
    assert found.mention_start.tolist() == [row[0] for row in ordered]
    assert found.entity_mentions.sum() == len(rows)
    for pair, (left, right), (start, end), features in zip(
        found.pairs.tolist(), found.closest.tolist(), found.between.tolist(), found.features.tolist(), strict=True
    ):
        a, b = by_entity[pair[0]], by_entity[pair[1]]
        near, far = ordered[left], ordered[right]
        assert near in a
        assert far in b
        assert gap(near, far) == min(gap(x, y) for x in a for y in b) == end - start
        value = dict(zip(FEATURES, features, strict=True))
        assert value["gap"] == pytest.approx(math.log1p(end - start))
        assert value["same_sentence"] == (near[4] == far[4])
        assert value["shared_sentence_mentions"] == pytest.approx(math.log1p(sum(x[4] == y[4] for x in a for y in b)))
        assert value["adjacent_sentence_mentions"] == pytest.approx(math.log1p(sum(abs(x[4] - y[4]) == 1 for x in a for y in b)))
        assert value["overlap"] == (max(near[0], far[0]) < min(near[1], far[1]))
        assert value["mentions_between"] == pytest.approx(math.log1p(sum(start <= row[0] < end for row in rows)))
        assert value["first_mentions"] == pytest.approx(math.log(len(a)))
        assert value["second_share"] == pytest.approx(len(b) / len(rows))
        assert value["first_in_title"] == any(row[4] == 0 for row in a)
        assert value["second_begins"] == pytest.approx(min(row[0] for row in b) / PIECES)
        assert value["first_ends"] == pytest.approx(max(row[0] for row in a) / PIECES)
        same_kinds = sum({kinds[p[0]], kinds[p[1]]} == {kinds[pair[0]], kinds[pair[1]]} for p in expected)
        assert value["rivals"] == pytest.approx(math.log(same_kinds))


@settings(deadline=None)
@given(mention_rows(), st.randoms(use_true_random=False))
def test_the_order_of_mentions_does_not_matter(rows: list[Row], random: object) -> None:
    hidden = np.zeros((PIECES, 2), dtype=np.float32)
    shuffled = list(rows)
    random.shuffle(shuffled)
    for one, other in zip(
        build_pairs(hidden, tokens(rows), TYPE_PAIRS).arrays().values(),
        build_pairs(hidden, tokens(shuffled), TYPE_PAIRS).arrays().values(),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@settings(deadline=None)
@given(mention_rows(), st.integers(1, 5))
def test_chunks_put_together_are_the_whole(rows: list[Row], size: int) -> None:
    whole = build_pairs(np.zeros((PIECES, 2), dtype=np.float32), tokens(rows), TYPE_PAIRS)
    parts = list(whole.chunks(size))
    assert all(0 < len(part.pairs) <= size for part in parts)
    for name in ("pairs", "closest", "between", "features"):
        joined = [row for part in parts for row in getattr(part, name).tolist()]
        assert joined == getattr(whole, name).tolist()


def test_inputs_that_make_no_sense_are_refused() -> None:
    hidden = np.zeros((10, 2), dtype=np.float32)
    with pytest.raises(ValueError, match="outside"):
        build_pairs(hidden, tokens([(8, 11, 0, 0, 0)]), TYPE_PAIRS)
    with pytest.raises(ValueError, match="empty"):
        build_pairs(hidden, tokens([(3, 3, 0, 0, 0)]), TYPE_PAIRS)
    with pytest.raises(ValueError, match="gaps"):
        build_pairs(hidden, tokens([(3, 4, 0, 0, 0), (5, 6, 2, 0, 0)]), TYPE_PAIRS)


def test_no_mentions_and_no_text() -> None:
    for pieces in (0, 7):
        found = build_pairs(np.zeros((pieces, 2), dtype=np.float32), tokens([]), TYPE_PAIRS)
        assert found.pairs.shape == found.closest.shape == found.between.shape == (0, 2)
        assert found.features.shape == (0, len(FEATURES))
        assert found.entity_mentions.shape == (0, 0)
