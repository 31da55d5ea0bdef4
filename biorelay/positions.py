"""How far each file has been published, so that a publish that was killed goes on where it stopped.

One small JSON file for each (file, broker, topic), written whole or not at all. A file that has changed since
counts as new. After a kill at most the records that were on their way are sent twice, which changes nothing:
a document's newer message replaces its older one.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Position:
    """How many records of a file were acknowledged, in the file's order."""

    file: str
    size: int  # bytes
    modified_ns: int
    records: int = 0
    complete: bool = False
    order: str = ""  # what was to be done with it: publishing a list again after its withdrawal begins anew


class Positions:
    """The positions under a folder, for one broker and one topic."""

    def __init__(self, folder: Path, target: str) -> None:
        self._folder = folder
        self._target = target

    def of(self, file: Path, order: str = "") -> Position:
        """Where to go on with `file`; at its start where it is not known, has changed, or something else was done with it last.

        Raises `OSError` where it is not there.
        """
        stat = file.stat()
        fresh = Position(str(file.resolve()), stat.st_size, stat.st_mtime_ns, order=order)
        try:
            known = Position(**json.loads(self._place(fresh.file).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, RecursionError):
            return fresh
        return known if isinstance(known.records, int) and replace(known, records=0, complete=False) == fresh else fresh

    def reached(self, position: Position, records: int, *, complete: bool = False) -> Position:
        """Remember that the first `records` records are acknowledged."""
        reached = replace(position, records=records, complete=complete)
        place = self._place(position.file)
        place.parent.mkdir(parents=True, exist_ok=True)
        scratch = place.with_suffix(f".{os.getpid()}.tmp")
        scratch.write_text(json.dumps(asdict(reached)), encoding="utf-8")
        scratch.replace(place)
        return reached

    def _place(self, file: str) -> Path:
        name = hashlib.sha256(f"{self._target}\n{file}".encode()).hexdigest()[:32]
        return self._folder / f"{name}.json"
