"""Model artefacts on disk: found by name or path, and refused unless every byte is what the manifest states."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from models.runtime.errors import ArtefactCorrupt, ArtefactError, ArtefactMissing
from models.runtime.manifest import SCHEMA, Manifest

ARTEFACTS = Path(__file__).resolve().parents[1] / "artefacts"
"""The shipped artefacts: `<name>/<version>/manifest.json`."""

DEFAULT = "relay-mini"

MANIFEST = "manifest.json"
ENCODER = "encoder.onnx"
RELATIONS = "relations.onnx"
TOKENIZER = "tokenizer.json"
PREDICTIONS = "predictions.jsonl"
REQUIRED = (ENCODER, RELATIONS, TOKENIZER)

UPGRADE = "Upgrade biorelay, or name another model."
REINSTALL = "Install biorelay again, or make the artefact again with `biorelay train`."


@dataclass(frozen=True, slots=True)
class Artefact:
    """A verified artefact: its folder and its manifest."""

    folder: Path
    manifest: Manifest

    @property
    def reference(self) -> str:
        """`name@version`, as provenance states it."""
        return f"{self.manifest.name}@{self.manifest.version}"

    def path(self, name: str) -> Path:
        return self.folder / name

    def verified(self, name: str) -> Path:
        """The path of a file that has, at this moment, the bytes that the manifest states; raises as `load_artefact` does."""
        entry = self.manifest.files[name]
        verify_file(self.folder / name, entry.sha256, entry.bytes)
        return self.folder / name


def load_artefact(reference: str | Path | None = None, *, folder: Path = ARTEFACTS) -> Artefact:
    """Find an artefact and check every file of it against the manifest.

    `reference` is a folder, `name` (its highest version), `name@version`, or None for the shipped default.
    Raises `ArtefactMissing` where there is none or a file is gone, `ArtefactCorrupt` where bytes differ
    or the manifest cannot be read, `ArtefactError` where this version cannot run it.
    """
    place = find_artefact(reference, folder=folder)
    artefact = Artefact(place, read_manifest(place))
    for name in REQUIRED:
        if name not in artefact.manifest.files:
            raise ArtefactCorrupt(f"{place / MANIFEST} names no {name}", remedy=REINSTALL)
    for name in artefact.manifest.files:
        artefact.verified(name)
    return artefact


def find_artefact(reference: str | Path | None = None, *, folder: Path = ARTEFACTS) -> Path:
    """The folder of an artefact, by path, `name` or `name@version`; raises `ArtefactMissing`."""
    wanted = DEFAULT if reference is None else reference
    if isinstance(wanted, Path) or "/" in wanted or "\\" in wanted or wanted in (".", ".."):
        place = Path(wanted)
        if (place / MANIFEST).is_file():
            return place
        inner = _versions(place)
        if inner:
            return inner[-1]
        raise ArtefactMissing(f"{place} holds no {MANIFEST}", remedy="Name a folder that `biorelay train` wrote.")
    name, _, version = wanted.partition("@")
    places = _versions(folder / name) if name else []
    if version:
        places = [place for place in places if place.name == version]
    if not places:
        known = ", ".join(f"{place.parent.name}@{place.name}" for place in list_artefacts(folder)) or "none"
        raise ArtefactMissing(
            f"no artefact {wanted!r} in {folder} (there: {known})",
            remedy="Name one of those or the folder of another, or make one with `biorelay train`.",
        )
    return places[-1]


def list_artefacts(folder: Path = ARTEFACTS) -> list[Path]:
    """Folders of all model artefacts under `folder`, by name and version; vocabularies and strangers are passed over."""
    if not folder.is_dir():
        return []
    return [place for named in sorted(folder.iterdir()) for place in _versions(named) if _schema(place) == SCHEMA]


def read_manifest(place: Path) -> Manifest:
    """The manifest of the artefact in `place`, without looking at its other files; raises as `load_artefact` does."""
    path = place / MANIFEST
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ArtefactMissing(f"{path} does not exist", remedy=REINSTALL) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ArtefactCorrupt(f"{path} cannot be read as JSON: {error}", remedy=REINSTALL) from error
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise ArtefactError(f"{path} has schema {schema!r}, this version reads {SCHEMA!r}", remedy=UPGRADE)
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "manifest"
        raise ArtefactError(f"{path}: {field}: {first['msg']}", remedy=UPGRADE) from error


def _versions(named: Path) -> list[Path]:
    """Version folders of one name, oldest first; `10` comes after `9`."""
    return sorted(_manifest_folders(named), key=lambda place: [(int(n or 0), text) for n, text in re.findall(r"(\d*)(\D*)", place.name)])


def _manifest_folders(named: Path) -> Iterator[Path]:
    if named.is_dir():
        yield from (place for place in named.iterdir() if (place / MANIFEST).is_file())


def _schema(place: Path) -> object:
    try:
        data = json.loads((place / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return data.get("schema") if isinstance(data, dict) else None


def verify_file(path: Path, sha256: str, size: int) -> None:
    """Raise `ArtefactMissing` or `ArtefactCorrupt` unless the file has these bytes."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            actual = stream.tell()
    except FileNotFoundError as error:
        raise ArtefactMissing(f"{path} is missing, its manifest names it", remedy=REINSTALL) from error
    except OSError as error:
        raise ArtefactCorrupt(f"{path} cannot be read: {error}", remedy=REINSTALL) from error
    if digest != sha256:
        pointer = " (a Git LFS pointer?)" if actual < 200 < size else ""
        raise ArtefactCorrupt(
            f"{path} has {actual} bytes with sha256 {digest[:12]}..., its manifest states {size} with {sha256[:12]}...{pointer}",
            remedy=REINSTALL,
        )
