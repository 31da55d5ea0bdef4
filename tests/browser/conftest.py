"""A real browser (Debian's Chromium) at a real `biorelay serve`, over a graph of really extracted abstracts.

Elsewhere than in CI these tests are skipped where there is no browser; in CI (CI=true) that is a failure.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import httpx
import pytest

from biorelay import Extractor
from tests.browser.samples import abstracts, fill
from tests.browser.serving import served

if TYPE_CHECKING:
    from tests.browser.playing import Browser, BrowserContext, Page

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
ABSTRACTS = "abstracts.jsonl"
WAIT_MS = 60_000
USUAL: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", "accept_downloads": True}

T = TypeVar("T")
Open = Callable[..., "Page"]
Get = Callable[..., Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits for the extraction of the sample, and every one for a browser."""
    for item in items:
        if "tests/browser" in item.path.as_posix() and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(600))


def lacking(what: str) -> NoReturn:
    """Skip, or fail in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}: CI runs the browser tests always", pytrace=False)
    pytest.skip(what)


def beside(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="package")
def browser() -> Iterator["Browser"]:
    """Chromium, headless."""
    if CHROMIUM is None:
        lacking("no chromium on the PATH (Debian: apt-get install chromium)")
    from tests.browser.playing import expect, sync_playwright

    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        # As root there is no sandbox; the page is our own. No calls home: every request of a page is looked at below.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--force-color-profile=srgb"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an embedded graph of the samples."""
    if CHROMIUM is None:
        lacking("no chromium on the PATH (Debian: apt-get install chromium)")
    folder = tmp_path_factory.mktemp("browser") / "graph"
    documents = list(abstracts())
    (folder.parent / ABSTRACTS).write_bytes(b"".join(document.to_bytes() + b"\n" for document in documents))
    extractor = Extractor.load()
    beside(fill(folder, extractor, documents))
    extractor.close()
    return folder


@pytest.fixture(scope="package")
def server(graph: Path) -> Iterator[str]:
    """The address of the explorer over the samples."""
    with served(graph, BIORELAY_SERVE_ABSTRACTS=str(graph.parent / ABSTRACTS)) as address:
        yield address


@pytest.fixture
def get(server: str) -> Get:
    """Ask the API beside the page: what it answers is what the page must show."""

    def get(path: str, **parameters: Any) -> Any:
        found = httpx.get(f"{server}api/v1/{path}", params=parameters, timeout=30, trust_env=False)
        found.raise_for_status()
        return found.json()

    return get


@pytest.fixture
def open_page(browser: "Browser", server: str) -> Iterator[Open]:
    """Opens an address of the explorer: `open_page("?at=watch", color_scheme="dark")`. `at` is another server's address.

    In the end no page may have said an error, broken the content security policy, or asked another host for anything.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(address: str = "", *, at: str = server, refused: bool = False, **options: Any) -> "Page":
        context = browser.new_context(**(USUAL | options))
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        # An answer of 4xx is said on the console too: `refused` tests ask for some.
        page.on("console", lambda told: faults.append(f"console: {told.text}") if told.type == "error" and not refused else None)
        page.on("request", lambda asked: faults.append(f"asked {asked.url}") if not asked.url.startswith((at, "blob:", "data:")) else None)
        page.goto(at + address)
        page.wait_for_selector("#filters select", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
