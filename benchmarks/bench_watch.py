"""What standing questions cost the graph agent, and how soon their answers are told.

`embedded` and `neo4j`: the same documents are written to copies of one graph, batch by batch in turn, by processes that each have their
own number of questions, and their own server where there is one; after each batch its outbox is told and emptied, as the relay does.
Processor time is of the process and its server, the clock's of the whole call. The graph is Hetionet's edges and documents drawn to be
like real ones (`benchmarks/graph_documents.py`). The questions are all different and of the kinds in `KINDS`; their entities are drawn
evenly from those that a vocabulary knows and that have an edge. One more process, `hubs`, has as many questions as the largest, but
starts every other one from an entity drawn as documents name theirs: what everybody writes about is asked about, and answered all the time.

`delay`: the worker's graph stage on a real Kafka and Neo4j (`benchmarks/watch_delay.py`).

python -m benchmarks.bench_watch [--data FOLDER] [--relations N] [--documents N] [--only embedded neo4j delay] [--out JSON]
"""

import argparse
import asyncio
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.graph_base import lay
from benchmarks.graph_documents import Drawn, Hetionet, Node, as_documents, hetionet
from benchmarks.graph_engines import ENGINES, WRITE_LIMIT, Engine
from benchmarks.machine import describe
from benchmarks.watch_delay import FRESH
from benchmarks.watch_delay import measured as delays
from graphstore import Contribution, GraphStore, open_store
from graphstore.steps import ask
from graphstore.watched import Watch
from processors.records import Discovery, EntityType, Question, QuestionStep

RESULTS = Path(__file__).parent / "results" / "watch.json"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MANY = 10_000
COUNTS = {"embedded": {"0": 0, "100": 100, "1000": 1000, "10000": MANY, "hubs": MANY}, "neo4j": {"0": 0, "10000": MANY, "hubs": MANY}}
"""By engine: the processes and their numbers of questions."""
BATCH = 64
WARM = {"embedded": 3, "neo4j": 30}
"""Batches written before the clock starts; a server's compiler must have seen the statements."""
PASSWORD = "BENCH_GRAPH_PASSWORD"  # noqa: S105  the variable's name
SEED = 11
STEP, TWICE = QuestionStep(), QuestionStep(min_papers=2)
KINDS: dict[str, tuple[int, bool, tuple[QuestionStep, ...]]] = {
    "A - C": (40, True, (STEP,)),
    "A - any Disease, 2 papers": (15, False, (QuestionStep(type=EntityType.DISEASE, min_papers=2),)),
    "A - anything - C": (20, True, (STEP, STEP)),
    "A - any Gene - any Disease, 2 papers on each step": (
        15,
        False,
        tuple(QuestionStep(type=t, min_papers=2) for t in (EntityType.GENE, EntityType.DISEASE)),
    ),
    "A - any Gene - any Chemical - C, 2 papers on each step": (
        10,
        True,
        (*(QuestionStep(type=t, min_papers=2) for t in (EntityType.GENE, EntityType.CHEMICAL)), TWICE),
    ),
}
"""By what is asked: its share in percent, whether both ends have names, and its steps."""


def asked(nodes: tuple[Node, ...], connected: list[str], count: int, *, hubs: bool) -> Iterator[Question]:
    """So many different questions of `KINDS` in their shares; a larger number begins with the same ones."""
    rng = np.random.default_rng(SEED)
    drawn = Drawn(nodes)
    shares = np.array([share for share, *_ in KINDS.values()]) / 100
    kinds = list(KINDS.values())
    seen: set[str] = set()
    while len(seen) < count:
        _, closed, steps = kinds[rng.choice(len(kinds), p=shares)]
        start = end = ""
        while start == end:
            start, end = (connected[rng.integers(len(connected))] for _ in range(2))
            if hubs and rng.random() < 0.5:
                start = nodes[int(drawn.ends(rng, 1, 1)[0, 0])].curie
        question = Question.of(start, end if closed else None, steps)
        if question.id not in seen:
            seen.add(question.id)
            yield question


