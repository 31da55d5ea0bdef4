"""Apache Kafka as one local process: broker and controller in one (KRaft), loopback only, no authentication."""

import base64
import socket
import struct
import subprocess
import uuid
from pathlib import Path

from deploy.local.errors import LocalServiceError
from deploy.local.maven import LOCAL, Say, classpath, java
from deploy.local.service import HOST, Service, without_stack

PORT = 9092
MEMORY = "512m"
DEADLINE = 120.0  # seconds; 2 to 4 on a quiet machine, 22 were seen on a crowded one

_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={folder}/data
num.partitions=4
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=2
log.cleaner.threads=1
"""
_LOGGING = """\
status=error
rootLogger.level=WARN
rootLogger.appenderRef.o.ref=o
logger.raft.name=kafka.server.KafkaRaftServer
logger.raft.level=INFO
appender.o.type=Console
appender.o.name=o
appender.o.layout.type=PatternLayout
appender.o.layout.pattern=%d %p %c{1} %m%n
"""


def kafka_service(
    folder: Path,
    port: int = PORT,
    *,
    controller_port: int | None = None,
    memory: str = MEMORY,
    extra: dict[str, str] | None = None,
    deadline: float = DEADLINE,
    cache: Path | None = None,
    say: Say = lambda _: None,
) -> Service:
    """The service, not yet started. ``extra`` adds or overrides lines of server.properties."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    runtime = java()
    libraries = classpath("kafka", cache=cache, say=say)
    properties = folder / "server.properties"
    logging = ["-Dlog4j2.disable.jmx=true", f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}"]
    small = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]

    def prepare() -> None:
        text = _SETTINGS.format(host=HOST, port=port, controller=controller_port or port + 1, folder=folder)
        properties.write_text(text + "".join(f"{key}={value}\n" for key, value in (extra or {}).items()), encoding="utf-8")
        (folder / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
        if (folder / "data" / "meta.properties").is_file():
            return
        # The letter in front keeps the formatter from reading an id that begins with a dash as an option.
        cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:].rstrip("=")
        command = [runtime, "-Xmx128m", *small, *logging, "-cp", libraries, "kafka.tools.StorageTool", "format"]
        done = subprocess.run(
            [*command, "-t", cluster, "-c", str(properties), "--ignore-formatted"], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise LocalServiceError(
                f"Kafka could not format {folder / 'data'}: {without_stack(done.stderr or done.stdout).strip()}",
                remedy="Choose another --folder",
            )

    command = [runtime, f"-Xms{memory}", f"-Xmx{memory}", *small, *logging, "-cp", libraries, "kafka.Kafka", str(properties)]
    return Service(
        name="Kafka",
        folder=folder,
        port=port,
        command=command,
        probe=answers,
        deadline=deadline,
        prepare=prepare,
        other_ports=(controller_port or port + 1,),
        settings={"bootstrap": f"{HOST}:{port}"},
        say=say,
    )


def start_kafka(
    folder: Path = LOCAL / "kafka",
    port: int = PORT,
    *,
    controller_port: int | None = None,
    memory: str = MEMORY,
    extra: dict[str, str] | None = None,
    deadline: float = DEADLINE,
    cache: Path | None = None,
    say: Say = lambda _: None,
) -> Service:
    """Start one Kafka node and wait until it answers; ``service.address`` is its bootstrap string.

    The controller listens on ``controller_port`` (default: the port after ``port``). Raises LocalServiceError.
    """
    service = kafka_service(
        folder, port, controller_port=controller_port, memory=memory, extra=extra, deadline=deadline, cache=cache, say=say
    )
    service.start()
    return service


def answers(port: int) -> bool:
    """Whether a broker answers ApiVersions v0 (KIP-35): header of api key 18, version 0, correlation 1, client id "x"."""
    body = struct.pack(">hhih", 18, 0, 1, 1) + b"x"
    try:
        with socket.create_connection((HOST, port), 1) as connection:
            connection.settimeout(2)
            connection.sendall(struct.pack(">i", len(body)) + body)
            return len(connection.recv(4)) == 4
    except OSError:
        return False
