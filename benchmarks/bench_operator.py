"""As an operator would: a graph that goes away for a minute, followed on the dashboards alone.

A real Kafka, a real Neo4j, the shipped worker, the explorer and a Prometheus with the shipped alerts. Abstracts are published steadily;
in the midst of it Neo4j is killed, and started again after `--away` seconds. When all is calm, the panels' own queries are asked for the
whole time, and from their answers, and nothing else, it is told what happened, when it was over, and whether anything was lost. Beside
that stands what was really done.

    python -m benchmarks.bench_operator [--documents N] [--rate R] [--away S] [--store]
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, describe
from benchmarks.stream_documents import documents
from benchmarks.stream_process import worker_variables
from deploy.dashboards.__main__ import pages
from deploy.local import LocalServiceError, Service
from deploy.local.kafka import kafka_service
from deploy.local.neo4j import neo4j_service
from deploy.local.service import HOST, free_ports
from deploy.monitor import MonitorError, Programs, configuration
from processors.records import Abstract
from stream import Publisher, StreamSettings

RESULTS = Path(__file__).parent / "results" / "operator.json"
PACKAGES = ("onnxruntime", "faust-streaming", "aiokafka", "neo4j", "prometheus-client")
PREFIX = "operator"
CALM_S = 5.0
"""A lag that counts as none."""
PATIENCE_S = 900.0
STEP_S = 2
ASKED = {
    "documents": ("pipeline", "Documents by stage"),
    "lag": ("pipeline", "Lag in seconds"),
    "waits": ("pipeline", "Stages that wait"),
    "retries": ("pipeline", "Waits for a neighbour"),
    "aside": ("overview", "Set aside, last day"),
    "fresh": ("overview", "Queryable within five minutes"),
    "taken": ("overview", "Abstracts, last day"),
}
"""The panels that are looked at."""

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Truth:
    """What was done, in Unix time."""

    began: float
    killed: float
    back: float  # the server answered again
    calm: float


def expression(panel: tuple[str, str]) -> str:
    """A panel's query, with what Grafana fills in."""
    [query] = [
        query.expression
        for page in pages()
        for row in page.rows
        for each in row.panels
        for query in each.queries[:1]
        if (page.name, each.title) == panel
    ]
    return query.replace("$__rate_interval", "20s")


class Prometheus:
    """A server's answers."""

    def __init__(self, port: int) -> None:
        self._url = f"http://{HOST}:{port}/api/v1/"

    def now(self, expression: str) -> float:
        """The sum of an expression's numbers now."""
        found = self._ask("query", query=expression)
        return sum(float(row["value"][1]) for row in found)

    def course(self, expression: str, begin: float, end: float) -> dict[str, Points]:
        """An expression's numbers from one moment to the other, by the labels of its series."""
        found = self._ask("query_range", query=expression, start=begin, end=end, step=STEP_S)
        return {
            "|".join(value for name, value in sorted(row["metric"].items()) if name != "__name__"): [
                (float(at), float(value)) for at, value in row["values"]
            ]
            for row in found
        }

    def _ask(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self._url}{path}?{urllib.parse.urlencode(parameters)}", timeout=30) as answer:  # noqa: S310
            return list(json.load(answer)["data"]["result"])


