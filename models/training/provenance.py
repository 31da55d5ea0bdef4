"""What every manifest says of where an artefact comes from."""

import hashlib
import importlib.metadata
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PACKAGE = "biorelay"


def software() -> str:
    """This package and its version."""
    try:
        return f"{PACKAGE} {importlib.metadata.version(PACKAGE)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{PACKAGE} unknown"


def commit() -> str | None:
    """The commit that trains, where it runs in a git checkout."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def file_entry(path: Path) -> dict[str, Any]:
    """What a manifest states of a file."""
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


@contextmanager
def making(folder: Path) -> Iterator[Path]:
    """An empty folder on the same disk, to make things in for `replace_folder`; what a killed run left there goes first."""
    place = folder.with_name(f".{folder.name}.export")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def replace_folder(folder: Path, made: Path) -> None:
    """Move `made`, on the same disk, to `folder`; an older folder goes out of the way first, and then away."""
    old = made.parent / "old"
    if folder.exists():
        folder.rename(old)
    made.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
