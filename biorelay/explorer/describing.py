"""The API's description (OpenAPI 3.1): tags, errors as problem details, and the file in the documentation.

`python -m biorelay.explorer > docs/openapi.json` writes the file anew; a test keeps it current.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from biorelay.explorer.problems import MEDIA_TYPE, Problem

TAGS: list[dict[str, Any]] = [
    {"name": "entities", "description": "Search, an entity's card, and what is beside it."},
    {"name": "edges", "description": "Relations, the sentences behind them, how sure they are, what is disputed and what changed."},
    {"name": "papers", "description": "How articles stand, and what they state."},
    {"name": "discovery", "description": "What is joined and not stated: open and closed discovery, ways, verification."},
    {"name": "network", "description": "Parts of the graph for drawing and downloading; stored views."},
    {"name": "questions", "description": "Standing questions, and what newly answers them."},
    {"name": "extraction", "description": "What the models find in an abstract."},
    {"name": "graph", "description": "How much the graph holds, and what answers."},
    {"name": "service", "description": "Health and metrics."},
    {"name": "trapi", "description": "The graph as a knowledge provider of the Biomedical Translator."},
]
RESPONSES: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "The graph has no such entity, article or view."},
    422: {"model": Problem, "description": "A parameter that cannot be used."},
    429: {"model": Problem, "description": "More requests than one client may send; Retry-After says when to ask again."},
    503: {"model": Problem, "description": "A neighbour is away, or as much runs as may; Retry-After says when to ask again."},
    504: {"model": Problem, "description": "The answer takes too long."},
}
"""The errors that every question may end with."""
_REPLACED = ("HTTPValidationError", "ValidationError")


def described(app: FastAPI) -> dict[str, Any]:
    """The description, whatever the service's address."""
    found = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes, tags=app.openapi_tags, license_info=app.license_info
    )
    for name, path in found["paths"].items():
        for operation in () if name.startswith("/trapi") else path.values():  # which tells its errors as TRAPI has them
            for status, response in operation.get("responses", {}).items():
                if status.isdigit() and int(status) >= HTTPStatus.BAD_REQUEST and "content" in response:
                    response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    schemas = found.get("components", {}).get("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    return found
