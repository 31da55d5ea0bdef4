"""What a look finds."""

import importlib.metadata
from dataclasses import dataclass
from enum import StrEnum

from biorelay.masking import mask
from models.runtime.errors import BiorelayError


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"  # absent, and only some commands need it
    WARNING = "warning"  # works, but not as it should
    PROBLEM = "problem"  # what was asked for does not work


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    says: str
    mend: str | None = None


def failed(what: str, error: BiorelayError) -> Finding:
    """The finding of a look that an error ended."""
    return Finding(what, Verdict.PROBLEM, mask(str(error)), error.remedy)


def version(distribution: str) -> str | None:
    """An installed distribution's version."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
