"""The training job: a recipe in, an artefact out. Only this package, `corpora` and `evaluation` may import torch, and they do so late."""

from models.training.job import export, run
from models.training.progress import Progress, ProgressEvent
from models.training.recipe import Recipe, read_recipe

__all__ = ["Progress", "ProgressEvent", "Recipe", "export", "read_recipe", "run"]
