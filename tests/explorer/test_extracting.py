"""What is pasted is read as `biorelay extract` reads it, as many at once as may be, and never stored."""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from biorelay.demo import samples
from biorelay.explorer.state import State
from biorelay.extractor import Extractor
from biorelay.settings import load_settings
from processors.sources.jsonl import write_jsonl
from tests.biorelay.conftest import Cli, cli  # noqa: F401  # the fixture
from tests.explorer.conftest import API, Api, serving
from tests.explorer.contract import COCAINE, ok

TITLE = "Naloxone reverses the antihypertensive effect of clonidine \U0001f9ec."
ABSTRACT = "BACKGROUND: In rats the decrease was reversed by naloxone.  RESULTS: \u03b1-methyldopa was   not."


async def test_it_reads_as_the_command_does(api: Api, cli: Cli, tmp_path: Path) -> None:  # noqa: F811
    answer = await api.post(f"{API}/extract", json={"title": TITLE, "abstract": ABSTRACT})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    file = tmp_path / "pasted.jsonl"
    file.write_text(json.dumps({"id": found["id"], "title": TITLE, "abstract": ABSTRACT}), encoding="utf-8")
    told = await asyncio.to_thread(cli, "extract", str(file))
    entities, relations = map(json.loads, told.stdout.splitlines())
    assert found["text"] == entities["text"]
    assert found["mentions"] == entities["mentions"]
    assert found["relations"] == relations["relations"]
    assert found["provenance"] == entities["provenance"]
    assert {mention["text"] for mention in found["mentions"]} >= {"Naloxone", "clonidine"}
    for mention in found["mentions"]:
        assert found["text"][mention["start"] : mention["end"]] == mention["text"]


@pytest.mark.parametrize(
    ("pasted", "status"),
    [
        ({"title": "", "abstract": ""}, 422),
        ({"title": "  \n", "abstract": "\u200b"}, 422),
        ({"titel": "x"}, 422),
        ({"title": ["x"]}, 422),
        ({"title": "a " * 60_000}, 422),
        ([], 422),
    ],
)
async def test_what_is_no_abstract(api: Api, pasted: Any, status: int) -> None:
    answer = await api.post(f"{API}/extract", json=pasted)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_no_more_at_once_than_may_be(options: list[str], loaded: dict[str, Any]) -> None:
    go, begun = threading.Event(), threading.Event()

    class Waiting:
        """A model that reads when it is told to."""

        def __init__(self, extractor: Extractor) -> None:
            self._extractor = extractor

        def extract(self, abstract: Any) -> Any:
            begun.set()
            assert go.wait(30)
            return self._extractor.extract(abstract)

    held = loaded | {"extractor": Waiting(loaded["extractor"])}
    async with serving(load_settings(options=options), held) as api:
        first = asyncio.create_task(api.post(f"{API}/extract", json={"title": TITLE}))
        await asyncio.to_thread(begun.wait, 30)
        refused = await api.post(f"{API}/extract", json={"title": TITLE})
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "explorer.busy", "2")
        assert (await ok(api, "search", q="cocaine"))["items"][0]["id"] == COCAINE  # others are answered meanwhile
        assert "biorelay_explorer_extractions 1.0" in (await api.get("/metrics")).text
        go.set()
        assert (await first).status_code == 200
        assert (await api.post(f"{API}/extract", json={"title": TITLE})).status_code == 200


async def test_a_place_is_free_when_the_model_is_done_and_not_when_nobody_waits(options: list[str]) -> None:
    go = threading.Event()
    state = State(load_settings(options=options))
    state._loaded["extractor"] = object()
    waiting = asyncio.create_task(state.by_model(lambda _: go.wait(30)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(Exception, match="as many as may be at once"):
        await state.by_model(lambda _: True)
    go.set()
    async with asyncio.timeout(30):
        while True:
            try:
                assert await state.by_model(lambda _: True)
                break
            except Exception:  # noqa: BLE001
                await asyncio.sleep(0.01)
    await state.close()


async def test_a_pair_is_verified_in_stored_abstracts(options: list[str], loaded: dict[str, Any], tmp_path: Path) -> None:
    stored = [abstract for abstract in samples() if "cocaine" in abstract.text.casefold()]
    file = tmp_path / "stored.jsonl"
    file.write_bytes(b"".join(write_jsonl(stored)))
    async with serving(load_settings(options=[*options, f"serve.abstracts={file}"]), loaded) as api:
        told = await ok(api, "verify", start="cocaine", end="seizures")
        assert (told["verdict"], told["notes"]) == ("supported", [])
        assert told["abstracts"]["documents"] == len(stored)
        assert told["abstracts"]["papers"] >= 2
        assert all(one["document"].startswith("pubmed:") for one in told["abstracts"]["sentences"])
        assert (await ok(api, "verify", start="cocaine", end="no such thing"))["verdict"] == "unseen"
    few = [*options, f"serve.abstracts={file}", "serve.verify_documents=5"]
    async with serving(load_settings(options=few), loaded) as api:
        told = await ok(api, "verify", start="cocaine", end="seizures")
        assert told["notes"] == ["only the first 5 abstracts were searched"]


async def test_without_a_broker_the_graph_alone_is_asked(api: Api) -> None:
    told = await ok(api, "verify", start="cocaine", end="seizures")
    assert told["abstracts"] is None
    assert told["verdict"] == "supported"
    assert told["notes"][0].startswith("no abstracts were searched: the broker at 127.0.0.1:1 does not answer")