def told(prometheus: Prometheus, truth: Truth) -> dict[str, Any]:
    """What the panels say; times in seconds since the first publication."""
    seen = {name: prometheus.course(expression(panel), truth.began, truth.calm) for name, panel in ASKED.items()}
    waiting = [at for at, value in seen["waits"].get("graph", []) if value]
    begin, end = (waiting[0], waiting[-1]) if waiting else (truth.calm, truth.calm)
    lag = [(at, max(value for points in seen["lag"].values() for when, value in points if when == at)) for at, _ in seen["lag"]["graph"]]
    over = next((at for at, value in lag if at > end and value < CALM_S), truth.calm)
    alerts = prometheus.course('ALERTS{alertstate="firing"}', truth.began, truth.calm)
    codes = sorted({name.partition("|")[0] for name, points in seen["retries"].items() if "graph" in name and any(v for _, v in points)})
    last = {name: next(iter(points.values()))[-1][1] for name, points in seen.items() if name in {"fresh", "taken", "aside"} and points}
    return {
        "waits_from": round(begin - truth.began, 1),
        "waits_to": round(end - truth.began, 1),
        "waits_for": codes,
        "lag_most_s": round(max((value for _, value in lag), default=0.0), 1),
        "recovered_at": round(over - truth.began, 1),
        "graph_docs_per_s": {
            "before": mean(seen["documents"].get("graph", []), truth.began + 20, begin),
            "meanwhile": mean(seen["documents"].get("graph", []), begin + 20, end),
            "after": mean(seen["documents"].get("graph", []), end + 20, over + 1),
        },
        "entities_docs_per_s_meanwhile": mean(seen["documents"].get("ner", []), begin + 20, end),
        "alerts": {name.partition("|")[0]: round(points[0][0] - truth.began, 1) for name, points in alerts.items()},
        "set_aside": round(last.get("aside", 0.0), 1),
        "queryable_within_five_minutes": round(last.get("fresh", 0.0), 4),
        "documents_in_the_graph": round(prometheus.now('sum(biorelay_documents_total{stage="graph", outcome="ok"})')),
    }


def mean(points: Points, begin: float, end: float) -> float | None:
    """Of the numbers between two moments; None where there are none."""
    found = [value for at, value in points if begin <= at <= end]
    return round(sum(found) / len(found), 2) if found else None


async def publish(settings: StreamSettings, found: Sequence[Abstract], rate: float) -> None:
    """Publish so many abstracts a second."""
    began = time.monotonic()
    async with Publisher(settings) as publisher:
        for number, abstract in enumerate(found):
            await asyncio.sleep(max(began + number / rate - time.monotonic(), 0.0))
            await (await publisher.publish(abstract))


def say(line: str) -> None:
    """What is being done, as it is done."""
    print(line, file=sys.stderr, flush=True)


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """One outage. Raises `LocalServiceError` and `MonitorError` where something does not start."""
    found = documents(options.data, options.documents)
    kafka_port, controller, bolt, metrics, explorer, scraped = free_ports(6)
    kafka = kafka_service(folder / "kafka", kafka_port, controller_port=controller, memory="384m", say=say)
    neo4j = neo4j_service(folder / "neo4j", bolt, memory="768m", page_cache="64m", young=True, say=say)
    environment = worker_variables(kafka, neo4j, PREFIX, folder / "data", metrics)
    worker = f"http://{HOST}:{metrics}"
    biorelay = [sys.executable, "-m", "biorelay"]
    try:
        kafka.start()
        neo4j.start()
        with Programs(folder / "programs") as programs:
            subprocess.run([*biorelay, "topics", "create"], env=os.environ | environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            programs.start("worker", [*biorelay, "worker"], environment)
            programs.until("the worker", f"{worker}/readyz")
            programs.start("explorer", [*biorelay, "serve", "--port", str(explorer)], environment | {"BIORELAY_SERVE_WORKERS": worker})
            programs.until("the explorer", f"http://{HOST}:{explorer}/healthz")
            config = folder / "prometheus.yml"
            config.write_text(configuration(worker, explorer), encoding="utf-8")
            command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'prometheus'}"]
            programs.start("prometheus", [*command, f"--web.listen-address={HOST}:{scraped}"])
            programs.until("Prometheus", f"http://{HOST}:{scraped}/-/ready")
            say(f"status page: http://{HOST}:{explorer}/status   Prometheus: http://{HOST}:{scraped}/")
            prometheus = Prometheus(scraped)
            truth = asyncio.run(outage(options, found, (kafka, neo4j), prometheus, programs))
            seen = told(prometheus, truth)
    finally:
        neo4j.kill()
        kafka.kill()
    done = {name: round(getattr(truth, name) - truth.began, 1) for name in ("killed", "back", "calm")}
    return {"documents": len(found), "rate": options.rate, "away_s": options.away, "done": done, "seen": seen}


