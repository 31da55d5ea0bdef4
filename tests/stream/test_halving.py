"""Who makes a batch fail is found, everyone else gets through, and it takes few attempts."""

import asyncio
import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from graphstore.errors import GraphTimeout
from models.runtime.errors import BiorelayError
from processors.records import Revision
from stream.halving import halved
from stream.messages import Inbound, Task
from stream.steps import Answer


def task(number: int) -> Task:
    return Task(Inbound("biorelay.relations", 0, number, 1, b"", b""), f"pubmed:{number}", Revision(0, number), 1)


async def run(count: int, guilty: set[int]) -> tuple[list[Answer | Exception], list[list[int]], list[str]]:
    """Results, attempts and blamed documents where a batch fails by any of its guilty ones."""
    attempts: list[list[int]] = []
    blamed: list[str] = []

    async def attempt(part: Sequence[Task]) -> Sequence[Answer | Exception]:
        numbers = [each.message.offset for each in part]
        attempts.append(numbers)
        if guilty & set(numbers):
            raise ValueError(f"{len(numbers)} at once")
        return [Answer(each.document.encode(), "ok") for each in part]

    results = await halved(attempt, [task(n) for n in range(count)], stops=lambda _: False, blame=lambda each: blamed.append(each.document))
    return results, attempts, blamed


@given(st.integers(0, 6), st.sets(st.integers(0, 63)))
def test_the_guilty_are_found_in_few_attempts(levels: int, drawn: set[int]) -> None:
    count = 2**levels
    guilty = {number % count for number in drawn}
    results, attempts, blamed = asyncio.run(run(count, guilty))
    assert blamed == [f"pubmed:{number}" for number in sorted(guilty)]
    for number, result in enumerate(results):
        assert isinstance(result, ValueError) if number in guilty else result == Answer(b"pubmed:%d" % number, "ok")
        assert not isinstance(result, ValueError) or str(result) == "1 at once"
    assert len(attempts) <= 1 + 2 * len(guilty) * levels
    done = [number for numbers in attempts if not guilty & set(numbers) for number in numbers]
    assert sorted(done) == sorted(set(range(count)) - guilty)  # each that goes well does so once


def test_one_among_sixty_four() -> None:
    assert max(len(asyncio.run(run(64, {number}))[1]) for number in range(64)) == 1 + 2 * int(math.log2(64))
    assert min(len(asyncio.run(run(64, {number}))[1]) for number in range(64)) == 2 + int(math.log2(64))


async def test_a_half_that_may_be_spared_is_tried() -> None:
    attempts: list[int] = []

    async def attempt(part: Sequence[Task]) -> Sequence[Answer | Exception]:
        attempts.append(len(part))
        if len(part) > 4:
            raise GraphTimeout("too long")
        return [Answer(None, "ok") for _ in part]

    await halved(attempt, [task(n) for n in range(8)], stops=lambda _: False, blame=lambda _: None)
    assert attempts == [8, 4, 4]


async def test_what_stops_the_worker_is_raised_at_once() -> None:
    attempts: list[int] = []

    async def attempt(part: Sequence[Task]) -> Sequence[Answer | Exception]:
        attempts.append(len(part))
        raise BiorelayError("set up wrongly")

    try:
        await halved(attempt, [task(n) for n in range(8)], stops=lambda error: isinstance(error, BiorelayError), blame=lambda _: None)
    except BiorelayError:
        assert attempts == [8]
    else:
        raise AssertionError("nothing was raised")
