"""What the stream must be told, as plain values; the command line builds these from its settings."""

import os
import socket
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal


class Stage(StrEnum):
    """The three agents, in the order of a document's way."""

    NER = "ner"
    RELATIONS = "relations"
    GRAPH = "graph"


Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]


@dataclass(frozen=True, slots=True)
class Security:
    """How to log in to the brokers."""

    protocol: Protocol = "PLAINTEXT"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = "SCRAM-SHA-512"
    username: str | None = None  # OAUTHBEARER: the client's id at the identity provider
    password: str | None = field(default=None, repr=False)  # OAUTHBEARER: its secret
    ca_file: Path | None = None  # PEM; the system's authorities where not given
    cert_file: Path | None = None  # PEM; the client's own, for mutual TLS
    key_file: Path | None = None
    token_file: Path | None = None  # OAUTHBEARER: a token, read at each connection
    token_url: str | None = None  # OAUTHBEARER: else the identity provider's endpoint, https
    token_scope: str | None = None
    token_ca_file: Path | None = None  # PEM; the system's authorities where not given


@dataclass(frozen=True, slots=True)
class Registry:
    """Where a Confluent-compatible schema registry is and how to log in."""

    url: str  # http or https
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None  # PEM; the system's authorities where not given


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Everything that the stream must be told. Times in seconds, sizes in bytes."""

    broker: str = "127.0.0.1:9092"  # host:port, several separated by commas
    security: Security = Security()
    broker_timeout: float = 10.0  # how long a command waits for the broker before it says that it is away

    registry: Registry | None = None  # where given, values are written in Confluent's wire format

    prefix: str = "biorelay"  # topics are PREFIX.abstracts, PREFIX.entities, ...
    partitions: int = 6  # the same for the three stage topics
    replication: int = 1
    retention_days: int = 30  # of tombstones and of events

    document_bytes: int = 256_000  # largest abstract as a message value
    text_characters: int = 100_000  # largest title and abstract together
    questions: int = 100_000  # standing questions at once
    requests_per_second: float = 100.0  # that a worker's own endpoint answers
    message_bytes: int = 4 * 1024 * 1024  # largest message of the stage topics; dead letters may be a quarter larger

    stages: tuple[Stage, ...] = (Stage.NER, Stage.RELATIONS, Stage.GRAPH)
    group: str | None = None  # consumer groups are GROUP.ner, GROUP.relations, GROUP.graph; the prefix where not given
    epoch: int = 0  # counts re-creations of the abstracts topic: offsets start anew, revisions must not
    batch: int = 64  # messages taken at once
    graph_interval: float = 0.2  # between two transactions of the graph while documents come; the first of them never waits
    threads: int = 0  # inference threads; 0 is one for each core
    deaths: int = 3  # a document on which a worker died that often is set aside unprocessed
    session_timeout: float = 30.0
    startup: float = 60.0  # how long a worker waits for the broker before it gives up
    shutdown: float = 20.0  # after SIGTERM or a crash the process is gone by then, whatever hangs
    stuck: float = 300.0  # no commit for that long, though there is work and no neighbour is away: not alive
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 9464  # 0 turns the endpoint off
    data_dir: Path = Path(".local")
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")  # unique; names the group member
    software: str = "0"  # biorelay's version, for provenance

    @property
    def inference_threads(self) -> int:
        return self.threads or os.cpu_count() or 1

    def group_of(self, stage: Stage) -> str:
        """The consumer group of a stage (docs/decisions/0001-consumer-groups.md)."""
        return f"{self.group or self.prefix}.{stage}"
