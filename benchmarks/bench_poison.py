"""What a steady loop of poison costs everyone else: processor seconds for the same good documents alone, and with a tenth of poison.

The agents' delivery (`stream/delivery.py`) with its real steps on real abstracts, in turn without poison and with it, batch by batch of 64;
the sender takes everything. Processor time is of this process and of the graph's server. What is counted is the good documents': how much
more they take when every tenth message is poison. Kinds:

- `ner`: no JSON, an unknown schema, a record that is none, a record that is too large, another key, a key that is none, and an abstract
  that makes the extractor raise; in turn.
- `relations`: the same on its topic.
- `graph-unreadable`: the same on the graph's topic.
- `graph-refused`: records that make the transaction fail, each of a document of its own, so that the whole batch fails and is halved. No
  record is known that can be read and makes either database refuse, so that the store is made to raise here.
- `graph-loop`: the same few of them, again and again.

python -m benchmarks.bench_poison [--data FOLDER] [--rounds N] [--documents N] [--only embedded neo4j] [--out JSON]
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.graph_engines import ENGINES
from benchmarks.inputs import abstracts
from benchmarks.machine import describe
from biorelay.extractor import Extractor
from graphstore import GraphError
from graphstore.contribution import Contribution
from models.runtime.effort import Effort
from processors.records import Abstract, Entities, Relations, Revision
from stream import StreamSettings, headers
from stream.delivery import Delivery
from stream.journal import Journal
from stream.messages import Inbound, Outbound
from stream.metrics import Metrics
from stream.settings import Stage
from stream.steps import GraphStep, NerStep, RelationsStep
from stream.topics import Topic

RESULTS = Path(__file__).parent / "results" / "poison.json"
T = TypeVar("T")
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BATCH = 64
SHARE = 9
"""Good documents to one of poison."""
LOOP = 4
"""Documents of `graph-loop`."""
RAISES = "raises"

Message = tuple[bytes, bytes]
"""Key and value."""


class Takes:
    """A broker that takes everything."""

    def __init__(self) -> None:
        self.dead = 0

    async def send(self, messages: Sequence[Outbound]) -> list[BaseException | None]:
        self.dead += sum(message.topic.endswith(Topic.DEAD_LETTERS) for message in messages)
        return [None] * len(messages)


class Raising:
    """The extractor, which raises for documents of one name."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.provenance, self.provider = extractor.provenance, extractor.provider

    def entities(self, abstract: Abstract) -> Entities:
        if RAISES in abstract.id:
            raise ValueError("nobody foresaw this")
        return self._extractor.entities(abstract)

    def relations(self, entities: Entities) -> Relations:
        if RAISES in entities.id:
            raise ValueError("nobody foresaw this")
        return self._extractor.relations(entities)

    def effort(self) -> Effort:
        return self._extractor.effort()


