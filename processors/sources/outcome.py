"""What a reader yields besides abstracts."""

from dataclasses import dataclass

from models.runtime.errors import BiorelayError
from processors.records import Curie


@dataclass(frozen=True, slots=True)
class Deletion:
    """A document was taken back (PubMed's DeleteCitation); published, it becomes a tombstone."""

    id: Curie
    source: str  # the file's name


@dataclass(frozen=True, slots=True)
class Problem:
    """Something was refused; the reader went on with the next record where there is one."""

    file: str
    record: str | None  # the record's id, or `record 17` where it has none; None: the file as a whole
    line: int | None  # where it begins, from 1
    error: BiorelayError

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, self.record, f"line {self.line}" if self.line else None) if part)
        return f"{place}: {self.error}"
