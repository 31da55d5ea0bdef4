"""One graph for all of the explorer's tests: what the shipped model finds in real abstracts, and a few documents made up beside it."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from biorelay.demo import samples
from biorelay.explorer.app import create_app
from biorelay.extractor import Extractor
from biorelay.settings import Settings, load_settings
from graphstore import Contribution, GraphStore, open_store
from processors.records import Relations, Revision
from processors.synonyms import Synonyms
from processors.vocabulary import Vocabulary
from tests.biorelay.conftest import broker  # noqa: F401  # the fixture
from tests.graphstore.documents import document, relation

WORD = "cocaine"
"""The samples that name it are read by the model."""
FORMULA = '=HYPERLINK("http://x")'
HOSTILE = "<script>alert(1)</script>\u202eevil\u200b =1+1"
API = "/api/v1"
Api = httpx.AsyncClient
Opened = Callable[..., Any]


@pytest.fixture(scope="session")
def extractor() -> Iterator[Extractor]:
    loaded = Extractor.load()
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def extracted(extractor: Extractor) -> list[Relations]:
    """The relations of some samples."""
    return [extractor.extract(abstract)[1] for abstract in samples() if WORD in abstract.text.casefold()]


@pytest.fixture(scope="session")
def loaded(extractor: Extractor) -> dict[str, Any]:
    """What a service loads once, for all applications of the session."""
    vocabulary = Vocabulary.open()
    return {"extractor": extractor, "vocabulary": vocabulary, "synonyms": Synonyms(vocabulary)}


def contributions(extracted: list[Relations]) -> list[Contribution]:
    """The real documents, and around `test:a`: two ways to `test:d`, a disputed edge, a retracted paper, a hostile name, three years."""
    made = [
        document(1, 1, relation("a", "b", probability=0.9), relation("b", "d"), year=1990),
        document(2, 2, relation("a", "b", probability=0.8), year=2000),
        document(3, 3, relation("a", "b", negated=True, cues=(("negation", 2, 6),)), year=2005),
        document(4, 4, relation("a", "c"), relation("c", "d"), year=2010),
        document(5, 5, relation("a", "e"), year=2012, retracted=True),
        document(6, 6, relation("a", "f", names=("A", HOSTILE)), relation("a", "g", speculated=True, names=("A", FORMULA)), year=2020),
    ]
    return [*(Contribution.of(relations, Revision(0, place)) for place, relations in enumerate(extracted)), *made]


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory, extracted: list[Relations]) -> Path:
    """The embedded graph's folder."""
    import asyncio

    folder = tmp_path_factory.mktemp("explorer") / "graph"

    async def fill() -> None:
        async with open_store(folder) as store:
            await filled(store, extracted)

    asyncio.run(fill())
    return folder


async def filled(store: GraphStore, extracted: list[Relations]) -> None:
    """Write all of it."""
    await store.apply(contributions(extracted), outbox=False)


VIEWS = """
[[view]]
name = "one-paper"
title = "One paper"
[view.show]
documents = ["pubmed:11423811"]

[[view]]
name = "cocaine"
title = "Around cocaine"
[view.show]
center = "mesh:D003042"
hops = 2
"""


@pytest.fixture
def options(graph: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Settings of a service over the embedded graph, without a broker."""
    for name in [name for name in os.environ if name.startswith("BIORELAY_") and name != "BIORELAY_SCORINGS"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    views = tmp_path / "views.toml"
    views.write_text(VIEWS, encoding="utf-8")
    return [f"serve.views={views}", f"graph.url=ladybug:{graph}", "broker.bootstrap=127.0.0.1:1", "serve.requests_per_s=10000"]


@asynccontextmanager
async def serving(settings: Settings, loaded: dict[str, Any] | None = None, **more: Any) -> AsyncIterator[Api]:
    """A client of an application of these settings, in this process; `loaded` is what it need not load itself."""
    app = create_app(settings)
    app.state.shared._loaded.update(loaded or {})
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, **more)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=50) as client:
            yield client


@pytest.fixture
async def api(options: list[str], loaded: dict[str, Any]) -> AsyncIterator[Api]:
    """A client of the API over the embedded graph."""
    async with serving(load_settings(options=options), loaded) as client:
        yield client
