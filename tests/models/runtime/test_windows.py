"""Windows tile a document, and every piece has its context."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.runtime.windows import Window, windows


@settings(deadline=None)
@given(st.integers(0, 5000), st.integers(1, 600).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_kept_parts_tile_and_context_is_kept(n: int, shape: tuple[int, int]) -> None:
    size, overlap = shape
    found = windows(n, size, overlap)
    assert [piece for w in found for piece in range(w.keep_start, w.keep_end)] == list(range(n))
    for w in found:
        assert 0 <= w.start <= w.keep_start < w.keep_end <= w.end <= n
        assert w.end - w.start == found[0].end <= size
        assert w.start == 0 or w.keep_start - w.start >= overlap // 2
        assert w.end == n or w.end - w.keep_end >= overlap // 2
    for left, right in itertools.pairwise(found):
        assert left.start < right.start
        assert left.end - right.start >= overlap
    fewest = 1 if n <= size else -(-(n - overlap) // (size - overlap))
    assert len(found) == (fewest if n else 0)
    assert sum(w.end - w.start for w in found) < n + (len(found) - 1) * overlap + max(1, len(found))


def test_a_short_document_is_one_window() -> None:
    assert windows(510, 510, 128) == [Window(0, 510, 0, 510)]
    assert windows(0, 510, 128) == []
    assert windows(511, 510, 128) == [Window(0, 320, 0, 256), Window(191, 511, 256, 511)]


@pytest.mark.parametrize(("size", "overlap"), [(4, 4), (4, 5), (4, -1), (0, 0)])
def test_an_overlap_that_leaves_nothing_is_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        windows(10, size, overlap)
