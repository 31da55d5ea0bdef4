"""How many documents a second the graph takes, and how soon it answers, on both engines and at several sizes.

    python -m benchmarks.bench_graph --data DATA [--engine neo4j embedded] [--relations 10000 300000 1000000] [--store] [--check]

Each size starts with an empty graph: a fifth of its edges at most are Hetionet's, the others come from documents drawn to be like
real ones (`benchmarks.graph_documents`). Onto it one writer puts batches of 64 documents, new ones and then newer models' answers for
them, through `apply` with the outbox, as the graph agent does. Then questions are asked, one at a time, of entities drawn as
documents name them, and of pairs of the best connected ones. Last comes the usual way (`benchmarks.graph_usual`) with the same
documents on the same database. Times are by the clock and of the whole call, records and answers included; the machine is shared
with the database. `--store` keeps the result, `--check` compares its ratios with those kept (exit code 1 where one is past its limit).
"""

import argparse
import asyncio
import gc
import json
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.graph_base import Laid, lay
from benchmarks.graph_documents import SEED, Drawn, Hetionet, as_documents, hetionet
from benchmarks.graph_engines import ENGINES, HEAP, PAGES, Engine
from benchmarks.graph_pictures import draw
from benchmarks.graph_usual import QUESTIONS, Usual, documents_in
from benchmarks.machine import describe
from benchmarks.regression import compare
from graphstore import Contribution, GraphStore
from graphstore.steps import Row, ask

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "graph.json"
PICTURES = HERE.parent / "docs" / "img"
PACKAGES = ("neo4j", "neo4j-rust-ext", "ladybug", "numpy")
RELATIONS = (10_000, 300_000, 1_000_000)
BATCH = 64
HETIONET = 0.2
"""The largest share of a graph's edges that are Hetionet's."""

HUBS = 10
"""The best connected entities, whose pairs are asked for."""

USUAL_WARM, USUAL_QUESTIONS = 20, 20
RANKS = (50, 95, 99)
FALLS = 0.25
"""How far a ratio may fall below the stored one, as a share of it (`--check`)."""