class Refusing:
    """A graph that refuses batches with documents of one name."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.engine = store.engine
        self.calls = 0

    @property
    def crossed(self) -> int:
        return int(self._store.crossed)

    async def apply(self, batch: Sequence[Contribution], **more: Any) -> Any:
        self.calls += 1
        if any(RAISES in each.document and each.relations and each.relations.relations for each in batch):
            raise GraphError("refused")
        return await self._store.apply(batch, **more)

    def called(self) -> int:
        return self.calls

    async def waiting(self, limit: int) -> Sequence[tuple[Any, float]]:
        found: Sequence[tuple[Any, float]] = await self._store.waiting(limit)
        return found

    async def outbox_done(self, ids: Sequence[str]) -> None:
        await self._store.outbox_done(ids)

    async def close(self) -> None:
        await self._store.close()


def unreadable(good: Callable[[str], bytes], limit: int, *, raises: bool) -> Iterator[Message]:
    """Poison of every kind that one message can be, without end; `good`: the value of a document of that name. `raises`: and those of
    which the step raises.
    """
    number = 0
    while True:
        number += 1
        key = f"bad:{number}".encode()
        yield key, b"this is not JSON"
        yield key, b'{"schema":"biorelay.nothing/9","id":"bad:1"}'
        yield key, good("bad:0").replace(b'"id":"', b'"id":7,"x":"', 1)
        yield key, good("bad:0") + b" " * limit
        yield key, good("other:1")
        yield b"\xff\xfe", good("bad:0")
        if raises:
            yield f"{RAISES}:{number}".encode(), good(f"{RAISES}:{number}")


def refused(sample: Relations, loop: bool) -> Iterator[Message]:
    """Records that the store refuses: of ever new documents, or of the same few."""
    number = 0
    while True:
        number += 1
        name = f"{RAISES}:{number % LOOP if loop else number}"
        yield name.encode(), sample.model_copy(update={"id": name}).to_bytes()


def mixed(good: Sequence[Message], poison: Iterator[Message]) -> list[Message]:
    """One of poison behind each `SHARE` of the good."""
    found: list[Message] = []
    for number, message in enumerate(good, 1):
        found.append(message)
        if number % SHARE == 0:
            found.append(next(poison))
    return found


class Course:
    """One stage's delivery, fed batch by batch."""

    def __init__(self, delivery: Delivery, sender: Takes, topic: Topic, server: Callable[[], float], calls: Callable[[], int]) -> None:
        self._delivery = delivery
        self._sender = sender
        self._topic = topic
        self._server = server
        self._calls = calls
        self._offset = 0

    async def run(self, messages: Sequence[Message]) -> dict[str, float]:
        """CPU seconds, dead letters, and the step's calls."""
        began, calls, dead = time.process_time() + self._server(), self._calls(), self._sender.dead
        rest = iter(messages)
        while part := [*islice(rest, BATCH)]:
            batch = []
            for key, value in part:
                self._offset += 1
                stamp = headers.stamp(Revision(0, self._offset), 1_700_000_000_000)
                batch.append(Inbound(self._topic.named("biorelay"), 0, self._offset, 1_700_000_000_000, key, value, stamp))
            await self._delivery.settle(batch)
        return {
            "cpu_s": time.process_time() + self._server() - began,
            "dead": self._sender.dead - dead,
            "calls": self._calls() - calls,
        }


async def compared(course: Course, good: Callable[[], list[Message]], poison: Iterator[Message], rounds: int) -> dict[str, Any]:
    """Rounds without and with poison in turn, each with good documents of its own; the first of each warms up. Means, since what one run
    leaves behind (a log, garbage) another pays.
    """
    alone: list[dict[str, float]] = []
    among: list[dict[str, float]] = []
    for number in range(rounds + 1):
        for which in ((alone, False), (among, True)) if number % 2 else ((among, True), (alone, False)):
            messages = good()
            which[0].append(await course.run(mixed(messages, poison) if which[1] else messages))
    alone, among = alone[1:], among[1:]
    clean, poisoned = (statistics.fmean(run["cpu_s"] for run in runs) for runs in (alone, among))
    return {
        "alone_cpu_s": round(clean, 4),
        "among_poison_cpu_s": round(poisoned, 4),
        "slower_percent": round(100 * (poisoned / clean - 1), 1),
        "slower_percent_by_round": [round(100 * (b["cpu_s"] / a["cpu_s"] - 1), 1) for a, b in zip(alone, among, strict=True)],
        "dead_letters": int(statistics.median(run["dead"] for run in among)),
        "calls_alone": statistics.median(run["calls"] for run in alone),
        "calls": statistics.median(run["calls"] for run in among),
    }


