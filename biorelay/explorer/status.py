"""The live overview without Prometheus and Grafana: is it well, how far behind, what was found and what was set aside in the last hour.

The workers of `serve.workers` are asked every few seconds, whether or not somebody looks, so that a page that is opened in trouble shows
how it began. What is kept is in memory, of the last hour, and of this process alone.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel

from biorelay.explorer.history import SPAN_S, History, Window, course
from biorelay.explorer.scraping import Scraped, Scraper
from processors.records import EntityType, Predicate

log = logging.getLogger(__name__)

EVERY_S: Final = 10.0
LATE_S: Final = 300.0
"""The freshness objective of docs/slo.md; the share is of the bucket with this bound."""
_MINUTE, _QUARTER = 60.0, 900.0
_PAGE = Path(__file__).parent / "page" / "status.html"
_STAGES: Final = ("ner", "relations", "graph")
_DONE: Final = ("ok", "deleted", "failed", "answered")

Level = Literal["good", "warn", "bad"]


class Said(BaseModel):
    """One sentence about how it goes, and what to do."""

    level: Level
    text: str
    remedy: str | None = None


class WorkerState(BaseModel):
    """A worker process, as it says."""

    address: str
    answers: bool
    problem: str | None = None
    started: float | None = None  # Unix time
    stages: list[str] = []
    model: str | None = None
    generation: str | None = None
    software: str | None = None
    vocabulary: str | None = None
    provider: str | None = None


class StageState(BaseModel):
    """A stage, over all workers."""

    stage: str
    documents_per_second: float | None  # of the last minute
    behind_seconds: float | None
    behind_messages: float | None
    waits: bool
    waits_for: str | None = None  # the code of what it met in the last minute
    set_aside: float  # in the last hour


class DeadLetters(BaseModel):
    """Messages that were set aside for one reason, in the last hour."""

    stage: str
    code: str
    count: float


class RelationCount(BaseModel):
    """Relations of a type, in the last hour."""

    predicate: str
    count: float
    per_thousand: float | None  # abstracts


class Unlinked(BaseModel):
    """How many of a type's mentions the vocabulary does not know, in the last hour."""

    type: str
    mentions: float
    share: float | None


class Course(BaseModel):
    """What lines are drawn of: equally long lists, the oldest first; null where nobody answered."""

    at: list[float]  # Unix time
    documents_per_second: list[float | None]  # that reached the graph
    behind_seconds: list[float | None]
    relations_per_second: list[float | None]


class Status(BaseModel):
    """The live overview. Rates are of the last minute, counts of the last hour as far as it was watched, `freshness` of fifteen minutes."""

    at: float  # Unix time of the last look; 0 before the first
    every_seconds: float
    watched_seconds: float
    said: list[Said]
    documents_per_second: float | None
    tokens_per_second: float | None
    behind_seconds: float | None
    newest_seconds: float | None  # age of the newest abstract that the graph got
    freshness_p95_seconds: float | None
    fresh_share: float | None  # queryable within `late_seconds`, in the last hour
    late_seconds: float
    abstracts: float  # that reached the graph in the last hour
    stages: list[StageState]
    dead_letters: list[DeadLetters]
    relations: list[RelationCount]
    unlinked: list[Unlinked]
    workers: list[WorkerState]
    course: Course


