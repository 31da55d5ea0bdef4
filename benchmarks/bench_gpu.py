"""The encoder on a GPU beside the CPU: pieces and abstracts a second, how full batches are, how far the answers are apart.

python -m benchmarks.bench_gpu MODEL --data DATA [--provider cuda] [--documents N] [--batch-pieces N ...]

MODEL is what `biorelay models convert --precision fp16` wrote. The peer of the same run is the int8 model that it was made of, on this
machine's CPU, one window a call on a thread a core. `--provider cpu` runs the batches on the CPU, which measures nothing: for smoke tests.
Documents are real abstracts of natural length, read once before the clock starts; each figure is the best of three rounds.
"""

import argparse
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.inputs import abstracts
from benchmarks.machine import describe
from biorelay.extractor import Extractor
from models.evaluation.artefact import write
from models.runtime.artefact import Artefact, load_artefact
from models.runtime.batches import Batched
from models.runtime.device import within_reach
from models.runtime.encoder import Encoded, Encoder
from models.runtime.providers import Asked, Inference
from processors.records import Abstract

RESULTS = Path(__file__).parent / "results" / "gpu.json"
ROUNDS = 3
PROVIDERS: tuple[Asked, ...] = ("cuda", "tensorrt", "cpu")


class NoGpu(Exception):
    """What was to be measured is not here."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="folder of a model in fp16")
    parser.add_argument("--peer", help="the int8 model beside it; the shipped one where not given")
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--provider", choices=PROVIDERS, default="cuda")
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--batch-pieces", type=int, nargs="+", default=[8192, 16_384, 32_768, 65_536])
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    try:
        result = measure(
            load_artefact(options.model),
            load_artefact(options.peer),
            abstracts(options.data, options.documents),
            provider=options.provider,
            budgets=options.batch_pieces,
        )
    except NoGpu as error:
        raise SystemExit(str(error)) from error
    write(result, options.out)
    print(json.dumps(result, indent=1))


def measure(model: Artefact, peer: Artefact, documents: Sequence[Abstract], *, provider: Asked, budgets: Sequence[int]) -> dict[str, Any]:
    """What `main` stores. Raises `NoGpu` where the provider does not run here."""
    if provider != "cpu" and not within_reach(provider):
        raise NoGpu(f"{provider} does not run here: the installed onnxruntime was not built for it")
    machine = describe(("onnxruntime-gpu" if provider != "cpu" else "onnxruntime", "numpy", "tokenizers")) | {"gpu": _gpu()}
    texts = [document.text for document in documents]
    cores = os.cpu_count() or 1
    exact = Encoder(model, cache_bytes=0)
    expected = _all(exact.encode, texts, threads=cores)
    pieces = sum(len(encoded.offsets) for encoded in expected)
    int8 = Encoder(peer, cache_bytes=0)
    beside = pieces / _best(lambda: _all(int8.encode, texts, threads=cores))
    rows = []
    for budget in budgets:
        inference = Inference(provider, batch_pieces=budget, batched=provider == "cpu")
        with closing(Encoder(model, cache_bytes=0, inference=inference)) as encoder:
            if encoder.placement.provider != provider:
                raise NoGpu(f"{provider} does not run here: {encoder.placement.caution}")
            found = _all(encoder.encode, texts, threads=inference.feeders)
            seconds = _best(lambda: _all(encoder.encode, texts, threads=inference.feeders))  # noqa: B023  called here and now
            done = encoder.gathered
        with closing(Extractor.load(model.folder, inference=inference)) as extractor:
            whole = _best(lambda: list(extractor.extract_many(documents, workers=extractor.feeders)), before=extractor.cache.clear)
        rows.append(
            {
                "batch_pieces": budget,
                "feeders": inference.feeders,
                "tokens_per_s": round(pieces / seconds),
                "ratio_cpu_int8": round(pieces / seconds / beside, 2),
                "docs_per_s": round(len(documents) / whole, 1),
                **_fill(done),
                **furthest(expected, found),
            }
        )
    return {
        "schema": "biorelay.benchmark/1",
        "name": "gpu",
        "machine": machine,
        "model": model.reference,
        "peer": peer.reference,
        "provider": provider,
        "documents": len(documents),
        "pieces_a_document": round(pieces / len(documents), 1),
        "cpu_int8_tokens_per_s": round(beside),
        "batches": rows,
    }


def furthest(expected: Iterable[Encoded], found: Iterable[Encoded]) -> dict[str, float]:
    """The largest relative distance of a document's hidden states (norm of the difference over the norm), and of a token's score."""
    pairs = [(one, other) for one, other in zip(expected, found, strict=True) if len(one.offsets)]
    return {
        "hidden_distance": max(float(np.linalg.norm(a.hidden - b.hidden) / np.linalg.norm(a.hidden)) for a, b in pairs),
        "score_distance": max(float(np.abs(a.ner - b.ner).max()) for a, b in pairs),
    }


def _fill(done: Batched | None) -> dict[str, float]:
    """How full batches were, over all rounds; padding as a share of what was computed."""
    if done is None:
        return {}
    return {"windows_a_batch": round(done.windows / done.batches, 1), "padding": round(1 - done.pieces / done.padded, 3)}


def _all(encode: Callable[[str], Encoded], texts: Sequence[str], *, threads: int) -> list[Encoded]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(encode, texts))


def _best(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Seconds of the quickest round."""
    seconds = []
    for _ in range(ROUNDS):
        before()
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _gpu() -> str | None:
    """Name, memory and driver of the GPUs, as NVIDIA's own tool says; None without one."""
    command = ("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip() or None
    except (OSError, subprocess.SubprocessError):
        return None


if __name__ == "__main__":
    main()
