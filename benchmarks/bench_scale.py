"""What extraction costs against the number of documents, pieces, entities, threads and processes.

    python -m benchmarks.bench_scale --data DATA [--documents N] [--rounds N] [--stream] [--store] [--check]

One thread's costs are CPU seconds, so that what else the machine does tells little; threads and processes are compared by the clock.
Figures are medians over rounds that go through all sizes in turn. Texts are real abstracts, cut or put together to the number of
pieces. Texts of many entities are real sentences in which a name is replaced by a list of real names of its type, filled up to the
same number of pieces with sentences that name nothing; what is recognised and linked in them is counted, not assumed.
`--store` keeps the result and its pictures, `--check` compares the ratios with those kept (exit code 1 where one is past its limit).
"""

import argparse
import json
import logging
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.inputs import abstracts
from benchmarks.machine import describe
from benchmarks.regression import compare
from benchmarks.scale_costs import Counted, Parts, Works, cpu_seconds
from benchmarks.scale_pictures import draw
from benchmarks.scale_process import extract_in_processes, wall
from benchmarks.scale_stream import stream
from benchmarks.scale_texts import document, gather, matched, subset, texts_of_length, with_entities
from biorelay.extractor import Extractor
from models.corpora.abstracts import ABSTRACTS
from processors.records import Abstract, Entities

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "scale.json"
PICTURES = HERE.parent / "docs" / "img"
PACKAGES = ("onnxruntime", "tokenizers", "numpy")

DOCUMENTS = 1000
"""Documents of the longest run."""

SHARES = {0.1: 3, 0.3: 1, 1.0: 1}
"""How much of them each run takes, and how often it is repeated."""

LENGTHS = (64, 128, 256, 341, 512, 1024, 4096)
"""Pieces of a document; 341 is about the mean of the abstracts."""

ENTITIES = (5, 10, 25, 50, 100)
ENTITY_PIECES = 510
"""One window without its two special pieces: a hundred names stand in it."""

TEXTS = 4
"""Different texts of each size; fewer of those above a thousand pieces."""

NAMING = ("lund-autophagy-1", "cohen-2006")
GATHERED = 60
"""Documents of each of these sets, whose sentences and names the texts of many entities are made of: genes, drugs and diseases."""

RISES = {
    "ratios.documents_1000_over_100": 0.05,
    "ratios.memory_1000_over_100": 0.05,
    "ratios.pieces_4096_over_341": 0.1,
    "ratios.entities_100_over_10": 0.05,
    "ratios.prepared_100_over_10": 0.05,
}
"""How far each may rise over the stored one, as a share of it."""