class Watcher:
    """Looks at the workers from time to time, and keeps what they said. `run` is to be cancelled in the end."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._scraper = Scraper(addresses)
        self.history = History()

    async def run(self) -> None:
        """Look every `EVERY_S` seconds until cancelled."""
        try:
            while True:
                began = time.monotonic()
                try:
                    await self.look()
                except Exception:  # the next look may do better, and the explorer's answers need none of them
                    log.exception("the workers could not be looked at")
                await asyncio.sleep(max(EVERY_S - (time.monotonic() - began), 1.0))
        finally:
            self._scraper.close()

    async def look(self) -> None:
        """Ask every worker once."""
        found = await self._scraper.scrape()
        if found:
            self.history.add(found)

    def status(self) -> Status:
        """What the looks of the last hour come to."""
        history = self.history
        hour, quarter, minute = (history.within(seconds) for seconds in (SPAN_S, _QUARTER, _MINUTE))
        workers = [_worker(each) for each in history.latest]
        stages = [_stage(name, history.latest, minute, hour) for name in _STAGES if any(name in each.stages for each in workers)]
        letters = [
            DeadLetters(stage=dict(labels)["stage"], code=dict(labels)["code"], count=round(number))
            for labels, number in sorted(hour.by("biorelay_dead_letters_total").items(), key=lambda one: -one[1])
        ]
        at = history.looks[-1].at if history.looks else 0.0
        fresh = hour.by("biorelay_publish_to_queryable_seconds_bucket")
        late = {dict(labels)["le"]: number for labels, number in fresh.items()}
        behind = history.looks[-1].behind if history.looks else None
        status = Status(
            at=at,
            every_seconds=EVERY_S,
            watched_seconds=hour.seconds,
            said=[],
            documents_per_second=_queryable(minute),
            tokens_per_second=minute.rate("biorelay_tokens_total"),
            behind_seconds=behind,
            newest_seconds=max(at - history.newest, 0.0) if history.newest else None,
            freshness_p95_seconds=quarter.quantile("biorelay_publish_to_queryable_seconds", 0.95),
            fresh_share=late[f"{LATE_S}"] / late["+Inf"] if late.get("+Inf") and f"{LATE_S}" in late else None,
            late_seconds=LATE_S,
            abstracts=round(hour.total("biorelay_documents_total", stage="graph", outcome=_DONE)),
            stages=stages,
            dead_letters=letters,
            relations=_relations(hour),
            unlinked=_unlinked(hour),
            workers=workers,
            course=Course(
                at=[look.at for look in history.looks],
                documents_per_second=course(history.looks, "biorelay_documents_total", stage="graph", outcome=_DONE),
                behind_seconds=[look.behind for look in history.looks],
                relations_per_second=course(history.looks, "biorelay_relations_total"),
            ),
        )
        return status.model_copy(update={"said": _said(status)})


def _queryable(window: Window) -> float | None:
    return window.rate("biorelay_documents_total", stage="graph", outcome=_DONE)


def _worker(scraped: Scraped) -> WorkerState:
    if scraped.problem is not None:
        return WorkerState(address=scraped.worker, answers=False, problem=scraped.problem)
    stages = {dict(labels).get("stage", "") for labels in scraped.all("biorelay_lag_seconds")}
    model = next((dict(labels) for labels in scraped.all("biorelay_model_info")), {})
    vocabulary = next((dict(labels) for labels in scraped.all("biorelay_vocabulary_info")), {})
    provider = next((dict(labels) for labels in scraped.all("biorelay_provider")), {})
    return WorkerState(
        address=scraped.worker,
        answers=True,
        started=scraped.value("biorelay_start_time_seconds"),
        stages=[stage for stage in _STAGES if stage in stages],
        vocabulary=vocabulary.get("vocabulary") or None,
        provider=provider.get("provider"),
        **{name: model.get(name) for name in ("model", "generation", "software")},
    )


def _stage(stage: str, latest: Sequence[Scraped], minute: Window, hour: Window) -> StageState:
    def most(name: str) -> float | None:
        return max((value for each in latest if (value := each.value(name, stage=stage)) is not None), default=None)

    met = [dict(labels) for labels in minute.by("biorelay_retries_total")]
    waits = most("biorelay_waiting") == 1
    return StageState(
        stage=stage,
        documents_per_second=minute.rate("biorelay_documents_total", stage=stage, outcome=_DONE),
        behind_seconds=most("biorelay_lag_seconds"),
        behind_messages=most("biorelay_lag_messages"),
        waits=waits,
        waits_for=next((one["code"] for one in met if one.get("stage") == stage), None) if waits else None,
        set_aside=round(hour.total("biorelay_dead_letters_total", stage=stage)),
    )


def _relations(hour: Window) -> list[RelationCount]:
    read = hour.total("biorelay_documents_total", stage="relations", outcome="ok")
    counts = [(predicate, hour.total("biorelay_relations_total", predicate=predicate)) for predicate in Predicate]
    return [
        RelationCount(predicate=predicate, count=round(number), per_thousand=1000 * number / read if read else None)
        for predicate, number in sorted(counts, key=lambda one: -one[1])
    ]


def _unlinked(hour: Window) -> list[Unlinked]:
    found = []
    for kind in EntityType:
        unknown = hour.total("biorelay_mentions_total", type=kind, linked="no")
        mentions = unknown + hour.total("biorelay_mentions_total", type=kind, linked="yes")
        found.append(Unlinked(type=kind, mentions=round(mentions), share=unknown / mentions if mentions else None))
    return found


def _said(status: Status) -> list[Said]:
    """The verdict in sentences, the worst first; one good one where nothing is wrong."""
    if not status.at:
        return [Said(level="warn", text="Not looked yet.", remedy="The first look takes a few seconds; serve.workers names who is asked.")]
    away = [worker for worker in status.workers if not worker.answers]
    said = []
    if len(away) == len(status.workers):
        said.append(
            Said(level="bad", text="No worker answers. Abstracts wait on their topic, and nothing is lost.", remedy=away[0].problem)
        )
        said.append(Said(level="warn", text="Start one with `biorelay worker`, or name where they are in serve.workers."))
    elif away:
        said.append(Said(level="warn", text=f"{len(away)} of {len(status.workers)} workers do not answer.", remedy=away[0].problem))
    for stage in status.stages:
        if stage.waits:
            what = f" ({stage.waits_for})" if stage.waits_for else ""
            text = f"The {stage.stage} stage waits for its neighbour{what}. It goes on by itself when that comes back; nothing is lost."
            said.append(Said(level="bad", text=text, remedy="Bring the broker or the graph back; leave the worker alone."))
        elif (stage.behind_seconds or 0) > LATE_S:
            text = f"The {stage.stage} stage is {_duration(stage.behind_seconds or 0)} behind."
            said.append(Said(level="warn", text=text, remedy="Add workers, or look at what the stage spends its time with."))
    if status.dead_letters:
        number = sum(round(letter.count) for letter in status.dead_letters)
        text = f"{number:,} {'message was' if number == 1 else 'messages were'} set aside in the last hour."
        said.append(Said(level="warn", text=text, remedy="`biorelay dead-letters list` shows them, with what to do."))
    if len({worker.generation for worker in status.workers if worker.generation}) > 1:
        said.append(Said(level="warn", text="Workers run models of several generations.", remedy="As it should be during a roll-out only."))
    if not said:
        resting = not (status.documents_per_second or 0)
        said.append(Said(level="good", text="All is well; nothing waits." if resting else "All is well; abstracts come through."))
    return sorted(said, key=lambda one: one.level != "bad")


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


router = APIRouter(tags=["service"])
page = APIRouter()


def _watcher_of(request: Request) -> Watcher:
    return cast("Watcher", request.app.state.watcher)


@router.get("/status")
async def status(watcher: Annotated[Watcher, Depends(_watcher_of)]) -> Status:
    """The live overview of the workers: is it well, how far behind, what was found and what was set aside in the last hour."""
    return watcher.status()


@page.get("/status", include_in_schema=False)
async def status_page() -> FileResponse:
    return FileResponse(_PAGE)
