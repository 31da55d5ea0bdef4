"""The files that a command reads: checked before the work begins, counted while they are read."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from biorelay.cli.console import say
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from biorelay.settings import Settings
    from processors.limits import Limits
    from processors.records import Abstract
    from processors.sources import Deletion, Problem

STDIN = Path("-")
SHOWN = 20


class Inputs:
    """Files, or stdin where there are none or `-` stands for one.

    Raises `BadInput` at once where one of them cannot be read: better now than after hours.
    """

    def __init__(self, files: Sequence[Path], limits: "Limits", form: str | None = None) -> None:
        self.files = tuple(files) or (STDIN,)
        self._limits = limits
        self._format = form
        self._sizes = {file: _size(file) for file in self.files if file != STDIN}
        self._read = 0
        self._done: int = 0
        if STDIN in self.files and sys.stdin.isatty():
            raise BadInput("no files are named and stdin is a terminal", remedy="Name files, or pipe one in.")

    def __iter__(self) -> "Iterator[tuple[Path, Abstract | Deletion | Problem]]":
        """Each record, deletion or problem with the file it is from, in order."""
        for file in self.files:
            for item in self.of(file):
                yield file, item

    def of(self, file: Path) -> "Iterator[Abstract | Deletion | Problem]":
        """What one of the files holds."""
        from processors.sources import read

        if file == STDIN:
            yield from read(sys.stdin.buffer, format=self._format, limits=self._limits)
            return
        with file.open("rb") as stream:
            counted = _Counted(stream, str(file))
            for item in read(counted, format=self._format, limits=self._limits):  # type: ignore[arg-type]
                self._read = self._done + counted.read_bytes
                yield item
        self._done += self._sizes[file]
        self._read = self._done

    def passed(self, file: Path) -> None:
        """Count a file as read that is not read at all."""
        self._done += self._sizes.get(file, 0)
        self._read = self._done

    @property
    def share(self) -> float:
        """How much of the bytes has been read, 0 to 1; -1 where that cannot be known."""
        total = sum(self._sizes.values())
        return self._read / total if total and STDIN not in self.files else -1.0


class _Counted:
    """A file that knows how many of its bytes were read."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self.name = name
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self.read_bytes += len(chunk)
        return chunk


class Problems:
    """What was refused: each told when it is met, as long as they are few, and counted."""

    def __init__(self) -> None:
        self.met: list[dict[str, object]] = []

    def add(self, problem: "Problem") -> None:
        """Tell and keep one."""
        self.met.append(
            {"file": problem.file, "record": problem.record, "line": problem.line, "code": problem.error.code, "reason": str(problem.error)}
        )
        if len(self.met) <= SHOWN:
            say(f"refused: {problem}", style="yellow")
            if problem.error.remedy and not any(other["code"] == problem.error.code for other in self.met[:-1]):
                say(f"         {problem.error.remedy}")
        elif len(self.met) == SHOWN + 1:
            say(f"refused: more than {SHOWN}; the rest is counted, and listed by --problems FILE", style="yellow")

    def write(self, place: Path | None) -> None:
        """All of them, one JSON object a line."""
        if place is None:
            return
        import json

        with place.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(problem, ensure_ascii=False) + "\n" for problem in self.met)

    def __len__(self) -> int:
        return len(self.met)


def limits_of(settings: "Settings") -> "Limits":
    """The readers' limits out of the settings."""
    from processors.limits import Limits

    return Limits(max_document_bytes=settings.limits.document_bytes, max_text_characters=settings.limits.text_characters)


def _size(file: Path) -> int:
    try:
        if file.is_dir():
            raise BadInput(f"{file} is a folder", remedy="Name the files in it, such as FOLDER/*.xml.gz.")
        with file.open("rb"):
            return file.stat().st_size
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error
