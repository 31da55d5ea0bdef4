"""What the workers said in the last hour, in memory: the growth of counters, and the course of what a line shows."""

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from biorelay.explorer.scraping import Scraped, Series

SPAN_S: Final = 3600.0
COUNTED: Final = (
    "biorelay_documents_total",
    "biorelay_dead_letters_total",
    "biorelay_relations_total",
    "biorelay_mentions_total",
    "biorelay_retries_total",
    "biorelay_publish_to_queryable_seconds_bucket",
    "biorelay_tokens_total",
)
"""The counters whose growth is kept."""
_STARTED: Final = "biorelay_start_time_seconds"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at all workers."""

    at: float  # Unix time
    seconds: float  # since the look before; 0 for the first
    grown: Counter[Series]  # all workers' counters together, since the look before
    answers: int
    behind: float | None  # seconds; None where nobody answered


class History:
    """Looks of the last hour. Counters that start anew with their worker count from nought; a worker that is away is missed, not reset."""

    def __init__(self) -> None:
        self.looks: deque[Look] = deque()
        self.latest: list[Scraped] = []
        self.newest: float | None = None  # Unix time; the newest document's that the graph got
        self._last: dict[str, Scraped] = {}

    def add(self, found: Sequence[Scraped]) -> None:
        """One look; what is older than an hour goes."""
        at = max((each.at for each in found), default=0.0)
        before = self.looks[-1].at if self.looks else None
        grown: Counter[Series] = Counter()
        for each in found:
            if each.problem is None:
                grown.update(_growth(self._last.get(each.worker), each, before))
                self._last[each.worker] = each
                settled = each.value("biorelay_newest_settled_timestamp_seconds", stage="graph")
                self.newest = max(filter(None, (self.newest, settled)), default=None)
        lags = [lag for each in found for lag in each.all("biorelay_lag_seconds").values()]
        self.latest = list(found)
        seconds = max(at - before, 0.0) if before is not None else 0.0
        self.looks.append(Look(at, seconds, grown, sum(each.problem is None for each in found), max(lags, default=None)))
        while self.looks and self.looks[0].at < at - SPAN_S:
            self.looks.popleft()
        for gone in self._last.keys() - {each.worker for each in found}:
            if self._last[gone].at < at - SPAN_S:
                del self._last[gone]

    def within(self, seconds: float) -> "Window":
        """The growth of the last seconds, as far as there were looks."""
        end = self.looks[-1].at if self.looks else 0.0
        return Window([look for look in self.looks if look.seconds and look.at > end - seconds])


class Window:
    """Some looks in a row."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self.looks = looks
        self.seconds = sum(look.seconds for look in looks)
        self._grown: Counter[Series] = Counter()
        for look in looks:
            self._grown.update(look.grown)

    def total(self, name: str, **labels: str | Sequence[str]) -> float:
        """How much a counter grew, over all series with these labels."""
        return sum(number for wanted, number in self.by(name).items() if _has(dict(wanted), labels))

    def rate(self, name: str, **labels: str | Sequence[str]) -> float | None:
        """Its growth a second; None where there was no time."""
        return self.total(name, **labels) / self.seconds if self.seconds else None

    def by(self, name: str) -> dict[tuple[tuple[str, str], ...], float]:
        """The growth of each series of a counter that grew."""
        return {labels: number for (sample, labels), number in self._grown.items() if sample == name}

    def quantile(self, histogram: str, share: float) -> float | None:
        """A quantile of what was observed, as Prometheus' `histogram_quantile` has it; None where nothing was."""
        buckets = sorted((float(dict(labels)["le"]), number) for labels, number in self.by(f"{histogram}_bucket").items())
        if not buckets or not buckets[-1][1]:
            return None
        rank = share * buckets[-1][1]
        below = start = 0.0
        for end, number in buckets:
            if number >= rank and number > below:
                return start if math.isinf(end) else start + (end - start) * (rank - below) / (number - below)
            below, start = number, end
        return start


def course(looks: Iterable[Look], name: str, **labels: str | Sequence[str]) -> list[float | None]:
    """A counter's rate at each look; None where there was no time, or nobody answered."""
    return [Window([look]).rate(name, **labels) if look.answers else None for look in looks]


def _growth(last: Scraped | None, now: Scraped, before: float | None) -> dict[Series, float]:
    """How much the counters grew since the look before."""
    counters = {series: value for series, value in now.samples.items() if series[0] in COUNTED}
    if last is None:
        # One that began after the last look has counted all of it since; of another's past nothing is known.
        began = now.value(_STARTED) or 0.0
        return counters if before is not None and began >= before else {}
    anew = last.value(_STARTED) != now.value(_STARTED)
    grown = {}
    for series, value in counters.items():
        old = 0.0 if anew else last.samples.get(series, 0.0)
        grown[series] = value - old if value >= old else value
    return {series: number for series, number in grown.items() if number or series[0].endswith("_bucket")}  # whose bounds are needed


def _has(labels: dict[str, str], wanted: dict[str, str | Sequence[str]]) -> bool:
    return all(labels.get(name) == value if isinstance(value, str) else labels.get(name) in value for name, value in wanted.items())
