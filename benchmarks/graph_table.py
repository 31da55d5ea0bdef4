"""The graph benchmark's section of docs/speed.md, from its JSON alone."""

from collections.abc import Iterator, Mapping
from typing import Any

AIMS = {
    "upsert_new_docs_per_s": {"neo4j": 300, "embedded": 500},
    "upsert_replaced_docs_per_s": {"neo4j": 200},
    "batch_new_ms.p99": {"neo4j": 500},
    "ratio_usual": {"neo4j": 8},
    "neighbours_p95_ms": {"neo4j": 30},
    "closed_p95_ms": {"neo4j": 50, "embedded": 30},
    "closed_hubs_p95_ms": {"neo4j": 120},
    "three_hop_p95_ms": {"neo4j": 250},
}
"""At 300 thousand relations; at a million questions may take twice as long."""

ROWS = {
    "upsert_new_docs_per_s": "new documents/s",
    "upsert_new_relations_per_s": "their relations/s",
    "batch_new_ms.p99": "a batch of 64, p99, ms",
    "ratio_usual": "times the usual way",
    "upsert_replaced_docs_per_s": "replaced documents/s",
    "neighbours_p95_ms": "neighbours, p95, ms",
    "closed_p95_ms": "closed discovery, p95, ms",
    "closed_hubs_p95_ms": "the same between two hubs",
    "three_hop_p95_ms": "three hops, top 20, p95, ms",
    "usual.docs_per_s": "the usual way: documents/s",
    "usual.closed_p95_ms": "the usual way: two hops, p95, ms",
    "usual.three_hop_p95_ms": "the usual way: three hops, p95, ms",
    "disk_bytes": "disk, MB",
    "max_degree": "edges of the largest hub",
}
NAMES = {"neo4j": "Neo4j", "embedded": "embedded"}


def section(result: Mapping[str, Any]) -> list[str]:
    """The section, as Markdown lines."""
    machine, results = result["machine"], result["results"]
    columns = [(engine, size) for engine in results for size in sorted(results[engine], key=int)]
    memory = result["neo4j_memory"]
    return [
        "## The graph",
        "",
        " ".join(
            [
                f"`make bench-graph`, on {machine['cores']} cores of {machine['processor'].partition(' (')[0]} that the database shares,",
                f"load {machine['load_before']} before: one writer, batches of {result['batch']} documents of about 15 entities and 8",
                "relations, all evidence and the outbox included, onto graphs of Hetionet's entities. Replaced: a newer model's answer for",
                "the same document, so that all of its evidence is new and a quarter of its relations are others. Questions are asked one",
                "at a time, whole answers with sentences. The usual way is one MERGE per triple in its own transaction, in an f-string, no",
                "evidence; its questions have no bounds and are given up after 6 s. Neo4j has a heap of",
                f"{memory['heap']} and a page cache of {memory['page_cache']}. Aims, in parentheses, are for 300 thousand relations;",
                "at a million a question may take twice as long.",
            ]
        ),
        "",
        f"| | {' | '.join(f'{NAMES[engine]}, {int(size):,}' for engine, size in columns)} |",
        f"| --- |{' ---: |' * len(columns)}",
        *(f"| {label} | {' | '.join(_cells(results, columns, key))} |" for key, label in ROWS.items()),
        "",
        "![Documents a second, and how long questions take, by the number of relations](img/graph-speed.png)",
    ]


def _cells(results: Mapping[str, Any], columns: list[tuple[str, str]], key: str) -> Iterator[str]:
    for engine, size in columns:
        value: Any = results[engine][size]
        for part in key.split("."):
            value = value[part]
        aim = AIMS.get(key, {}).get(engine) if size == "300000" else None
        told = f"{value / 1e6:,.0f}" if key == "disk_bytes" else f"{value:,.3g}" if value < 100 else f"{value:,.0f}"
        yield told + (f" ({aim})" if aim else "")
