"""PubMed's files onto the ingest topic, one after the other in the order of their numbers.

A file counts as read when the broker has acknowledged its last record, and only then is the next one looked at. Whatever is killed in
between comes again: the part that was fetched is fetched on, the file that was being published goes on behind its last acknowledged record
(`biorelay.positions`), and a record that comes twice changes nothing.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from biorelay.positions import Positions
from biorelay.publishing import Acknowledged, Report, publish_records
from biorelay.sourcing.errors import FileDamaged, FileMissing
from biorelay.sourcing.naming import BASELINE, Listing, Next, UpdateFile, next_file
from biorelay.sourcing.spool import Spool, both_folders
from biorelay.sourcing.state import StateFile
from processors.errors import SourceError
from processors.sources import Cleaning, Limits, Problem, read
from processors.sources.octets import read_octets
from processors.sources.pubmed_scan import PUBMED
from processors.sources.sniff import HEAD, PUBMED_XML, sniff

if TYPE_CHECKING:
    from stream.client import Publisher

_TAIL: Final = 256
_END: Final = re.compile(rb"</([A-Za-z]+)\s*>\s*\Z")

WHOLE: Final = "baseline"
"""The order to begin with the newest baseline."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read."""

    limits: Limits
    cleaning: Cleaning


class UpdateFiles:
    """Follows the files of one host for one target."""

    def __init__(
        self,
        spool: Spool,
        state: StateFile,
        positions: Positions,
        reading: Reading,
        *,
        begin: UpdateFile | None,
        baseline: bool,
        tell: Callable[[str], None],
        refuse: Callable[[Problem], None],
        done: Callable[[Report], None],
        advance: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`begin`: the first file to read, or, with `baseline`, the newest baseline's first; with neither it goes on where it was.

        An order that is the same as last time goes on too; another one begins anew. `advance` hears how many records of a file are done.
        """
        self._spool = spool
        self._state = state
        self._positions = positions
        self._reading = reading
        self._begin = begin
        self._baseline = baseline
        self._tell = tell
        self._refuse = refuse
        self._done = done
        self._advance = advance

    @property
    def order(self) -> str | None:
        """What was asked for; None: to go on."""
        return WHOLE if self._baseline else None if self._begin is None else self._begin.name

    def known(self) -> bool:
        """Whether there is anything to begin with. Raises `StateUnusable`."""
        return self.order is not None or self._state.read() is not None

    async def run(self, publishing: Callable[[], Awaitable["Publisher"]]) -> None:
        """Read all that is there and whole. `publishing` opens the publisher when there is something.

        Raises `FileMissing` where a number is left out, `FileDamaged`, `HostAway`, `HostRefuses`, `StateUnusable`, and what keeps the
        broker or the disk from taking anything.
        """
        last: UpdateFile | None = None
        while True:
            updates, baseline = await both_folders(self._spool)
            last = last or self._last(baseline)
            found = next_file(last, updates, baseline, whole_years=self._baseline)
            if found.missing:
                raise FileMissing(found.why, remedy="It is waited for; to leave it out, say --since-file with the one to go on with.")
            if found.why:
                self._tell(found.why)
            if found.file is None:
                return
            last = await self._read_on(found, updates, baseline, publishing)

    async def _read_on(
        self, found: Next, updates: Listing, baseline: Listing, publishing: Callable[[], Awaitable["Publisher"]]
    ) -> UpdateFile:
        """Read the file, and all that follow it in the listings that are there already; the last of them."""
        while True:
            assert found.file is not None  # noqa: S101
            await self._one(found.file, found.folder, await publishing())
            last = found.file
            found = next_file(last, updates, baseline, whole_years=self._baseline)
            if found.file is None or found.file != last.next:
                return last

    def _last(self, baseline: Listing) -> UpdateFile:
        """The last file that counts as read."""
        state = self._state.read()
        if state is not None and self.order in (None, state.get("order")):
            known = UpdateFile.parse(str(state.get("last")))
            if known is None:
                raise self._state.unusable()
            return known
        if self._begin is not None:
            return self._before(self._begin)
        first = max((file for file in baseline.all if file.number == 1), default=None)
        if first is None:
            raise FileMissing(f"{BASELINE}/ there holds no file with the number 1", remedy="Check pubmed.url, or say --since-file.")
        return self._before(first)

    @staticmethod
    def _before(file: UpdateFile) -> UpdateFile:
        return file._replace(number=file.number - 1)

    async def _one(self, file: UpdateFile, folder: str, publisher: "Publisher") -> None:
        self._spool.keep_only(file)
        place = await self._spool.fetch(file, folder)
        try:
            await asyncio.to_thread(check_whole, place, self._reading.limits)
        except SourceError as error:
            self._spool.drop(file)
            raise FileDamaged(
                f"{file.name} has the right md5, and yet {error}", remedy="To leave it out, say --since-file with the next one."
            ) from error
        report = Report(file.name)
        await self._publish(place, report, publisher)
        self._state.write({"order": self.order or (self._state.read() or {}).get("order"), "last": file.name})
        self._spool.drop(file)
        self._done(report)

    async def _publish(self, place: Path, report: Report, publisher: "Publisher") -> None:
        known = Acknowledged(self._positions, place, order="follow")
        if known.complete:  # killed between the last acknowledgement and the note of it
            report.skipped = known.before
            return
        if known.before:
            self._tell(f"{place.name} goes on behind its {known.before:,} records that were acknowledged")
        await publish_records(
            publisher,
            read(place, format="pubmed-xml", limits=self._reading.limits, cleaning=self._reading.cleaning),
            report,
            refuse=self._refuse,
            acknowledged=known,
            advance=lambda: self._advance(report.done),
        )


def check_whole(place: Path, limits: Limits) -> None:
    """Look through a file before the first of its records is published. Raises `SourceError` where it is no PubMed XML, or breaks off."""
    head = tail = b""
    for chunk in read_octets(place, limits):
        head = head if len(head) >= HEAD else head + chunk
        tail = (tail + chunk)[-_TAIL:]
    kind = sniff(head[:HEAD], place.name)
    root = _END.search(tail)
    if kind != PUBMED_XML or root is None or root[1] not in PUBMED.roots:
        raise SourceError("it does not end as a file of PubMed's does")
