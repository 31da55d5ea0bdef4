"""Every window in one batch, within the budget, little padding; and batches that fill when busy and wait for nothing when idle."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.runtime.batches import WASTE, Batcher, batches
from models.runtime.errors import RuntimeUnavailable
from models.runtime.providers import buckets

WINDOW = 512
BUCKETS = buckets(WINDOW)


@given(
    st.lists(st.integers(1, WINDOW), max_size=200),
    st.integers(1, 20_000),
    st.integers(1, 150),
)
def test_each_window_is_in_one_batch_within_budget_and_waste(lengths: list[int], budget: int, rows: int) -> None:
    made = batches(lengths, budget=budget, buckets=BUCKETS, rows=rows)
    order = [number for batch in made for number in batch.members]
    assert sorted(order) == [*range(len(lengths))]
    assert [lengths[number] for number in order] == sorted(lengths, reverse=True)
    for batch in made:
        own = [lengths[number] for number in batch.members]
        assert len(own) <= rows
        assert len(own) == 1 or len(own) * batch.length <= budget
        assert batch.length == min(bucket for bucket in BUCKETS if bucket >= max(own))
        assert sum(own) >= (1 - WASTE) * len(own) * max(own)


@given(st.lists(st.integers(1, WINDOW), min_size=2, max_size=100))
def test_no_two_batches_that_follow_each_other_could_have_been_one(lengths: list[int]) -> None:
    budget, rows = 4096, 16
    made = batches(lengths, budget=budget, buckets=BUCKETS, rows=rows)
    for one, next_one in itertools.pairwise(made):
        own = [lengths[number] for number in (*one.members, next_one.members[0])]
        assert len(own) > rows or len(own) * one.length > budget or sum(own) < (1 - WASTE) * len(own) * max(own)


def test_equally_long_windows_keep_their_order_and_too_long_ones_are_refused() -> None:
    assert batches([5, 9, 5, 9, 5], budget=1000, buckets=[16], rows=2) == [(16, (1, 3)), (16, (0, 2)), (16, (4,))]
    assert batches([], budget=10, buckets=[16]) == []
    with pytest.raises(ValueError, match="17 pieces is longer than the largest bucket, 16"):
        batches([3, 17], budget=1000, buckets=[16])


class Device:
    """What computes: answers each item with itself and the batch's length; holds each batch until it may go on, if told to."""

    def __init__(self, *, held: bool = False) -> None:
        self.seen: list[tuple[list[int], int]] = []
        self.started = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self._held = held

    def compute(self, items: Sequence[int], length: int) -> list[tuple[int, int]]:
        self.seen.append(([*items], length))
        self.started.release()
        if self._held:
            self.go_on.acquire()
        if 13 in items:
            raise LookupError("13 is in this batch")
        return [(item, length) for item in items]


Made = Callable[..., Batcher[int, tuple[int, int]]]


@pytest.fixture
def batcher() -> Iterator[Made]:
    made: list[Batcher[int, tuple[int, int]]] = []

    def make(device: Device, **more: int) -> Batcher[int, tuple[int, int]]:
        made.append(Batcher(device.compute, lambda item: item, **{"budget": 64, "buckets": (8, 16, 32), **more}))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_an_idle_device_takes_one_window_at_once_and_a_busy_one_finds_a_full_batch(batcher: Made) -> None:
    device = Device(held=True)
    waits = batcher(device)
    first = waits.submit([5])
    device.started.acquire()
    rest = [waits.submit([item])[0] for item in (7, 30, 6, 8, 29)]
    for _ in range(3):
        device.go_on.release()
    assert first[0].result() == (5, 8)
    assert [answer.result() for answer in rest] == [(7, 8), (30, 32), (6, 8), (8, 8), (29, 32)]
    # What was there when the device became free; the batch of the window that waits longest first.
    assert device.seen == [([5], 8), ([8, 7, 6], 8), ([30, 29], 32)]
    assert (waits.done.batches, waits.done.windows, waits.done.pieces, waits.done.padded) == (3, 6, 85, 8 + 24 + 64)


def test_an_error_reaches_the_callers_of_its_batch_and_no_others(batcher: Made) -> None:
    device = Device(held=True)
    waits = batcher(device)
    waits.submit([5])
    device.started.acquire()
    sharing, apart = waits.submit([13, 14]), waits.submit([31])
    for _ in range(3):
        device.go_on.release()
    for answer in sharing:
        with pytest.raises(LookupError, match="13 is in this batch"):
            answer.result()
    assert apart[0].result() == (31, 32)
    device.go_on.release()
    assert waits.submit([3])[0].result() == (3, 8)  # the thread goes on


def test_a_wrong_number_of_answers_leaves_no_caller_waiting() -> None:
    short: Batcher[int, int] = Batcher(lambda items, length: items[1:], lambda item: item, budget=64, buckets=(8,))
    with pytest.raises(RuntimeError, match="1 windows were computed to 0 answers"):
        short.submit([4])[0].result()
    short.close()


def test_many_threads_get_their_own_answers_and_each_window_is_computed_once(batcher: Made) -> None:
    device = Device()
    waits = batcher(device, waiting=7)

    def ask(start: int) -> list[tuple[int, tuple[int, int]]]:
        items = [1 + (start + step) % 12 for step in range(20)]
        return [(item, answer.result()) for item, answer in zip(items, waits.submit(items), strict=True)]

    with ThreadPoolExecutor(12) as pool:
        found = [pair for answers in pool.map(ask, range(30)) for pair in answers]
    assert len(found) == 600
    assert all(item == answer[0] for item, answer in found)
    assert sum(len(items) for items, _ in device.seen) == 600


def test_what_waits_is_bounded(batcher: Made) -> None:
    device = Device(held=True)
    waits = batcher(device, waiting=3)
    waits.submit([5])
    device.started.acquire()
    waits.submit([6, 6, 6])
    answers: list[list[Future[tuple[int, int]]]] = []
    extra = threading.Thread(target=lambda: answers.append(waits.submit([7])))
    extra.start()
    extra.join(0.05)
    assert extra.is_alive()  # held until there is room
    for _ in range(3):
        device.go_on.release()
    extra.join()
    assert answers[0][0].result() == (7, 8)


def test_closing_ends_the_thread_and_answers_whoever_waits(batcher: Made) -> None:
    device = Device(held=True)
    waits = batcher(device, waiting=2)
    running = waits.submit([5])
    device.started.acquire()
    waiting = waits.submit([6, 7])
    held: list[BaseException] = []

    def one_more() -> None:
        try:
            waits.submit([8])
        except RuntimeUnavailable as error:
            held.append(error)

    extra = threading.Thread(target=one_more)
    extra.start()
    closing = threading.Thread(target=waits.close)
    closing.start()
    extra.join()
    device.go_on.release()
    closing.join()
    assert running[0].result() == (5, 8)  # what is computed is finished
    for answer in waiting:
        with pytest.raises(RuntimeUnavailable, match="closed"):
            answer.result()
    assert len(held) == 1
    assert not any(thread.name == "batches" and thread.is_alive() for thread in threading.enumerate() if thread is waits._thread)
    with pytest.raises(RuntimeUnavailable, match="closed"):
        waits.submit([1])
    waits.close()


def test_an_item_that_fits_no_bucket_is_its_callers_error_alone(batcher: Made) -> None:
    waits = batcher(Device())
    with pytest.raises(ValueError, match="longer than the largest bucket, 32"):
        waits.submit([4, 33])
    assert waits.submit([4])[0].result() == (4, 8)
