"""The root of every error that biorelay raises, and the errors of the model runtime.

Each error says what the delivery policy must do with the message that met it (`action`)
and carries a stable `code`, which also travels in dead-letter headers and metric labels.
"""

from enum import StrEnum
from typing import ClassVar


class Action(StrEnum):
    """What to do with the message or command that met the error."""

    RETRY = "retry"  # the neighbour is away: wait and try again, never dead-letter
    DEAD_LETTER = "dead-letter"  # this input will never work: set it aside, go on with the next
    STOP = "stop"  # this process is set up wrongly: stop with one clear line


class BiorelayError(Exception):
    """Base of all errors.

    `str(error)` is one sentence that names the thing that is wrong;
    `remedy`, where there is one, is a second sentence that says how to mend it;
    `limit`, where there is one, is the setting whose limit was passed.
    """

    code: ClassVar[str] = "error"
    action: ClassVar[Action] = Action.STOP

    def __init__(self, message: str, *, remedy: str | None = None, limit: str | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.limit = limit


class ArtefactError(BiorelayError):
    """A model or vocabulary artefact is missing, altered or of a shape this version cannot run."""

    code = "artefact.unusable"


class ArtefactMissing(ArtefactError):
    """No artefact of that name or at that path."""

    code = "artefact.missing"


class ArtefactCorrupt(ArtefactError):
    """A file of the artefact does not have the sha256 that its manifest states."""

    code = "artefact.corrupt"


class GuidelineUnknown(BiorelayError):
    """The settings name a corpus whose way to mark mentions the model did not learn."""

    code = "model.guideline-unknown"


class RuntimeUnavailable(BiorelayError):
    """onnxruntime is not installed, or lacks the execution provider that the settings ask for."""

    code = "runtime.unavailable"


class DeviceFailed(BiorelayError):
    """A GPU that answered before does not any more: the process must start anew, its documents are not to blame."""

    code = "runtime.device-failed"


class TextTooLong(BiorelayError):
    """A text is longer than the limit of the settings."""

    code = "text.too-long"
    action = Action.DEAD_LETTER
