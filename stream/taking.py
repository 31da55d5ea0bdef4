"""Takes a Faust stream's messages in batches, without acknowledging them: what has come is taken, so that a busy stage fills its
batches and an idle one neither waits nor looks for work.

Faust's own `noack_take` looks at its buffer every `within` seconds: at the 20 ms that latency allows, three stages that had nothing to
do woke the event loop nine hundred times a second, which was half of the worker's own cost.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Final

_BREATH: Final = 0.002
"""Seconds without a further message after which a batch is whole: Faust hands over what one fetch brought message by message."""


async def taken(stream: Any, most: int, *, apart: float = 0.0) -> AsyncGenerator[list[Any], None]:
    """The stream's events in batches of at most `most`, in order, until it ends. To be closed (`contextlib.aclosing`).

    A batch that is not full is handed out `apart` seconds after the one before it at the earliest, and gathers what comes meanwhile:
    for work that costs by the batch. Where nothing came for so long, nothing waits.
    """
    stream.enable_acks = False
    clock = asyncio.get_running_loop().time
    latest = clock() - apart
    events = aiter(stream.events())
    coming = asyncio.ensure_future(_next(events))
    try:
        while (event := await coming) is not None:
            batch = [event]
            coming = asyncio.ensure_future(_next(events))
            # What is read ahead may be of an assignment that is over, and is skipped inside Faust: never wait for it with a batch in hand.
            while (
                len(batch) < most and await _soon(coming, max(latest + apart - clock(), _BREATH)) and (event := coming.result()) is not None
            ):
                batch.append(event)
                coming = asyncio.ensure_future(_next(events))
            latest = clock()
            yield batch
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _soon(coming: "asyncio.Future[Any]", within: float) -> bool:
    await asyncio.wait([coming], timeout=max(within, _BREATH))
    return coming.done()


async def _next(events: Any) -> Any:
    return await anext(events, None)
