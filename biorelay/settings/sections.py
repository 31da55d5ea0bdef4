"""The settings as models: one section for each neighbour, every key with its meaning, its bounds and its default."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from biorelay.settings.following import PubMedSettings
from biorelay.settings.section import Port, Section
from biorelay.settings.serving import ServeSettings

if TYPE_CHECKING:
    from models.runtime.providers import Inference
    from stream.settings import StreamSettings

ENVIRONMENT_PREFIX = "BIORELAY_"

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]


class BrokerSettings(Section):
    """Where Kafka is and how to log in."""

    bootstrap: str = "127.0.0.1:9092"
    """host:port, several separated by commas"""
    security: Security = "PLAINTEXT"
    """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = "SCRAM-SHA-512"
    """how the password is proved, or OAUTHBEARER for tokens"""
    username: str | None = None
    """for SASL; with token_url the client's id"""
    password: SecretStr | None = None
    """for SASL; with token_url the client's secret"""
    password_file: Path | None = None
    """file that holds nothing but the password, in its place"""
    ca_file: Path | None = None
    """PEM file of the authority that signed the brokers' certificates; the system's authorities where not given"""
    cert_file: Path | None = None
    """PEM file of the client's own certificate, for mutual TLS"""
    key_file: Path | None = None
    """PEM file of its key, not encrypted"""
    token_file: Path | None = None
    """OAUTHBEARER: file of the token that holds now; read at each connection"""
    token_url: str | None = None
    """OAUTHBEARER: in its place the identity provider's token endpoint (https), asked by client credentials"""
    token_scope: str | None = None
    """OAUTHBEARER: the scope asked for there"""
    token_ca_file: Path | None = None
    """PEM file of the authority that signed the identity provider's certificate; the system's authorities where not given"""
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 10.0
    """how long a command waits for the broker before it says that it is away"""

    @field_validator("bootstrap")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        if "@" in value:
            raise ValueError("addresses are logged and shown: put the login into broker.username and broker.password")
        for server in value.split(","):
            host, _, port = server.strip().rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65536:
                raise ValueError(f"{server.strip()!r} is not host:port")
        return value

    @field_validator("token_url")
    @classmethod
    def _https(cls, value: str | None) -> str | None:
        if value is None:
            return value
        if "@" in value:
            raise ValueError("a URL is logged and shown: put the client's id and secret into broker.username and broker.password")
        parts = urlsplit(value)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("should be https://host/path: the client's secret is sent there")
        return value

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        login = self.username is not None and (self.password is not None or self.password_file is not None)
        if self.key_file is not None and self.cert_file is None:
            raise ValueError("key_file needs its cert_file")
        if not self.security.startswith("SASL"):
            return self
        if self.sasl_mechanism != "OAUTHBEARER":
            if not login:
                raise ValueError(f"{self.security} needs a username and a password")
        elif (self.token_file is None) == (self.token_url is None):
            raise ValueError("OAUTHBEARER needs either a token_file or a token_url")
        elif self.token_url is not None and not login:
            raise ValueError("token_url needs the client's id and secret as username and password")
        return self


class RegistrySettings(Section):
    """Where a Confluent-compatible schema registry is, if values shall be written in Confluent's wire format."""

    url: str | None = None
    """http(s)://host:port, with the path where there is one; plain JSON is written where not given, and both are read always"""
    username: str | None = None
    """for basic authentication"""
    password: SecretStr | None = None
    """for basic authentication"""
    password_file: Path | None = None
    """file that holds nothing but the password, in its place"""
    ca_file: Path | None = None
    """PEM file of the authority that signed the registry's certificate"""

    @field_validator("url")
    @classmethod
    def _http_without_a_login(cls, value: str | None) -> str | None:
        if value is None:
            return value
        if "@" in value:
            raise ValueError("a URL is logged and shown: put the login into registry.username and registry.password")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("should be http://host:port or https://host:port")
        return value


class TopicSettings(Section):
    """How the topics are named and created."""

    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = "biorelay"
    """the topics are PREFIX.abstracts, PREFIX.entities, ..."""
    partitions: Annotated[int, Field(ge=1, le=10_000)] = 6
    """the same for the three stage topics, so that a document keeps its number"""
    replication: Annotated[int, Field(ge=1, le=15)] = 1
    """copies of each partition; 3 on a cluster"""
    retention_days: Annotated[int, Field(ge=30, le=3650)] = 30
    """how long tombstones and events stay: a worker that slept must still see them"""
    message_bytes: Annotated[int, Field(ge=100_000)] = 4 * 1024 * 1024
    """largest message of the stage topics"""
    epoch: Annotated[int, Field(ge=0)] = 0
    """add one when the abstracts topic is created anew: its offsets start again, revisions must not"""


