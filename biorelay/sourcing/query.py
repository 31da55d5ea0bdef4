"""What a query finds in PubMed, onto the ingest topic: first everything, then what came into PubMed since the last run.

Days are read in order, in pieces that one search can tell; the state holds the day from which to go on, and which PMIDs of the days since
then the broker has, since a day is asked for again until it is well over. A query tells new records only: what is revised or taken back
later is in PubMed's update files.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Final

from biorelay.publishing import Report, publish_records
from biorelay.sourcing.errors import HostAway, StateUnusable
from biorelay.sourcing.eutils import FIRST_DAY, Eutils, windows
from biorelay.sourcing.state import StateFile
from biorelay.sourcing.updates import Reading
from processors.records import Abstract
from processors.sources import Outcome, Problem, read

if TYPE_CHECKING:
    from stream.client import Publisher

OPEN_DAYS: Final = timedelta(days=3)
"""So long a day may still grow: days begin and end in Bethesda, and records are indexed after they came."""
BATCH: Final = 200
POST: Final = 2_000
"""PMIDs that are put on the host's history at once; it forgets them after some hours."""


class Query:
    """Follows one query for one target."""

    def __init__(
        self,
        eutils: Eutils,
        term: str,
        state: StateFile,
        reading: Reading,
        *,
        refuse: Callable[[Problem], None],
        tell: Callable[[str], None],
        advance: Callable[[int, float], None] = lambda *_: None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        """`advance` hears how many records of this run are published, and which share that is."""
        self._eutils = eutils
        self._term = term
        self._state = state
        self._reading = reading
        self._refuse = refuse
        self._tell = tell
        self._advance = advance
        self._today = today

    async def run(self, publishing: Callable[[], Awaitable["Publisher"]]) -> Report:
        """Publish what is new. `publishing` opens the publisher when there is something.

        Raises `HostAway`, `HostRefuses`, `StateUnusable`, and what keeps the broker from taking anything.
        """
        since, seen = self._known()
        until = self._today() + timedelta(days=1)  # where it is tomorrow already
        closed = max(since, until - OPEN_DAYS)
        pieces = await windows(self._eutils, self._term, since, closed - timedelta(days=1)) if since < closed else []
        pieces += await windows(self._eutils, self._term, closed, until)
        total = sum(count for *_, count in pieces)
        report = Report(self._term)
        still: set[int] = set()
        for first, last, _ in pieces:
            found = await self._eutils.search(self._term, first, last)
            if first >= closed:
                since, still = closed, still | set(found)
            new = [pmid for pmid in found if pmid not in seen]
            report.skipped += len(found) - len(new)
            await self._publish(new, report, total, publishing, lambda pmids: self._note(since, seen, pmids))  # noqa: B023
            if last < closed:
                since = last + timedelta(days=1)
                seen -= set(found)
        self._write(closed, seen & still)
        return report

    async def _publish(
        self,
        pmids: list[int],
        report: Report,
        total: int,
        publishing: Callable[[], Awaitable["Publisher"]],
        note: Callable[[Iterable[int]], None],
    ) -> None:
        """Publish these records; `note` hears of each PMID that the broker has, or that there is no record of."""
        for start in range(0, len(pmids), POST):
            posted = pmids[start : start + POST]
            published: set[int] = set()
            async for records in self._records(posted):
                publisher = await publishing()
                await publish_records(publisher, records, report, refuse=self._refuse)
                batch = {int(item.id[7:]) for item in records if isinstance(item, Abstract)}
                published |= batch
                note(batch)
                self._advance(report.done, report.done / total if total else 1.0)
            if lost := set(posted) - published:
                self._tell(f"{len(lost):,} of {len(posted):,} PMIDs came without a record: refused, taken back, or books")
            note(posted)

    async def _records(self, pmids: list[int]) -> AsyncIterator[list[Outcome]]:
        """The records in batches. A history that the host forgot is posted once more."""
        history = await self._eutils.post(pmids)
        for start in range(0, len(pmids), BATCH):
            try:
                xml = await self._eutils.fetch(history, start, BATCH)
            except HostAway:
                history = await self._eutils.post(pmids)
                xml = await self._eutils.fetch(history, start, BATCH)
            named = BytesIO(xml)
            named.name = "efetch"  # what messages call it
            yield list(read(named, format="pubmed-xml", limits=self._reading.limits, cleaning=self._reading.cleaning))

    def _known(self) -> tuple[date, set[int]]:
        state = self._state.read()
        if state is None:
            return FIRST_DAY, set()
        try:
            return date.fromisoformat(state["since"]), {int(pmid) for pmid in state["seen"]}
        except (KeyError, TypeError, ValueError) as error:
            raise StateUnusable(
                f"{self._state.place} does not say since when to ask", remedy="Delete the file: then all that the query finds is published."
            ) from error

    def _note(self, since: date, seen: set[int], pmids: Iterable[int]) -> None:
        seen.update(pmids)
        self._write(since, seen)

    def _write(self, since: date, seen: set[int]) -> None:
        self._state.write({"since": since.isoformat(), "seen": sorted(seen)})
