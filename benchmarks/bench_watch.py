"""What standing questions cost the graph agent: processor time of a document with none and with up to ten thousand of them, in one run.

The same documents are written to copies of one graph, batch by batch in turn, by processes that each have their own number of questions;
after each batch its outbox is told and emptied, as the relay does. The graph is Hetionet's edges and documents drawn to be like real
ones (`benchmarks/graph_documents.py`), on the embedded engine. The questions are all different and of the kinds in `KINDS`; their
entities are drawn evenly from those that a vocabulary knows and that have an edge. One more process, `hubs`, has as many questions as
the largest, but starts every other one from an entity drawn as documents name theirs: what everybody writes about is asked about, and
answered all the time.

python -m benchmarks.bench_watch [--data FOLDER] [--relations N] [--documents N] [--out JSON]
"""

import argparse
import asyncio
import gc
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.graph_base import lay
from benchmarks.graph_documents import Drawn, Hetionet, Node, as_documents, hetionet
from benchmarks.machine import describe
from graphstore import Contribution, GraphStore, open_store
from graphstore.steps import ask
from graphstore.watched import Watch
from processors.records import Discovery, EntityType, Question, QuestionStep

RESULTS = Path(__file__).parent / "results" / "watch.json"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
COUNTS = (0, 100, 1000, 10_000)
BATCH = 64
FRESH = 10_000_000
"""The number of the first drawn document that is not in the graph."""
WARM = 3
"""Batches written before the clock starts."""
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


def serve(folder: Path, data: Path, count: int, *, hubs: bool) -> None:
    """A graph agent: a line with a number writes that batch, and a line of figures answers it. What is loaded is told first."""

    async def work() -> None:
        whole = hetionet(data)
        drawn = Drawn(whole.nodes)
        async with open_store(folder) as store:
            rows = await store._run(lambda: ask("all_entities"), write=False)
            connected = sorted(row["curie"] for row in rows if not row["curie"].startswith("local:"))
            watch = Watch()
            for question in asked(whole.nodes, connected, count, hubs=hubs):
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


async def written(store: GraphStore, watch: Watch, batch: list[Contribution]) -> dict[str, float]:
    """One batch, and its outbox as the relay treats it."""
    began, told = time.process_time(), 0
    await store.apply(batch, watch=watch)
    while found := await store.outbox(500):
        told += sum(isinstance(one, Discovery) for one in found)
        for one in found:
            one.to_bytes()
        await store.outbox_done([one.id for one in found])
    return {"cpu": time.process_time() - began, "questions": watch.seconds, "told": told}


class Agent:
    """One such process, seen from here."""

    def __init__(self, name: str, folder: Path, data: Path, count: int) -> None:
        words = ["--serve", str(count), *(["--hubs"] if name == "hubs" else []), "--folder", str(folder), "--data", str(data)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bench_watch", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.loaded: dict[str, float] = self._heard()
        self.batches: list[dict[str, float]] = []

    def write(self, number: int) -> None:
        assert self.process.stdin is not None  # noqa: S101
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        self.batches.append(self._heard())

    def _heard(self) -> dict[str, float]:
        assert self.process.stdout is not None  # noqa: S101
        found: dict[str, float] = json.loads(self.process.stdout.readline())
        return found

    def figures(self, none: "Agent", documents: int) -> dict[str, float]:
        """Without the first batches. `slower_percent` is of the sums, `slower_percent_median` of batches, pair by pair."""
        mine, base = ([batch["cpu"] for batch in agent.batches[WARM:]] for agent in (self, none))
        seconds = sorted(batch["questions"] for batch in self.batches[WARM:])
        return {
            "cpu_ms_per_document": round(1000 * sum(mine) / documents, 4),
            "slower_percent": round(100 * (sum(mine) / sum(base) - 1), 2),
            "slower_percent_median": round(100 * (statistics.median(a / b for a, b in zip(mine, base, strict=True)) - 1), 2),
            "questions_ms_per_batch_p50": round(1000 * statistics.median(seconds), 3),
            "questions_ms_per_batch_p95": round(1000 * seconds[int(0.95 * (len(seconds) - 1))], 3),
            "told_per_document": round(sum(batch["told"] for batch in self.batches[WARM:]) / documents, 3),
            **self.loaded,
        }


async def laid(whole: Hetionet, relations: int, folder: Path) -> dict[str, int]:
    drawn = Drawn(whole.nodes)
    async with open_store(folder) as store:
        await lay(store, chain(as_documents(whole.edges), drawn.contributions(range(FRESH))), relations)
        stats = await store.stats()
    return {"relations": stats.edges, "entities": stats.entities, "articles": stats.articles}


def measured(data: Path, relations: int, documents: int, scratch: Path) -> dict[str, object]:
    graph = asyncio.run(laid(hetionet(data), relations, scratch / "base"))
    print(f"laid {graph}", flush=True)
    agents = {}
    for name, count in (*((str(count), count) for count in COUNTS), ("hubs", COUNTS[-1])):
        shutil.copytree(scratch / "base", scratch / name)
        agents[name] = Agent(name, scratch / name, data, count)
    names = list(agents)
    for number in range(WARM + documents // BATCH):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            agents[name].write(number)
        if number % 10 == 9:
            print(f"{number + 1} batches", flush=True)
    for agent in agents.values():
        agent.process.communicate()
    documents = documents // BATCH * BATCH
    figures = {name: agent.figures(agents["0"], documents) for name, agent in agents.items()}
    return {**graph, "documents": documents, "batch": BATCH, "questions": figures}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with kb/hetionet")
    parser.add_argument("--relations", type=int, default=300_000, help="size of the graph")
    parser.add_argument("--documents", type=int, default=1920, help="documents written to each copy")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--hubs", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.folder, options.data, options.serve, hubs=options.hubs)
        return
    machine = describe(("ladybug", "numpy"))
    with tempfile.TemporaryDirectory() as scratch:
        found = measured(options.data, options.relations, options.documents, Path(scratch))
    kinds = {name: f"{share} %" for name, (share, *_) in KINDS.items()}
    result = {"machine": machine, "engine": "embedded", "kinds": kinds, **found}
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
