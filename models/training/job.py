"""The training job: a recipe of any kind in, what it makes out."""

from pathlib import Path

from models.training.errors import RecipeError
from models.training.kinds import job
from models.training.progress import Progress, silent
from models.training.recipe import read_recipe, with_encoder


def run(recipe: Path, data: Path, out: Path, *, encoder: str | None = None, resume: bool = True, progress: Progress = silent) -> Path:
    """Train a recipe and write what it makes to `out/<name>/<version>`; that folder. `encoder`: as `with_encoder` takes it.

    Checkpoints lie in `out/<name>/<version>.run`; a run that was killed goes on there, and one that is complete
    only exports. With `resume=False` it begins anew. Raises `RecipeError`, `CorpusMissing`, `LeakedDocument`,
    `LicenceNotAllowed`, `WeightsMissing`, `OtherRun`.
    """
    plan = read_recipe(recipe)
    if encoder:
        plan = with_encoder(plan, encoder)
    folder: Path = job(plan.kind).run(plan, recipe, data, out, resume=resume, progress=progress)
    return folder


def export(recipe: Path, data: Path, out: Path, *, progress: Progress = silent) -> Path:
    """Write what the best weights so far make, of a run that is under way, stopped or complete.

    Raises `OtherRun` where there is no such run, `RecipeError` for a kind that exports only at its end, and as `run` does.
    """
    plan = read_recipe(recipe)
    module = job(plan.kind)
    if not hasattr(module, "export"):
        raise RecipeError(f"{recipe}: a recipe of kind {plan.kind} is exported by its run alone", remedy="Use `biorelay train`.")
    folder: Path = module.export(plan, recipe, data, out, progress=progress)
    return folder
