"""`biorelay demo`: the whole way of 500 real abstracts, from a topic to an answer, with nothing but Python."""

import asyncio
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from biorelay.demo import Answers, Counts, Demo, Denial
    from biorelay.settings import Settings
    from stream.client import RelationsMessage

SHOWN_AT_ONCE = 4
SHOW_EVERY_S = 1.5
PLAIN_EVERY = 100


def demo(
    ctx: typer.Context,
    keep: Annotated[bool, typer.Option("--keep", help="Leave broker, worker and graph running afterwards, until Ctrl-C.")] = False,
    documents: Annotated[int, typer.Option("--documents", min=1, max=500, help="How many of the 500 abstracts.")] = 500,
) -> None:
    """See it work: real abstracts through topics, model and graph to an answer.

    Needs no Kafka, no database and no network: a broker and a graph are embedded.

    \b
    Examples:
      biorelay demo
      biorelay demo --keep
    """
    asyncio.run(_demo(settings_of(ctx), documents, keep=keep))


async def _demo(settings: "Settings", documents: int, *, keep: bool) -> None:
    from biorelay.cli.console import say, show
    from biorelay.demo import Demo, samples

    abstracts = samples(documents)
    folder = settings.data_dir / "demo"
    show("biorelay demo: abstracts -> entities -> relations -> graph", style="bold")
    show("  Broker  embedded: speaks Kafka's protocol on a loopback port; in memory, about 5 MiB a partition, one worker.")
    show(f"  Graph   embedded: LadybugDB in {folder / 'graph'}; one writer, other processes may read. Begins empty.")
    show("  Worker  the real one: three Faust agents, the real topics and records, the shipped model.")
    show(f"  Data    {len(abstracts)} abstracts of BC5CDR's test set (PubMed, public domain), which no shipped model was trained on.")
    started = time.monotonic()
    async with Demo(settings, folder, metrics_port=settings.worker.metrics_port if keep else 0) as running:
        made_by = running.extractor.provenance
        show(f"Up after {time.monotonic() - started:.1f} s: broker {running.stream.broker}, model {made_by.model}, {made_by.vocabulary}.")
        show()
        show("Relations as they arrive on the topic (a few of them):", style="bold")
        with ExitStack() as stack:
            live = _Live(stack, len(abstracts))
            seconds = await running.publish(abstracts, live.count, live.arrived)
        answers = await running.ask()
        show()
        _summary(live, answers, len(abstracts), seconds)
        _answers(answers)
        _further(running, settings, answers, keep=keep)
        if keep:
            say("running until Ctrl-C ...")
            await running.stay()


class _Live:
    """Bars on a terminal, a line now and then elsewhere; a few relations in both."""

    def __init__(self, stack: ExitStack, of: int) -> None:
        from biorelay.cli.console import out

        self.failed = 0
        self.relations = 0
        self._shown_at = 0.0
        self._shown = 0
        self._told = 0
        self._started = time.monotonic()
        self._bars = _Bars(stack, of) if out().is_terminal else None

    def count(self, counts: "Counts") -> None:
        from biorelay.cli.console import show

        self.failed = counts.failed
        if self._bars:
            self._bars.count(counts)
        elif counts.graph // PLAIN_EVERY > self._told:
            self._told = counts.graph // PLAIN_EVERY
            rate = counts.graph / (time.monotonic() - self._started)
            show(f"{counts.graph:4} of {counts.of} documents in the graph, {rate:.1f}/s")

    def arrived(self, message: "RelationsMessage") -> None:
        from biorelay.cli.console import show
        from biorelay.cli.wording import arrow

        found = message.relations.relations if message.relations else ()
        self.relations += len(found)
        now = time.monotonic()
        if not found or (self._shown >= SHOWN_AT_ONCE and now - self._shown_at < SHOW_EVERY_S):
            return
        self._shown, self._shown_at = self._shown + 1, now
        best = max(found, key=lambda relation: relation.probability)
        show(f"  {message.document:16}  {arrow(best.subject.name, best.predicate.value, best.object.name)}  {best.probability:.2f}")


