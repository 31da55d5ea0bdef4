"""The names of PubMed's files, and which one comes next.

A year has a baseline, `baseline/pubmed26n0001.xml.gz` and so on, and from then on daily files that go on counting,
`updatefiles/pubmed26n1275.xml.gz`. Each has a file with its md5 beside it, written when it is whole. In the next year all begins anew:
a new baseline with everything, and update files of its own (https://pubmed.ncbi.nlm.nih.gov/download/).
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

BASELINE: Final = "baseline"
UPDATES: Final = "updatefiles"

_NAME: Final = re.compile(r"pubmed(\d{2})n(\d{4,6})(?:\.xml\.gz)?")
_LISTED: Final = re.compile(r"(?<![A-Za-z0-9])pubmed(\d{2})n(\d{4,6})\.xml\.gz(\.md5)?(?![A-Za-z0-9.])")


class UpdateFile(NamedTuple):
    """A file by its year (two digits) and its number; compares in the order in which files are read."""

    year: int
    number: int

    @property
    def name(self) -> str:
        return f"pubmed{self.year:02}n{self.number:04}.xml.gz"

    @property
    def next(self) -> Self:
        return self._replace(number=self.number + 1)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """`pubmed26n1275`, with or without `.xml.gz`; None for anything else."""
        found = _NAME.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds: files with their md5 beside them, and files without, which are still being written."""

    whole: frozenset[UpdateFile] = frozenset()
    begun: frozenset[UpdateFile] = frozenset()

    @classmethod
    def of(cls, text: str) -> Self:
        """Of a page of links, a list of names, or anything else that names the files."""
        files: set[UpdateFile] = set()
        sums: set[UpdateFile] = set()
        for year, number, md5 in _LISTED.findall(text):
            (sums if md5 else files).add(UpdateFile(int(year), int(number)))
        return cls(frozenset(files & sums), frozenset(files - sums))

    @property
    def all(self) -> frozenset[UpdateFile]:
        return self.whole | self.begun


@dataclass(frozen=True, slots=True)
class Next:
    """What to do next: read `file` in `folder`; or, without one, wait. `missing`: there are newer files, but not the one in between."""

    file: UpdateFile | None = None
    folder: str = UPDATES
    why: str = ""
    missing: bool = False


def next_file(last: UpdateFile, updates: Listing, baseline: Listing, *, whole_years: bool) -> Next:
    """What comes after `last`, which was read (or counts as read). `whole_years`: of a new year its baseline too."""
    wanted = last.next
    for folder, listing in ((UPDATES, updates), (BASELINE, baseline)):
        if wanted in listing.whole:
            return Next(wanted, folder)
        if wanted in listing.begun:
            return Next(why=f"{wanted.name} has no md5 yet")
    newer = sorted(file for file in updates.all | baseline.all if file > wanted)
    if not newer:
        return Next(why=f"{last.name} was the last")
    if newer[0].year == wanted.year:
        return Next(why=f"{wanted.name} is missing, though {newer[0].name} is there", missing=True)
    if newer[0].year > wanted.year + 1 and not whole_years:
        return Next(why=f"{last.name} was the last, and the files up to the year 20{newer[0].year:02} are gone", missing=True)
    return _new_year(newer[0].year, updates, baseline, whole_years=whole_years)


def _new_year(year: int, updates: Listing, baseline: Listing, *, whole_years: bool) -> Next:
    if whole_years:
        first = UpdateFile(year, 1)
        if first in baseline.whole:
            return Next(first, BASELINE, why=f"the baseline of 20{year:02} begins")
        return Next(why=f"{first.name} is missing, though the year 20{year:02} has begun", missing=True)
    daily = min((file for file in updates.all if file.year == year), default=None)
    if daily is None:
        return Next(why=f"the baseline of 20{year:02} is there, and no update file yet")
    last = max((file for file in baseline.all if file.year == year), default=None)
    if last is None:
        return Next(why=f"the baseline is missing that tells whether {daily.name} is the first of 20{year:02}", missing=True)
    if daily != last.next:
        return Next(why=f"{last.next.name} is missing, though {daily.name} is there", missing=True)
    if daily not in updates.whole:
        return Next(why=f"{daily.name} has no md5 yet")
    return Next(daily, why=f"the update files of 20{year:02} begin; what its baseline alone says is read with --baseline only")
