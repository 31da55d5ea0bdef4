"""Standing questions, and what newly answers them as it comes: server-sent events (HTML standard, 9.2)."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from biorelay.explorer.discoveries import Begin, Places, follow
from biorelay.explorer.lists import Listed, page_of
from biorelay.explorer.parameters import Asked, Paged, Text
from biorelay.explorer.problems import problem_of
from biorelay.explorer.refusals import BadRequest
from biorelay.explorer.state import Shared, State
from biorelay.following import parse_since
from biorelay.standing import asked as in_words
from models.runtime.errors import BiorelayError
from processors.records import Question

router = APIRouter(tags=["questions"])

PAUSE_S = 10.0
"""Between two tries to reach a broker that is away."""
TICK_S = 0.5
RECENT = 100
"""Messages that come first where it is not said since when."""
PING = b": nothing new\n\n"
_PLACES = re.compile(r"[0-9]{1,6}:[0-9]{1,18}(?:,[0-9]{1,6}:[0-9]{1,18}){0,999}")

GoOn = Annotated[
    str | None, Header(max_length=4000, description="the `id` of the last event that came, where to go on; browsers send it by themselves")
]


class Standing(BaseModel):
    """A question, and the same in words."""

    question: Question
    words: str


class Which(Asked):
    """Which messages."""

    since: Annotated[str, Field(max_length=40)] | None = None
    """`beginning`, `now`, so long ago (`10m`, `2h`, `3d`), or an ISO time; where not given the last hundred messages come first. Does not
    matter where Last-Event-ID says where to go on"""
    question: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    """only of these questions; may be given several times"""


@router.get("/questions")
async def questions(shared: Shared, asked: Annotated[Paged, Query()]) -> Listed[Standing]:
    """The questions that stand now, by id. 503 where the broker that keeps them cannot be reached."""
    found = await shared.questions()
    page = page_of(found, asked)
    return Listed(items=[Standing(question=one, words=in_words(one)) for one in page.items], next=page.next)


async def _listening(shared: Shared) -> AsyncGenerator[None]:
    """A place among the listeners for as long as the answer is sent. Raises `Busy`."""
    with shared.listens():
        yield


@router.get(
    "/questions/events",
    dependencies=[Depends(_listening)],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events, until the client leaves."}},
)
async def events(
    shared: Shared,
    asked: Annotated[Which, Query()],
    last_event_id: GoOn = None,
) -> StreamingResponse:
    """What newly answers the standing questions, or no longer does, as it comes.

    `discovery` events hold a record of the discoveries topic, and `id` where to go on after a break. A `problem` event says why nothing
    comes: the broker is away, and is tried again. A message may come twice, and then has the same `id` field in its record.
    """
    begin = places(last_event_id) or (RECENT if asked.since is None else parse_since(asked.since))
    return StreamingResponse(_events(shared, frozenset(asked.question), begin), media_type="text/event-stream")


async def _events(shared: State, wanted: Collection[str], begin: Begin) -> AsyncGenerator[bytes]:
    while not shared.stopping.is_set():
        connected = False
        try:
            async with aclosing(follow(shared.stream(), begin)) as messages:
                async for told in messages:
                    if shared.stopping.is_set():
                        return
                    if told is None:
                        yield PING if connected else event("connected", {}, retry=PAUSE_S)
                        connected = True
                        continue
                    begin = told.places
                    if not wanted or told.value.get("question") in wanted:
                        yield event("discovery", told.value, id_=written(told.places))
        except BiorelayError as error:
            yield event("problem", problem_of(error).model_dump(mode="json"))
        for _ in range(int(PAUSE_S / TICK_S)):
            if shared.stopping.is_set():
                return
            await asyncio.sleep(TICK_S)


def event(kind: str, data: object, *, id_: str | None = None, retry: float | None = None) -> bytes:
    """An event; JSON has no line breaks of its own. `retry` is in seconds."""
    lines = [f"event: {kind}", f"data: {json.dumps(data, ensure_ascii=False)}"]
    lines += [f"id: {id_}"] if id_ else []
    lines += [f"retry: {round(retry * 1000)}"] if retry else []
    return ("\n".join(lines) + "\n\n").encode()


def places(text: str | None) -> Places | None:
    """`0:17,1:4`, the next offset by partition. Raises `BadRequest`."""
    if not text:
        return None
    if not _PLACES.fullmatch(text):
        raise BadRequest("Last-Event-ID is none of ours", remedy="Send the id of an event, or none.")
    return {int(number): int(offset) for number, _, offset in (part.partition(":") for part in text.split(","))}


def written(reached: Places) -> str:
    """What `places` reads."""
    return ",".join(f"{number}:{offset}" for number, offset in sorted(reached.items()))