class GraphSettings(Section):
    """Where the graph is: a Neo4j server or a folder of the embedded engine."""

    url: str | None = None
    """bolt://host:7687, neo4j://host:7687 (bolt+s://, neo4j+s:// for TLS), or ladybug:FOLDER; the embedded engine in data_dir/graph
    where not given"""
    user: str = "neo4j"
    """for Neo4j"""
    password: SecretStr | None = None
    """for Neo4j"""
    password_file: Path | None = None
    """file that holds nothing but the password, in its place"""
    ca_file: Path | None = None
    """PEM file of the authority that signed Neo4j's certificate, for bolt+s and neo4j+s; the system's authorities where not given"""
    database: str = "neo4j"
    """for Neo4j"""
    query_timeout_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    """of one question's transaction, which the database then ends"""
    write_timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """of one batch's transaction, which the database then ends and the worker tries again in halves"""

    @field_validator("url")
    @classmethod
    def _no_password_inside(cls, value: str | None) -> str | None:
        if value is None:
            return value
        if not value.startswith("ladybug:") and "@" in value:
            raise ValueError("a URL is logged and shown: put user and password into graph.user and graph.password")
        if not value.strip():
            raise ValueError("must not be empty")
        return value


class LimitSettings(Section):
    """What is too large, or too much (docs/limits.md)."""

    document_bytes: Annotated[int, Field(ge=1_000)] = 256_000
    """of one record, as it stands in a file or a message"""
    text_characters: Annotated[int, Field(ge=100)] = 100_000
    """of title and abstract together"""
    questions: Annotated[int, Field(ge=1)] = 100_000
    """standing questions at once (docs/watch.md); one more goes to the dead letters"""
    requests_per_s: Annotated[float, Field(gt=0, le=10_000)] = 100.0
    """that a worker's own endpoint answers; more are told 429"""


class CleaningSettings(Section):
    """What is changed in a text before it is stored, where files are read."""

    whitespace: bool = True
    """any run of white space becomes one space, and none is left at the ends"""
    unicode: Literal["keep", "nfc", "nfkc"] = "nfc"
    """NFC: one way to write é. NFKC also makes fi of ﬁ, 2 of ², plain letters of full-width ones"""
    drop_invisible: bool = True
    """control characters, soft hyphens, zero-width spaces, marks of direction"""
    drop_labels: bool = False
    """BACKGROUND:, METHODS: and the like in front of a section"""
    drop_copyright: bool = True
    """a copyright notice at the end of an abstract"""
    drop_truncation: bool = True
    """(ABSTRACT TRUNCATED AT 250 WORDS)"""


class InferenceSettings(Section):
    """What the encoder runs on (docs/gpu.md)."""

    provider: Literal["cpu", "cuda", "tensorrt", "auto"] = "cpu"
    """cuda and tensorrt need biorelay[gpu]; auto is cuda where it is there, and the CPU elsewhere"""
    device: Annotated[int, Field(ge=0, le=1023)] = 0
    """number of the GPU"""
    batch_pieces: Annotated[int, Field(ge=512, le=1_048_576)] = 16_384
    """of one batch on a GPU, padding counted; a CPU has no batches"""


