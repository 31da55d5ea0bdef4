"""Pieces per second that the joint recipe learns on a CPU, with our attention and with torch's fused one (what transformers calls).

python -m benchmarks.bench_training --data DATA [--steps N] [--out JSON]

Both learn the same steps in turn, forward and backward, without the optimiser's own step, from the encoder that ships.
"""

import argparse
import json
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from benchmarks.bench_choices import PASSES, RECIPE
from benchmarks.machine import describe
from models.runtime.artefact import load_artefact
from models.training import read_recipe
from models.training.joint.recipe import CorpusPart
from models.training.recipe import EncoderPart

RESULTS = Path(__file__).parent / "results" / "training.json"
ROUND = 10  # steps that each learns before it is the other's turn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--steps", type=int, default=60, help="how many steps each learns")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    machine = describe(("torch", "transformers"))
    result = {"machine": machine, **measured(options.data, options.steps)}
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def measured(data: Path, steps: int) -> dict[str, Any]:
    """Pieces per second of both, and the ratios round by round."""
    import torch

    from models.training.engine import THREADS
    from models.training.joint.data import load_data
    from models.training.joint.task import JointTask

    shipped = load_artefact()
    recipe = read_recipe(RECIPE)
    encoder = EncoderPart(
        artefact=shipped.reference, licence="Apache-2.0", **recipe.encoder.model_dump(include={"case", "window", "overlap"})
    )
    corpora = [CorpusPart(name=name, passes=1) for name in PASSES]
    recipe = recipe.model_copy(update={"encoder": encoder, "corpora": corpora, "names": None})
    torch.set_num_threads(1)
    with TemporaryDirectory() as place, ThreadPoolExecutor(THREADS) as workers:
        task = JointTask(recipe, load_data(recipe, data, Path(place)), Path(place))
        task.network.train()

        def learn(numbers: Iterable[int]) -> float:
            pieces, started = 0, time.perf_counter()
            for number in numbers:
                list(workers.map(task.learn, task.parts(number, THREADS), range(THREADS)))
                task.network.zero_grad(set_to_none=True)
                pieces += task.sizes[number]
            return pieces / (time.perf_counter() - started)

        def fused(numbers: Iterable[int]) -> float:
            with patch("models.training.attention._fits", return_value=False):
                return learn(numbers)

        rounds = [range(at, at + ROUND) for at in range(ROUND, ROUND + steps, ROUND)]
        for warm in (fused, learn):
            warm(range(ROUND))
        speeds = [(fused(numbers), learn(numbers)) for numbers in rounds]
    return {
        "model": shipped.reference,
        "steps": steps,
        "pieces_per_step": recipe.optimiser.tokens_per_step,
        "fused_pieces_per_second": round(median(theirs for theirs, _ in speeds)),
        "ours_pieces_per_second": round(median(ours for _, ours in speeds)),
        "ratio": round(median(ours / theirs for theirs, ours in speeds), 2),
        "ratios": [round(ours / theirs, 2) for theirs, ours in speeds],
    }


if __name__ == "__main__":
    main()
