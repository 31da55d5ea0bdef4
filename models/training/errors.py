"""Errors of the training job."""

from models.runtime.errors import BiorelayError


class RecipeError(BiorelayError):
    """A recipe cannot be read, or asks for something that does not exist."""

    code = "training.recipe"


class WeightsMissing(BiorelayError):
    """The pretrained encoder that the recipe names is not installed."""

    code = "training.weights-missing"


class OtherRun(BiorelayError):
    """The output folder holds checkpoints of another recipe, or of other data."""

    code = "training.other-run"