def serve(graph: str, data: Path, count: int, *, hubs: bool) -> None:
    """A graph agent: a line with a number writes that batch, and a line of figures answers it. What is loaded is told first."""

    async def work() -> None:
        whole = hetionet(data)
        drawn = Drawn(whole.nodes)
        async with open_store(graph, password=os.environ.get(PASSWORD), query_timeout=WRITE_LIMIT, write_timeout=WRITE_LIMIT) as store:
            watch = Watch()
            for question in asked(whole.nodes, await connected(store), count, hubs=hubs):
                watch.put(question)
            began = time.process_time()
            await store._acquaint(watch)
            loading = time.process_time() - began
            gc.collect()
            gc.freeze()  # as the worker does (`stream/questions.py`)
            near = sum(map(len, watch.near.values()))
            print(json.dumps({"neighbours_in_memory": near, "loading_cpu_s": round(loading, 2)}), flush=True)
            for line in sys.stdin:
                first = FRESH + BATCH * int(line)
                print(json.dumps(await written(store, watch, list(drawn.contributions(range(first, first + BATCH))))), flush=True)

    asyncio.run(work())


async def connected(store: GraphStore) -> list[str]:
    """The entities that a vocabulary knows and that have an edge."""
    rows = await store._run(lambda: ask("all_entities"), write=False)
    return sorted(row["curie"] for row in rows if not row["curie"].startswith("local:"))


async def written(store: GraphStore, watch: Watch, batch: list[Contribution]) -> dict[str, float]:
    """One batch, and its outbox as the relay treats it."""
    began, clock, told = time.process_time(), time.perf_counter(), 0
    await store.apply(batch, watch=watch)
    while found := await store.outbox(500):
        told += sum(isinstance(one, Discovery) for one in found)
        for one in found:
            one.to_bytes()
        await store.outbox_done([one.id for one in found])
    spent = {"cpu": time.process_time() - began, "wall": time.perf_counter() - clock}
    return {**spent, "questions": watch.seconds, "told": told}


