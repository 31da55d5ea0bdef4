"""What can be wrong with a source that is followed."""

from models.runtime.errors import Action, BiorelayError


class SourcingError(BiorelayError):
    """A source cannot be followed any further for now; what was published stays published."""

    code = "sourcing.error"


class HostAway(SourcingError):
    """The host does not answer, answers that it is busy, or sends too slowly. `wait`: seconds that it asked for, None where it did not."""

    code = "sourcing.away"
    action = Action.RETRY

    def __init__(self, message: str, *, remedy: str | None = None, wait: float | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.wait = wait


class HostRefuses(SourcingError):
    """The host refuses the request, cannot be trusted, sends elsewhere, or answers what cannot be an answer."""

    code = "sourcing.refused"


class FileMissing(SourcingError):
    """A file that comes next in order is not there."""

    code = "sourcing.missing"


class FileDamaged(SourcingError):
    """A file is not what its md5 says, however often it is fetched, or its content breaks off."""

    code = "sourcing.damaged"


class StateUnusable(SourcingError):
    """How far a source was followed cannot be read, or another process follows it."""

    code = "sourcing.state"
