"""What the relation corpora's labels mean in common: `labels.toml`, read once.

Schemes are named as the registry names them (`Corpus.relations`).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from models.corpora.errors import CorpusUnknown
from models.corpora.relations.pair import NONE
from processors.records import Predicate
from processors.records.kinds import BIOLINK


class Polarity(StrEnum):
    """Whether a label says that the text states, denies or supposes the relation."""

    STATED = "stated"
    DENIED = "denied"
    SUPPOSED = "supposed"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One corpus label in common terms."""

    common: Predicate
    fine: str | None = None  # DrugProt's type
    directed: bool = False  # head -> tail
    polarity: Polarity = Polarity.STATED
    effect: str | None = None  # of head on tail: increased or decreased
    biolink: str = ""


@cache
def meanings() -> Mapping[str, Mapping[str, Meaning]]:
    """Every label's meaning, by scheme."""
    tables = tomllib.loads(Path(__file__).with_name("labels.toml").read_text(encoding="utf-8"))
    found: dict[str, Mapping[str, Meaning]] = {}
    for scheme, rows in tables.items():
        older = found.get(rows.pop("extends", ""), {})
        found[scheme] = MappingProxyType({**older, **{label: _meaning(**row) for label, row in rows.items()}})
    return MappingProxyType(found)


def meaning(scheme: str, label: str) -> Meaning:
    """What a label of a scheme means. Raises `CorpusUnknown`."""
    labels = meanings().get(scheme, {})
    if label not in labels:
        raise CorpusUnknown(
            f"no relation scheme {scheme!r} has a label {label!r}", remedy="labels.toml lists the schemes and their labels."
        )
    return labels[label]


def common(scheme: str, label: str) -> str:
    """The label in BioRED's eight types, or `NONE`: for `NONE` itself, and for a relation that the text denies. Raises `CorpusUnknown`."""
    if label == NONE:
        return NONE
    found = meaning(scheme, label)
    return NONE if found.polarity is Polarity.DENIED else found.common.value


def _meaning(common: str, polarity: str = Polarity.STATED, biolink: str = "", **rest: object) -> Meaning:
    predicate = Predicate(common)
    return Meaning(predicate, polarity=Polarity(polarity), biolink=biolink or BIOLINK[predicate], **rest)  # type: ignore[arg-type]