class WorkerSettings(Section):
    """How `biorelay worker` runs."""

    stages: tuple[Literal["ner", "relations", "graph"], ...] = ("ner", "relations", "graph")
    """which agents run in this process"""
    processes: Annotated[int, Field(ge=1, le=256)] = 1
    """worker processes under one parent, each with a model of its own (some 400 MB) and, unless worker.threads says otherwise, its share
    of the cores; they share the partitions. One only with the embedded broker or the embedded graph"""
    group: str | None = None
    """consumer groups are GROUP.ner, GROUP.relations, GROUP.graph; the topics' prefix where not given"""
    batch: Annotated[int, Field(ge=1, le=10_000)] = 64
    """documents taken at once"""
    graph_interval_s: Annotated[float, Field(ge=0, le=60)] = 0.2
    """between two transactions of the graph while documents come, which so share one; a document after a pause never waits"""
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """inference threads; 0 is one for each core, and on a GPU one for each 256 of inference.batch_pieces, so that batches fill"""
    deaths: Annotated[int, Field(ge=1, le=100)] = 3
    """a document on which a worker died that often is set aside unprocessed"""
    session_timeout_s: Annotated[float, Field(ge=4, le=1800)] = 30.0
    """how long the broker waits before it gives a dead worker's partitions to another"""
    startup_s: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """how long a worker waits for the broker before it gives up"""
    shutdown_s: Annotated[float, Field(ge=1, le=600)] = 20.0
    """the deadline after SIGTERM: then the process ends whatever hangs"""
    stuck_s: Annotated[float, Field(ge=10)] = 300.0
    """without a commit for that long, though there is work, /healthz says that the worker is not alive"""
    metrics_host: str = "127.0.0.1"
    """where /metrics, /healthz and /readyz listen"""
    metrics_port: Port = 9464
    """0 turns them off; with several processes the first one's, the others' follow it"""
    shadow_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """of the documents, which shadow_model reads as well: what only one of the two finds is told (`biorelay_shadow_findings_total`)"""
    shadow_model: str | None = None
    """name, name@version or folder of the model to compare with: the served one in fp32 (`biorelay models convert`), or the next one"""

    @field_validator("stages", mode="before")
    @classmethod
    def _commas(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("stages")
    @classmethod
    def _some_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("names no stage")
        return tuple(stage for stage in ("ner", "relations", "graph") if stage in value)

    @model_validator(mode="after")
    def _compares_with_something(self) -> Self:
        if self.shadow_share and not self.shadow_model:
            raise ValueError("shadow_share needs the shadow_model to compare with")
        return self


class Settings(BaseSettings):
    """All settings. Build it with `load_settings`; built directly, the given values win over the variables."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        enable_decoding=False,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # a wrong value may be a password
    )

    broker: BrokerSettings = BrokerSettings()
    registry: RegistrySettings = RegistrySettings()
    topics: TopicSettings = TopicSettings()
    graph: GraphSettings = GraphSettings()
    limits: LimitSettings = LimitSettings()
    cleaning: CleaningSettings = CleaningSettings()
    inference: InferenceSettings = InferenceSettings()
    worker: WorkerSettings = WorkerSettings()
    serve: ServeSettings = ServeSettings()
    pubmed: PubMedSettings = PubMedSettings()
    model: str | None = None
    """name, name@version or folder of the model; the shipped one where not given"""
    guideline: str | None = None
    """the corpus whose way to mark mentions is followed, where the model learned several (`models show`); its own where not given"""
    sibling: str | None = None
    """folder of a pairwise model that judges relations in the model's place: more accurate, and some twenty times as slow"""
    vocabulary: str | None = None
    """folder of the vocabulary; the shipped one where not given"""
    data_dir: Path = Path(".local")
    """where positions, the embedded graph, TensorRT's engines and the demo keep their files"""

    @property
    def graph_url(self) -> str:
        """Where the graph is, the default filled in."""
        return self.graph.url or f"ladybug:{self.data_dir / 'graph'}"

    def runs_on(self) -> "Inference":
        """What the encoder shall run on, as the runtime's own type."""
        from models.runtime.providers import Inference

        asked = self.inference
        return Inference(asked.provider, asked.device, asked.batch_pieces, engines=self.data_dir / "tensorrt")

    def extractor(self) -> dict[str, Any]:
        """The arguments of `Extractor.load`."""
        return {
            "model": self.model,
            "vocabulary": self.vocabulary,
            "sibling": self.sibling,
            "guideline": self.guideline,
            "max_characters": self.limits.text_characters,
            "inference": self.runs_on(),
        }

    def _feeders(self) -> int:
        """Threads that fill a GPU's batches; 0 where there is none to be had."""
        if self.inference.provider == "cpu":
            return 0
        from models.runtime.device import within_reach

        return self.runs_on().feeders if within_reach(self.inference.provider) else 0

    def stream(self) -> "StreamSettings":
        """What the stream must be told, as its own type. Raises `SettingsError` where a password's file cannot be used."""
        from importlib.metadata import version

        from stream.settings import Registry, Security, Stage, StreamSettings

        broker, registry, topics, worker = self.broker, self.registry, self.topics, self.worker
        return StreamSettings(
            broker=broker.bootstrap,
            security=Security(
                protocol=broker.security,
                mechanism=broker.sasl_mechanism,
                username=broker.username,
                password=broker.secret(),
                ca_file=broker.ca_file,
                cert_file=broker.cert_file,
                key_file=broker.key_file,
                token_file=broker.token_file,
                token_url=broker.token_url,
                token_scope=broker.token_scope,
                token_ca_file=broker.token_ca_file,
            ),
            broker_timeout=broker.timeout_s,
            registry=Registry(registry.url, registry.username, registry.secret(), registry.ca_file) if registry.url else None,
            prefix=topics.prefix,
            partitions=topics.partitions,
            replication=topics.replication,
            retention_days=topics.retention_days,
            message_bytes=topics.message_bytes,
            epoch=topics.epoch,
            document_bytes=self.limits.document_bytes,
            text_characters=self.limits.text_characters,
            questions=self.limits.questions,
            requests_per_second=self.limits.requests_per_s,
            stages=tuple(Stage(stage) for stage in worker.stages),
            group=worker.group,
            batch=worker.batch,
            graph_interval=worker.graph_interval_s,
            threads=worker.threads or self._feeders(),
            deaths=worker.deaths,
            session_timeout=worker.session_timeout_s,
            startup=worker.startup_s,
            shutdown=worker.shutdown_s,
            stuck=worker.stuck_s,
            metrics_host=worker.metrics_host,
            metrics_port=worker.metrics_port,
            data_dir=self.data_dir,
            software=version("biorelay"),
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings
