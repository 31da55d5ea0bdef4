"""The training loop on a task of its own: a network that learns a plane."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.torch, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]

ROOT = Path(__file__).parents[3]
RECIPE = """
schema = "biorelay.recipe/1"
kind = "pretrain"
name = "plane"
version = "1"
checkpoints = 4
score_from = 0.25
scores = 4
abstracts = []
corpora = []
passes = 1
[encoder]
package = "none"
folder = "none"
licence = "MIT"
[optimiser]
encoder_rate = 0.05
head_rate = 0.05
"""


def recipe(tmp_path: Path, more: str = "", top: str = "") -> Any:
    from models.training import read_recipe

    path = tmp_path / "plane.toml"
    path.write_text(RECIPE.replace("checkpoints = 4", f"checkpoints = 4\n{top}") + more, encoding="utf-8")
    return read_recipe(path)


class Plane:
    """y = Wx, over 40 steps of 8 points; a part is a list of points, and losses are sums over them."""

    def __init__(self, scores: Sequence[float] = ()) -> None:
        import torch

        torch.manual_seed(1)
        self.network = torch.nn.Module()
        self.network.encoder = torch.nn.Module()
        self.network.encoder.bert = torch.nn.Linear(3, 3)
        self.network.head = torch.nn.Linear(3, 1)
        self.points = torch.randn(40, 8, 3, generator=torch.Generator().manual_seed(2))
        self.steps = [list(range(8))] * 40
        self.sizes = [8] * 40
        self.fingerprint = "plane"
        self.scored = 0
        self._scores = scores

    def parts(self, step: int, n: int) -> Sequence[tuple[int, list[int]]]:
        return [(step, list(range(k, 8, n))) for k in range(n)]

    def learn(self, part: tuple[int, list[int]], seed: int) -> Mapping[str, Any]:
        import torch

        step, rows = part
        x = self.points[step][rows]
        y = x @ torch.tensor([1.0, -2.0, 0.5])
        loss = ((self.network.head(self.network.encoder.bert(x)).squeeze(1) - y) ** 2).sum() / 8
        loss.backward()
        return {"square": loss.detach()}

    def score(self) -> Mapping[str, float] | None:
        if not self._scores:
            return None
        self.scored += 1
        return {"mean": self._scores[self.scored - 1]}


def run(task: Plane, plan: Any, folder: Path, *, resume: bool = True) -> dict[str, object]:
    from models.training.engine import train

    return train(task, plan, folder, resume=resume, progress=lambda event: None)


def test_it_learns_and_tells(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    history = run(Plane(), recipe(tmp_path), tmp_path / "run")
    assert history["steps"] == history["kept_step"] == 40
    events = EventAccumulator(str(tmp_path / "run" / "events")).Reload()
    losses = [event.value for event in events.Scalars("square")]
    assert [event.step for event in events.Scalars("square")] == [20, 40]
    assert losses[1] < losses[0]
    assert {"rate", "tokens_per_second"} <= set(events.Tags()["scalars"])


def test_the_best_weights_are_kept(tmp_path: Path) -> None:
    task = Plane(scores=[0.1, 0.9, 0.5, 0.2])
    history = run(task, recipe(tmp_path), tmp_path / "run")
    assert history["kept_step"] == 20
    assert [entry["mean"] for entry in history["held_out_scores"]] == [0.1, 0.9, 0.5, 0.2]


def test_early_stopping(tmp_path: Path) -> None:
    task = Plane(scores=[0.9, 0.5, 0.4, 0.3])
    history = run(task, recipe(tmp_path, top="patience = 2"), tmp_path / "run")
    assert task.scored == 3
    assert history["steps"] == 30
    assert history["kept_step"] == 10


def test_the_average_is_kept_and_survives_a_stop(tmp_path: Path) -> None:
    import torch

    plan = recipe(tmp_path, "ema = 0.9\n")
    whole = Plane()
    run(whole, plan, tmp_path / "whole")

    class Stopped(Exception):
        pass

    stopping = Plane()
    learn = stopping.learn

    def until_25(part: tuple[int, list[int]], seed: int) -> Mapping[str, Any]:
        if part[0] == 25:
            raise Stopped
        return learn(part, seed)

    stopping.learn = until_25
    with pytest.raises(Stopped):
        run(stopping, plan, tmp_path / "stopped")
    resumed = Plane()
    run(resumed, plan, tmp_path / "stopped")
    plain = Plane()
    run(plain, recipe(tmp_path), tmp_path / "plain")
    weights = [task.network.head.weight for task in (whole, resumed, plain)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_rates_fall_from_layer_to_layer() -> None:
    import torch

    from models.training.optimiser import adamw, set_rate
    from models.training.recipe import Optimiser

    network = torch.nn.Module()
    network.encoder = torch.nn.Module()
    network.encoder.bert = torch.nn.Module()
    network.encoder.bert.embeddings = torch.nn.Linear(2, 2, bias=False)
    network.encoder.bert.layer = torch.nn.ModuleList(torch.nn.Linear(2, 2, bias=False) for _ in range(3))
    network.head = torch.nn.Linear(2, 2)
    part = Optimiser(encoder_rate=0.08, head_rate=0.5, layer_decay=0.5, warm_up=0.1, schedule="cosine")
    optimiser = adamw(network, part)
    peaks = {id(p): group["peak"] for group in optimiser.param_groups for p in group["params"]}
    assert [peaks[id(layer.weight)] for layer in network.encoder.bert.layer] == pytest.approx([0.02, 0.04, 0.08])
    assert peaks[id(network.encoder.bert.embeddings.weight)] == pytest.approx(0.01)
    assert peaks[id(network.head.bias)] == 0.5
    shares = []
    for step in range(100):
        set_rate(optimiser, part, step, 100)
        shares.append(optimiser.param_groups[0]["lr"] / optimiser.param_groups[0]["peak"])
    assert shares[:2] == pytest.approx([0.1, 0.2])
    assert max(shares) == pytest.approx(1.0)
    assert shares[55] == pytest.approx(0.5)
    assert shares[99] < 0.001


@pytest.mark.slow
def test_two_processes_learn_what_one_does(tmp_path: Path) -> None:
    import torch

    one = Plane()
    run(one, recipe(tmp_path), tmp_path / "one")
    code = (
        "import sys; from pathlib import Path; from accelerate import PartialState; PartialState(cpu=True);"
        "from tests.models.training.test_engine import Plane, recipe, run;"
        "run(Plane(), recipe(Path(sys.argv[1])), Path(sys.argv[1]) / 'two')"
    )
    (tmp_path / "job.py").write_text(code, encoding="utf-8")
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(tmp_path / "job.py"), str(tmp_path)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    weights = [torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["network"] for name in ("one", "two")]
    for name, value in weights[0].items():
        assert torch.allclose(value, weights[1][name], atol=1e-5), name
