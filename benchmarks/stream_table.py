"""The stream benchmark's result as a table in Markdown, from its JSON alone.

python -m benchmarks.stream_table [JSON]
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAMES = {
    "extract": "`biorelay extract`, no Kafka",
    "worker": "`biorelay worker`, into Neo4j",
    "worker_ner_relations": "`biorelay worker --stages ner,relations`",
    "peer": "the same two stages, plain aiokafka",
}
LOADS = {"idle": "idle, one at a time", "half": "at half of capacity", "at_90_percent": "at 90 % of capacity"}


def table(result: Mapping[str, Any]) -> str:
    """What costs how much, how soon a document can be asked for, and what it was measured on."""
    machine = result["machine"]
    lines = [
        "| | documents/s | CPU ms/document | over extract | Kafka's CPU ms | Neo4j's CPU ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, told in result["contenders"].items():
        over = result["overheads_vs_extract"].get(name)
        beside = [f"{told[key]:.1f}" if key in told else "" for key in ("kafka_cpu_ms_per_document", "neo4j_cpu_ms_per_document")]
        cells = [NAMES[name], f"{told['docs_per_s']:.1f}", f"{told['cpu_ms_per_document']:.1f}"]
        lines.append(_row(*cells, "" if over is None else f"{100 * over:+.1f} %", *beside))
    lines += ["", "| publish to queryable | documents/s | p50 | p95 | p99 |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, told in result["publish_to_queryable_s"].items():
        rate = f"{told['docs_per_s']:.1f}" if "docs_per_s" in told else ""
        lines.append(_row(LOADS[name], rate, *(f"{1000 * told[rank]:.0f} ms" for rank in ("p50", "p95", "p99"))))
    said = (
        f"One worker: {result['peak_memory_mb']:.0f} MB at most, ready in {result['ready_s']:.1f} s,"
        f" {100 * result['idle_cpu_s_per_s']:.1f} % of a core when idle."
        f" {result['rounds']} rounds of {result['documents']} abstracts ({result['mean_characters']} characters on average),"
        f" {result['threads']} threads in {result['processes']} process(es); {machine['processor']}, {machine['cores']} cores that"
        f" Kafka and Neo4j share, load before {machine['load_before']}."
    )
    return "\n".join([*lines, "", said])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    stored = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "results" / "stream.json"
    print(table(json.loads(stored.read_text(encoding="utf-8"))))
