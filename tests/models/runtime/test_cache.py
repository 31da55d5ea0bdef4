"""The cache of encoded texts stays below its bytes and gives back what was put in."""

import threading
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from models.runtime.cache import TextCache


@dataclass
class Value:
    nbytes: int


def test_the_least_recently_used_goes_first() -> None:
    cache: TextCache[Value] = TextCache(3_500)
    for text in "abc":
        cache.put(text, Value(1_000))
    assert cache.get("a") is not None
    cache.put("d", Value(1_000))
    assert cache.get("b") is None
    assert all(cache.get(text) is not None for text in "acd")
    assert (cache.hits, cache.misses) == (4, 1)


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    cache: TextCache[Value] = TextCache(1_000)
    cache.put("a", Value(500))
    cache.put("b", Value(2_000))
    assert cache.get("a") is not None
    assert cache.get("b") is None


def test_it_can_be_emptied() -> None:
    cache: TextCache[Value] = TextCache(1_000)
    cache.put("a", Value(500))
    cache.clear()
    assert cache.get("a") is None
    assert (len(cache), cache.nbytes) == (0, 0)


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    cache: TextCache[Value] = TextCache(0)
    cache.put("", Value(0))
    assert len(cache) == 0


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 900))), st.integers(0, 3_000))
def test_it_never_holds_more_than_its_limit(puts: list[tuple[str, int]], limit: int) -> None:
    cache: TextCache[Value] = TextCache(limit)
    for text, size in puts:
        cache.put(text, Value(size))
        assert 0 <= cache.nbytes <= limit
    assert (cache.nbytes == 0) == (len(cache) == 0)


def test_threads_share_it() -> None:
    cache: TextCache[Value] = TextCache(20_000)

    def work(offset: int) -> None:
        for i in range(2_000):
            text = str((i * 7 + offset) % 50)
            found = cache.get(text)
            assert found is None or found.nbytes == int(text) * 10
            cache.put(text, Value(int(text) * 10))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.nbytes <= 20_000
    assert cache.hits + cache.misses == 8_000
