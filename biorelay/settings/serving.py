"""The settings of `biorelay serve`."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from biorelay.settings.section import Port, Section


class ServeSettings(Section):
    """How `biorelay serve` answers (docs/explorer.md)."""

    host: str = "127.0.0.1"
    """address to listen on; 0.0.0.0 is every one of the machine's"""
    port: Port = 8765
    """0 takes a free one and tells it"""
    hosts: tuple[str, ...] = ()
    """names by which browsers may call the service, by commas; on a loopback address localhost and 127.0.0.1 where not given, elsewhere
    any"""
    root_path: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)*$")] = ""
    """the path under which a proxy offers the service, such as /biorelay"""
    proxies: tuple[str, ...] = ()
    """addresses or networks of proxies whose X-Forwarded-For and -Proto are believed, by commas"""
    origins: tuple[str, ...] = ()
    """other sites whose pages may read the API (CORS), such as https://example.org, by commas; none where not given"""
    requests_per_s: Annotated[float, Field(gt=0, le=10_000)] = 20.0
    """of one client, after a burst of five seconds' worth; more are told 429"""
    request_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """the longest that an answer may take; then 504"""
    shutdown_s: Annotated[float, Field(ge=1, le=600)] = 10.0
    """the deadline after SIGTERM: then the process ends whatever hangs"""
    readers: Annotated[int, Field(ge=1, le=16)] = 2
    """questions that the embedded graph answers at once, each with memory of its own; Neo4j takes any number"""
    refresh_s: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """how old the embedded graph's state may be where another process writes it"""
    extractions: Annotated[int, Field(ge=1, le=64)] = 1
    """abstracts that are read by the model at once, for /extract and /verify; one more is told 503"""
    verify_documents: Annotated[int, Field(ge=1, le=10_000_000)] = 50_000
    """abstracts that /verify searches at most, the rest is said to be left out"""
    abstracts: tuple[Path, ...] = ()
    """files that /verify searches, by commas; the abstracts topic where not given"""
    listeners: Annotated[int, Field(ge=0, le=10_000)] = 50
    """clients that are told of discoveries as they come; one more is told 503"""
    views: Path | None = None
    """TOML file of stored views, beside the shipped ones"""
    workers: tuple[str, ...] = ("http://127.0.0.1:9464",)
    """where the workers' metrics are, for the status page, by commas"""

    @field_validator("hosts", "proxies", "origins", "abstracts", "workers", mode="before")
    @classmethod
    def _commas(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ipaddress.ip_network(one)
            except ValueError:
                raise ValueError(f"{one[:80]!r} is no address or network, such as 10.0.0.0/8") from None
        return value

    @field_validator("origins", "workers")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if "@" in one:
                raise ValueError("a URL is logged and shown: it must hold no login")
            parts = urlsplit(one)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(f"{one[:80]!r} is not http://host:port or https://host:port")
        return value
