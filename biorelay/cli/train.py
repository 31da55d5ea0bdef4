"""`biorelay train`: the training job; it needs the training libraries."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli.state import settings_of
from biorelay.cli.training_parts import training_parts

if TYPE_CHECKING:
    from models.training.progress import ProgressEvent

PLAIN_EVERY_S = 30.0

NEXT = {
    "assertion": "its scores are in {folder}/manifest.json",
    "joint": "try `biorelay models verify {folder}`, or set BIORELAY_MODEL={folder}",
    "links": "rank what an entity may be joined to by it: biorelay graph discover open NAME --links {folder}",
    "pairwise": "let it judge relations with `biorelay extract --sibling {folder}`",
    "pretrain": 'a recipe of the same output folder begins with it by start = "{start}" under [encoder]',
    "prune": 'a recipe of the same output folder begins with it by start = "{start}" under [encoder]',
    "sentence": "its scores are in {folder}/manifest.json",
}
"""What can be done with what each kind makes."""

Data = Annotated[Path, typer.Option("--data", metavar="FOLDER", envvar="BIORELAY_DATA", help="The corpora's folder.")]


def train(
    ctx: typer.Context,
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE.toml", help="A recipe's file, or the name of a shipped one: relay-mini.")],
    data: Data,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT", help="Where name/version goes. Default: models in the data folder.")
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            "--encoder", metavar="FOLDER|NAME", help="Another encoder in the recipe's place: a folder, or a hub's name. For research."
        ),
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Begin anew instead of going on with a run that was stopped.")] = False,
) -> None:
    """Train a model as a recipe says, and write its artefact.

    A run that was killed goes on from its last checkpoint. The same recipe and data give the same model on the same kind of machine.

    \b
    Examples:
      biorelay train relay-mini --data ../shared/data
      biorelay train my-recipe.toml --data corpora -o my-models
      biorelay train relay-mini --encoder allenai/scibert_scivocab_uncased --data ../shared/data
    """
    from biorelay.cli.console import say

    place = output or settings_of(ctx).data_dir / "models"
    path = _recipe(recipe)
    with training_parts("train", "torch", "transformers", "optimum", "onnx"):
        from models.training.job import run
        from models.training.recipe import read_recipe

        with drawn() as told:
            folder = run(path, data, place, encoder=encoder, resume=not anew, progress=told)
        plan = read_recipe(path)
    say(f"{plan.name} {plan.version} is in {folder}: {NEXT[plan.kind].format(folder=folder, start=f'{plan.name}/{plan.version}')}")


def _recipe(named: Path) -> Path:
    """The file, or the shipped recipe of that name."""
    import models.training

    shipped = Path(models.training.__file__).with_name("recipes") / f"{named.name.removesuffix('.toml')}.toml"
    return shipped if not named.exists() and named.parent == Path() and shipped.is_file() else named


@contextmanager
def drawn() -> "Iterator[Callable[[ProgressEvent], None]]":
    """Shows the events of a training job: bars on a terminal, lines elsewhere."""
    from biorelay.cli.console import err

    if not err().is_terminal:
        yield _Lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[facts]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err()) as bar:
        tasks: dict[str, Any] = {}

        def told(event: "ProgressEvent") -> None:
            if event.phase not in tasks:
                tasks[event.phase] = bar.add_task(event.phase, total=None, facts="")
            bar.update(tasks[event.phase], completed=event.done, total=event.total or None, description=event.phase, facts=_facts(event))

        yield told


class _Lines:
    """For a log: a line when a phase begins or a score is told, and now and then in between."""

    def __init__(self) -> None:
        self._phase = ""
        self._last = 0.0

    def __call__(self, event: "ProgressEvent") -> None:
        from biorelay.cli.console import say

        now = time.monotonic()
        if event.phase == self._phase and event.phase != "score" and now - self._last < PLAIN_EVERY_S:
            return
        self._phase, self._last = event.phase, now
        say(f"{event.phase}: {f'{event.done}/{event.total} ' if event.total else ''}{_facts(event)}")


def _facts(event: "ProgressEvent") -> str:
    said = [event.message] if event.message else []
    said += [f"{name} {value:.3g}" for name, value in event.values.items()]
    if event.tokens_per_second is not None:
        said.append(f"{event.tokens_per_second:,.0f} tokens/s")
    if event.remaining is not None:
        said.append(f"{event.remaining / 60:.0f} min left")
    return ", ".join(said)
