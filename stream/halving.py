"""Finds the guilty of a batch that fails as a whole, and gets everyone else through, in few attempts."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from graphstore.errors import GraphOutOfMemory, GraphTimeout

from .messages import Task
from .steps import Answer

TOO_MUCH: Final = (GraphTimeout, GraphOutOfMemory)
"""What a smaller batch may be spared: then nobody in it need be guilty."""

Attempt = Callable[[Sequence[Task]], Awaitable[Sequence[Answer | Exception]]]


async def halved(
    attempt: Attempt, tasks: Sequence[Task], *, stops: Callable[[Exception], bool], blame: Callable[[Task], None]
) -> list[Answer | Exception]:
    """What `attempt` gives for each task, in order. Where it raises, its halves are tried, down to the one task that it raises for alone:
    that one's result is the error, and `blame` hears of it. Errors that stop everything are raised.

    Where the first half went well, the guilty one is in the second, which is halved untried. So k guilty tasks among n take at most
    1 + 2 k log2(n) attempts (n a power of two).
    """

    async def solve(part: Sequence[Task], guilty: bool) -> tuple[bool, list[Answer | Exception]]:
        too_much = False
        if len(part) == 1 or not guilty:
            try:
                return True, [*await attempt(part)]
            except Exception as error:
                if stops(error):
                    raise
                if len(part) == 1:
                    blame(part[0])
                    return False, [error]
                too_much = isinstance(error, TOO_MUCH)
        half = len(part) // 2
        well, first = await solve(part[:half], False)
        _, second = await solve(part[half:], well and not too_much)
        return False, [*first, *second]

    return (await solve(tasks, False))[1]
