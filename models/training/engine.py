"""The training loop of every kind of recipe: the planned steps in order, with checkpoints, and the best weights by held-out scores.

On the CPU a step is learned in parts by threads of one process; on a GPU, or on several machines under `accelerate launch`,
each process learns its share of the parts and gradients are summed. The recipe is the same.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from models.training import checkpoint
from models.training.optimiser import Average, adamw, set_rate
from models.training.progress import Progress, ProgressEvent
from models.training.recipe import Recipe

SHOW_EVERY = 20  # steps
EVENTS = "events"

THREADS = 2
"""Parts of a step on a CPU, one thread each: where cores are shared, threads that wait for each other at every product
are slower than two that meet once a step. Part of the result, so not a setting."""


class Task(Protocol):
    """What a kind of recipe brings. Everything a step does depends on its number and the recipe's seed alone."""

    @property
    def network(self) -> torch.nn.Module:
        """What learns; its encoder is named `encoder.bert`, all else is a head."""

    @property
    def steps(self) -> Sequence[Sequence[int]]:
        """Planned before the first step."""

    @property
    def sizes(self) -> Sequence[int]:
        """Pieces that each step reads, padding included."""

    @property
    def fingerprint(self) -> str:
        """Of recipe and data; a checkpoint of another one is refused."""

    def parts(self, step: int, n: int) -> Sequence[Any]:
        """The step in at most `n` parts of like size."""

    def learn(self, part: Any, seed: int) -> Mapping[str, Tensor]:
        """Add the part's gradients to the network's; its losses, detached. Losses are sums over the part, each divided by what
        a step of the run holds on average, so that parts add up. Several threads may call this at once: torch adds gradients
        under a lock, and with two parts their order does not matter."""

    def score(self) -> Mapping[str, float] | None:
        """Scores (0 to 1), and `loss`, on documents carved from train; `mean` decides.

        None where nothing is held out: the last step is kept.
        """


@dataclass(slots=True)
class Progressed:
    """How far a run is: what a checkpoint holds beside weights and the optimiser's state."""

    step: int = 0
    best: float = -1.0
    stale: int = 0  # scores since the best one
    seconds: float = 0.0  # spent so far, over all resumptions
    history: list[dict[str, float]] = field(default_factory=list)


