"""Tells the graph's changes and what they do to the standing questions: from the outbox, written in the same transaction as the graph,
to the topics graph-changes and discoveries.

At least once: each may be told again after a crash, under the same id.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from models.runtime.errors import Action, BiorelayError
from processors.records import Change, Discovery

from . import cloud_events
from .connection import meaning
from .delivery import Sender
from .framing import PLAIN, Framing
from .messages import Outbound
from .metrics import Metrics
from .settings import Stage, StreamSettings
from .steps import GraphStep
from .topics import Topic

log = logging.getLogger(__name__)

_PAUSE: Final = 0.2
"""Seconds between two looks at least, so that a busy graph agent's batches are told together."""
_OTHERS: Final = 0.5
"""Seconds after which a look is taken though this worker wrote nothing: others write too."""
_AWAY_PAUSE: Final = 2.0
_CHUNK: Final = 500


async def relay(
    step: GraphStep, sender: Sender, settings: StreamSettings, metrics: Metrics, mine: Callable[[], bool], *, framing: Framing = PLAIN
) -> None:
    """Run until cancelled. `mine` says whether this worker is the one that tells: one of all those at work is enough.

    Raises what must end the worker.
    """
    while True:
        pause = _PAUSE
        step.wrote.clear()
        try:
            async with step.opened() as store:  # by every worker when it starts: it is ready when its graph is
                waiting = await store.waiting(_CHUNK) if mine() else ()
                if waiting:
                    results = await sender.send([_message(told, written, settings, framing) for told, written in waiting])
                    _raise(results, settings)
                    metrics.tell((told, written) for told, written in waiting if isinstance(told, Discovery))
                    await store.outbox_done([told.id for told, _ in waiting])
                    pause = 0 if len(waiting) == _CHUNK else _PAUSE
        except BiorelayError as error:
            if error.action is not Action.RETRY:
                raise
            metrics.retries.labels(Stage.GRAPH, error.code).inc()
            log.warning("graph changes wait: %s", error)
            pause = _AWAY_PAUSE
        await asyncio.sleep(pause)
        if pause == _PAUSE:
            with suppress(TimeoutError):
                await asyncio.wait_for(step.wrote.wait(), _OTHERS - _PAUSE)


def _message(told: Change | Discovery, written: float, settings: StreamSettings, framing: Framing) -> Outbound:
    topic, key = (Topic.GRAPH_CHANGES, told.edge) if isinstance(told, Change) else (Topic.DISCOVERIES, told.question)
    source = cloud_events.source(settings.prefix, Stage.GRAPH)
    about = cloud_events.event(topic, framing, source=source, id=told.id, subject=key, time=round(1000 * written) or None)
    return Outbound(topic.named(settings.prefix), None, key.encode(), framing.frame(topic, told.to_bytes()), about)


def _raise(results: list[BaseException | None], settings: StreamSettings) -> None:
    for result in results:
        if result is not None:
            raise meaning(result, settings.broker) from result
