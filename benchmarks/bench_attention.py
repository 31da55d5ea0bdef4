"""A window's time with attention as it is exported, and as one operator, on one thread: one model's weights in int8, both ways.

python -m benchmarks.bench_attention [--model NAME] [--rounds N] [--out JSON] [--store]
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from benchmarks.machine import describe
from benchmarks.tables import write_page
from models.runtime.artefact import ENCODER, load_artefact
from models.runtime.device import MASK
from models.training.convert import write_exact
from models.training.precisions import write_precision

RESULTS = Path(__file__).parent / "results" / "attention.json"
LENGTHS = (128, 256, 384, 512)
"""Pieces of a window, special ones included."""

LARGEST = 5e-2
"""Relative distance of the hidden states: int8 rounds other sums of floats otherwise, and no more."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", help="the shipped one by default")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--out", type=Path, help="write the result there")
    parser.add_argument("--store", action="store_true", help="store the result, and draw docs/speed.md anew")
    options = parser.parse_args(arguments)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    machine = describe(("onnxruntime", "onnx", "numpy"))
    result = {"schema": "biorelay.benchmark/1", "name": "attention", "machine": machine, **measured(options.model, options.rounds)}
    text = json.dumps(result, indent=1) + "\n"
    for path in filter(None, (options.out, RESULTS if options.store else None)):
        path.write_text(text, encoding="utf-8")
    print(text, end="")
    if options.store:
        write_page()


def measured(model: str | None, rounds: int, lengths: Sequence[int] = LENGTHS) -> dict[str, Any]:
    """Median milliseconds of a window both ways, taken in turn, and how many times as fast the one operator is.

    Raises `ValueError` where the model's attention is not of the shape that is fused, or the two do not answer alike.
    """
    artefact = load_artefact(model)
    with TemporaryDirectory() as name:
        place = Path(name)
        write_exact(artefact, place / ENCODER, place / "weights")
        for fuse in (False, True):
            write_precision(place / ENCODER, place / f"{fuse}.onnx", "int8", fuse=fuse)
        exported, fused = _session(place / "False.onnx"), _session(place / "True.onnx")
    if MASK in {given.name for given in fused.get_inputs()}:
        raise ValueError(f"the attention of {artefact.reference} is of a shape that is not fused")
    rows = {}
    for length in lengths:
        ids = np.random.default_rng(length).integers(1_000, 20_000, size=(1, length))
        distance = _distance(_run(exported, ids), _run(fused, ids))
        if distance > LARGEST:
            raise ValueError(f"the two graphs differ by {distance:.3f} on {length} pieces")
        times = [(_timed(exported, ids), _timed(fused, ids)) for _ in range(rounds)]
        before, after = (1000 * statistics.median(column) for column in zip(*times, strict=True))
        rows[str(length)] = {
            "exported_ms": round(before, 2),
            "fused_ms": round(after, 2),
            "ratio": round(statistics.median(a / b for a, b in times), 3),
            "distance": round(distance, 4),
        }
    return {"model": artefact.reference, "rounds": rounds, "windows": rows}


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"])


def _run(session: Any, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    known = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    hidden: NDArray[np.float32] = session.run(["hidden", "ner"], {given.name: known[given.name] for given in session.get_inputs()})[0]
    return hidden


def _timed(session: Any, ids: NDArray[np.int64]) -> float:
    began = time.thread_time()
    _run(session, ids)
    return time.thread_time() - began


def _distance(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(before - after) / np.linalg.norm(before))


if __name__ == "__main__":
    main()
