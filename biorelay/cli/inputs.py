"""The files that a command reads: checked before the work begins, counted while they are read."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, TypeVar, cast

from biorelay.cli.console import say
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from biorelay.settings import Settings
    from processors.records import Abstract
    from processors.sources import Deletion, Problem

Item = TypeVar("Item")

STDIN = Path("-")
SHOWN = 20


class Inputs(Generic[Item]):
    """Files, or stdin where there are none or `-` stands for one, read by `reader`.

    Raises `BadInput` at once where one of them cannot be opened: better now than after hours.
    """

    def __init__(self, files: Sequence[Path], reader: Callable[[BinaryIO], Iterator[Item]]) -> None:
        self.files = tuple(files) or (STDIN,)
        self._reader = reader
        self._sizes = {file: _size(file) for file in self.files if file != STDIN}
        self._read = 0
        self._done = 0
        if STDIN in self.files and sys.stdin.isatty():
            raise BadInput("no files are named and stdin is a terminal", remedy="Name files, or pipe one in.")

    def __iter__(self) -> Iterator[Item]:
        """What each file holds, in order."""
        for file in self.files:
            yield from self.of(file)

    def of(self, file: Path) -> Iterator[Item]:
        """What one of the files holds."""
        if file == STDIN:
            yield from self._reader(sys.stdin.buffer)
            return
        with file.open("rb") as stream:
            counted = _Counted(stream, str(file))
            for item in self._reader(cast("BinaryIO", counted)):
                self._read = self._done + counted.read_bytes
                yield item
        self.passed(file)

    def passed(self, file: Path) -> None:
        """Count a file as read, whether it was or not."""
        self._done += self._sizes.get(file, 0)
        self._read = self._done

    @property
    def share(self) -> float:
        """How much of the bytes has been read, 0 to 1; -1 where that cannot be known."""
        total = sum(self._sizes.values())
        return self._read / total if total and STDIN not in self.files else -1.0


def abstracts_in(files: Sequence[Path] | None, settings: "Settings", form: str | None) -> "Inputs[Abstract | Deletion | Problem]":
    """The abstracts and deletions in files of any format that is read, within the settings' limits and cleaned by their rules."""
    from processors.sources import Cleaning, Limits, read

    limits = Limits(max_document_bytes=settings.limits.document_bytes, max_text_characters=settings.limits.text_characters)
    cleaning = Cleaning(**settings.cleaning.model_dump())
    return Inputs(files or (), lambda stream: read(stream, format=form, limits=limits, cleaning=cleaning))


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


def _size(file: Path) -> int:
    try:
        if file.is_dir():
            raise BadInput(f"{file} is a folder", remedy="Name the files in it, such as FOLDER/*.xml.gz.")
        with file.open("rb"):
            return file.stat().st_size
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error
