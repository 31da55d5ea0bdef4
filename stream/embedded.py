"""A broker inside this process, for `biorelay demo` and for tests: librdkafka's mock cluster.

It speaks enough of Kafka's protocol for aiokafka and Faust, and comes with the confluent-kafka wheel, so nothing has to be
installed or started. What it is not: it keeps everything in memory and only about 5 MiB a partition (older messages
vanish unread), gives a consumer group one member only, makes no topics on request, looks up no times, and knows neither TLS nor logins.
It marks itself by a topic (`topics.EMBEDDED_MARK`): publishers that see the mark hold back until every stage has caught up and
refuse what cannot fit, and a second worker process is refused.

The C interface: `rdkafka_mock.h` of librdkafka 2.x.
"""

import ctypes
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from .errors import EmbeddedBrokerError
from .settings import StreamSettings
from .topics import EMBEDDED_MARK, names, partitions_of

PARTITION_BYTES: Final = 5 * 1024 * 1024
"""What a partition keeps."""
SAFE_BYTES: Final = 640 * 1024
"""What may be on its way at once: derived messages are several times larger, and all may fall into one partition."""

_PRODUCER: Final = 0  # rd_kafka_type_t
_OK: Final = 0


class EmbeddedBroker:
    """One mock broker on a free loopback port; a context manager.

        with EmbeddedBroker(settings) as broker:
            settings = replace(settings, broker=broker.address)

    Raises `EmbeddedBrokerError` where librdkafka cannot be loaded.
    """

    def __init__(self, settings: StreamSettings, extra_topics: Mapping[str, int] | None = None) -> None:
        self._topics = {name: partitions_of(topic, settings) for topic, name in names(settings).items()}
        self._topics |= {EMBEDDED_MARK: 1, **(extra_topics or {})}
        self._lock = threading.Lock()
        self._handle: ctypes.c_void_p | None = None
        self._cluster: ctypes.c_void_p | None = None
        self.address = ""

    def __enter__(self) -> Self:
        lib = _library()
        said = ctypes.create_string_buffer(512)
        conf = ctypes.c_void_p(lib.rd_kafka_conf_new())
        lib.rd_kafka_conf_set(conf, b"log_level", b"3", said, len(said))  # it warns that this client has no brokers, which is right
        handle = lib.rd_kafka_new(_PRODUCER, conf, said, len(said))
        if not handle:
            raise EmbeddedBrokerError(f"librdkafka does not start: {said.value.decode(errors='replace')}")
        self._handle = ctypes.c_void_p(handle)
        cluster = lib.rd_kafka_mock_cluster_new(self._handle, 1)
        if not cluster:
            raise EmbeddedBrokerError("librdkafka does not start its mock cluster")
        self._cluster = ctypes.c_void_p(cluster)
        lib.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        self.address = lib.rd_kafka_mock_cluster_bootstraps(cluster).decode()
        with _kept_awake(self.address):
            for name, partitions in self._topics.items():
                self.create_topic(name, partitions)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def create_topic(self, name: str, partitions: int) -> None:
        """Make a topic; there is no such request over the wire."""
        code = _library().rd_kafka_mock_topic_create(self._open(), name.encode(), partitions, 1)
        if code != _OK:
            raise EmbeddedBrokerError(f"the embedded broker does not make the topic {name} (librdkafka error {code})")

    def set_up(self, up: bool) -> None:
        """Take the broker down, or bring it back with everything it held: an outage for tests."""
        lib = _library()
        (lib.rd_kafka_mock_broker_set_up if up else lib.rd_kafka_mock_broker_set_down)(self._open(), 1)

    def fail_requests(self, api_key: int, code: int, times: int = 1) -> None:
        """Answer the next requests of that kind with an error code of Kafka's protocol."""
        codes = (ctypes.c_int * times)(*[code] * times)
        _library().rd_kafka_mock_push_request_errors_array(self._open(), api_key, times, codes)

    def close(self) -> None:
        """Stop the broker; what it held is gone. May be called twice."""
        with self._lock:
            cluster, self._cluster = self._cluster, None
            handle, self._handle = self._handle, None
        if cluster:
            with _kept_awake(self.address):
                _library().rd_kafka_mock_cluster_destroy(cluster)
        if handle:
            _library().rd_kafka_destroy(handle)

    def _open(self) -> ctypes.c_void_p:
        if self._cluster is None:
            raise EmbeddedBrokerError("the embedded broker is not running")
        return self._cluster


@contextmanager
def _kept_awake(address: str) -> Iterator[None]:
    """Let nothing wait for the cluster's thread, which may miss a request of ours and sleep for a second: connections wake it."""
    host, _, port = address.rpartition(":")
    done = threading.Event()

    def knock() -> None:
        while not done.wait(0.02):
            with suppress(OSError):
                socket.create_connection((host, int(port)), 1).close()

    thread = threading.Thread(target=knock, name="knock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@cache
def _library() -> ctypes.CDLL:
    """librdkafka from the confluent-kafka wheel, with the signatures that are used here."""
    try:
        import confluent_kafka
    except ImportError as error:
        raise EmbeddedBrokerError(f"the embedded broker needs confluent-kafka: {error}", remedy="Install confluent-kafka.") from error
    package = Path(confluent_kafka.__file__).parent
    folders = (package.parent / "confluent_kafka.libs", package / ".dylibs")
    files = [file for folder in folders if folder.is_dir() for file in folder.iterdir()]
    library = next((file for file in files if file.name.startswith("librdkafka-") or file.name.startswith("librdkafka.")), None)
    if library is None:
        raise EmbeddedBrokerError(
            f"the confluent-kafka in {package.parent} carries no librdkafka", remedy="Install confluent-kafka from its wheel."
        )
    _load_siblings([file for file in files if file != library])
    lib = ctypes.CDLL(str(library))
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signatures: dict[str, tuple[object, list[object]]] = {
        "rd_kafka_conf_new": (pointer, []),
        "rd_kafka_new": (pointer, [number, pointer, text, ctypes.c_size_t]),
        "rd_kafka_conf_set": (number, [pointer, text, text, text, ctypes.c_size_t]),
        "rd_kafka_destroy": (None, [pointer]),
        "rd_kafka_mock_cluster_new": (pointer, [pointer, number]),
        "rd_kafka_mock_cluster_destroy": (None, [pointer]),
        "rd_kafka_mock_cluster_bootstraps": (text, [pointer]),
        "rd_kafka_mock_topic_create": (number, [pointer, text, number, number]),
        "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, [pointer, ctypes.c_int32]),
        "rd_kafka_mock_broker_set_down": (number, [pointer, ctypes.c_int32]),
        "rd_kafka_mock_broker_set_up": (number, [pointer, ctypes.c_int32]),
        "rd_kafka_mock_push_request_errors_array": (None, [pointer, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(number)]),
    }
    for name, (result, arguments) in signatures.items():
        try:
            function = getattr(lib, name)
        except AttributeError as error:
            raise EmbeddedBrokerError(f"this librdkafka has no {name}", remedy="Install confluent-kafka 2.16 or newer.") from error
        function.restype, function.argtypes = result, arguments
    return lib


def _load_siblings(files: list[Path]) -> None:
    """Load what librdkafka links to: the wheel's own copies, which need one another in no given order."""
    waiting = [file for file in files if ".so" in file.name or file.suffix == ".dylib"]
    while waiting:
        left = []
        for file in waiting:
            try:
                ctypes.CDLL(str(file), mode=ctypes.RTLD_GLOBAL)
            except OSError:
                left.append(file)
        if len(left) == len(waiting):
            return
        waiting = left
