"""The settings of `biorelay follow pubmed`."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from biorelay.masking import hide
from biorelay.settings.secret_files import only_line
from biorelay.settings.section import Section


class PubMedSettings(Section):
    """Where `biorelay follow pubmed` finds PubMed, and how it asks (docs/sources.md)."""

    url: str = "https://ftp.ncbi.nlm.nih.gov/pubmed/"
    """http(s):// or ftp:// address of the folder that holds baseline/ and updatefiles/; NLM's own, or a mirror"""
    eutils: str = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
    """http(s):// address of the E-utilities, for --query"""
    email: Annotated[str, Field(pattern=r"^([^@\s]+@[^@\s]+)?$", max_length=254)] = ""
    """whom NCBI writes to where the queries trouble it; --query needs one"""
    tool: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = "biorelay"
    """the name by which NCBI knows who asks"""
    api_key: SecretStr | None = None
    """of an NCBI account: 10 requests a second, and 3 without one"""
    api_key_file: Path | None = None
    """file that holds nothing but the key, in its place"""
    ca_file: Path | None = None
    """PEM file of the authority that signed the host's certificate; the system's authorities where not given"""
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    """for a connection, and between two pieces of an answer; what comes slower than 1,000 bytes a second for so long is asked for again"""
    tries: Annotated[int, Field(ge=1, le=100)] = 6
    """in a row without anything coming, before a run gives up; with longer and longer waits, or those that the host asks for"""

    @field_validator("url", "eutils")
    @classmethod
    def _address(cls, value: str) -> str:
        if "@" in value:
            raise ValueError("a URL is logged and shown: it must hold no login")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https", "ftp"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"{value[:80]!r} is not https://host/path/")
        return value

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.api_key is not None and self.api_key_file is not None:
            raise ValueError("give an api_key or an api_key_file, not both")
        parts = urlsplit(self.eutils)
        if parts.scheme == "ftp":
            raise ValueError("eutils should be http:// or https://")
        has_key = self.api_key is not None or self.api_key_file is not None
        if has_key and parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("the key goes by https:// only")
        return self

    def key(self) -> str | None:
        """The API key, wherever it is written; opened here and nowhere else. Raises `SettingsError`."""
        found = self.api_key.get_secret_value() if self.api_key else None if self.api_key_file is None else only_line(self.api_key_file)
        if found is not None:
            hide(found)
        return found
