"""The Faust app of one stage, with the settings that were measured to lose nothing.

One app, and so one consumer group, for each stage: docs/decisions/0001-consumer-groups.md.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import faust
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP

from .connection import ssl_context
from .lag import StageLag
from .messages import Outbound
from .oauth import token_provider
from .sending import sent
from .settings import Stage, StreamSettings
from .topics import dead_letter_bytes

_EMBEDDED_FETCH_MS: Final = 50


def create_app(stage: Stage, settings: StreamSettings, *, embedded: bool = False) -> faust.App:
    """An app without agents, to be started in the running event loop. `embedded`: the broker is the embedded one."""
    datadir = settings.data_dir / "faust"
    datadir.mkdir(parents=True, exist_ok=True)  # Faust makes the last folder only
    more: dict[str, Any] = {}
    credentials = _credentials(settings)
    if credentials is not None:
        more["broker_credentials"] = credentials
    app = faust.App(
        settings.group_of(stage),
        broker=[f"kafka://{server.strip()}" for server in settings.broker.split(",")],
        # The same client id in every stage: the broker's member ids begin with it and the assignor sorts by them,
        # so that a worker gets the same partition numbers in each stage and the encoder's pass can be used again.
        broker_client_id=f"biorelay-{settings.worker}",
        store="memory://",
        datadir=datadir / settings.group_of(stage),
        key_serializer="raw",
        value_serializer="raw",
        autodiscover=False,
        processing_guarantee="at_least_once",
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        web_enabled=False,
        stream_wait_empty=False,
        stream_buffer_maxsize=max(2 * settings.batch, 64),
        broker_max_poll_records=max(2 * settings.batch, 64),
        consumer_max_fetch_size=settings.message_bytes,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=0.25,
        broker_commit_every=1000,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=min(3.0, settings.session_timeout / 4),
        broker_request_timeout=settings.session_timeout + 10,
        broker_max_poll_interval=3600.0,
        producer_acks=-1,
        producer_linger=0.0,  # a batch's answers are handed over in one turn of the event loop, so there is nothing to wait for
        producer_request_timeout=60.0,
        producer_max_request_size=dead_letter_bytes(settings),
        agent_supervisor="mode.CrashingSupervisor",
        **more,
    )
    app.transport = _Transport(app.conf.broker_consumer, app)
    app.transport.embedded = embedded
    return app


class FaustSender:
    """Sends through a Faust app's producer."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def send(self, messages: Sequence[Outbound]) -> list[BaseException | None]:
        producer = await self._app.maybe_start_producer()
        return await sent(lambda m: producer.send(m.topic, m.key, m.value, m.partition, None, list(m.headers)), messages)


def assigned(app: faust.App, topic: str) -> set[int]:
    """The topic's partitions that this worker has now."""
    try:
        return {place.partition for place in app.consumer.assignment() if place.topic == topic}
    except Exception:  # noqa: BLE001  Faust's consumer has none before it starts and after it stops, and raises several things then
        return set()


async def unread(app: faust.App, topic: str, lag: StageLag) -> set[int]:
    """This worker's partitions in which a message is unread or unacknowledged.

    A lag alone does not say so: transaction markers and what compaction removed have offsets and are no messages.
    """
    mine = assigned(app, topic)
    waiting = {message.partition for message in list(app.consumer.unacked)} & mine
    for partition in mine - waiting:
        end = lag.ends[partition]
        if lag.committed[partition] < end and (await app.consumer.position(TP(topic, partition)) or 0) < end:
            waiting.add(partition)
    return waiting


def _credentials(settings: StreamSettings) -> Any:
    security = settings.security
    context = ssl_context(security)
    if security.protocol.startswith("SASL") and security.mechanism == "OAUTHBEARER":
        return faust.OAuthCredentials(oauth_cb=token_provider(security), ssl_context=context)
    if security.protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=security.username, password=security.password, mechanism=security.mechanism, ssl_context=context
        )
    return faust.SSLCredentials(context) if context is not None else None


class _Thread(AIOKafkaConsumerThread):  # type: ignore[misc]
    """Faust fixes two of aiokafka's options; here they are set between the consumer's making and its start."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        if transport.embedded:
            # It answers a fetch that waits only when its time is up, and Faust fixes that at 1.5 s.
            consumer._fetch_max_wait_ms = _EMBEDDED_FETCH_MS
        else:
            # What a foreign transactional producer aborted was never published.
            consumer._isolation_level = "read_committed"
        return consumer


class _ReadZero(int):
    """Offset 0 as the last one read, which Faust 0.15.3 takes for 'nothing read yet'."""

    def __bool__(self) -> bool:
        return True


class _ReadOffsets(defaultdict[TP, int | None]):
    """Faust's note of the last offset read, by partition.

    Faust notes a hole in the offsets (compaction, transaction markers) only behind a last offset that is true, so a hole right
    behind offset 0 stopped a partition's commits for ever: tests/stream/test_kafka_faults.py.
    """

    def __setitem__(self, place: TP, offset: int | None) -> None:
        super().__setitem__(place, _ReadZero() if offset == 0 else offset)


class _Consumer(Consumer):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_offset = _ReadOffsets(lambda: None)

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class _Transport(Transport):  # type: ignore[misc]
    Consumer = _Consumer
    embedded = False
