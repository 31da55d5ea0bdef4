"""The entries as they stand in the TOML files beside this module."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from models.corpora.registry.corpus import Corpus, Split
from processors.records import EntityType


def read_entries() -> Mapping[str, Corpus]:
    """Every entry of every file, files by name, entries in their order."""
    folder = Path(__file__).parent
    entries = {entry.name: entry for path in sorted(folder.glob("*.toml")) for entry in _entries(path)}
    return MappingProxyType(entries)


def _entries(path: Path) -> Iterator[Corpus]:
    for name, facts in tomllib.loads(path.read_text(encoding="utf-8")).items():
        splits = {split: _split(parts) for split, parts in facts.pop("splits").items()}
        types = {label: EntityType(kind) for label, kind in facts.pop("types", {}).items()}
        yield Corpus(name=name, kinds=tuple(facts.pop("kinds")), splits=splits, types=types, **facts)


def _split(parts: dict[str, Any]) -> Split:
    """`files` apart, everything else is counts."""
    return Split(files=parts.pop("files"), counts=parts)
