"""The training loop: the planned steps in order, with checkpoints, and the best weights by the held-out documents."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from models.training import checkpoint
from models.training.data import TrainingData
from models.training.examples import IGNORED, type_pair_indices
from models.training.held_out import score
from models.training.network import Relay
from models.training.optimiser import adamw, set_rate
from models.training.plan import halves, padded_pieces, plan
from models.training.progress import Progress, ProgressEvent
from models.training.recipe import Recipe
from models.training.steps import Batch, learn, pair_task
from models.training.weights import build

SHOW_EVERY = 20  # steps

WORKERS = 2
"""Each step is learned in so many parts, one thread each: where cores are shared, threads that wait for each other at
every product are slower than two that meet once a step. Part of the result, so not a setting."""

LOSSES = ("loss_ner", "loss_pairs", "loss_cid")


@dataclass(slots=True)
class Progressed:
    """How far a run is: what a checkpoint holds beside weights and the optimiser's state."""

    step: int = 0
    best: float = -1.0  # of the held-out scores' mean
    seconds: float = 0.0  # spent so far, over all resumptions
    history: list[dict[str, float]] = field(default_factory=list)


def train(recipe: Recipe, data: TrainingData, out: Path, *, resume: bool, progress: Progress) -> tuple[Relay, dict[str, Any]]:
    """Train, or go on where an earlier run of the same recipe and data stopped. The best weights, and what is said of the run."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _Run(recipe, data, out, progress).train(resume=resume)
    finally:
        torch.set_num_threads(threads)


class _Run:
    def __init__(self, recipe: Recipe, data: TrainingData, out: Path, progress: Progress) -> None:
        self.recipe = recipe
        self.data = data
        self.out = out
        self.progress = progress
        self.fingerprint = f"{recipe.fingerprint()} {data.fingerprint}"
        self.network = build(recipe)
        self.optimiser = adamw(self.network, recipe.optimiser)
        self.type_pairs = type_pair_indices(recipe.relations.type_pairs)
        self.steps = plan(data.examples, data.passes, tokens_per_step=recipe.optimiser.tokens_per_step, seed=recipe.seed)
        self.sizes = [padded_pieces(data.examples, step) for step in self.steps]
        self.tasks = [pair_task(example, self.type_pairs) for example in data.examples]
        self.mean = self._means()
        self.weights = {"ner": 1.0, "pairs": recipe.relations.weight, "cid": recipe.relations.cid_weight}
        self.at = Progressed()

    def train(self, *, resume: bool) -> tuple[Relay, dict[str, Any]]:
        self._begin(resume=resume)
        total = len(self.steps)
        save_every = max(1, total // self.recipe.checkpoints)
        score_at = _score_steps(total, self.recipe)
        began, spent, first = time.monotonic(), self.at.seconds, self.at.step
        recent: list[torch.Tensor] = []
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="learn") as workers:
            for number in range(first, total):
                recent.append(self._step(number, workers))
                done = number + 1
                now = time.monotonic() - began
                self.at.step, self.at.seconds = done, spent + now
                if done % SHOW_EVERY == 0 or done == total:
                    rate = sum(self.sizes[first:done]) / now
                    values = dict(zip(LOSSES, torch.stack(recent).mean(dim=0).tolist(), strict=True))
                    recent.clear()
                    self.progress(ProgressEvent("train", f"step {done}", done, total, rate, sum(self.sizes[done:]) / rate, values))
                if done in score_at and self.data.held_out:
                    self._score(done)
                if done % save_every == 0 or done == total:
                    self._save()
        kept = checkpoint.load(self.out / checkpoint.BEST, self.fingerprint)
        if kept is not None:
            self.network.load_state_dict(kept["network"])
        return self.network.eval(), {
            "steps": total,
            "pieces": sum(self.sizes),
            "kept_step": kept["step"] if kept else total,
            "seconds": round(self.at.seconds),
            "held_out_scores": self.at.history,
        }

    def _begin(self, *, resume: bool) -> None:
        """Go on from the checkpoint, or write the first one: a run that is killed at once is a run too."""
        state = checkpoint.load(self.out / checkpoint.LAST, self.fingerprint) if resume else None
        if state is None:
            (self.out / checkpoint.BEST).unlink(missing_ok=True)
            self._save()
            return
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.at = Progressed(state["step"], state["best"], state["seconds"], state["history"])
        self.progress(ProgressEvent("train", f"resuming after step {self.at.step}", self.at.step, len(self.steps)))

    def _step(self, number: int, workers: ThreadPoolExecutor) -> torch.Tensor:
        set_rate(self.optimiser, self.recipe.optimiser, number, len(self.steps))
        self.network.train()
        self.optimiser.zero_grad(set_to_none=True)
        parts = halves(self.data.examples, self.steps[number], WORKERS)
        # Seeded by the step, so a resumed run draws the same dropout.
        seeds = [(self.recipe.seed * 1_000_003 + number) * WORKERS + k for k in range(len(parts))]
        found = list(workers.map(self._learn, parts, seeds))
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.optimiser.clip)
        self.optimiser.step()
        return torch.stack(found).sum(dim=0)

    def _learn(self, numbers: Sequence[int], seed: int) -> torch.Tensor:
        batch = Batch([self.data.examples[i] for i in numbers], self.data.first, self.data.last)
        return learn(self.network, batch, [self.tasks[i] for i in numbers], mean=self.mean, weights=self.weights, seed=seed)

    def _score(self, done: int) -> None:
        scores = score(self.network, self.data.held_out, self.type_pairs, first=self.data.first, last=self.data.last)
        self.at.history.append({"step": float(done), **{name: round(value, 4) for name, value in scores.items()}})
        percent = {name: 100 * value for name, value in scores.items()}
        self.progress(ProgressEvent("score", f"held-out documents after step {done}", done, len(self.steps), values=percent))
        if scores["mean"] >= self.at.best:
            self.at.best = scores["mean"]
            state = {"fingerprint": self.fingerprint, "network": self.network.state_dict(), "step": done}
            checkpoint.save(self.out / checkpoint.BEST, state)

    def _save(self) -> None:
        state = {
            "fingerprint": self.fingerprint,
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.at.step,
            "best": self.at.best,
            "seconds": self.at.seconds,
            "history": self.at.history,
        }
        checkpoint.save(self.out / checkpoint.LAST, state)

    def _means(self) -> dict[str, float]:
        """What a step holds on average: pieces, BioRED pairs, chemical-induced-disease pairs."""
        read = [i for step in self.steps for i in step]
        tasks = [task for task in (self.tasks[i] for i in read) if task]
        counts = {
            "ner": sum(len(self.data.examples[i].ids) for i in read),
            "pairs": sum(int((task.labels != IGNORED).sum()) for task in tasks),
            "cid": sum(int((task.cid != IGNORED).sum()) for task in tasks),
        }
        return {name: max(count / len(self.steps), 1.0) for name, count in counts.items()}


def _score_steps(steps: int, recipe: Recipe) -> set[int]:
    first = recipe.score_from
    shares = [first + (1 - first) * k / (recipe.scores - 1) for k in range(recipe.scores)] if recipe.scores > 1 else [1.0]
    return {max(1, round(share * steps)) for share in shares}