class Agent:
    """One such process, seen from here. `server` is the pid of its own database server, whose work counts too."""

    def __init__(self, name: str, engine: Engine, data: Path, count: int) -> None:
        words = ["--serve", str(count), *(["--hubs"] if name == "hubs" else []), "--graph", engine.url, "--data", str(data)]
        self._engine = engine
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bench_watch", *words],
            env=os.environ | ({PASSWORD: engine.password} if engine.password else {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.loaded: dict[str, float] = self._heard()
        self.batches: list[dict[str, float]] = []
        self.warm = WARM[engine.name]

    def write(self, number: int) -> None:
        assert self.process.stdin is not None  # noqa: S101
        server = self._engine.server_cpu()
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        batch = self._heard()
        batch["cpu"] += self._engine.server_cpu() - server
        self.batches.append(batch)

    def _heard(self) -> dict[str, float]:
        assert self.process.stdout is not None  # noqa: S101
        found: dict[str, float] = json.loads(self.process.stdout.readline())
        return found

    def figures(self, none: "Agent", documents: int) -> dict[str, float]:
        """Without the first batches. `slower_..._percent` is of the sums, `..._median` of batches, pair by pair."""
        found: dict[str, float] = {}
        for kind in ("cpu", "wall"):
            mine, base = ([batch[kind] for batch in agent.batches[self.warm :]] for agent in (self, none))
            found |= {
                f"{kind}_ms_per_document": round(1000 * sum(mine) / documents, 4),
                f"slower_{kind}_percent": round(100 * (sum(mine) / sum(base) - 1), 2),
                f"slower_{kind}_percent_median": round(100 * (statistics.median(a / b for a, b in zip(mine, base, strict=True)) - 1), 2),
            }
        seconds = sorted(batch["questions"] for batch in self.batches[self.warm :])
        return found | {
            "questions_ms_per_batch_p50": round(1000 * statistics.median(seconds), 3),
            "questions_ms_per_batch_p95": round(1000 * seconds[int(0.95 * (len(seconds) - 1))], 3),
            "told_per_document": round(sum(batch["told"] for batch in self.batches[self.warm :]) / documents, 3),
            **self.loaded,
        }


async def laid(whole: Hetionet, relations: int, engine: Engine) -> dict[str, int]:
    """The graph's size; it is laid where nothing is there."""
    drawn = Drawn(whole.nodes)
    async with engine.store(query_timeout=WRITE_LIMIT) as store:
        if not (await store.stats()).edges:
            await lay(store, chain(as_documents(whole.edges), drawn.contributions(range(FRESH))), relations)
        stats = await store.stats()
    return {"relations": stats.edges, "entities": stats.entities, "articles": stats.articles}


def measured(name: str, options: argparse.Namespace, base: Path, scratch: Path) -> dict[str, object]:
    """What so many questions cost on that engine; each agent has a copy of the graph, and its own server where there is one."""
    with ENGINES[name](base, keep=True) as engine:
        graph = asyncio.run(laid(hetionet(options.data), options.relations, engine))
    print(f"{name}: laid {graph}", flush=True)
    with ExitStack() as stack:
        agents = {}
        for label, count in COUNTS[name].items():
            shutil.copytree(base, scratch / label)
            agents[label] = Agent(label, stack.enter_context(ENGINES[name](scratch / label)), options.data, count)
        names = list(agents)
        batches = options.documents // BATCH
        for number in range(WARM[name] + batches):
            for label in names[number % len(names) :] + names[: number % len(names)]:
                agents[label].write(number)
            if number % 10 == 9:
                print(f"{number + 1} batches", flush=True)
        for agent in agents.values():
            agent.process.communicate()
    documents = batches * BATCH
    figures = {label: agent.figures(agents["0"], documents) for label, agent in agents.items()}
    return {**graph, "documents": documents, "batch": BATCH, "questions": figures}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with kb/hetionet")
    parser.add_argument("--relations", type=int, default=300_000, help="size of the graph")
    parser.add_argument("--documents", type=int, default=1920, help="documents written to each copy")
    parser.add_argument("--rate", type=float, default=40.0, help="documents a second while delays are measured")
    parser.add_argument("--told", type=int, default=3000, help="documents that come at that rate; half as many come at once")
    parser.add_argument("--only", nargs="+", choices=[*COUNTS, "delay"], default=[*COUNTS, "delay"], help="keep the other parts of --out")
    parser.add_argument("--bases", type=Path, help="folder in which the laid graphs stay, and are found by another run")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--hubs", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--graph", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.graph, options.data, options.serve, hubs=options.hubs)
        return
    result = json.loads(options.out.read_text(encoding="utf-8")) if options.out.is_file() else {}
    result["kinds"] = {name: f"{share} %" for name, (share, *_) in KINDS.items()}
    for part in options.only:
        machine = describe(("ladybug", "neo4j", "faust-streaming", "aiokafka", "numpy"))
        engine = "neo4j" if part == "delay" else part
        with tempfile.TemporaryDirectory() as scratch:
            base = (options.bases or Path(scratch)) / engine
            copies = Path(scratch) / "copies"
            found = told_after(options, base, copies) if part == "delay" else measured(part, options, base, copies)
        result[part] = {"machine": machine, **found}
        options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(result[part], indent=1), flush=True)


def told_after(options: argparse.Namespace, base: Path, scratch: Path) -> dict[str, object]:
    """How soon answers are told by a worker on a copy of the graph."""
    whole = hetionet(options.data)

    async def prepared(engine: Engine) -> list[Question]:
        print(f"delay: laid {await laid(whole, options.relations, engine)}", flush=True)
        async with engine.store(query_timeout=WRITE_LIMIT) as store:
            return list(asked(whole.nodes, await connected(store), MANY, hubs=True))

    with ENGINES["neo4j"](base, keep=True) as engine:
        questions = asyncio.run(prepared(engine))
    shutil.copytree(base, scratch / "neo4j")
    drawn = Drawn(whole.nodes)
    return asyncio.run(delays(drawn, questions, scratch, rate=options.rate, documents=options.told, burst=options.told // 2))


if __name__ == "__main__":
    main()
