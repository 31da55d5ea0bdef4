"""NCBI's E-utilities: what a query finds in PubMed, as PMIDs, and PMIDs as records.

Politely (https://www.ncbi.nlm.nih.gov/books/NBK25497/): three requests a second, ten with a key, tool and email in each, and after a
refusal as long a pause as was asked for. Everything is sent as a form, so that no key stands in an address that somebody logs.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, TypeVar

from biorelay.sourcing.errors import HostAway, HostRefuses
from biorelay.sourcing.remote import Sleep, Tell, patiently
from biorelay.sourcing.web import Web

T = TypeVar("T")

MOST_FOUND: Final = 9_999
"""Of one search PubMed tells no more."""
FIRST_DAY: Final = date(1900, 1, 1)
"""No record came into PubMed before."""

_ANSWER_BYTES: Final = 64 << 20
_UNKNOWN: Final = ("fieldsnotfound",)
_INTERVAL: Final = 0.34
_INTERVAL_WITH_KEY: Final = 0.11


class History(NamedTuple):
    """A set of PMIDs that the host keeps for some hours."""

    web_env: str
    query_key: str


class Pace:
    """Lets calls through at least `interval` seconds apart."""

    def __init__(self, interval: float, *, clock: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        async with self._turn:
            now = self._clock()
            if now < self._next:
                await self._sleep(self._next - now)
            self._next = max(now, self._next) + self._interval


class Eutils:
    """The three utilities that are needed, over an open `Web`."""

    def __init__(
        self,
        web: Web,
        *,
        tool: str,
        email: str,
        key: str | None = None,
        tries: int = 6,
        tell: Tell = lambda _: None,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._web = web
        self._said = {"db": "pubmed", "tool": tool, "email": email} | ({"api_key": key} if key else {})
        self._tries = tries
        self._tell = tell
        self._sleep = sleep
        self._pace = Pace(_INTERVAL_WITH_KEY if key else _INTERVAL, clock=clock, sleep=sleep)

    async def count(self, term: str, since: date, until: date) -> int:
        """How many records of the query came into PubMed on these days, both included. Raises `HostAway`, `HostRefuses`."""
        return _number((await self._search(term, since, until, 0)).get("count"))

    async def search(self, term: str, since: date, until: date) -> list[int]:
        """Their PMIDs, sorted; at most `MOST_FOUND`. Raises `HostAway`, `HostRefuses`."""
        found = (await self._search(term, since, until, MOST_FOUND)).get("idlist")
        if not isinstance(found, list):
            raise HostRefuses("esearch tells no list of PMIDs", remedy="Check pubmed.eutils.")
        return sorted({_number(one) for one in found})

    async def post(self, pmids: Sequence[int]) -> History:
        """Put PMIDs on the host's history, to be fetched in parts. Raises `HostAway`, `HostRefuses`."""

        def read(answer: bytes) -> History:
            # A few tags of plain text; none of the XML's other powers are wanted.
            env, key = _between(answer, b"<WebEnv>", b"</WebEnv>"), _between(answer, b"<QueryKey>", b"</QueryKey>")
            if not env or not key:
                raise HostAway(f"epost says {answer.strip()[:100]!r}")
            return History(env, key)

        return await self._asked("epost.fcgi", {"id": ",".join(map(str, pmids))}, read)

    async def fetch(self, history: History, start: int, most: int) -> bytes:
        """Records of a history as PubMed XML, whole to its last tag. Raises `HostAway`, `HostRefuses`."""

        def read(answer: bytes) -> bytes:
            if b"<PubmedArticleSet" not in answer[:2_000] or not answer.rstrip().endswith(b"</PubmedArticleSet>"):
                raise HostAway(f"efetch says {answer.strip()[:100]!r}")
            return answer

        fields = {"WebEnv": history.web_env, "query_key": history.query_key, "retstart": str(start), "retmax": str(most)}
        return await self._asked("efetch.fcgi", fields | {"retmode": "xml"}, read)

    async def _search(self, term: str, since: date, until: date, most: int) -> dict[str, Any]:
        def read(answer: bytes) -> dict[str, Any]:
            try:
                found = json.loads(answer)["esearchresult"]
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise HostAway(f"esearch says {answer.strip()[:100]!r}") from error
            if not isinstance(found, dict):
                raise HostAway(f"esearch says {answer.strip()[:100]!r}")
            if said := found.get("ERROR"):
                raise HostRefuses(f"esearch: {str(said)[:200]}", remedy="Try the query on PubMed's own page.")
            _complain(found.get("errorlist"))
            return found

        days = {"datetype": "edat", "mindate": f"{since:%Y/%m/%d}", "maxdate": f"{until:%Y/%m/%d}"}
        return await self._asked("esearch.fcgi", {"term": term, "retmode": "json", "retmax": str(most), **days}, read)

    async def _asked(self, utility: str, fields: Mapping[str, str], read: Callable[[bytes], T]) -> T:
        async def once() -> T:
            await self._pace.wait()
            return read(await self._web.post(utility, {**self._said, **fields}, _ANSWER_BYTES))

        return await patiently(once, tries=self._tries, tell=self._tell, sleep=self._sleep)


async def windows(eutils: Eutils, term: str, since: date, until: date) -> list[tuple[date, date, int]]:
    """The days from `since` to `until` in pieces, in order, each of which one search can tell; without those that hold nothing.

    Raises `HostAway`, and `HostRefuses` where a single day holds more.
    """
    count = await eutils.count(term, since, until)
    if count == 0:
        return []
    if count <= MOST_FOUND:
        return [(since, until, count)]
    if since == until:
        raise HostRefuses(f"the query finds {count:,} records of {since}, and PubMed tells {MOST_FOUND:,}", remedy="Ask a narrower query.")
    middle = since + (until - since) // 2
    return [*await windows(eutils, term, since, middle), *await windows(eutils, term, middle + timedelta(days=1), until)]


def _complain(errors: object) -> None:
    """A field that PubMed does not know makes it answer another question than was asked."""
    unknown = [str(one) for kind in _UNKNOWN for one in (errors.get(kind) or () if isinstance(errors, dict) else ())]
    if unknown:
        raise HostRefuses(f"PubMed does not know {', '.join(unknown)[:200]}", remedy="Mend the query; see PubMed's search field tags.")


def _number(text: object) -> int:
    said = str(text)
    if not (said.isascii() and said.isdecimal() and len(said) < 13):
        raise HostRefuses(f"E-utilities say {said[:40]!r} where a number should be", remedy="Check pubmed.eutils.")
    return int(said)


def _between(text: bytes, left: bytes, right: bytes) -> str:
    _, found, rest = text.partition(left)
    inside, closed, _ = rest.partition(right)
    return inside.decode("ascii", "replace").strip() if found and closed and len(inside) < 1_000 else ""
