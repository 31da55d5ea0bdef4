"""The status page: what a worker says is on it, light and dark, on a phone; who does not answer is named; texts stay texts."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stream import StreamSettings
from stream.endpoint import Endpoint
from stream.metrics import Metrics
from stream.settings import Stage
from tests.browser.playing import expect
from tests.browser.samples import SCRIPT
from tests.browser.serving import served
from tests.stream.dictionary import DictionaryExtractor
from tests.stream.kit import abstract

if TYPE_CHECKING:
    from tests.browser.playing import Browser, Page

GONE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An explorer that looked at a worker twice: nothing was done before, and ten documents since. Its graph is away."""
    folder = tmp_path_factory.mktemp("status")
    metrics = Metrics(StreamSettings(data_dir=folder))
    metrics.model_info.labels(SCRIPT, "4", "0.1.0").set(1)
    metrics.provider.labels("cpu").set(1)
    metrics.vocabulary_info.labels("vocabulary@2").set(1)
    with ExitStack() as stack:
        endpoint = stack.enter_context(Endpoint(metrics, "127.0.0.1", 0))
        workers = f"http://127.0.0.1:{endpoint.port},{GONE}"
        found = stack.enter_context(served(Path(folder / "graph"), BIORELAY_SERVE_WORKERS=workers))
        time.sleep(2)  # the first look is at the start
        extractor = DictionaryExtractor()
        for number in range(10):
            entities = extractor.entities(abstract(number))
            metrics.mentioned(entities.mentions)
            metrics.found(extractor.relations(entities).relations)
            metrics.freshness.observe(3.0)
            for stage in Stage:
                metrics.documents.labels(stage, "ok").inc()
                metrics.settled(stage, int(time.time() * 1000))
        metrics.dead_letters.labels(Stage.NER, "record.not-json").inc(2)
        over = threading.Event()

        def waits() -> None:
            while not over.wait(1.0):  # as a worker does, again and again
                metrics.away(Stage.GRAPH, "graph.unavailable")

        waiting = threading.Thread(target=waits)
        waiting.start()
        try:
            yield found
        finally:
            over.set()
            waiting.join()


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def opened(browser: "Browser", address: str, faults: list[str], request: pytest.FixtureRequest) -> Iterator["Page"]:
    """The page; it may say no error, break no policy and ask no other host."""
    page = browser.new_context(**getattr(request, "param", {})).new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(address) else faults.append(asked.url))
    page.goto(f"{address}status")
    expect(page.locator("#said")).to_contain_text("graph.unavailable", timeout=40_000)
    yield page
    page.context.close()
    assert faults == []


def test_what_the_worker_says_is_there(opened: "Page") -> None:
    expect(opened.locator("#said li")).to_have_count(3)
    expect(opened.locator("#said li").first).to_have_class("bad")
    expect(opened.locator("#said")).to_contain_text("1 of 2 workers do not answer.")
    expect(opened.locator("#said")).to_contain_text("2 messages were set aside in the last hour.")
    expect(opened.locator("#figures")).to_contain_text("Abstracts10")
    expect(opened.locator("#stages tbody tr")).to_have_count(3)
    expect(opened.locator("#stages tbody tr").last).to_contain_text("waits (graph.unavailable)")
    expect(opened.locator("#relations tbody tr").first).to_contain_text("Association")
    expect(opened.locator("#letters")).to_contain_text("record.not-json")
    expect(opened.locator("#courses figure")).to_have_count(3)
    row = opened.locator("#workers tbody tr").nth(1)
    expect(row).to_contain_text(GONE)
    expect(row).to_contain_text("cannot be reached: Connection refused")
    expect(opened.locator("#workers tbody tr").first).to_contain_text(SCRIPT)  # as a text


@pytest.mark.parametrize(
    "opened",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    ],
    ids=["light", "dark", "phone"],
    indirect=True,
)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_screen(opened: "Page") -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    answer = Axe().run(opened)
    assert [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in answer.response["violations"]] == []
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
