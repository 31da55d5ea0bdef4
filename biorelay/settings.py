"""The settings: one model, read once at start, from `BIORELAY_*` variables over a TOML file over the defaults.

`BIORELAY_BROKER_BOOTSTRAP=kafka:9092` and

    [broker]
    bootstrap = "kafka:9092"

say the same; the variable wins. The file is `biorelay.toml` in the working directory, or what `--config` names.
An unknown key or a wrong value is a `SettingsError` that names where it was written.
"""

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from biorelay.refusals import SettingsError

if TYPE_CHECKING:
    from stream.settings import StreamSettings

ENVIRONMENT_PREFIX = "BIORELAY_"
OTHER_VARIABLES = frozenset({"BIORELAY_DATA"})
"""Read elsewhere: the corpora's folder, by `biorelay train`, `biorelay evaluate` and the tests."""
DEFAULT_FILE = Path("biorelay.toml")

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    """Base of the sections: immutable, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class BrokerSettings(Section):
    """Where Kafka is and how to log in."""

    bootstrap: str = "127.0.0.1:9092"
    """host:port, several separated by commas"""
    security: Security = "PLAINTEXT"
    """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """how the password is proved"""
    username: str | None = None
    """for SASL"""
    password: SecretStr | None = None
    """for SASL"""
    ca_file: Path | None = None
    """PEM file of the authority that signed the brokers' certificates"""
    cert_file: Path | None = None
    """PEM file of the client's own certificate, for mutual TLS"""
    key_file: Path | None = None
    """PEM file of its key"""
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 10.0
    """how long a command waits for the broker before it says that it is away"""

    @field_validator("bootstrap")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        for server in value.split(","):
            host, _, port = server.strip().rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65536:
                raise ValueError(f"{server.strip()!r} is not host:port")
        return value

    @model_validator(mode="after")
    def _login_is_whole(self) -> "BrokerSettings":
        if self.security.startswith("SASL") and (self.username is None or self.password is None):
            raise ValueError(f"{self.security} needs a username and a password")
        return self


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
    """bolt://host:7687, neo4j://host:7687, or ladybug:FOLDER; the embedded engine in data_dir/graph where not given"""
    user: str = "neo4j"
    """for Neo4j"""
    password: SecretStr | None = None
    """for Neo4j"""
    database: str = "neo4j"
    """for Neo4j"""

    @field_validator("url")
    @classmethod
    def _no_password_inside(cls, value: str | None) -> str | None:
        if value is None:
            return value
        if "://" in value and "@" in urlsplit(value).netloc:
            raise ValueError("a URL is logged and shown: put user and password into graph.user and graph.password")
        if not value.strip():
            raise ValueError("must not be empty")
        return value


class LimitSettings(Section):
    """What is too large to be read."""

    document_bytes: Annotated[int, Field(ge=1_000)] = 256_000
    """of one record, as it stands in a file or a message"""
    text_characters: Annotated[int, Field(ge=100)] = 100_000
    """of title and abstract together"""


