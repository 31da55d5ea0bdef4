"""The worker process: one Faust app for each stage in one event loop, started from here and not by Faust's command line.

Exit is always bounded. Faust does not stop while the broker is gone, so a thread that needs nothing of the event loop ends the
process at the deadline with `EXIT_STUCK`; what was not acknowledged comes again.
"""

import asyncio
import fcntl
import inspect
import logging
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from models.runtime.errors import BiorelayError

from .endpoint import Endpoint
from .errors import SecondWorker, WorkerCrashed
from .fitting import differences
from .framing import PLAIN, Framing
from .healing import overtaking
from .journal import Journal
from .lag import INPUT, StageLag
from .metrics import Metrics
from .quiet import quiet
from .registry import framing_of
from .settings import Stage, StreamSettings
from .steps import OUTPUT, Extractor, GraphStep, NerStep, RelationsStep, Step, StoreFactory
from .topics import Topic, check_topics, describe_topics, embedded
from .watch import beat, overdue, watch

log = logging.getLogger(__name__)

EXIT_STUCK: Final = 75
"""EX_TEMPFAIL: the shutdown deadline passed; start the worker again."""

ExtractorFactory = Callable[[], Extractor]


def run_worker(settings: StreamSettings, extractor_factory: ExtractorFactory, store_factory: StoreFactory) -> int:
    """Run the settings' stages until SIGTERM or SIGINT; return 0 then.

    The factories are called only where their stage runs; `store_factory` may be asynchronous, and is asked again while it raises
    errors whose action is to retry. Raises the `BiorelayError` that keeps the worker from starting or ended it
    (`WorkerCrashed` for one that nobody foresaw). Where stopping takes longer than `settings.shutdown` the process ends with
    `EXIT_STUCK`.
    """
    guard = _Guard(settings.shutdown)
    with quiet():
        try:
            return asyncio.run(_until_signal(Worker(settings, extractor_factory, store_factory), guard))
        finally:
            guard.disarm()


async def _until_signal(worker: "Worker", guard: "_Guard") -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def stopping(name: str) -> None:
        log.info("%s: stopping", name)
        guard.arm()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping, number.name)
    await worker.run(stop, before_stop=guard.arm)
    return 0


