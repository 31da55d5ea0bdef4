"""The errors of the front doors themselves: settings and arguments that cannot be used."""

from models.runtime.errors import BiorelayError


class SettingsError(BiorelayError):
    """A setting has a value that cannot be used; names the variable or the file that holds it."""

    code = "settings.invalid"


class TrainingUnavailable(BiorelayError):
    """The libraries that train and evaluate are not installed; serving needs none of them."""

    code = "training.unavailable"


class DemoStalled(BiorelayError):
    """The demonstration came to a halt."""

    code = "demo.stalled"


class BadInput(BiorelayError):
    """A command was given something it cannot use: a name that is not there, a file that does not exist."""

    code = "input.unusable"