class WorkerSettings(Section):
    """How `biorelay worker` runs."""

    stages: tuple[Literal["ner", "relations", "graph"], ...] = ("ner", "relations", "graph")
    """which agents run in this process"""
    group: str | None = None
    """consumer groups are GROUP.ner, GROUP.relations, GROUP.graph; the topics' prefix where not given"""
    batch: Annotated[int, Field(ge=1, le=10_000)] = 64
    """documents taken at once"""
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """inference threads; 0 is one for each core"""
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
    """0 turns them off"""

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
    )

    broker: BrokerSettings = BrokerSettings()
    topics: TopicSettings = TopicSettings()
    graph: GraphSettings = GraphSettings()
    limits: LimitSettings = LimitSettings()
    worker: WorkerSettings = WorkerSettings()
    model: str | None = None
    """name, name@version or folder of the model; the shipped one where not given"""
    vocabulary: str | None = None
    """folder of the vocabulary; the shipped one where not given"""
    data_dir: Path = Path(".local")
    """where positions, the embedded graph and the demo keep their files"""

    @property
    def graph_url(self) -> str:
        """Where the graph is, the default filled in."""
        return self.graph.url or f"ladybug:{self.data_dir / 'graph'}"

    def stream(self) -> "StreamSettings":
        """What the stream must be told, as its own type; `SecretStr` is opened here and nowhere else."""
        from importlib.metadata import version

        from stream.settings import Security, Stage, StreamSettings

        broker, topics, worker = self.broker, self.topics, self.worker
        return StreamSettings(
            broker=broker.bootstrap,
            security=Security(
                protocol=broker.security,
                mechanism=broker.sasl_mechanism,
                username=broker.username,
                password=broker.password.get_secret_value() if broker.password else None,
                ca_file=broker.ca_file,
                cert_file=broker.cert_file,
                key_file=broker.key_file,
            ),
            broker_timeout=broker.timeout_s,
            prefix=topics.prefix,
            partitions=topics.partitions,
            replication=topics.replication,
            retention_days=topics.retention_days,
            message_bytes=topics.message_bytes,
            epoch=topics.epoch,
            document_bytes=self.limits.document_bytes,
            text_characters=self.limits.text_characters,
            stages=tuple(Stage(stage) for stage in worker.stages),
            group=worker.group,
            batch=worker.batch,
            threads=worker.threads,
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


def load_settings(config: Path | None = None) -> Settings:
    """Read the settings: variables over `config` (or `biorelay.toml` where there is one) over defaults.

    Raises `SettingsError` for a file that is missing or not TOML, an unknown key, or a value that cannot be used.
    """
    file = config or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    written = _read(file) if file else {}
    variables = EnvSettingsSource(Settings)()
    try:
        return Settings(**_over(written, variables))
    except ValidationError as error:
        raise SettingsError(_sentence(error, file, written), remedy="Mend it, or remove it to get the default.") from error


def changed(settings: Settings, section: str, option: str, **values: Any) -> Settings:
    """The settings with some values of a section replaced, as an option of the command line says; raises `SettingsError`."""
    old: Section = getattr(settings, section)
    try:
        new = type(old).model_validate({name: getattr(old, name) for name in type(old).model_fields} | values)
    except ValidationError as error:
        raise SettingsError(f"{option}: {_message(error.errors(include_url=False)[0])}") from error
    return settings.model_copy(update={section: new})


def origins(config: Path | None = None) -> dict[str, str]:
    """Where each setting that is not a default was written: `{"broker.bootstrap": "BIORELAY_BROKER_BOOTSTRAP"}`."""
    file = config or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    found = dict.fromkeys(_leaves(_read(file)), str(file)) if file else {}
    found |= {key: _variable(key) for key in _leaves(EnvSettingsSource(Settings)())}
    return found


def unknown_variables() -> list[str]:
    """`BIORELAY_*` variables that no setting reads: a typing error more often than not."""
    sections = {name for name, field in Settings.model_fields.items() if isinstance(field.default, Section)}
    return sorted(
        name
        for name in os.environ
        if name.startswith(ENVIRONMENT_PREFIX)
        and name not in OTHER_VARIABLES
        and (key := name.removeprefix(ENVIRONMENT_PREFIX).lower()) not in Settings.model_fields
        and key.partition("_")[0] not in sections
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}", remedy="Name an existing file with --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{file}: not TOML: {error}", remedy="Mend the file; `biorelay config show --toml` prints a whole one."
        ) from error


def _over(low: dict[str, Any], high: dict[str, Any]) -> dict[str, Any]:
    merged = dict(low)
    for key, value in high.items():
        below = merged.get(key)
        merged[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _leaves(data: dict[str, Any], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for key, value in data.items():
        keys += _leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else [prefix + key]
    return keys


def _variable(key: str) -> str:
    return ENVIRONMENT_PREFIX + key.replace(".", "_").upper()


def _sentence(error: ValidationError, file: Path | None, written: dict[str, Any]) -> str:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"] if isinstance(part, str)) or "settings"
    in_file = any(leaf == key or leaf.startswith(f"{key}.") for leaf in _leaves(written))
    if first["type"] in {"value_error", "model_type"} and key in Settings.model_fields:
        place = f"the {key} settings"
    elif in_file and _variable(key) not in os.environ:
        place = f"{file}: {key}"
    else:
        place = _variable(key)
    if first["type"] == "extra_forbidden":
        return f"{place}: there is no such setting"
    if first["type"] == "model_type":
        return f"{place} are a section: set {_variable(key)}_... or a [{key}] table"
    return f"{place}: {_message(first)}"


def _message(first: Any) -> str:
    message: str = first["msg"].removeprefix("Value error, ").replace("Input should", "should").partition(", unable")[0]
    given = first["input"]
    # A value error's own sentence says what matters, and may be silent about a password on purpose.
    silent = first["type"] == "value_error" or "password" in first["loc"]
    return message if silent or not isinstance(given, str | int | float) else f"{message}, not {given!r}"
