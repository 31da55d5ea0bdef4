"""A cache of encoded texts that is bounded in bytes."""

import sys
from collections import OrderedDict
from threading import Lock
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """A value that knows its size."""

    @property
    def nbytes(self) -> int: ...


V = TypeVar("V", bound=Sized)


class TextCache(Generic[V]):
    """Least recently used out first; texts and values together stay below `limit` bytes. Safe for threads; 0 keeps nothing."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.nbytes = 0
        self.hits = 0
        self.misses = 0
        self._lock = Lock()
        self._values: OrderedDict[str, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, text: str) -> V | None:
        with self._lock:
            value = self._values.get(text)
            if value is None:
                self.misses += 1
                return None
            self.hits += 1
            self._values.move_to_end(text)
            return value

    def put(self, text: str, value: V) -> None:
        """Keep `value`, unless it is larger than the whole cache."""
        size = sys.getsizeof(text) + value.nbytes
        if size > self.limit:
            return
        with self._lock:
            if text in self._values:  # another thread was first with the same answer
                return
            self._values[text] = value
            self.nbytes += size
            while self.nbytes > self.limit:
                oldest, dropped = self._values.popitem(last=False)
                self.nbytes -= sys.getsizeof(oldest) + dropped.nbytes

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self.nbytes = 0
