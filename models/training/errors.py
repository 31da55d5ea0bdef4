"""Errors of the training job."""

from models.runtime.errors import BiorelayError


class RecipeError(BiorelayError):
    """A recipe cannot be read, or asks for something that does not exist."""

    code = "training.recipe"


class WeightsMissing(BiorelayError):
    """The pretrained encoder that the recipe names is not installed."""

    code = "training.weights-missing"


class WeightsUnusable(BiorelayError):
    """Files of a pretrained encoder are not what they should be, or of a family that this version does not know."""

    code = "training.weights-unusable"


class PrecisionLost(BiorelayError):
    """A quantised model is worse than its fp32 original by more than the recipe allows."""

    code = "training.precision-lost"


class OtherRun(BiorelayError):
    """The output folder holds checkpoints of another recipe, or of other data."""

    code = "training.other-run"


class TargetsUnusable(BiorelayError):
    """A file of soft labels cannot be read, or holds those of other labels."""

    code = "training.targets-unusable"
