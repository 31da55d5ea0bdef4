"""Puts abstracts and deletions on the ingest topic, and says when the broker has them for good."""

import asyncio
import logging
import re
import time
import uuid
from dataclasses import replace
from typing import Any, Final, NamedTuple, Self

from aiokafka.errors import KafkaError

from processors.limits import Limits, check
from processors.records import Abstract

from . import cloud_events
from .connection import meaning, producer, start
from .embedded import SAFE_BYTES
from .errors import BadKey, EmbeddedBrokerFull, MessageTooLarge, StreamError
from .framing import PLAIN, Framing
from .headers import Headers
from .lag import LagReader
from .registry import framing_of
from .settings import Stage, StreamSettings
from .topics import Topic, check_topics, describe_topics, embedded

log = logging.getLogger(__name__)

_KEY: Final = re.compile(r"[a-z][a-z0-9._]*:\S[^\x00-\x1f\x7f]*")
_FOREIGN: Final = 64
"""Messages of earlier publishers that may still be unread on the embedded broker when one begins."""
_PATIENCE: Final = 60.0
"""How long the embedded broker may stand full without any stage moving."""


class Position(NamedTuple):
    """Where a message lies in the ingest topic."""

    partition: int
    offset: int


class Publisher:
    """Publishes abstracts; an async context manager.

        async with Publisher("127.0.0.1:9092") as publisher:
            written = await publisher.publish(abstract)   # accepted; waits while too much is on its way
            position = await written                      # on the broker, acknowledged by all replicas

    Leaving the block waits for everything. Per document, order is kept. An error of any publication is raised by its
    future, by the next `publish`, and by `flush`.
    """

    def __init__(self, settings: StreamSettings | str = "127.0.0.1:9092", *, in_flight: int = 1000) -> None:
        """`settings`: a broker address is enough where nobody asks for a login. `in_flight`: publications on their way at once."""
        self._settings = StreamSettings(broker=settings) if isinstance(settings, str) else settings
        self._topic = Topic.ABSTRACTS.named(self._settings.prefix)
        self._framing: Framing = PLAIN
        self._name = uuid.uuid4().hex
        self._count = 0
        self._room = asyncio.Semaphore(in_flight)
        self._waiting: set[asyncio.Future[Position]] = set()
        self._error: StreamError | None = None
        self._producer: Any = None
        self._embedded = False
        self._looked = False
        self._chunk = 0  # messages sent to the embedded broker since it was last looked at
        self._chunk_bytes = 0

    async def __aenter__(self) -> Self:
        """Raises `BrokerUnreachable`, `AccessDenied`, `TopicsMissing`, `RegistryUnreachable`, `RegistryRefused`."""
        check_topics(await describe_topics(self._settings), self._settings, (Topic.ABSTRACTS,))
        self._embedded = await embedded(self._settings)
        self._framing = await framing_of(self._settings, (Topic.ABSTRACTS,))
        client = producer(self._settings)
        try:
            await start(client, self._settings)
        except BaseException:
            await client.stop()
            raise
        self._producer = client
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        client, self._producer = self._producer, None
        try:
            if kind is None and client is not None:
                await self._settle()
        finally:
            if client is not None:
                await client.stop()

    async def publish(self, abstract: Abstract) -> "asyncio.Future[Position]":
        """Send one abstract; the future resolves when the broker has it.

        Raises `RecordTooLarge`, and what went wrong with an earlier publication.
        """
        limits = Limits(max_document_bytes=self._settings.document_bytes, max_text_characters=self._settings.text_characters)
        value = check(abstract, limits).to_bytes()
        return await self._send(abstract.id, self._framing.frame(Topic.ABSTRACTS, value))

    async def delete(self, document: str) -> "asyncio.Future[Position]":
        """Send a tombstone: the document's contribution is taken back everywhere.

        Raises `BadKey` where `document` is no CURIE.
        """
        if not _KEY.fullmatch(document):
            raise BadKey(f"{document!r} is not a document's CURIE such as pubmed:12345678")
        return await self._send(document, None)

    async def flush(self) -> None:
        """Wait until the broker has everything; raise the first thing that went wrong."""
        await self._settle()

    async def _send(self, document: str, value: bytes | None) -> "asyncio.Future[Position]":
        if self._producer is None:
            raise RuntimeError("the publisher is not open: use `async with`")
        self._complain()
        if self._embedded:
            await self._hold_back(document, len(value or b""))
        await self._room.acquire()
        try:
            sent = await self._producer.send(self._topic, value, key=document.encode(), headers=list(self._headers(document, value)))
        except BaseException as error:
            self._room.release()
            if isinstance(error, KafkaError | OSError):
                raise meaning(error, self._settings.broker) from error
            raise
        written: asyncio.Future[Position] = asyncio.get_running_loop().create_future()
        self._waiting.add(written)
        sent.add_done_callback(lambda done: self._written(done, written))
        return written

    def _headers(self, document: str, value: bytes | None) -> Headers:
        self._count += 1
        source = cloud_events.source(self._settings.prefix, "publisher")
        id_ = f"{self._name}-{self._count}"
        if value is None:
            return cloud_events.deletion(Topic.ABSTRACTS, source=source, id=id_, subject=document)
        return cloud_events.event(Topic.ABSTRACTS, self._framing, source=source, id=id_, subject=document)

    def _written(self, sent: "asyncio.Future[Any]", written: "asyncio.Future[Position]") -> None:
        self._room.release()
        self._waiting.discard(written)
        error = asyncio.CancelledError() if sent.cancelled() else sent.exception()
        if error is not None:
            self._error = self._error or meaning(error, self._settings.broker)
            if not written.done():
                written.set_exception(meaning(error, self._settings.broker))
                written.exception()  # it is raised by the next publish or flush too, so nobody has to await this one
        elif not written.done():
            written.set_result(Position(sent.result().partition, sent.result().offset))

    async def _settle(self) -> None:
        while self._waiting:
            await asyncio.wait(self._waiting)
        self._complain()

    def _complain(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    async def _hold_back(self, document: str, size: int) -> None:
        """The embedded broker forgets what no stage has read in time, so let them catch up first."""
        if size > SAFE_BYTES // 2:
            raise MessageTooLarge(
                f"{document} is {size} bytes: the embedded broker takes at most {SAFE_BYTES // 2}", remedy="Use a real Kafka."
            )
        if not self._looked:
            self._looked = True
            await self._caught_up(_FOREIGN)
        if self._chunk and self._chunk_bytes + size > SAFE_BYTES // 2:
            await self._settle()
            await self._caught_up(self._chunk)  # what came before this chunk is through, so two of them are on their way at most
            self._chunk = self._chunk_bytes = 0
        self._chunk += 1
        self._chunk_bytes += size + 1000

    async def _caught_up(self, allowed: int) -> None:
        """Wait until the stages together are behind by no more messages than that."""
        moved, last = time.monotonic(), -1
        async with LagReader(replace(self._settings, stages=tuple(Stage))) as reader:
            while True:
                lags = await reader.read()
                behind = sum(lag.messages for lag in lags)
                if behind <= allowed:
                    return
                if behind != last:
                    moved, last = time.monotonic(), behind
                elif time.monotonic() - moved > _PATIENCE:
                    slow = ", ".join(f"{lag.stage} by {lag.messages}" for lag in lags if lag.messages)
                    raise EmbeddedBrokerFull(
                        f"the embedded broker has no room for more: behind are {slow}",
                        remedy="Run a worker with all three stages beside it, or use a real Kafka.",
                    )
                await asyncio.sleep(0.05)
