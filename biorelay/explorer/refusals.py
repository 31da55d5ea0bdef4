"""Errors of the explorer: requests that it does not answer, each with the HTTP status that says so."""

from http import HTTPStatus
from typing import ClassVar

from models.runtime.errors import Action, BiorelayError


class ExplorerError(BiorelayError):
    """Base of everything that the explorer itself refuses."""

    code = "explorer.error"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: str, *, remedy: str | None = None, limit: str | None = None, after: float | None = None) -> None:
        """`after` is in how many seconds it may be asked again."""
        super().__init__(message, remedy=remedy, limit=limit)
        self.after = after


class BadRequest(ExplorerError):
    """A parameter or a body that cannot be used."""

    code = "explorer.bad-request"


class BodyTooLarge(ExplorerError):
    """A body of more bytes than are taken."""

    code = "explorer.body-too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Busy(ExplorerError):
    """As much is running as may run at once."""

    code = "explorer.busy"
    action = Action.RETRY
    status = HTTPStatus.SERVICE_UNAVAILABLE


class ForeignHost(ExplorerError):
    """The request names a host that the service is not called by: another site's page may have sent it (DNS rebinding)."""

    code = "explorer.foreign-host"
    status = HTTPStatus.MISDIRECTED_REQUEST


class TooManyRequests(ExplorerError):
    """A client asks more often than it may."""

    code = "explorer.too-many-requests"
    action = Action.RETRY
    status = HTTPStatus.TOO_MANY_REQUESTS


class TooSlow(ExplorerError):
    """The answer took longer than an answer may."""

    code = "explorer.too-slow"
    action = Action.RETRY
    status = HTTPStatus.GATEWAY_TIMEOUT


class UnknownView(ExplorerError):
    """There is no stored view of this name."""

    code = "explorer.unknown-view"
    status = HTTPStatus.NOT_FOUND