class _Bars:
    """One bar for each topic of the way."""

    def __init__(self, stack: ExitStack, of: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        from biorelay.cli.console import out

        self._started = time.monotonic()
        columns = (
            TextColumn("{task.description:10}"),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:5.1f}/s"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        self._progress: Any = stack.enter_context(Progress(*columns, console=out()))
        self._tasks = {name: self._progress.add_task(name, total=of, rate=0.0) for name in ("published", "entities", "relations", "graph")}

    def count(self, counts: "Counts") -> None:
        seconds = max(time.monotonic() - self._started, 1e-9)
        for name, task in self._tasks.items():
            done = getattr(counts, name)
            if not self._progress.tasks[task].finished:
                self._progress.update(task, completed=done, rate=done / seconds)


def _summary(live: _Live, answers: "Answers", documents: int, seconds: float) -> None:
    from biorelay.cli.console import show

    stats = answers.stats
    show(f"{documents} documents in {seconds:.1f} s: {documents / seconds:.1f} documents/s from publication to graph", style="bold")
    holds = f"{stats.articles:,} articles, {stats.entities:,} entities, {stats.edges:,} relations, {stats.evidence:,} sentences"
    show(f"  The graph holds {holds}.")
    if live.failed:
        show(f"  {live.failed} went to the dead letters.", style="yellow")


def _answers(answers: "Answers") -> None:
    from biorelay.cli.console import show
    from biorelay.cli.wording import entity, show_path

    if answers.ends:
        show()
        show(f"What joins {answers.ends[0]} and {answers.ends[1]}? No paper here states a relation of the two.", style="bold")
        for rank, path in enumerate(answers.closed, start=1):
            show(f"{rank}. through {entity(path.steps[0].target)}, score {path.score:.3f}")
            show_path(path)
    if answers.start and answers.kind:
        show()
        show(f"Which {answers.kind.value.lower()}s may bear on {answers.start}, though no paper here says so?", style="bold")
        for rank, finding in enumerate(answers.open, start=1):
            show(f"{rank}. {entity(finding.entity)}, score {finding.score:.3f}, {finding.links} way{'' if finding.links == 1 else 's'}")
            show_path(finding.paths[0])
    if not answers.ends and not answers.start:
        show("Too few documents for a question of two steps: take more with --documents.")
    if answers.denied:
        _denial(answers.denied)
    show()
    show("These are leads to read up on, not findings: a model read the sentences, and it errs.")


def _denial(denied: "Denial") -> None:
    from biorelay.cli.console import show
    from biorelay.cli.wording import arrow, counts, show_sentence

    show()
    show("What does a paper deny? A denial is kept apart, and supports nothing.", style="bold")
    show(f"   {arrow(denied.subject, denied.edge.predicate, denied.object)}  ({counts(denied.edge)})")
    for sentence in (*denied.negated, *denied.stated):
        show_sentence(sentence, "      ")


def _further(running: "Demo", settings: "Settings", answers: "Answers", *, keep: bool) -> None:
    from biorelay.cli.console import show

    show()
    show("Where to go next", style="bold")
    environment = f"BIORELAY_GRAPH_URL={running.graph_url}"
    for command in answers.commands:
        show(f"  {environment} {command}")
    broker = f" BIORELAY_BROKER_BOOTSTRAP={running.stream.broker}" if keep else ""
    show(f"  {environment}{broker} biorelay serve   all of it in a browser: http://{settings.serve.host}:{settings.serve.port}/")
    if keep:
        show(f"  BIORELAY_BROKER_BOOTSTRAP={running.stream.broker} biorelay consume relations")
        show(f"  BIORELAY_BROKER_BOOTSTRAP={running.stream.broker} biorelay publish YOUR-FILE.xml.gz")
        if settings.worker.metrics_port:
            show(f"  curl http://{settings.worker.metrics_host}:{settings.worker.metrics_port}/metrics")
    else:
        show("  biorelay demo --keep            broker, worker and graph stay up: publish, consume and ask beside them")
    show("  biorelay extract YOUR-FILE.xml.gz   your own abstracts, without Kafka")
    show("  make services                       a real Kafka and a real Neo4j on this machine")
    show("  biorelay doctor                     what is missing here")
