"""Taking batches off a stream: whole where there is much, at once where there is little, nothing lost where it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from stream.taking import taken


class Stream:
    """As much of a Faust stream as is asked for; `put` is the broker, `None` ends it."""

    enable_acks = True

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Any] = asyncio.Queue()
        self.closed = False

    def put(self, *events: Any) -> None:
        for event in events:
            self.queue.put_nowait(event)

    async def events(self) -> AsyncIterator[Any]:
        try:
            while (event := await self.queue.get()) is not None:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed = True


async def test_what_is_there_is_taken_together_up_to_the_limit() -> None:
    stream = Stream()
    stream.put(*range(7), None)
    assert [batch async for batch in taken(stream, 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert stream.enable_acks is False


async def test_one_alone_is_handed_out_without_a_second() -> None:
    stream = Stream()
    async with aclosing(taken(stream, 64)) as batches:
        stream.put("a")
        assert await anext(batches) == ["a"]
        stream.put("b", "c")
        assert await anext(batches) == ["b", "c"]
    assert stream.closed


async def test_what_comes_while_a_batch_is_in_hand_is_the_next_one() -> None:
    stream = Stream()
    stream.put(1)
    found = []
    async for batch in taken(stream, 64):
        found.append(batch)
        if len(found) == 1:
            stream.put(2, 3, None)
            await asyncio.sleep(0)
    assert found == [[1], [2, 3]]


async def test_an_error_of_the_stream_comes_after_what_was_read_before_it() -> None:
    stream = Stream()
    stream.put(1, 2, ValueError("the channel broke"))
    batches = taken(stream, 2)
    assert await anext(batches) == [1, 2]
    with pytest.raises(ValueError, match="the channel broke"):
        await anext(batches)


async def test_a_taker_that_is_cancelled_leaves_nothing_running() -> None:
    stream = Stream()

    async def take() -> None:
        async with aclosing(taken(stream, 64)) as batches:
            async for _ in batches:
                pass

    taking = asyncio.ensure_future(take())
    await asyncio.sleep(0)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert len(asyncio.all_tasks()) == 1


async def test_batches_lie_apart_and_gather_what_comes_meanwhile() -> None:
    stream = Stream()
    async with aclosing(taken(stream, 3, apart=3600.0)) as batches:
        stream.put(1)
        assert await anext(batches) == [1]  # after a pause nothing waits
        waiting = asyncio.ensure_future(anext(batches))
        for number in (2, 3):
            stream.put(number)
            await asyncio.sleep(0.01)
            assert not waiting.done()
        stream.put(4)
        assert await waiting == [2, 3, 4]  # a full one does not wait either


async def test_a_stream_that_ends_hands_out_what_was_gathered() -> None:
    stream = Stream()
    stream.put(1)
    found = []
    async for batch in taken(stream, 64, apart=3600.0):
        found.append(batch)
        if len(found) == 1:
            stream.put(2, 3, None)
    assert found == [[1], [2, 3]]