def train(task: Task, recipe: Recipe, folder: Path, *, resume: bool, progress: Progress) -> dict[str, Any]:
    """Train, or go on where an earlier run of the same recipe and data stopped; what is said of the run.

    The task's network ends with the kept weights, on the CPU. Raises `OtherRun` where `folder` holds another run's checkpoints.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _Run(task, recipe, folder, progress).train(resume=resume)
    finally:
        torch.set_num_threads(threads)


class _Run:
    def __init__(self, task: Task, recipe: Recipe, folder: Path, progress: Progress) -> None:
        from accelerate import PartialState

        self.state = PartialState()
        self.task = task
        self.network = task.network.to(self.state.device)
        self.recipe = recipe
        self.folder = folder
        self.progress = progress
        self.optimiser = adamw(self.network, recipe.optimiser)
        self.average = Average(self.network, recipe.optimiser.ema) if recipe.optimiser.ema else None
        self.threads = THREADS if self.state.device.type == "cpu" and self.state.num_processes == 1 else 1
        self.at = Progressed()

    def train(self, *, resume: bool) -> dict[str, Any]:
        from torch.utils.tensorboard import SummaryWriter

        self._begin(resume=resume)
        total = len(self.task.steps)
        save_every = max(1, total // self.recipe.checkpoints)
        score_at = _score_steps(total, self.recipe)
        sizes = self.task.sizes
        began, spent, first = time.monotonic(), self.at.seconds, self.at.step
        recent: list[dict[str, Tensor]] = []
        stopped = False
        with (
            ThreadPoolExecutor(self.threads, thread_name_prefix="learn") as workers,
            SummaryWriter(str(self.folder / EVENTS), purge_step=first) as events,
        ):
            for number in range(first, total):
                recent.append(self._step(number, workers))
                done = number + 1
                now = time.monotonic() - began
                self.at.step, self.at.seconds = done, spent + now
                if done % SHOW_EVERY == 0 or done == total:
                    rate = sum(sizes[first:done]) / now
                    names = dict.fromkeys(name for losses in recent for name in losses)
                    values = {name: float(torch.stack([r[name] for r in recent if name in r]).mean()) for name in names}
                    recent.clear()
                    for name, value in {**values, "tokens_per_second": rate, "rate": self.optimiser.param_groups[0]["lr"]}.items():
                        events.add_scalar(name, value, done)
                    self._tell(ProgressEvent("train", f"step {done}", done, total, rate, sum(sizes[done:]) / rate, values))
                if done in score_at:
                    for name, value in self._score(done).items():
                        events.add_scalar(f"held_out/{name}", value, done)
                    stopped = self.recipe.patience is not None and self.at.stale >= self.recipe.patience
                if done % save_every == 0 or done == total or stopped:
                    self._save()
                if stopped:
                    break
        return self._end()

    def _begin(self, *, resume: bool) -> None:
        """Go on from the checkpoint, or write the first one: a run that is killed at once is a run too."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = checkpoint.load(self.folder / checkpoint.LAST, self.task.fingerprint) if resume else None
        self.state.wait_for_everyone()  # none writes while another still looks whether there is something
        if state is None:
            if self.state.is_main_process:
                (self.folder / checkpoint.BEST).unlink(missing_ok=True)
            self._save()
            return
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.average:
            self.average.load({name: value.to(self.state.device) for name, value in state["average"].items()})
        self.at = Progressed(**state["at"])
        self._tell(ProgressEvent("train", f"resuming after step {self.at.step}", self.at.step, len(self.task.steps)))

    def _step(self, number: int, workers: ThreadPoolExecutor) -> dict[str, Tensor]:
        set_rate(self.optimiser, self.recipe.optimiser, number, len(self.task.steps))
        self.network.train()
        self.optimiser.zero_grad(set_to_none=True)
        processes = self.state.num_processes
        parts = self.task.parts(number, self.threads * processes)
        # Seeded by the step, so a resumed run draws the same dropout.
        seeds = [(self.recipe.seed * 1_000_003 + number) * self.threads * processes + k for k in range(len(parts))]
        mine = slice(self.state.process_index, None, processes)
        found = list(workers.map(self.task.learn, parts[mine], seeds[mine]))
        losses = {name: torch.stack([part[name] for part in found]).sum() for name in found[0]} if found else {}
        if processes > 1:
            self._gather()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.optimiser.clip)
        self.optimiser.step()
        if self.average:
            self.average.follow(self.network, number)
        return losses

    def _gather(self) -> None:
        """Sum gradients over the processes, parameter by parameter; a process without a part adds zeros."""
        from accelerate.utils import reduce

        for parameter in self.network.parameters():
            if parameter.requires_grad:
                grad = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
                parameter.grad = reduce(grad, reduction="sum")

    def _kept(self) -> dict[str, Tensor]:
        """The weights that would be kept now."""
        return self.average.weights if self.average else self.network.state_dict()

    def _score(self, done: int) -> dict[str, float]:
        current = {name: value.clone() for name, value in self.network.state_dict().items()} if self.average else None
        self.network.load_state_dict(self._kept())
        self.network.eval()
        scores = dict(self.task.score() or {})
        if current is not None:
            self.network.load_state_dict(current)
        if not scores:
            return {}
        self.at.history.append({"step": float(done), **{name: round(value, 4) for name, value in scores.items()}})
        percent = {name: value if name == "loss" else 100 * value for name, value in scores.items()}
        self._tell(ProgressEvent("score", f"held-out documents after step {done}", done, len(self.task.steps), values=percent))
        self.at.stale += 1
        if scores["mean"] >= self.at.best:
            self.at.best, self.at.stale = scores["mean"], 0
            self._write(checkpoint.BEST, {"network": self._kept(), "step": done})
        return scores

    def _save(self) -> None:
        at = {name: getattr(self.at, name) for name in Progressed.__slots__}
        state: dict[str, Any] = {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(), "at": at}
        if self.average:
            state["average"] = self.average.weights
        self._write(checkpoint.LAST, state)

    def _write(self, name: str, state: dict[str, Any]) -> None:
        if self.state.is_main_process:
            checkpoint.save(self.folder / name, {"fingerprint": self.task.fingerprint, **state})
        self.state.wait_for_everyone()

    def _end(self) -> dict[str, Any]:
        best = checkpoint.load(self.folder / checkpoint.BEST, self.task.fingerprint)
        self.network.load_state_dict(best["network"] if best else self._kept())
        self.network.to("cpu").eval()
        return {
            "steps": self.at.step,
            "pieces": sum(self.task.sizes[: self.at.step]),
            "kept_step": best["step"] if best else self.at.step,
            "seconds": round(self.at.seconds),
            "held_out_scores": self.at.history,
        }

    def _tell(self, event: ProgressEvent) -> None:
        if self.state.is_main_process:
            self.progress(event)


def _score_steps(steps: int, recipe: Recipe) -> set[int]:
    first = recipe.score_from
    shares = [first + (1 - first) * k / (recipe.scores - 1) for k in range(recipe.scores)] if recipe.scores > 1 else [1.0]
    return {max(1, round(share * steps)) for share in shares}
