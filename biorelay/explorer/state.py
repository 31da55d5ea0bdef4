"""What every route shares: the settings, the graph, the model and the vocabulary, each loaded when it is first needed.

A router takes them as `Depends`:

    @router.get("/api/v1/stats")
    async def stats(store: Store) -> Stats:
        return await store.stats()
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar, cast

from fastapi import Depends, Request

from biorelay.explorer.measuring import ExplorerMetrics
from biorelay.explorer.reading import graph_for
from biorelay.explorer.refusals import Busy
from biorelay.explorer.views import views_of
from biorelay.settings import Settings as _Settings
from graphstore import GraphStore
from graphstore.steps import ask
from models.runtime.errors import ArtefactError, BiorelayError

if TYPE_CHECKING:
    from biorelay.extractor import Extractor
    from processors.records import Question
    from processors.synonyms import Synonyms
    from processors.vocabulary import Vocabulary
    from stream.settings import StreamSettings

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
AGAIN, LATER = 2.0, 30.0
"""Seconds after which a model that is busy, or a place among the listeners, may be free."""
KEPT = 5.0
"""Seconds for which the questions that were read are told again."""
PATIENCE = 3.0
"""Seconds to try to reach the broker: somebody is waiting for a page."""


class State:
    """One service's surroundings; lives as long as its application (`app.state.shared`)."""

    def __init__(self, settings: _Settings) -> None:
        """Raises `GraphBadAddress` for a graph address that is none."""
        self.settings = settings
        self.store: GraphStore = graph_for(settings)
        self.views = views_of(settings.serve.views)
        self.metrics = ExplorerMetrics()
        self.metrics.info.labels(version("biorelay"), self.store.engine).set(1)
        self.stopping = threading.Event()
        """Set when the service is told to stop: what follows something ends then."""
        self._aside = ThreadPoolExecutor(2, thread_name_prefix="aside")
        self._models = ThreadPoolExecutor(settings.serve.extractions, thread_name_prefix="model")
        self._reading = self._listening = 0
        self._asking = asyncio.Lock()
        self._questions: tuple[float, list[Question]] | None = None
        self._loading = threading.RLock()
        self._loaded: dict[str, Any] = {}

    async def ready(self) -> None:
        """Ask the graph something that costs nothing. Raises what it raises where it cannot answer."""
        await self.store._run(lambda: ask("entities", curies=["local:ready"]), write=False)

    async def warm(self) -> None:
        """Load what the first search would have to wait for, and write into the log why the graph cannot be asked, if it cannot."""
        try:
            await self.ready()
        except BiorelayError as error:
            log.warning("the graph cannot be asked yet: %s. %s", error, error.remedy or "")
        await self.synonyms()

    async def aside(self, call: Callable[P, T], *arguments: P.args, **more: P.kwargs) -> T:
        """Call in a thread, for what takes milliseconds to seconds and would hold up every other answer."""
        return await asyncio.wrap_future(self._aside.submit(call, *arguments, **more))

    async def by_model(self, call: Callable[["Extractor"], T]) -> T:
        """Call with the model, in a thread of its own. Raises `Busy` where as many run as may, and what `Extractor.load` raises.

        The place is free when the thread is done, also where nobody waits for the answer any more.
        """
        if self._reading >= self.settings.serve.extractions:
            raise Busy(
                f"{self._reading} abstracts are being read, as many as may be at once",
                remedy="Ask again in a moment; serve.extractions says how many.",
                limit="serve.extractions",
                after=AGAIN,
            )
        self._count(reading=1)
        future = self._models.submit(lambda: call(self._extractor()))
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.is_closed() or loop.call_soon_threadsafe(partial(self._count, reading=-1)))
        return await asyncio.wrap_future(future)

    def _count(self, *, reading: int = 0, listening: int = 0) -> None:
        self._reading += reading
        self._listening += listening
        self.metrics.extractions.set(self._reading)
        self.metrics.listeners.set(self._listening)

    def _extractor(self) -> "Extractor":
        def load() -> "Extractor":
            from biorelay.extractor import Extractor

            return Extractor.load(**self.settings.extractor())

        return self._once("extractor", load)

    async def vocabulary(self) -> "Vocabulary":
        """The vocabulary of the settings. Raises `ArtefactMissing` and `ArtefactCorrupt`."""
        return await self.aside(self._vocabulary)

    def _vocabulary(self) -> "Vocabulary":
        def load() -> "Vocabulary":
            from processors.vocabulary import Vocabulary

            return Vocabulary.open(self.settings.vocabulary)

        return self._once("vocabulary", load)

    async def synonyms(self) -> "Synonyms | None":
        """The names of the vocabulary; None where there is no vocabulary that can be read, which is logged once."""

        def load() -> "Synonyms | None":
            from processors.synonyms import Synonyms

            try:
                return Synonyms(self._vocabulary())
            except ArtefactError as error:
                log.warning("no synonyms: %s", error)
                return None

        return await self.aside(lambda: self._once("synonyms", load))

    @contextmanager
    def listens(self) -> Iterator[None]:
        """A place among those that are told of discoveries. Raises `Busy` where there is none."""
        most = self.settings.serve.listeners
        if self._listening >= most:
            raise Busy(f"{most} clients are listening, as many as may", remedy="Ask again later.", limit="serve.listeners", after=LATER)
        self._count(listening=1)
        try:
            yield
        finally:
            self._count(listening=-1)

    def stream(self) -> "StreamSettings":
        """How to reach the broker, and for how long to try. Raises `SettingsError` where a password's file cannot be used."""
        stream = self.settings.stream()
        return replace(stream, broker_timeout=min(stream.broker_timeout, PATIENCE))

    async def questions(self) -> "list[Question]":
        """The standing questions, as of a few seconds ago at most. Raises what `stream.questions.questions_of` raises."""
        from stream.questions import questions_of

        async with self._asking:
            if self._questions is None or time.monotonic() > self._questions[0] + KEPT:
                found = await questions_of(self.stream())
                self._questions = time.monotonic(), found
            return self._questions[1]

    def _once(self, name: str, load: Callable[[], T]) -> T:
        if name not in self._loaded:
            with self._loading:
                if name not in self._loaded:
                    self._loaded[name] = load()
        return cast("T", self._loaded[name])

    async def close(self) -> None:
        """Let go of the graph, the model and the threads; what still runs in one is not waited for."""
        self.stopping.set()
        self._aside.shutdown(wait=False, cancel_futures=True)
        self._models.shutdown(wait=False, cancel_futures=True)
        await self.store.close()


def state_of(request: Request) -> State:
    """The state of the application that answers."""
    return cast("State", request.app.state.shared)


def _store_of(request: Request) -> GraphStore:
    return state_of(request).store


def _settings_of(request: Request) -> _Settings:
    return state_of(request).settings


Shared = Annotated[State, Depends(state_of)]
Store = Annotated[GraphStore, Depends(_store_of)]
Settings = Annotated[_Settings, Depends(_settings_of)]