@dataclass(slots=True)
class Timed:
    """Seconds of each of so many calls, and what they took of two processors."""

    seconds: list[float] = field(default_factory=list)
    client_cpu: float = 0.0
    server_cpu: float = 0.0

    def ms(self) -> dict[str, float]:
        """Nearest ranks, in milliseconds. Raises `ValueError` for none."""
        if not self.seconds:
            raise ValueError("nothing was timed")
        ordered = sorted(self.seconds)
        return {f"p{rank}": round(1000 * ordered[-(-rank * len(ordered) // 100) - 1], 2) for rank in RANKS}


class Bench:
    """One engine at one size."""

    def __init__(self, engine: Engine, source: Hetionet, relations: int, options: argparse.Namespace) -> None:
        self._engine = engine
        self._source = source
        self._relations = relations
        self._options = options
        self._drawn = Drawn(source.nodes)

    async def measure(self) -> dict[str, Any]:
        result: dict[str, Any] = {}
        async with self._engine.store() as store:
            began = time.perf_counter()
            laid = await lay(store, self._base(), self._relations)
            result |= {"base": await self._described(store, laid) | {"laid_s": round(time.perf_counter() - began, 1)}}
            self._say(f"laid: {result['base']}")
            first = laid.documents
            result |= await self._upserts(store, first)
            result["disk_bytes"] = self._engine.disk()
            entities = await self._entities(store)
            result["max_degree"] = max(entities.values())
            result |= await self._questions(store, entities)
        result |= {"usual": self._usual(entities, first)}
        result["ratio_usual"] = round(result["upsert_new_docs_per_s"] / result["usual"]["docs_per_s"], 2)
        result["ratio_usual_replaced"] = round(result["upsert_replaced_docs_per_s"] / result["usual"]["docs_per_s"], 2)
        self._say(f"usual: {result['usual']}; ratio {result['ratio_usual']}")
        return result

    def _base(self) -> Iterator[Contribution]:
        edges = self._source.edges[: round(HETIONET * self._relations)]
        return chain(as_documents(edges), self._drawn.contributions(range(10_000_000)))

    async def _described(self, store: GraphStore, laid: Laid) -> dict[str, Any]:
        stats = await store.stats()
        if (stats.articles, stats.evidence) != (laid.documents, laid.statements):
            raise RuntimeError(f"the graph holds {stats}, and was given {laid.documents} documents with {laid.statements} statements")
        degrees = await self._entities(store)
        return {
            "documents": laid.documents,
            "evidence": laid.statements,
            "edges": len(laid.edges),
            "entities": stats.entities,
            "max_degree": max(degrees.values()),
        }

    async def _upserts(self, store: GraphStore, first: int) -> dict[str, Any]:
        warm, new, replaced = self._options.batches
        numbers = range(first, first + BATCH * (warm + new))
        batches = list(_parts(list(self._drawn.contributions(numbers))))
        # The warm-up has both kinds; what is replaced later is not among it.
        await self._timed(batches[:warm] + [self._newer(batch) for batch in batches[: warm // 2]], store.apply)
        result: dict[str, Any] = {}
        for name, part in (("new", batches[warm:]), ("replaced", [self._newer(batch) for batch in batches[warm : warm + replaced]])):
            timed = await self._timed(part, store.apply)
            documents, statements = sum(map(len, part)), sum(len(c.statements()) for batch in part for c in batch)
            total = sum(timed.seconds)
            result |= {
                f"upsert_{name}_docs_per_s": round(documents / total, 1),
                f"upsert_{name}_relations_per_s": round(statements / total, 1),
                f"batch_{name}_ms": timed.ms(),
                f"{name}_cpu_ms_per_document": {
                    "client": round(1000 * timed.client_cpu / documents, 3),
                    "server": round(1000 * timed.server_cpu / documents, 3),
                },
            }
            self._say(f"{name}: {result}")
        return result

    def _newer(self, batch: Sequence[Contribution]) -> list[Contribution]:
        return [self._drawn.contribution(int(c.document.partition(":")[2]), edition=1) for c in batch]

    async def _entities(self, store: GraphStore) -> dict[str, int]:
        rows: list[Row] = await store._run(lambda: ask("all_entities"), write=False)
        return {row["curie"]: row["degree"] for row in rows}

    def _ends(self, entities: Mapping[str, int]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Pairs drawn as documents name their entities, and all pairs of hubs."""
        import numpy as np

        drawn = self._drawn.ends(np.random.default_rng(SEED + 1), 20 * self._options.questions, 2).tolist()
        named = [(self._source.nodes[a].curie, self._source.nodes[c].curie) for a, c in drawn]
        pairs = [(a, c) for a, c in named if a != c and a in entities and c in entities]
        hubs = sorted(entities, key=lambda curie: -entities[curie])[:HUBS]
        return pairs, [(a, c) for place, a in enumerate(hubs) for c in hubs[place + 1 :]]

    async def _questions(self, store: GraphStore, entities: Mapping[str, int]) -> dict[str, Any]:
        pairs, hubs = self._ends(entities)
        count = self._options.questions
        asked: dict[str, tuple[Sequence[tuple[str, str]], Callable[[tuple[str, str]], Awaitable[Any]]]] = {
            "neighbours": (pairs[:count], lambda pair: store.neighbours(pair[0])),
            "closed": (pairs[:count], lambda pair: store.discover_closed(*pair)),
            "closed_hubs": (hubs, lambda pair: store.discover_closed(*pair)),
            "three_hop": (pairs[:count], lambda pair: store.paths(*pair, max_hops=3, limit=20)),
            "three_hop_hubs": (hubs, lambda pair: store.paths(*pair, max_hops=3, limit=20)),
        }
        result: dict[str, Any] = {}
        for name, (ends, question) in asked.items():
            await self._timed(ends[: max(len(ends) // 4, 1)], question)
            timed = await self._timed(ends, question)
            result |= {f"{name}_{rank}_ms": value for rank, value in timed.ms().items()}
            self._say(f"{name}: {timed.ms()}, server CPU {1000 * timed.server_cpu / len(ends):.1f} ms")
        return result

    async def _timed(self, arguments: Sequence[Any], call: Callable[[Any], Awaitable[Any]]) -> Timed:
        timed = Timed()
        gc.collect()
        gc.freeze()  # the documents that wait are no garbage
        client, server = time.process_time(), self._engine.server_cpu()
        for argument in arguments:
            began = time.perf_counter()
            await call(argument)
            timed.seconds.append(time.perf_counter() - began)
        timed.client_cpu, timed.server_cpu = time.process_time() - client, self._engine.server_cpu() - server
        gc.unfreeze()
        return timed

    def _usual(self, entities: Mapping[str, int], first: int) -> dict[str, Any]:
        """Documents that ours had as new ones, so that both write the same."""
        start, count = first + BATCH * self._options.batches[0], self._options.usual
        documents = list(self._drawn.contributions(range(start, start + USUAL_WARM + count)))
        pairs, _ = self._ends(entities)
        with self._engine.usual() as usual:
            usual.copy()
            documents_in(usual, documents[:USUAL_WARM])
            began = time.perf_counter()
            triples = documents_in(usual, documents[USUAL_WARM:])
            seconds = time.perf_counter() - began
            result: dict[str, Any] = {"docs_per_s": round(count / seconds, 2), "triples_per_s": round(triples / seconds, 2)}
            for name in QUESTIONS:
                result |= _usual_questions(usual, name, pairs[:USUAL_QUESTIONS])
        return result

    def _say(self, told: str) -> None:
        print(f"{self._engine.name} {self._relations:,}: {told}", flush=True)


def _usual_questions(usual: Usual, name: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    timed, late = Timed(), 0
    for pair in pairs:
        began = time.perf_counter()
        try:
            usual.run(QUESTIONS[name](*pair))
        except TimeoutError:
            late += 1
        timed.seconds.append(time.perf_counter() - began)
    return {f"{name}_{rank}_ms": value for rank, value in timed.ms().items()} | {f"{name}_given_up": late}


def _parts(documents: Sequence[Contribution]) -> Iterator[list[Contribution]]:
    return (list(documents[start : start + BATCH]) for start in range(0, len(documents), BATCH))


def limits(result: Mapping[str, Any]) -> dict[str, float]:
    """The ratios of a result by their way through the JSON, and how far each may fall."""
    names = ("ratio_usual", "ratio_usual_replaced")
    return {f"results.{engine}.{size}.{name}": FALLS for engine, sizes in result["results"].items() for size in sizes for name in names}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if options.check and not RESULTS.is_file():
        print(f"nothing to compare with: {RESULTS} is not there", file=sys.stderr)
        return 2
    result: dict[str, Any] = {
        "schema": "biorelay.benchmark/1",
        "name": "graph",
        "machine": describe(PACKAGES),
        "batch": BATCH,
        "neo4j_memory": {"heap": HEAP, "page_cache": PAGES},
        "results": {},
    }
    source = hetionet(options.data)
    for name in options.engine:
        for relations in options.relations:
            with tempfile.TemporaryDirectory(prefix="bench-graph-") as folder, ENGINES[name](Path(folder) / "graph") as engine:
                found = asyncio.run(Bench(engine, source, relations, options).measure())
            result["results"].setdefault(name, {})[str(relations)] = found
    worse = compare(json.loads(RESULTS.read_bytes()), result, limits(result)) if options.check else []
    print("".join(f"worse than the stored result: {line}\n" for line in worse), end="")
    if options.store:
        print("drawn:", draw(result, PICTURES))
    for path in (*([options.out] if options.out else []), *([RESULTS] if options.store else [])):
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(f"written: {path}")
    return 1 if worse else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder, which holds kb/hetionet")
    parser.add_argument("--engine", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--relations", nargs="+", type=int, default=list(RELATIONS), help="edges of the graph that is written to")
    parser.add_argument(
        "--batches",
        nargs=3,
        type=int,
        default=(24, 100, 60),
        metavar=("WARM", "NEW", "REPLACED"),
        help="of 64 documents each; the first thousand documents on a cold JVM cost three to four times as much (default: %(default)s)",
    )
    parser.add_argument("--questions", type=int, default=200, help="of each kind (default: %(default)s)")
    parser.add_argument("--usual", type=int, default=200, metavar="DOCUMENTS", help="that are written the usual way (default: %(default)s)")
    parser.add_argument("--store", action="store_true", help="make it the stored result, and draw the picture of docs/speed.md")
    parser.add_argument("--check", action="store_true", help="compare with the stored result")
    parser.add_argument("--out", type=Path, metavar="JSON", help="write the result there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the database ends with it
    raise SystemExit(main())