async def outage(
    options: argparse.Namespace,
    found: Sequence[Abstract],
    services: tuple[Service, Service],
    prometheus: Prometheus,
    programs: Programs,
) -> Truth:
    """Publish, take the graph away in the midst of it, bring it back, and wait until Prometheus says that all is calm."""
    kafka, neo4j = services
    publishing = asyncio.ensure_future(publish(StreamSettings(broker=kafka.address, prefix=PREFIX), found, options.rate))
    began = time.time()
    await asyncio.sleep(len(found) / options.rate / 3)
    await asyncio.to_thread(neo4j.kill)
    killed = time.time()
    say(f"{killed - began:6.0f} s: Neo4j is killed")
    await asyncio.sleep(options.away)
    await asyncio.to_thread(neo4j.start)
    back = time.time()
    say(f"{back - began:6.0f} s: Neo4j answers again")
    await publishing
    say(f"{time.time() - began:6.0f} s: all is published")
    end = time.monotonic() + PATIENCE_S
    settled = 'sum(biorelay_documents_total{stage="graph"})'
    while prometheus.now(settled) < len(found) or prometheus.now("max(biorelay_lag_seconds)") > CALM_S:
        programs.look()
        if time.monotonic() > end:
            raise MonitorError(f"after {PATIENCE_S:.0f} s the graph has {prometheus.now(settled):.0f} of {len(found)} documents")
        await asyncio.sleep(STEP_S)
    await asyncio.sleep(3 * STEP_S)
    calm = time.time()
    say(f"{calm - began:6.0f} s: calm")
    return Truth(began, killed, back, calm)


def story(result: Mapping[str, Any]) -> str:
    """What was done beside what the panels say, as Markdown."""
    done, seen = result["done"], result["seen"]
    speed = seen["graph_docs_per_s"]
    rows = [
        (
            "the graph goes",
            f"{done['killed']:.0f} s",
            f"{seen['waits_from']:.0f} s: the graph stage waits ({', '.join(seen['waits_for'])})",
        ),
        ("meanwhile", "abstracts come", f"graph {speed['meanwhile']} docs/s, entities {seen['entities_docs_per_s_meanwhile']} docs/s"),
        ("it is back", f"{done['back']:.0f} s", f"{seen['waits_to']:.0f} s: it waits no longer; lag {seen['lag_most_s']:.0f} s at most"),
        ("caught up", "", f"{seen['recovered_at']:.0f} s: lag below {CALM_S:.0f} s; {speed['after']} docs/s, before {speed['before']}"),
        ("lost", f"{result['documents']} published", f"{seen['documents_in_the_graph']} in the graph, {seen['set_aside']:g} set aside"),
        ("objective", "", f"{seen['queryable_within_five_minutes']:.2%} queryable within five minutes"),
        ("alerts", "", ", ".join(f"{name} at {at:.0f} s" for name, at in seen["alerts"].items()) or "none: it was too short for one"),
    ]
    lines = [("", "what was done", "what the dashboards say"), ("---",) * 3, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 where something did not start or a document is missing."""
    options = _options(arguments)
    machine = describe(PACKAGES)
    try:
        with tempfile.TemporaryDirectory(prefix="biorelay-operator-") as folder:
            result = run(options, Path(folder))
    except (LocalServiceError, MonitorError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(story(result))
    if options.store:
        RESULTS.write_text(json.dumps({"machine": machine, **result}, indent=2) + "\n", encoding="utf-8")
    return 0 if result["seen"]["documents_in_the_graph"] >= result["documents"] else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_operator", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=10.0, help="abstracts that are published a second (default: %(default)s)")
    parser.add_argument("--away", type=float, default=60.0, help="seconds without the graph (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--store", action="store_true", help="keep the result")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
