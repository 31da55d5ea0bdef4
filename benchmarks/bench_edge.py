"""The shipped extractor on one core under a memory limit of 512 MB, beside a transformers pipeline for the entities alone.

    python -m benchmarks.bench_edge [--documents N] [--rounds N] [--store] [--check]

Each run is a process of its own that inherits one core and the limit (`edge_limit`). The extractor finds and links the entities and
judges the relations of abstracts of BC5CDR's test set, as they come with the package; the peer, with the same weights in torch fp32,
tags the same texts and does no more. A cold start is the time from the process's start to the first answer, interpreter and imports
included; files may lie in the page cache. Where the peer does not fit, it is measured without the limit, and that is stated.
`--store` keeps the result, `--check` compares the ratios with those kept (exit code 1 where one is past its limit).
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.edge_limit import REFUSED, WATCHED, Ended, run_limited
from benchmarks.machine import describe
from benchmarks.regression import compare
from biorelay.samples import BC5CDR_TEST
from models.runtime.artefact import load_artefact
from processors.records import Abstract
from processors.sources import read
from processors.sources.jsonl import write_jsonl

RESULTS = Path(__file__).parent / "results" / "edge.json"
PACKAGES = ("onnxruntime", "tokenizers", "numpy", "torch", "transformers")
LIMIT_MB = 512
LIMITS = {"ratios.speed_over_peer": 0.1}
"""How far each may fall below the stored one, as a share of it."""

RISES = {"ratios.peak_over_limit": 0.1, "ratios.cold_start_over_peer": 0.15}
"""How far each may rise."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    result = measure(options)
    print("\n".join(lines(result)))
    worse = [] if result["extractor"]["fits"] else ["the extractor does not fit"]
    if options.check:
        worse += compare(json.loads(RESULTS.read_bytes()), result, LIMITS, RISES)
    print("".join(f"not as it should be: {line}\n" for line in worse), end="")
    for path in (*([options.out] if options.out else []), *([RESULTS] if options.store else [])):
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(f"written: {path}")
    return 1 if worse else 0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Both sides in turn, `options.rounds` times. Raises as `load_artefact` does, and `RuntimeError` where a run fails for another reason
    than memory."""
    from benchmarks.torch_peer import tagger, tokenizer

    machine = describe(PACKAGES)
    artefact = load_artefact(options.model)
    documents = list(islice((record for record in read(BC5CDR_TEST) if isinstance(record, Abstract)), options.documents + 1))
    core = min(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as place:
        abstracts, texts, peer = (Path(place) / name for name in ("abstracts.jsonl", "texts.json", "tagger"))
        abstracts.write_bytes(b"".join(write_jsonl(documents)))
        texts.write_text(json.dumps([document.text for document in documents]), encoding="utf-8")
        tagger(artefact).save_pretrained(peer)
        tokenizer(artefact).save_pretrained(peer)
        child = (sys.executable, "-m", "benchmarks.edge_child")
        commands = {
            "extractor": (*child, "extractor", str(abstracts), *([options.model] if options.model else [])),
            "peer": (*child, "pipeline", str(texts), str(peer)),
        }
        how: dict[str, dict[str, Any]] = {"extractor": {"core": core, "refuse": True}, "peer": {"core": core}}
        tried = {name: run_limited(command, megabytes=options.megabytes, **how[name]) for name, command in commands.items()}
        limits = {name: options.megabytes if fits(ended) else None for name, ended in tried.items()}
        runs: dict[str, list[Ended]] = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                runs[name].append(run_limited(command, megabytes=limits[name], **how[name]))
    result = {
        "schema": "biorelay.benchmark/1",
        "name": "edge",
        "machine": machine,
        "model": artefact.reference,
        "limit_mb": options.megabytes,
        "limited_by": {"extractor": REFUSED, "peer": WATCHED},
        "core": "one, by sched_setaffinity",
        "documents": options.documents,
        "characters": sum(len(document.text) for document in documents[1:]),
        "rounds": options.rounds,
        **{name: {"fits": limits[name] is not None, "under_limit": outcome(tried[name]), **row(runs[name])} for name in commands},
    }
    result["ratios"] = ratios(result)
    return result


def fits(ended: Ended) -> bool:
    """Did it end well? Raises `RuntimeError` where it failed for another reason than memory."""
    if ended.code == 0:
        return True
    if ended.stopped or any(
        word in ended.error for word in ("MemoryError", "bad_alloc", "Cannot allocate", "allocate memory", "out of memory")
    ):
        return False
    raise RuntimeError(f"the run ended with {ended.code}: {ended.error}")


def outcome(ended: Ended) -> str:
    """In words."""
    if fits(ended):
        return "ran"
    if ended.stopped:
        return f"ended at {ended.peak_mb:.0f} MB resident"
    return f"was refused memory at {ended.peak_mb:.0f} MB resident: {ended.error.strip().splitlines()[-1][:200]}"


def row(runs: Sequence[Ended]) -> dict[str, Any]:
    """Medians over the runs of one side, the largest peak, and where its memory stood on the way. Raises `RuntimeError` as `fits` does."""
    if not all(fits(run) for run in runs):
        raise RuntimeError(f"a run fitted once and then did not: {[outcome(run) for run in runs]}")
    told = [json.loads(run.lines[-1][1]) for run in runs]
    starts = [next(second for second, line in run.lines if line == "answered") for run in runs]
    return {
        "documents_per_s": round(statistics.median(one["documents"] / one["wall_s"] for one in told), 3),
        "documents_per_cpu_s": round(statistics.median(one["documents"] / one["cpu_s"] for one in told), 3),
        "cold_start_s": round(statistics.median(starts), 3),
        "peak_mb": max(one["memory"]["end"]["peak_mb"] for one in told),
        "memory": told[0]["memory"],
        "torch": told[0]["torch"],
        "rounds_wall_s": [round(one["wall_s"], 3) for one in told],
        "rounds_start_s": [round(start, 3) for start in starts],
    }


def ratios(result: Mapping[str, Any]) -> dict[str, float]:
    """The extractor over the peer; its memory over the limit."""
    ours, peer = result["extractor"], result["peer"]
    found = {
        "speed_over_peer": ours["documents_per_cpu_s"] / peer["documents_per_cpu_s"],
        "cold_start_over_peer": ours["cold_start_s"] / peer["cold_start_s"],
        "peak_over_peer": ours["peak_mb"] / peer["peak_mb"],
        "peak_over_limit": ours["peak_mb"] / result["limit_mb"],
    }
    return {name: round(value, 3) for name, value in found.items()}


def lines(result: Mapping[str, Any]) -> list[str]:
    """The result for a reader at a terminal."""
    told = [f"{result['model']}, one core, {result['limit_mb']} MB; load before: {result['machine']['load_before']}"]
    for name, what in (("extractor", "entities, linking, relations"), ("peer", "transformers pipeline, torch fp32, entities alone")):
        side = result[name]
        limited = "under the limit" if side["fits"] else f"without the limit; under it: {side['under_limit']}"
        told.append(
            f"{name} ({what}): {side['documents_per_s']:.2f} documents/s, peak {side['peak_mb']:.0f} MB, "
            f"cold start {side['cold_start_s']:.2f} s; "
            f"{limited}"
        )
    return told + [f"{name} = {value:g}" for name, value in result["ratios"].items()]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100, help="after the first one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--megabytes", type=float, default=LIMIT_MB, help="the memory limit, 10^6 bytes")
    parser.add_argument("--model", default=None)
    parser.add_argument("--store", action="store_true", help="make it the stored result")
    parser.add_argument("--check", action="store_true", help="compare with the stored result")
    parser.add_argument("--out", type=Path, metavar="JSON", help="write the result there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