class Worker:
    """The stages of one process. `run` is the whole life; tests and the demo run it beside other things in one loop."""

    def __init__(self, settings: StreamSettings, extractor_factory: ExtractorFactory, store_factory: StoreFactory) -> None:
        self._settings = settings
        self._extractor_factory = extractor_factory
        self._store_factory = store_factory
        self.metrics = Metrics(settings)
        self._apps: dict[Stage, Any] = {}
        self._embedded = False
        self._framing: Framing = PLAIN
        self._fatal: asyncio.Future[BaseException] | None = None
        self.started = asyncio.Event()

    async def run(self, stop: asyncio.Event, before_stop: Callable[[], None] = lambda: None) -> None:
        """Work until `stop` is set or something ends the worker, which is then raised."""
        settings = self._settings
        self._fatal = asyncio.get_running_loop().create_future()
        executor = ThreadPoolExecutor(settings.inference_threads, "inference")
        graph: GraphStep | None = None
        tasks: list[asyncio.Task[None]] = []
        try:
            with ExitStack() as stack:
                if settings.metrics_port:
                    rate = settings.requests_per_second
                    stack.enter_context(Endpoint(self.metrics, settings.metrics_host, settings.metrics_port, per_second=rate))
                tasks.append(self._watched(beat(self.metrics)))
                journal = stack.enter_context(Journal(settings.data_dir / "attempts"))
                tasks.append(self._watched(overdue(journal, settings.stuck)))
                ended = await self._either(stop, self._prepare(stack))
                if ended is not None:
                    partitions, extractor = ended
                    steps = self._steps(extractor, executor, journal)
                    graph = next((step for step in steps if isinstance(step, GraphStep)), None)
                    await self._start(steps, journal, partitions, tasks)
                    self.started.set()
                    log.info("%s at work on %s", ", ".join(settings.stages), settings.broker)
                    await self._either(stop, self._ended())
        except BaseException:
            before_stop()
            raise
        finally:
            before_stop()
            await self._stop(tasks, graph, executor)
        if self._fatal.done():
            error = self._fatal.result()
            if isinstance(error, BiorelayError):
                raise error
            raise WorkerCrashed(f"the worker stopped by {type(error).__name__}: {error}", remedy="Start it again.") from error

    # before work

    async def _prepare(self, stack: ExitStack) -> tuple[int, Extractor | None]:
        settings = self._settings
        patient = replace(settings, broker_timeout=settings.startup)
        needed = [Topic.DEAD_LETTERS, *(INPUT[stage] for stage in settings.stages)]
        needed += [Topic.QUESTIONS, Topic.DISCOVERIES] if Stage.GRAPH in settings.stages else []
        states = await describe_topics(patient)
        partitions = check_topics(states, settings, needed)
        for difference in differences(states, settings):
            if difference.what != "topic":  # what this worker needs is there: just checked
                log.warning("topic %s: %s; mend: %s", difference.topic, difference, difference.mend)
        self._embedded = await embedded(settings)
        if self._embedded:
            stack.enter_context(_only_worker(settings))
        self.metrics.ready("broker", True)
        outputs = [topic for stage in settings.stages for topic in _outputs(stage)]
        self._framing = await framing_of(settings, outputs, patience=settings.startup)
        extractor = None
        if {Stage.NER, Stage.RELATIONS} & set(settings.stages):
            made = await asyncio.to_thread(self._extractor_factory)
            extractor = await made if inspect.isawaitable(made) else made
            made_by = extractor.provenance
            self.metrics.model_info.labels(made_by.model, str(made_by.generation), made_by.software).set(1)
            self.metrics.vocabulary_info.labels(made_by.vocabulary or "").set(1)
            self.metrics.provider.labels(extractor.provider).set(1)
            self.metrics.effort.read = extractor.effort
            self.metrics.ready("model", True)
        return partitions, extractor

    def _steps(self, extractor: Extractor | None, executor: ThreadPoolExecutor, journal: Journal) -> list[Step]:
        steps: list[Step] = []
        for stage in self._settings.stages:
            if stage is Stage.GRAPH:
                steps.append(GraphStep(self._settings, self._store_factory, journal, self.metrics))
            else:
                assert extractor is not None  # noqa: S101
                kind = NerStep if stage is Stage.NER else RelationsStep
                steps.append(kind(self._settings, extractor, executor, journal, self.metrics))
        return steps

    async def _start(self, steps: list[Step], journal: Journal, partitions: int, tasks: list[asyncio.Task[None]]) -> None:
        from .agents import attach
        from .app import FaustSender, create_app
        from .delivery import Delivery
        from .outbox import relay
        from .partitioner import partition_of
        from .questions import follow_questions

        for step in steps:
            app = create_app(step.stage, self._settings, embedded=self._embedded)
            sender = FaustSender(app)
            delivery = Delivery(
                step,
                sender,
                self._settings,
                journal,
                self.metrics,
                partitioner=lambda key: partition_of(key, partitions),
                overtaking=partial(overtaking, self._settings),
                framing=self._framing,
            )
            attach(app, step.stage, self._settings, delivery, self._end)
            app.finalize()
            self._apps[step.stage] = app
            if isinstance(step, GraphStep):
                telling = relay(step, sender, self._settings, self.metrics, lambda: 0 in self._assigned(Stage.GRAPH), framing=self._framing)
                tasks.append(self._watched(telling))
                tasks.append(self._watched(follow_questions(self._settings, step.watch, self.metrics, step.asked)))
        await asyncio.gather(*(app.start() for app in self._apps.values()))
        tasks.append(self._watched(watch(self._settings, self.metrics, self._unread)))

    def _assigned(self, stage: Stage) -> set[int]:
        from .app import assigned

        return assigned(self._apps[stage], INPUT[stage].named(self._settings.prefix))

    async def _unread(self, lag: StageLag) -> set[int]:
        from .app import unread

        return await unread(self._apps[lag.stage], INPUT[lag.stage].named(self._settings.prefix), lag)

    # the end

    def _end(self, error: BaseException) -> None:
        if self._fatal is not None and not self._fatal.done():
            self._fatal.set_result(error)

    def _watched(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)

        def ended(done: asyncio.Task[None]) -> None:
            error = None if done.cancelled() else done.exception()
            if error is not None:
                self._end(error)

        task.add_done_callback(ended)
        return task

    async def _ended(self) -> None:
        """Until an agent, a watcher or Faust itself gives up."""
        assert self._fatal is not None  # noqa: S101
        while not self._fatal.done():
            for app in self._apps.values():
                if app.crashed:
                    self._end(app.crash_reason or RuntimeError("Faust crashed without a reason"))
            await asyncio.wait([self._fatal], timeout=1.0)

    async def _either(self, stop: asyncio.Event, work: Coroutine[Any, Any, Any]) -> Any:
        """The work's result, or `None` where `stop` came first."""
        working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            for task in (working, stopping):
                task.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)

    async def _stop(self, tasks: list[asyncio.Task[None]], graph: GraphStep | None, executor: ThreadPoolExecutor) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # All at once: each waits for the broker, and the deadline is one for all.
        for error in await asyncio.gather(*(app.stop() for app in self._apps.values()), return_exceptions=True):
            if isinstance(error, BaseException):
                log.warning("while stopping: %r", error)
        if graph is not None:
            with suppress(BiorelayError):
                await graph.close()
        await asyncio.to_thread(executor.shutdown, wait=True, cancel_futures=True)


def _outputs(stage: Stage) -> tuple[Topic, ...]:
    """The topics that a stage writes."""
    output = OUTPUT[stage]
    return (output,) if output else (Topic.GRAPH_CHANGES, Topic.DISCOVERIES)


class _Guard:
    """Ends the process, whatever hangs, so soon after it was armed that it is gone within `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds - min(1.0, seconds / 10)  # a busy machine takes its time over an end, too
        self._over = threading.Event()
        self._armed = False

    def arm(self) -> None:
        if not self._armed:
            self._armed = True
            threading.Thread(target=self._wait, name="shutdown-deadline", daemon=True).start()

    def disarm(self) -> None:
        self._over.set()

    def _wait(self) -> None:
        began = time.monotonic()
        if not self._over.wait(self._seconds):
            log.critical("not stopped after %.0f s: the process ends now, what is unacknowledged comes again", time.monotonic() - began)
            os._exit(EXIT_STUCK)


class _only_worker:  # noqa: N801  used as a function is
    """Holds the one place that the embedded broker has for a worker process; raises `SecondWorker` where it is taken."""

    def __init__(self, settings: StreamSettings) -> None:
        port = settings.broker.rpartition(":")[2]
        self._path = Path(tempfile.gettempdir()) / f"biorelay-{os.getuid()}-embedded-{port}.lock"
        self._file = -1

    def __enter__(self) -> None:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise SecondWorker(
                "another worker is at work on this embedded broker, which serves one only", remedy="Use a real Kafka for several workers."
            ) from None

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
