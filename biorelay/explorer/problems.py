"""Errors as problem details (RFC 9457): one JSON form for whatever goes wrong, with our stable code and how to mend it."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from biorelay.explorer.refusals import ExplorerError
from biorelay.masking import mask
from models.runtime.errors import Action, BiorelayError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
LONGEST = 500
"""Characters of a sentence that may quote what was asked."""
SOON = 5.0
"""Seconds after which a neighbour that is away may be asked again."""
STATUSES: Mapping[str, HTTPStatus] = {
    "graph.bad-query": HTTPStatus.UNPROCESSABLE_ENTITY,
    "graph.timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "graph.unknown-article": HTTPStatus.NOT_FOUND,
    "graph.unknown-entity": HTTPStatus.NOT_FOUND,
    "graph.unknown-source": HTTPStatus.NOT_FOUND,
    "input.unusable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "text.too-long": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
"""By the codes of the lower floors that are the caller's to mend; every other is 503: the service lacks what it needs."""


class Problem(BaseModel):
    """What went wrong (RFC 9457). `code` is stable, and `remedy` says how to mend it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    remedy: str | None = None


def status_of(error: BiorelayError) -> HTTPStatus:
    """The HTTP status that says the same as an error of ours."""
    return error.status if isinstance(error, ExplorerError) else STATUSES.get(error.code, HTTPStatus.SERVICE_UNAVAILABLE)


def problem_of(error: BiorelayError) -> Problem:
    """An error of ours as a problem, without logins."""
    return _problem(status_of(error), mask(str(error)), error.code, mask(error.remedy) if error.remedy else None)


def response_to(error: BiorelayError) -> JSONResponse:
    """The response to a request that failed so, with Retry-After where waiting helps."""
    after = error.after if isinstance(error, ExplorerError) else None
    if after is None and error.action is Action.RETRY:
        after = SOON
    return _response(problem_of(error), {"Retry-After": str(max(round(after), 1))} if after is not None else {})


def install(app: FastAPI) -> None:
    """Let an application answer whatever goes wrong as a problem."""
    app.add_exception_handler(BiorelayError, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BiorelayError)  # noqa: S101
    return response_to(error)


async def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    """Of the framework: no such path, no such method, no JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101
    status = HTTPStatus(error.status_code)
    what = "explorer.not-found" if status is HTTPStatus.NOT_FOUND else "explorer.bad-request"
    return _response(_problem(status, str(error.detail), what, "See /docs for what can be asked."), error.headers or {})


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    """Of pydantic: the first parameter that cannot be used, and why."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first: Any = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    said = f"{place}: {first['msg'].removeprefix('Value error, ')}"
    return _response(_problem(HTTPStatus.UNPROCESSABLE_ENTITY, said, "explorer.bad-request", "See /docs for what can be asked."), {})


async def _on_unexpected(_: Request, error: Exception) -> JSONResponse:
    """Nothing of the inside is told; the server logs the stack trace."""
    said = f"unexpected {type(error).__name__}"
    return _response(_problem(HTTPStatus.INTERNAL_SERVER_ERROR, said, "explorer.unexpected", "The service's log has the rest."), {})


def _problem(status: HTTPStatus, detail: str, code: str, remedy: str | None) -> Problem:
    detail = detail[:LONGEST].encode("utf-8", "backslashreplace").decode()
    remedy = remedy and remedy[:LONGEST].encode("utf-8", "backslashreplace").decode()
    return Problem(title=status.phrase, status=status, detail=detail, code=code, remedy=remedy)


def _response(problem: Problem, headers: Mapping[str, str]) -> JSONResponse:
    return JSONResponse(problem.model_dump(mode="json"), problem.status, dict(headers), MEDIA_TYPE)
