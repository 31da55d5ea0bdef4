"""The parts of docs/capacity.md that tell what cost depends on, and what a small machine does."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

NOT = "not measured"


def number(value: float) -> str:
    """Three significant digits, thousands apart: 0.0286, 6.81, 12,300."""
    if not value:
        return "0"
    kept = float(f"{value:.3g}")
    return f"{kept:,.{max(2 - math.floor(math.log10(abs(kept))), 0)}f}"


def size(value: float) -> str:
    """Bytes in the unit that suits, of a thousand each: 61.7 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{number(value)} {unit}"
        value /= 1000
    return f"{number(value)} TB"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Markdown's lines."""
    return [f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows)]


def scale(result: Mapping[str, Any] | None) -> list[str]:
    """The section of `bench_scale`."""
    lines = ["## What cost depends on", ""]
    if result is None:
        return [*lines, f"`make bench-scale`: {NOT}."]
    ratios, machine = result["ratios"], result["machine"]
    lines += [
        f"`make bench-scale`, {result['model']} on {machine['cores']} cores of {machine['processor'].partition(' (')[0]},",
        f"load {machine['load_before']} before. Times are CPU time of one thread; a ratio of 1 means that nothing grows.",
        "",
        *table(("ratio", "value", "of"), [(f"`{name}`", number(value), _meaning(name)) for name, value in ratios.items()]),
        "",
        "**Documents.** Memory grows until the cache of encoded texts is full (64 MB, some hundred abstracts), and no further.",
        "",
        "![CPU time per document and peak memory against the number of documents](img/scale-documents.png)",
        "",
        *table(
            ("documents", "CPU ms a document", "CPU ms per 1,000 pieces", "peak MB"),
            [
                (f"{r['documents']:,}", number(r["cpu_ms_per_document"]), number(r["cpu_ms_per_1000_pieces"]), number(r["peak_mb"]))
                for r in result["documents"].values()
            ],
        ),
        "",
        "**Length.** Attention grows with the square of a window, and a document that is longer than one is read in several that overlap.",
        "",
        "![Pieces per CPU second against the length of the document](img/scale-pieces.png)",
        "",
        *table(
            ("pieces", "CPU ms", "of it the encoder pass", "pieces a CPU second"),
            [
                (f"{r['pieces']:,.0f}", number(r["extract_ms"]), number(r["encode_ms"]), f"{r['pieces_per_second']:,}")
                for r in result["pieces"].values()
            ],
        ),
        "",
        "**Entities.** Texts of equal length; real sentences in which a name was replaced by a list of names. `prepared` is one and the",
        "same text with so many of its mentions, each an entity of its own, put to the relation classifier: nothing is recognised or",
        "linked there. `relations` are candidate pairs, head and records over a text that is encoded; the rest (finding and linking",
        "entities) is a difference of measurements and may come out below nothing. Of very many candidate pairs the nearest are judged.",
        "",
        "![CPU time against the number of entities, by part](img/scale-entities.png)",
        "",
        *table(
            ("texts", "entities", "linked", "candidate pairs", "judged", "pieces", "CPU ms", "encoder pass", "relations", "the rest"),
            [
                (
                    {"entities": "recognised", "prepared": "prepared"}[kind],
                    *(f"{r[key]:,.0f}" for key in ("entities", "linked", "pairs", "judged", "pieces")),
                    *(number(r[f"{key}_ms"]) for key in ("extract", "encode", "relate", "rest")),
                )
                for kind in ("entities", "prepared")
                for r in result[kind].values()
            ],
        ),
        "",
        "**Threads and processes**, by the clock:",
        "",
        "![Documents per second against threads and processes](img/scale-workers.png)",
        "",
        *table(
            ("", *(f"{count}" for count in result["workers"]["threads"])),
            [
                (f"documents a second, {kind}", *(number(rate) for rate in result["workers"][kind].values()))
                for kind in ("threads", "processes")
            ],
        ),
        "",
        *_stream(result["stream"]),
    ]
    return lines


MEANINGS = {
    "documents": "CPU time per piece in runs of so many documents",
    "memory": "peak memory in runs of so many documents",
    "pieces": "CPU time per piece in documents of so many pieces",
    "entities": "CPU time of a document that names so many entities, at equal length",
    "prepared": "the same, of one text with so many prepared entities, without recognising and linking",
    "threads": "documents a second of as many threads as cores, over as many times those of one; 1 is linear",
    "processes": "the same of processes",
    "stream": "documents a second of the stream with most worker processes over one, with as many threads in all",
}
"""By the first word of a ratio's name."""


def _meaning(ratio: str) -> str:
    return MEANINGS[ratio.partition("_")[0]]


def _stream(found: Mapping[str, Any]) -> list[str]:
    if "processes" not in found:
        return [f"**Processes of the stream**: {found['not_measured']}. The number of partitions was not varied."]
    return [
        f"**Processes of the stream**, `biorelay worker --processes N` with {found['threads']} threads in all, the graph included;",
        f"{found['partitions']} partitions each time, their number was not varied:",
        "",
        *table(
            ("processes", "documents a second", "CPU time over extraction's"),
            [(count, number(row["docs_per_s"]), number(row["cpu_vs_extract"])) for count, row in found["processes"].items()],
        ),
    ]


def edge(result: Mapping[str, Any] | None) -> list[str]:
    """The section of `bench_edge`."""
    lines = ["## One core and 512 MB", ""]
    if result is None:
        return [*lines, f"`make bench-edge`: {NOT}."]
    machine = result["machine"]
    rows = []
    for name, what in (("extractor", "entities, linking and relations: biorelay"), ("peer", "entities alone: transformers, torch fp32")):
        side = result[name]
        memory = side["memory"]["end"]
        rows.append(
            (
                what,
                "yes" if side["fits"] else f"no: {side['under_limit']}",
                number(side["documents_per_s"]),
                number(side["cold_start_s"]),
                number(side["peak_mb"]),
                number(memory["anonymous_mb"]),
            )
        )
    return [
        *lines,
        f"`make bench-edge`, {result['model']} on one core of {machine['processor'].partition(' (')[0]},",
        f"load {machine['load_before']} before: {result['documents']} abstracts of BC5CDR's test set,",
        f"a limit of {number(result['limit_mb'])} MB on the resident set. A process over it is ended; the extractor is also refused",
        "private memory past it (RLIMIT_DATA). A cold start lasts from the process's start to the first answer; files lie in the page",
        "cache. What does not fit is measured without the limit.",
        "",
        *table(("", "fits", "documents a second", "cold start, s", "peak MB", "anonymous MB at the end"), rows),
        "",
        *table(("ratio", "value"), [(f"`{name}`", number(value)) for name, value in result["ratios"].items()]),
    ]
