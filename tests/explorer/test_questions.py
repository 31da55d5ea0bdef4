"""Standing questions and their events, on the embedded broker."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from biorelay.explorer.app import create_app
from biorelay.settings import load_settings
from processors.records import Discovery, DiscoveryStep, Predicate, Question, QuestionStep
from stream.questions import ask
from stream.settings import StreamSettings
from stream.topics import Topic, create_topics
from tests.explorer.conftest import API, Api, serving
from tests.explorer.contract import ok
from tests.stream.kit import send_raw


def discovery(number: int, question: str = "pair") -> Discovery:
    step = DiscoveryStep(
        subject="test:a",
        predicate=Predicate.BIND,
        object="test:b",
        papers=1,
        evidence="a <b>binds</b> b\n\u2028",
        document=f"pubmed:{number}",
    )
    return Discovery(id=f"d{number}", question=question, path=(step,), score=1.0, document=f"pubmed:{number}")


async def tell(stream: StreamSettings, *found: Discovery) -> None:
    await send_raw(stream, Topic.DISCOVERIES, *({"key": one.question.encode(), "value": one.to_bytes()} for one in found))


class Listener:
    """An application that is asked in this process for events that do not end; httpx would wait for the end."""

    def __init__(self, options: list[str], loaded: dict[str, Any], query: str = "", last: str | None = None) -> None:
        self._app = create_app(load_settings(options=options))
        self._app.state.shared._loaded.update(loaded)
        self._headers = [(b"host", b"localhost"), *([(b"last-event-id", last.encode())] if last else [])]
        self._query = query
        self._got: asyncio.Queue[bytes] = asyncio.Queue()
        self.status = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Listener"]:
        left = asyncio.Event()

        async def receive() -> Any:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
            elif message["body"]:
                self._got.put_nowait(message["body"])

        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": f"{API}/questions/events", "raw_path": b"", "query_string": self._query.encode(), "headers": self._headers,
            "client": ("127.0.0.1", 1), "server": ("localhost", 80), "root_path": "",
        }  # fmt: skip
        async with self._app.router.lifespan_context(self._app):
            task = asyncio.create_task(self._app(scope, receive, send))
            try:
                yield self
            finally:
                left.set()
                await asyncio.wait([task], timeout=20)
                assert task.done()
        assert self._app.state.shared._listening == 0

    async def next(self) -> dict[str, str]:
        """The next event; what only keeps the connection alive is passed over."""
        while True:
            text = (await asyncio.wait_for(self._got.get(), 30)).decode()
            assert text.endswith("\n\n")
            fields = dict(line.split(": ", 1) for line in text.strip("\n").split("\n") if not line.startswith(":"))
            if fields:
                return fields


@pytest.fixture
async def stream(broker: StreamSettings) -> StreamSettings:
    await create_topics(broker)
    return broker


@pytest.fixture
def listening(stream: StreamSettings, options: list[str]) -> list[str]:
    """The options of a service with that broker."""
    return [*options, f"broker.bootstrap={stream.broker}", "topics.partitions=2"]


async def test_questions_that_stand(listening: list[str], stream: StreamSettings, loaded: dict[str, Any]) -> None:
    step = QuestionStep(predicate=Predicate.BIND)
    await ask(stream, [Question.of("test:a", "test:b", (step,), id=name, label="<b>mine</b>") for name in ("one", "two")])
    async with serving(load_settings(options=listening), loaded) as api:
        page = await ok(api, "questions", limit=1)
        assert [one["question"]["id"] for one in page["items"]] == ["one"]
        assert page["items"][0]["words"] == "test:a -[Bind]- test:b"
        assert page["items"][0]["question"]["label"] == "<b>mine</b>"
        assert [one["question"]["id"] for one in (await ok(api, "questions", cursor=page["next"]))["items"]] == ["two"]


async def test_events_come_go_on_and_are_chosen(listening: list[str], stream: StreamSettings, loaded: dict[str, Any]) -> None:
    await tell(stream, discovery(1))
    async with Listener(listening, loaded).listening() as listener:
        assert (await listener.next())["event"] == "connected"
        first = await listener.next()
        assert (first["event"], json.loads(first["data"])["id"], first["id"]) == ("discovery", "d1", "0:1")
        assert json.loads(first["data"])["path"][0]["evidence"] == "a <b>binds</b> b\n\u2028"
        await tell(stream, discovery(2))
        assert json.loads((await listener.next())["data"])["id"] == "d2"
    await tell(stream, discovery(3, "other"), discovery(4))
    async with Listener(listening, loaded, last="0:2").listening() as listener:
        assert [json.loads((await listener.next())["data"]).get("id") for _ in range(3)] == [None, "d3", "d4"]
    async with Listener(listening, loaded, query="question=other").listening() as listener:
        assert [json.loads((await listener.next())["data"]).get("id") for _ in range(2)] == [None, "d3"]
    async with Listener(listening, loaded, query="since=now", last="0:999999").listening() as listener:
        assert (await listener.next())["event"] == "connected"
        await tell(stream, discovery(5))
        assert json.loads((await listener.next())["data"])["id"] == "d5"


async def test_a_broker_that_is_away_is_told_and_the_rest_works(options: list[str], api: Api, loaded: dict[str, Any]) -> None:
    async with Listener(options, loaded).listening() as listener:
        told = await listener.next()
        assert listener.status == 200
        assert (told["event"], json.loads(told["data"])["code"]) == ("problem", "stream.broker-unreachable")
    answer = await api.get(f"{API}/questions")
    assert (answer.status_code, answer.json()["code"]) == (503, "stream.broker-unreachable")
    assert (await api.get(f"{API}/stats")).status_code == 200


async def test_what_cannot_be_followed(options: list[str], loaded: dict[str, Any]) -> None:
    async with serving(load_settings(options=[*options, "serve.listeners=0"]), loaded) as api:
        answer = await api.get(f"{API}/questions/events")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "explorer.busy", "30")
    async with serving(load_settings(options=options), loaded) as api:
        assert (await api.get(f"{API}/questions/events", headers={"Last-Event-ID": "x"})).status_code == 422
        assert (await api.get(f"{API}/questions/events?since=yesterday")).json()["code"] == "input.unusable"
        assert "biorelay_explorer_listeners 0.0" in (await api.get("/metrics")).text
