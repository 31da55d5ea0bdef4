"""Windows of many callers as batches for a device that computes many rows at once.

No timer: the thread that feeds the device takes what waits as soon as the device is free. A single caller's window runs at once and
alone, and while a batch is computed the next one gathers (as text-embeddings-inference does it).
"""

import atexit
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Condition, Lock, Thread, current_thread
from typing import Generic, NamedTuple, TypeVar

from models.runtime.errors import RuntimeUnavailable
from models.runtime.providers import ROWS

WASTE = 0.25
"""Share of a batch that may be padding up to its longest window; padding on to the bucket comes on top."""

WAITING = 1024
"""Windows that wait at most; a caller with another one is held until there is room."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batch(NamedTuple):
    """Some of the windows that wait."""

    length: int  # pieces that every row is padded to
    members: tuple[int, ...]  # positions of the windows, longest first


def batches(lengths: Sequence[int], *, budget: int, buckets: Sequence[int], rows: int = ROWS) -> list[Batch]:
    """Every window in one batch, longest first, each batch padded to the shortest bucket that its longest window fits into.

    A batch has at most `rows` rows and `budget` pieces, padding counted, except that a single window is always a batch; and its windows
    fill at least 1 - `WASTE` of the rows up to its longest. Equally long windows keep their order.
    Raises `ValueError` where a window is longer than the last bucket.
    """
    order = sorted(range(len(lengths)), key=lambda number: -lengths[number])
    if order and lengths[order[0]] > buckets[-1]:
        raise ValueError(f"a window of {lengths[order[0]]} pieces is longer than the largest bucket, {buckets[-1]}")
    found: list[Batch] = []
    members: list[int] = []
    longest = padded = filled = 0
    for number in order:
        length = lengths[number]
        more = len(members) + 1
        if members and (more > rows or more * padded > budget or filled + length < (1 - WASTE) * more * longest):
            found.append(Batch(padded, tuple(members)))
            members, filled = [], 0
        if not members:
            longest, padded = length, next(bucket for bucket in buckets if bucket >= length)
        members.append(number)
        filled += length
    if members:
        found.append(Batch(padded, tuple(members)))
    return found


@dataclass(slots=True)
class Batched:
    """What was computed so far."""

    batches: int = 0
    windows: int = 0
    pieces: int = 0  # of the windows themselves
    padded: int = 0  # of the batches, padding counted


class _Asked(NamedTuple, Generic[Item, Result]):
    item: Item
    length: int
    answer: Future[Result]


class Batcher(Generic[Item, Result]):
    """Gathers items of any number of threads, and computes them on a thread of its own.

    An error of a batch is raised by the callers of that batch's items, and by no others.
    """

    def __init__(
        self,
        compute: Callable[[Sequence[Item], int], Sequence[Result]],
        length: Callable[[Item], int],
        *,
        budget: int,
        buckets: Sequence[int],
        rows: int = ROWS,
        waiting: int = WAITING,
    ) -> None:
        """`compute` answers each of some items, which are padded to the given length; only ever one call of it runs.

        `length` is an item's pieces; `budget`, `buckets` and `rows` are those of `batches`; `waiting` bounds what waits.
        """
        self.done = Batched()
        self._compute = compute
        self._length = length
        self._budget = budget
        self._buckets = tuple(buckets)
        self._rows = rows
        self._limit = waiting
        self._waiting: list[_Asked[Item, Result]] = []
        self._closed = False
        lock = Lock()
        self._work = Condition(lock)
        self._room = Condition(lock)
        # A daemon, since a program that forgets to close must end all the same; closed at exit, since a device's library that is
        # unloaded under a running thread takes the process down.
        self._thread = Thread(target=self._run, name="batches", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def submit(self, items: Sequence[Item]) -> list[Future[Result]]:
        """The items' answers to come, in their order. Holds the caller while too many wait.

        Raises `ValueError` for an item that fits no bucket, `RuntimeUnavailable` once closed.
        """
        asked: list[_Asked[Item, Result]] = [_Asked(item, self._length(item), Future()) for item in items]
        if any(one.length > self._buckets[-1] for one in asked):
            raise ValueError(f"a window is longer than the largest bucket, {self._buckets[-1]}")
        for one in asked:
            with self._room:
                while len(self._waiting) >= self._limit and not self._closed:
                    self._room.wait()
                if self._closed:
                    raise _closed()
                self._waiting.append(one)
                self._work.notify()
        return [one.answer for one in asked]

    def close(self) -> None:
        """End the thread after the batch that is computed now; what still waits raises `RuntimeUnavailable`. May be called again."""
        with self._work:
            self._closed = True
            self._work.notify_all()
            self._room.notify_all()
        if self._thread is not current_thread():
            self._thread.join()
        atexit.unregister(self.close)

    def _run(self) -> None:
        while taken := self._next():
            length, asked = taken
            try:
                answers = list(self._compute([one.item for one in asked], length))
                if len(answers) != len(asked):
                    raise RuntimeError(f"{len(asked)} windows were computed to {len(answers)} answers")
            except BaseException as error:  # noqa: BLE001  whatever it is, the callers must not wait for ever
                for one in asked:
                    one.answer.set_exception(error)
                continue
            self.done.batches += 1
            self.done.windows += len(asked)
            self.done.pieces += sum(one.length for one in asked)
            self.done.padded += len(asked) * length
            for one, answer in zip(asked, answers, strict=True):
                one.answer.set_result(answer)
        for one in self._waiting:
            one.answer.set_exception(_closed())
        self._waiting = []

    def _next(self) -> tuple[int, list[_Asked[Item, Result]]] | None:
        """The batch of the window that waits longest, so that none waits for ever; None once closed."""
        with self._work:
            while not self._waiting and not self._closed:
                self._work.wait()
            if self._closed:
                return None
            planned = batches([one.length for one in self._waiting], budget=self._budget, buckets=self._buckets, rows=self._rows)
            batch = next(batch for batch in planned if 0 in batch.members)
            taken = [self._waiting[number] for number in batch.members]
            members = set(batch.members)
            self._waiting = [one for number, one in enumerate(self._waiting) if number not in members]
            self._room.notify_all()
            return batch.length, taken


def _closed() -> RuntimeUnavailable:
    return RuntimeUnavailable("the model was closed while something was asked of it", remedy="Close it after the last call.")