async def measure(data: Path, documents: int, rounds: int, engines: Sequence[str], folder: Path) -> dict[str, Any]:
    settings = StreamSettings(data_dir=folder, metrics_port=0, threads=1, software="bench", graph_interval=0.0)
    metrics = Metrics(settings)
    texts = abstracts(data, documents)
    extractor = Extractor.load()
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        journal = stack.enter_context(Journal(folder / "attempts"))
        pool = stack.enter_context(ThreadPoolExecutor(1))
        entities = [await asyncio.to_thread(extractor.entities, text) for text in texts]
        relations = [await asyncio.to_thread(extractor.relations, each) for each in entities]
        stated = [each for each in relations if each.relations]
        named: dict[Stage, Sequence[Any]] = {Stage.NER: texts, Stage.RELATIONS: entities, Stage.GRAPH: stated}
        numbers = iter(range(10**9))

        def good(stage: Stage) -> Callable[[], list[Message]]:
            def made() -> list[Message]:
                turn = next(numbers)
                return [_named(each, f"bench:{turn}-{number}", turn) for number, each in enumerate(named[stage])]

            return made

        def sample(stage: Stage) -> Callable[[str], bytes]:
            return lambda name: _named(named[stage][0], name, 0)[1]

        for stage, kind, topic in ((Stage.NER, NerStep, Topic.ABSTRACTS), (Stage.RELATIONS, RelationsStep, Topic.ENTITIES)):
            step = kind(settings, Raising(extractor), pool, journal, metrics)
            sender = Takes()
            course = Course(Delivery(step, sender, settings, journal, metrics), sender, topic, lambda: 0.0, lambda: 0)
            poison = unreadable(sample(stage), settings.document_bytes, raises=True)
            found[stage.value] = await compared(course, good(stage), poison, rounds)
            print(stage, found[stage.value], flush=True)
        for name in engines:
            engine = stack.enter_context(ENGINES[name](folder / name))
            store = Refusing(await engine.store())
            graph = GraphStep(settings, partial(_same, store), journal, metrics)
            graph.asked.set()
            kinds = {
                "graph-unreadable": unreadable(sample(Stage.GRAPH), settings.document_bytes, raises=False),
                "graph-refused": refused(named[Stage.GRAPH][0], loop=False),
                "graph-loop": refused(named[Stage.GRAPH][0], loop=True),
            }
            for what, poison in kinds.items():
                sender = Takes()
                delivery = Delivery(graph, sender, settings, journal, metrics)
                course = Course(delivery, sender, Topic.RELATIONS, engine.server_cpu, store.called)
                found[f"{what}-{name}"] = await compared(course, good(Stage.GRAPH), poison, rounds)
                print(what, name, found[f"{what}-{name}"], flush=True)
            await graph.close()
    return found


def _named(record: Any, name: str, turn: int) -> Message:
    """The record under another name; an abstract's text is new in each turn, since the encoder remembers those it has read."""
    more = {"title": f"{record.title} ({turn})"} if isinstance(record, Abstract) else {}
    return name.encode(), record.model_copy(update={"id": name, **more}).to_bytes()


def _same(store: T) -> T:
    return store


def whole(found: dict[str, Any], engine: str) -> dict[str, float]:
    """By the graph's kind of poison: what all three stages together take more, each with a tenth of poison, in percent."""
    stages = [found["ner"], found["relations"]]
    graph = {kind: found[f"{kind}-{engine}"] for kind in ("graph-unreadable", "graph-refused", "graph-loop")}
    return {
        kind: round(100 * (sum(s["among_poison_cpu_s"] for s in (*stages, of)) / sum(s["alone_cpu_s"] for s in (*stages, of)) - 1), 1)
        for kind, of in graph.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--documents", type=int, default=192)
    parser.add_argument("--only", nargs="+", choices=sorted(ENGINES), default=sorted(ENGINES))
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    about = describe(["onnxruntime", "neo4j", "ladybug"])
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(arguments.data, arguments.documents, arguments.rounds, arguments.only, Path(folder)))
    result = {
        "schema": "biorelay.benchmark/1",
        "name": "poison",
        "machine": about,
        "documents": arguments.documents,
        "rounds": arguments.rounds,
        "poison_share": 1 / (SHARE + 1),
        "batch": BATCH,
        "stages": found,
        "whole_percent": {engine: whole(found, engine) for engine in arguments.only},
    }
    arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result["whole_percent"], indent=2))


if __name__ == "__main__":
    main()
