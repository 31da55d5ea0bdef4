"""The three agents, each a thin shell: its topic, its step, and the delivery promise around it."""

import logging
from collections.abc import Callable
from typing import Any

from .delivery import Delivery
from .lag import INPUT
from .settings import Stage, StreamSettings

log = logging.getLogger(__name__)


def attach(app: Any, stage: Stage, settings: StreamSettings, delivery: Delivery, on_fatal: Callable[[BaseException], None]) -> None:
    """Give the app its one agent. `on_fatal` hears of the error that ends the worker."""
    topic = app.topic(INPUT[stage].named(settings.prefix), key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    async def agent(stream: Any) -> None:
        try:
            await delivery.run(stream)
        except Exception as error:
            on_fatal(error)
            await app.crash(error)
            raise

    app.agent(topic, name=f"{settings.prefix}.{stage}", concurrency=1)(agent)
