"""A delivery with everything about it in reach: a step and a sender that fail as told."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from processors.records import Revision
from stream import StreamSettings, headers
from stream.delivery import Delivery
from stream.journal import Journal
from stream.messages import Inbound, Outbound, Task
from stream.metrics import Metrics
from stream.settings import Stage
from stream.steps import Answer


class Script:
    """A step that does what the test says for each batch of keys."""

    model = "model@1"

    def __init__(self, stage: Stage, act: Callable[[list[str]], list[Any]]) -> None:
        self.stage = stage
        self._act = act
        self.batches: list[list[str]] = []
        self.failed: list[str] = []
        self.fail_error: Exception | None = None

    async def run(self, tasks: Sequence[Task]) -> Sequence[Answer | Exception]:
        keys = [task.document for task in tasks]
        self.batches.append(keys)
        return self._act(keys)

    async def fail(self, tasks: Sequence[Task]) -> Sequence[Answer]:
        if self.fail_error is not None:
            raise self.fail_error
        self.failed += [task.document for task in tasks]
        return [Answer(b"failed", "failed", 1) for _ in tasks]


class Box:
    """A sender that keeps what arrives and fails as the test says."""

    def __init__(self) -> None:
        self.sent: list[Outbound] = []
        self.tries = 0
        self.errors: list[Callable[[Outbound], BaseException | None]] = []

    async def send(self, messages: Sequence[Outbound]) -> list[BaseException | None]:
        self.tries += 1
        fate = self.errors.pop(0) if self.errors else lambda _: None
        results = [fate(message) for message in messages]
        self.sent += [message for message, result in zip(messages, results, strict=True) if result is None]
        return results


class Bench:
    """A delivery with everything about it in reach."""

    def __init__(self, folder: Path, journal: Journal, stage: Stage, act: Callable[[list[str]], list[Any]], **settings: Any) -> None:
        self.settings = StreamSettings(data_dir=folder, metrics_port=0, software="1.0", **settings)
        self.metrics = Metrics(self.settings)
        self.step = Script(stage, act)
        self.box = Box()
        self.slept: list[float] = []
        self.waits = asyncio.Event()
        self.delivery = Delivery(self.step, self.box, self.settings, journal, self.metrics, sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.waits.set()
        await asyncio.sleep(0)

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    def sent(self, topic: str) -> list[Outbound]:
        return [message for message in self.box.sent if message.topic == f"biorelay.{topic}"]


def inbound(number: int, topic: str = "abstracts", **more: Any) -> Inbound:
    fields = {"value": b"v%d" % number, "headers": headers.stamp(Revision(0, number), 5)} | more
    return Inbound(f"biorelay.{topic}", 0, number, 1000 + number, f"pubmed:{number}".encode(), **fields)
