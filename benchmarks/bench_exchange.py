"""How fast outside graphs come in and graphs go out, and that memory does not grow with them.

    python -m benchmarks.bench_exchange --data DATA [--engine neo4j embedded] [--copies 1 10] [--store]

The graph is Hetionet's: all 47,031 nodes, and the 99,676 edges of its sample, read from its files. With several copies the edges are read
again with every target moved on to the next node of its kind, so that 23 copies are as many edges as the whole of Hetionet has. It
is imported, imported again (nothing to do), exported as KGX, as tables and as GraphML, imported from the KGX export under another name,
and removed. Rates count nodes and edges; memory is this process's, with the embedded engine's buffer pool in it. `--store` keeps the
result.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.graph_engines import ENGINES, HEAP, PAGES, Engine
from benchmarks.machine import describe
from graphstore import GraphStore
from graphstore.exporting import Chosen
from graphstore.exports import open_export
from graphstore.exports.writing import export_graph
from graphstore.imports import open_import
from graphstore.imports.reading import Reading
from graphstore.outside import OutsideEdge

RESULTS = Path(__file__).parent / "results" / "exchange.json"
PACKAGES = ("neo4j", "neo4j-rust-ext", "ladybug")
FILES = ("hetionet-v1.0-nodes.tsv.gz", "edges-5k.sif.gz")
FORMATS = ("kgx", "kgx-tsv", "graphml")


def rss() -> int:
    """Bytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


class Memory:
    """The most memory seen, of each tenth of the work."""

    def __init__(self, total: int) -> None:
        self._total = total
        self.tenths = [0] * 10

    def told(self, count: int) -> None:
        place = min(count * 10 // max(self._total, 1), 9)
        self.tenths[place] = max(self.tenths[place], rss())


def moved(reading: Reading, copies: int) -> Iterator[OutsideEdge]:
    """The edges so many times, each copy's targets one node of their kind further than those of the copy before."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for node in reading.nodes():
        kinds[node.category].append(node.curie)
    after: dict[str, str] = {}
    for curies in kinds.values():
        after |= dict(zip(curies, curies[1:] + curies[:1], strict=True))
    target = {curie: curie for curie in after}
    for _ in range(copies):
        for edge in reading.edges():
            yield edge._replace(object=target[edge.object])
        target = {curie: after[now] for curie, now in target.items()}


async def measured(engine: Engine, folder: Path, data: Path, copies: int) -> dict[str, Any]:
    """One size on one engine, empty before and after."""
    reading = open_import("hetionet", [data / "kb" / "hetionet" / name for name in FILES], source="hetionet")
    total = sum(1 for _ in reading.nodes()) + copies * sum(1 for _ in reading.edges())
    result: dict[str, Any] = {"nodes_and_edges": total}
    async with engine.store() as store:
        result["import"], graph = await _import(store, "hetionet", reading, copies, total)
        started = time.perf_counter()
        await store.import_graph("hetionet", [], [], fingerprint=f"{reading.fingerprint}-{copies}")
        result["again_s"] = round(time.perf_counter() - started, 3)
        for form in FORMATS:
            memory = Memory(graph)
            started = time.perf_counter()
            source = await store.complete_graph("hetionet")
            done = await export_graph(store, open_export(form), folder / f"out.{form}", chosen=Chosen(), source=source, advance=memory.told)
            result[f"export_{form}"] = _rate(total, time.perf_counter() - started, memory) | {
                "bytes": sum(file.stat().st_size for file in done.files)
            }
            if form == "kgx":
                files = done.files
        back = open_import("kgx", files, source="mirror")
        result["import_kgx"], mirrored = await _import(store, "mirror", back, 1, total)
        result["as_many_edges_came_back"] = mirrored == graph
        started = time.perf_counter()
        await store.remove_source("hetionet")
        result["remove_per_s"] = round(total / (time.perf_counter() - started))
    return result


async def _import(store: GraphStore, name: str, reading: Reading, copies: int, total: int) -> tuple[dict[str, Any], int]:
    memory = Memory(total)
    edges = moved(reading, copies) if copies > 1 else reading.edges()
    started = time.perf_counter()
    done = await store.import_graph(name, reading.nodes(), edges, fingerprint=f"{reading.fingerprint}-{copies}", advance=memory.told)
    return _rate(total, time.perf_counter() - started, memory), done.edges


def _rate(total: int, seconds: float, memory: Memory) -> dict[str, Any]:
    return {"per_s": round(total / seconds), "seconds": round(seconds, 1), "peak_mb_by_tenth": [b // 2**20 for b in memory.tenths]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--engine", nargs="+", choices=sorted(ENGINES), default=sorted(ENGINES))
    parser.add_argument("--copies", nargs="+", type=int, default=[1, 10])
    parser.add_argument("--store", action="store_true")
    asked = parser.parse_args()
    results: dict[str, dict[str, Any]] = defaultdict(dict)
    for name in asked.engine:
        for copies in asked.copies:
            with tempfile.TemporaryDirectory() as folder, ENGINES[name](Path(folder) / "graph") as engine:
                found = asyncio.run(measured(engine, Path(folder), asked.data, copies))
                results[name][str(copies)] = found
                print(name, copies, json.dumps(found), flush=True)
    if asked.store:
        told = {"machine": describe(PACKAGES), "neo4j_memory": {"heap": HEAP, "page_cache": PAGES}, "results": results}
        RESULTS.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