LIMITS = {"ratios.threads_efficiency": 0.1, "ratios.processes_efficiency": 0.1}
"""How far each may fall."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    logging.getLogger("models.runtime.pairs").setLevel(logging.ERROR)  # it warns of every text with many pairs, and these are made so
    result = measure(options)
    print("\n".join(lines(result)))
    worse = compare(json.loads(RESULTS.read_bytes()), result, _measured(LIMITS, result), RISES) if options.check else []
    print("".join(f"worse than the stored result: {line}\n" for line in worse), end="")
    for path in (*([options.out] if options.out else []), *([RESULTS] if options.store else [])):
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(f"written: {path}")
    if options.store or options.pictures:
        print("drawn:", *draw(result, options.pictures or PICTURES))
    return 1 if worse else 0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures. Raises as `Extractor.load` and the readers of the abstracts do."""
    machine = describe(PACKAGES)
    read = abstracts(options.data, options.documents)
    parts = Parts(Extractor.load(options.model))
    lengths = [len(parts.tokenizer.cut(one.text).ids) for one in read]
    result: dict[str, Any] = {
        "schema": "biorelay.benchmark/1",
        "name": "scale",
        "machine": machine,
        "model": parts.extractor.artefact.reference,
        "vocabulary": parts.extractor.provenance.vocabulary,
        "rounds": options.rounds,
        "documents": by_documents(options.model, read, lengths, options.rounds),
        "pieces": by_pieces(parts, [one.text for one in read], options.rounds),
        **by_entities(parts, _naming(options.data), options.rounds),
        "workers": by_workers(options.model, [read[place] for place in matched(lengths, max(len(read) // 5, 1))], options.rounds),
        "stream": stream(options.data, asked=options.stream),
    }
    result["ratios"] = ratios(result)
    return result


def by_documents(model: str | None, read: Sequence[Abstract], lengths: Sequence[int], rounds: int) -> dict[str, Any]:
    """A process of its own for each number of documents, with the cache that a worker has; the shorter runs are repeated.

    The documents of a shorter run are spread over the lengths as all are, so that a document of it costs the same on average.
    """
    found = {}
    for share, times in SHARES.items():
        count = max(round(share * len(read)), 1)
        places = matched(lengths, count)
        pieces = sum(lengths[place] for place in places)
        runs = [extract_in_processes(model, [[read[place] for place in places]])[0] for _ in range(min(rounds, times))]
        seconds = statistics.median(run.cpu_s for run in runs)
        found[str(count)] = {
            "documents": count,
            "pieces_per_document": round(pieces / count, 1),
            "cpu_ms_per_document": round(1000 * seconds / count, 3),
            "cpu_ms_per_1000_pieces": round(1e6 * seconds / pieces, 3),
            "peak_mb": max(run.memory["peak_mb"] for run in runs),
            "resident_mb": max(run.memory["resident_mb"] for run in runs),
            "rounds_cpu_s": [round(run.cpu_s, 3) for run in runs],
        }
    return found


def by_pieces(parts: Parts, texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Documents of each length, cache emptied between them."""
    made = {length: texts_of_length(texts, parts.tokenizer, length, max(min(TEXTS, 2048 // length), 1)) for length in LENGTHS}
    works: list[tuple[int, Works]] = []
    for length, group in made.items():
        for number, text in enumerate(group):
            abstract = document(text, f"pieces-{length}-{number}")
            works.append((length, {"extract": partial(parts.extract, abstract), "encode": partial(parts.encode, text)}))
    timed = cpu_seconds([work for _, work in works], rounds)
    found = {}
    for length in LENGTHS:
        costs = [cost for (wanted, _), cost in zip(works, timed, strict=True) if wanted == length]
        pieces = statistics.mean(len(parts.tokenizer.cut(text).ids) for text in made[length])
        extract, encode = (statistics.mean(cost[name] for cost in costs) for name in ("extract", "encode"))
        found[str(length)] = {
            "pieces": round(pieces, 1),
            "texts": len(costs),
            "extract_ms": round(1000 * extract, 3),
            "encode_ms": round(1000 * encode, 3),
            "pieces_per_second": round(pieces / extract),
            "encoded_pieces_per_second": round(pieces / encode),
        }
    return found


def by_entities(parts: Parts, texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Texts of equal length that name more and more entities; and one and the same text with more and more prepared entities."""
    material = gather([parts.extractor.entities(document(text, str(n))) for n, text in enumerate(texts)], parts.tokenizer)
    works: list[tuple[str, int, Entities, Works]] = []
    for number in range(TEXTS):
        for wanted in ENTITIES:
            text = with_entities(material, parts.tokenizer, entities=wanted, pieces=ENTITY_PIECES, number=number)
            abstract = document(text, f"entities-{wanted}-{number}")
            found = parts.extractor.entities(abstract)
            works.append(("entities", wanted, found, {"extract": partial(parts.extract, abstract), **_alone(parts, found)}))
        full = found  # the text of most entities
        for wanted in ENTITIES:
            if wanted <= len(full.mentions):
                prepared = subset(full, wanted)
                works.append(("prepared", wanted, prepared, {"extract": partial(parts.relations, prepared), **_alone(parts, prepared)}))
    timed = cpu_seconds([work for *_, work in works], rounds)
    counted = [parts.count(entities) for _, _, entities, _ in works]
    result: dict[str, dict[str, Any]] = {"entities": {}, "prepared": {}}
    for kind, row in result.items():
        for wanted in ENTITIES:
            chosen = [at for at, work in enumerate(works) if work[:2] == (kind, wanted)]
            if chosen:
                row[str(wanted)] = _row([counted[at] for at in chosen], [timed[at] for at in chosen])
    return result


def _alone(parts: Parts, entities: Entities) -> Works:
    return {"encode": partial(parts.encode, entities.text), "relate": partial(parts.relate, entities)}


def _row(counted: Sequence[Counted], timed: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    means = {name: statistics.mean(1000 * cost[name] for cost in timed) for name in timed[0]}
    rest = means["extract"] - means["encode"] - means["relate"]
    return {
        "texts": len(counted),
        **{name: round(statistics.mean(asdict(one)[name] for one in counted), 1) for name in asdict(counted[0])},
        **{f"{name}_ms": round(value, 3) for name, value in means.items()},
        "rest_ms": round(rest, 3),
    }


def by_workers(model: str | None, read: Sequence[Abstract], rounds: int) -> dict[str, Any]:
    """Documents a second by the clock, for threads in one process and for processes of one thread, over the same documents."""
    cores = len(os.sched_getaffinity(0))
    counts = sorted({n for n in (1, 2, 4, 8, 16, 32, cores) if n <= cores})
    found: dict[str, Any] = {"documents": len(read), "threads": {}, "processes": {}}
    taken: dict[tuple[str, int], list[float]] = {}
    for _ in range(rounds):
        for count in counts:
            taken.setdefault(("threads", count), []).append(wall(extract_in_processes(model, [read], workers=count)))
            if count > 1:
                taken.setdefault(("processes", count), []).append(wall(extract_in_processes(model, [read[n::count] for n in range(count)])))
    taken["processes", 1] = taken["threads", 1]
    for kind in ("threads", "processes"):
        for count in counts:
            found[kind][str(count)] = round(len(read) / statistics.median(taken[kind, count]), 2)
    return found


def ratios(result: Mapping[str, Any]) -> dict[str, float]:
    """What must stay flat, as one figure each; 1 is the same cost."""
    shortest, longest = (result["documents"][key] for key in (min(result["documents"], key=int), max(result["documents"], key=int)))
    pieces, workers = result["pieces"], result["workers"]
    compared = f"{longest['documents']}_over_{shortest['documents']}"
    found = {
        f"documents_{compared}": longest["cpu_ms_per_1000_pieces"] / shortest["cpu_ms_per_1000_pieces"],
        f"memory_{compared}": longest["peak_mb"] / shortest["peak_mb"],
        "pieces_4096_over_341": pieces["341"]["pieces_per_second"] / pieces["4096"]["pieces_per_second"],
    }
    for kind, name in (("entities", "entities_100_over_10"), ("prepared", "prepared_100_over_10")):
        row = result[kind]
        if "100" in row:
            found[name] = row["100"]["extract_ms"] / row["10"]["extract_ms"]
    if len(result["stream"].get("processes", ())) > 1:
        rates = [row["docs_per_s"] for row in result["stream"]["processes"].values()]
        found["stream_most_processes_over_one"] = rates[-1] / rates[0]
    for kind in ("threads", "processes"):
        by_count = {int(count): rate for count, rate in workers[kind].items()}
        most = max(by_count)
        if most > 1:
            found[f"{kind}_efficiency"] = by_count[most] / by_count[1] / most
    return {name: round(value, 3) for name, value in found.items()}


def lines(result: Mapping[str, Any]) -> list[str]:
    """The result for a reader at a terminal."""
    told = [f"{result['model']}, {result['vocabulary']}; load before: {result['machine']['load_before']}"]
    told += [
        f"{row['documents']:>6} documents: {row['cpu_ms_per_document']:.2f} ms CPU each, "
        f"{row['cpu_ms_per_1000_pieces']:.1f} ms per 1,000 pieces, peak {row['peak_mb']:.0f} MB"
        for row in result["documents"].values()
    ]
    told += [
        f"{row['pieces']:>6.0f} pieces: {row['extract_ms']:.2f} ms CPU, of it the encoder {row['encode_ms']:.2f}; "
        f"{row['pieces_per_second']:,} pieces/s"
        for row in result["pieces"].values()
    ]
    told += [
        f"{row['entities']:>6.1f} entities ({kind}; {row['linked']:.1f} linked, {row['judged']:.0f} of {row['pairs']:.0f} pairs, "
        f"{row['pieces']:.0f} pieces): {row['extract_ms']:.2f} ms CPU = encoder {row['encode_ms']:.2f} + relations {row['relate_ms']:.2f} "
        f"+ rest {row['rest_ms']:.2f}"
        for kind in ("entities", "prepared")
        for row in result[kind].values()
    ]
    told += [
        f"{kind}: " + ", ".join(f"{count}: {rate:.1f} documents/s" for count, rate in result["workers"][kind].items())
        for kind in ("threads", "processes")
    ]
    told.append(f"stream: {result['stream'].get('not_measured') or _rates(result['stream'])}")
    told += [f"{name} = {value:g}" for name, value in result["ratios"].items()]
    return told


def _rates(found: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} processes: {row['docs_per_s']:.1f} documents/s" for count, row in found["processes"].items())


def _measured(limits: Mapping[str, float], result: Mapping[str, Any]) -> dict[str, float]:
    """The limits of what a machine of one core cannot measure are left out there."""
    return {name: limit for name, limit in limits.items() if name.removeprefix("ratios.") in result["ratios"]}


def _naming(data: Path) -> list[str]:
    return [one.text for name in NAMING for one in islice(ABSTRACTS[name].read(data), GATHERED)]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="of the longest run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default=None)
    parser.add_argument("--stream", action="store_true", help="the stream by processes too; needs Java and Maven, a few minutes each")
    parser.add_argument("--store", action="store_true", help="make it the stored result, and draw the pictures of docs/capacity.md")
    parser.add_argument("--check", action="store_true", help="compare with the stored result")
    parser.add_argument("--out", type=Path, metavar="JSON", help="write the result there")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="draw the pictures there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
