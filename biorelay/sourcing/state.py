"""How far a source was followed: one small JSON file for each source and target, written whole and safely or not at all."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from biorelay.sourcing.errors import StateUnusable


class StateFile:
    """The state of one source for one target (broker, topic and epoch), under the folder where positions are kept."""

    def __init__(self, folder: Path, target: str, source: str) -> None:
        name = hashlib.sha256(f"{target}\n{source}".encode()).hexdigest()[:32]
        self.place = folder / f"{name}.source.json"

    def read(self) -> dict[str, Any] | None:
        """What was written last; None where nothing was. Raises `StateUnusable` where that cannot be told, and `OSError`."""
        try:
            found = json.loads(self.place.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (ValueError, RecursionError) as error:
            raise self.unusable() from error
        if not isinstance(found, dict):
            raise self.unusable()
        return found

    def write(self, state: dict[str, Any]) -> None:
        """Raises `OSError`, and then what was there is there still."""
        self.place.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.place.with_suffix(f".{os.getpid()}.tmp")
        try:
            with scratch.open("w", encoding="utf-8") as file:
                json.dump(state, file)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(self.place)
        except OSError:
            with suppress(OSError):
                scratch.unlink()
            raise

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else follows this source to this target meanwhile. Raises `StateUnusable` where somebody does, and `OSError`."""
        self.place.parent.mkdir(parents=True, exist_ok=True)
        with self.place.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StateUnusable(
                    "another process follows this source already", remedy="Let that one go on, or stop it first."
                ) from error
            yield

    def unusable(self) -> StateUnusable:
        """What to raise where the state says nothing."""
        return StateUnusable(
            f"{self.place} does not say how far the source was followed",
            remedy="Delete the file, and say with --since-file or --baseline where to go on.",
        )
