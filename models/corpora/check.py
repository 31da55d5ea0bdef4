"""Whether a folder's corpora are those of the registry: every file found, hashed, read and counted."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path, PurePosixPath

from models.corpora.registry import CORPORA, Corpus, Counts, Split
from models.runtime.errors import BiorelayError

MOST_FILES = 100_000
"""Files of a folder that are looked through for one that is not at its place."""

_CHUNK = 1 << 20


class Verdict(StrEnum):
    """What was found of a split."""

    OK = "ok"
    OTHER = "other version"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Checked:
    """One split of one corpus in a folder."""

    corpus: str
    split: str
    verdict: Verdict
    files: Mapping[str, str | None]  # path under the folder -> sha256; None where the file is missing
    registered: Counts
    found: Counts | None  # None where the files are missing or cannot be read
    why: str  # what is missing, what differs, or file and line of what cannot be read; empty where all is well


def check(corpora: Iterable[Corpus], data: Path, done: Callable[[int], None] = lambda size: None) -> Iterator[Checked]:
    """Every split of `corpora` under `data`, in order; `done` hears the bytes that were read.

    A file is looked for at its registered path, and elsewhere under `data` by the end of that path where only one file has it.
    """
    places = _Places(data)
    for corpus in corpora:
        for name, split in corpus.splits.items():
            found = {path: places.find(path) for path in split.files}
            checked = _check(corpus, name, split, found, data)
            done(sum((data / path).stat().st_size for path in found.values() if path))
            yield checked


def size(corpora: Iterable[Corpus], data: Path) -> int:
    """The bytes that `check` will read."""
    places = _Places(data)
    found = [places.find(path) for corpus in corpora for split in corpus.splits.values() for path in split.files]
    return sum((data / path).stat().st_size for path in found if path)


def _check(corpus: Corpus, name: str, split: Split, found: Mapping[str, str | None], data: Path) -> Checked:
    place = {path: here or path for path, here in found.items()}
    hashes: dict[str, str | None] = dict.fromkeys(place.values())

    def told(verdict: Verdict, counts: Counts | None, why: str) -> Checked:
        return Checked(corpus.name, name, verdict, hashes, split.counts, counts, why)

    missing = [path for path, here in found.items() if here is None]
    try:
        hashes.update((here, _sha256(data / here)) for here in found.values() if here)
        if missing:
            return told(Verdict.MISSING, None, f"no {', '.join(missing)}")
        here = replace(corpus, splits={name: Split({place[path]: sha256 for path, sha256 in split.files.items()}, split.counts)})
        counts = here.count(name, data)
    except (BiorelayError, OSError) as error:
        return told(Verdict.BROKEN, None, str(error))
    if not any(_flat(counts).values()):
        return told(Verdict.BROKEN, counts, f"{', '.join(place.values())}: holds nothing")
    others = [place[path] for path, sha256 in split.files.items() if hashes[place[path]] != sha256]
    differing = _differences(split.counts, counts)
    if others:
        return told(Verdict.OTHER, counts, f"{', '.join(others)}: {differing or 'other bytes, the same counts'}")
    if differing:  # the same bytes: it is the reader that is wrong
        return told(Verdict.BROKEN, counts, f"the registered file is read otherwise: {differing}")
    return told(Verdict.OK, counts, "")


def _differences(registered: Counts, found: Counts) -> str:
    """`mentions Gene 12 for 13`, with what was registered second."""
    flat, other = _flat(found), _flat(registered)
    names = [name for name in {**other, **flat} if flat.get(name, 0) != other.get(name, 0)]
    return ", ".join(f"{name} {flat.get(name, 0):,} for {other.get(name, 0):,}" for name in names)


def _flat(counts: Counts) -> dict[str, int]:
    flat: dict[str, int] = {}
    for name, value in counts.items():
        if isinstance(value, Mapping):
            flat.update((f"{name} {label}", number) for label, number in value.items())
        else:
            flat[name] = value
    return flat


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class _Places:
    """Where under a folder a registered file lies."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._by_name: dict[str, list[PurePosixPath]] | None = None

    def find(self, path: str) -> str | None:
        """The path of the file under the folder: its registered one, or the only one that ends alike and could be no other corpus's."""
        if (self._data / path).is_file():
            return path
        parts = PurePosixPath(path).parts
        for length in range(len(parts), 0, -1):
            end = parts[-length:]
            found = [place for place in self._named(end[-1]) if place.parts[-length:] == end]
            if found:
                return str(found[0]) if len(found) == 1 and _REGISTERED[end] == 1 else None
        return None

    def _named(self, name: str) -> list[PurePosixPath]:
        if self._by_name is None:
            self._by_name = {}
            for place in islice(_files(self._data), MOST_FILES):
                self._by_name.setdefault(place.name, []).append(place)
        return self._by_name.get(name, [])


def _files(folder: Path) -> Iterator[PurePosixPath]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            yield PurePosixPath((Path(here) / name).relative_to(folder).as_posix())


def _ends() -> dict[tuple[str, ...], int]:
    """Every end of a registered path -> how many registered files have it."""
    ends: dict[tuple[str, ...], int] = {}
    for path in {path for corpus in CORPORA.values() for split in corpus.splits.values() for path in split.files}:
        parts = PurePosixPath(path).parts
        for length in range(1, len(parts) + 1):
            ends[parts[-length:]] = ends.get(parts[-length:], 0) + 1
    return ends


_REGISTERED = _ends()
