"""The routes under /trapi: query, meta_knowledge_graph, asyncquery (not implemented, and said so) and their own OpenAPI document.

Whatever goes wrong is told as a TRAPI response: `status` is one of TRAPI's short codes, `description` a sentence with the remedy.
"""

import asyncio
import json
import logging
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from pydantic_core import from_json

from biorelay.explorer.state import Shared, State
from biorelay.masking import mask
from biorelay.translator import knowledge, meta
from biorelay.translator.answering import RESULTS, Answering
from biorelay.translator.messages import TRAPI, Json, Query, Response
from biorelay.translator.plan import Log, Refused, identifiers, plan_of
from models.runtime.errors import Action, BiorelayError

log = logging.getLogger(__name__)

BODY: Final = 1_000_000
"""Bytes of a query."""
DEEPEST: Final = 64
"""Levels of a query's JSON."""
SECONDS: Final = 30.0
"""The longest that an answer takes, unless `serve.request_s` is less."""
SHOWN: Final = 10
"""Faults of a query that are told."""

router = APIRouter(prefix="/trapi", tags=["trapi"])

Version = Annotated[str, Path(pattern=r"^1\.[56]$", description="TRAPI's version: 1.5 or 1.6.")]
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Response, "description": "No TRAPI query, or one that cannot be traversed."},
    413: {"model": Response, "description": "More bytes or ids than are taken."},
    429: {"description": "Asked too often."},
    500: {"model": Response, "description": "The service failed."},
    501: {"model": Response, "description": "A query that is not answered here."},
    503: {"model": Response, "description": "The graph is away."},
    504: {"model": Response, "description": "The answer took too long."},
}


def _inlined(schema: Json) -> Json:
    """A JSON Schema without references: OpenAPI looks for those in the document's own components."""
    kinds = schema.get("$defs", {})

    def put(value: Any) -> Any:
        if isinstance(value, list):
            return [put(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return put(kinds[value["$ref"].rpartition("/")[2]])
        return {name: put(one) for name, one in value.items() if name != "$defs"}

    found: Json = put(schema)
    return found


_BODY: Final = {"requestBody": {"required": True, "content": {"application/json": {"schema": _inlined(Query.model_json_schema())}}}}


@router.post("/query", responses=_REFUSALS, response_model=Response, openapi_extra=_BODY, operation_id="query")
async def query(request: Request, shared: Shared) -> JSONResponse:
    """Answer a query graph of one or two edges, at least one node of which has ids (TRAPI 1.6; docs/translator.md)."""
    return await _answer(request, shared, TRAPI)


@router.post("/{version}/query", include_in_schema=False)
async def versioned_query(request: Request, shared: Shared, version: Version) -> JSONResponse:
    """`query` for clients that name the version."""
    return await _answer(request, shared, f"{version}.0")


@router.get("/meta_knowledge_graph", operation_id="meta_knowledge_graph")
async def meta_knowledge_graph(shared: Shared) -> JSONResponse:
    """What can be asked: categories with their identifiers' prefixes, and the triples that the model can state."""
    return JSONResponse(await asyncio.to_thread(meta.meta_knowledge_graph, shared.settings.model))


@router.get("/{version}/meta_knowledge_graph", include_in_schema=False)
async def versioned_meta_knowledge_graph(shared: Shared, version: Version) -> JSONResponse:
    """`meta_knowledge_graph` for clients that name the version."""
    return await meta_knowledge_graph(shared)


@router.post("/asyncquery", status_code=HTTPStatus.NOT_IMPLEMENTED, response_model=Response, operation_id="asyncquery")
async def asyncquery() -> JSONResponse:
    """Not implemented: an answer takes seconds, use /query."""
    return _failed(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented", "asyncquery is not implemented; use /query, which answers at once")


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> JSONResponse:
    """The OpenAPI document of these routes alone, for Translator's registry."""
    return JSONResponse(document(request.scope.get("root_path", "")))


def document(root: str = "") -> Json:
    """OpenAPI of these routes with `x-trapi` and `x-translator`; `root` is the path under which a proxy offers the service."""
    from biorelay import __version__

    about = get_openapi(
        title="biorelay",
        version=__version__,
        description="Relations that PubMed abstracts state, with their sentences. Text-mined, for research use.",
        routes=router.routes,
        servers=[{"url": root or "/"}],
        tags=[{"name": "trapi"}, {"name": "translator"}],
    )
    about["info"] |= meta.EXTENSIONS | {"contact": {"name": "biorelay"}, "license": {"name": "Apache-2.0"}}
    return about


async def _answer(request: Request, shared: State, version: str) -> JSONResponse:
    try:
        read = _parsed(await _body(request))
        told = Query.model_validate(read)
        async with asyncio.timeout(min(SECONDS, shared.settings.serve.request_s)):
            return JSONResponse(await _answered(told, read["message"].get("query_graph"), shared, version))
    except ValidationError as error:
        return _failed(HTTPStatus.BAD_REQUEST, "InvalidQuery", _faults(error), version)
    except Refused as error:
        return _failed(error.status, error.code, str(error), version)
    except TimeoutError:
        text = "the answer took too long: ask for fewer ids, one edge, or edges of more evidence (biolink:evidence_count > 1)"
        return _failed(HTTPStatus.GATEWAY_TIMEOUT, "Timeout", text, version)
    except BiorelayError as error:
        return _broken(error, version)
    except Exception:
        log.exception("a TRAPI query failed")
        text = "the service failed; its log has the rest"
        return _failed(HTTPStatus.INTERNAL_SERVER_ERROR, "InternalError", text, version)


async def _answered(told: Query, asked: Any, shared: State, version: str) -> Json:
    notes = Log(told.log_level)
    plan = plan_of(told, notes, canonical=await _canonical(told, shared))
    answering = Answering(shared.store, plan, notes)
    answers = await answering.answers()
    said = await knowledge.sentences_of(shared.store, answers)
    graph = knowledge.knowledge_graph(answers, answering.entities, said)
    many = f"{len(answers)} result{'' if len(answers) == 1 else 's'}"
    notes.add("INFO", "Answered", f"{many}; subclasses of the ids were not looked at")
    return knowledge.response(
        asked,
        status="Success",
        description=f"Success. {many}." if len(answers) < RESULTS else f"Success. The {RESULTS} surest results.",
        logs=notes.entries,
        graph=graph,
        found=knowledge.results(plan, answers),
        version=version,
    )


async def _canonical(told: Query, shared: State) -> dict[str, str]:
    """Identifiers that stand for others by the vocabulary (OMIM's of what MeSH has too)."""
    asked = list(identifiers(told))
    vocabulary = await shared.vocabulary()
    return {one: canonical for one in asked if (canonical := vocabulary.canonical(one)) != one}


async def _body(request: Request) -> bytes:
    """The body, at most `BODY` bytes. Raises `Refused`."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY:
            text = f"a query has at most {BODY:,} bytes: leave knowledge_graph and results out of the message"
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "QueryTooLarge", text)
    return bytes(body)


def _parsed(body: bytes) -> Any:
    try:
        read = from_json(body, allow_inf_nan=False)
        json.dumps(read, allow_nan=False)  # a number past a float's range is read as infinity
    except (ValueError, RecursionError) as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "InvalidQuery", f"the body is no JSON: {str(error)[:200]}") from error
    if _depth(read) > DEEPEST:
        raise Refused(HTTPStatus.BAD_REQUEST, "InvalidQuery", f"the body is nested deeper than {DEEPEST} levels")
    return read


def _depth(value: Any) -> int:
    """How many levels a JSON value has; level by level, for its own depth is a stranger's."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        depth += 1
        level = [one for item in level for one in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())]
    return depth


def _faults(error: ValidationError) -> str:
    """What is wrong with a query, by place; nothing of its values."""
    faults = [f"{'.'.join(str(part)[:80] for part in one['loc']) or 'the body'}: {one['msg']}" for one in error.errors()[:SHOWN]]
    more = f"; and {error.error_count() - SHOWN} more" if error.error_count() > SHOWN else ""
    return "; ".join(faults) + more


def _broken(error: BiorelayError, version: str) -> JSONResponse:
    """What the graph could not answer."""
    status = {"graph.timeout": HTTPStatus.GATEWAY_TIMEOUT, "graph.bad-query": HTTPStatus.BAD_REQUEST}.get(error.code)
    code = "Timeout" if status is HTTPStatus.GATEWAY_TIMEOUT else "InvalidQuery" if status else "KPNotAvailable"
    text = mask(f"{error}{f' ({error.remedy})' if error.remedy else ''}")
    found = _failed(status or HTTPStatus.SERVICE_UNAVAILABLE, code, text, version)
    if error.action is Action.RETRY:
        found.headers["Retry-After"] = "5"
    return found


def _failed(status: HTTPStatus, code: str, text: str, version: str = TRAPI) -> JSONResponse:
    """A TRAPI response without an answer, nor the query graph, which may be none."""
    text = text.encode("utf-8", "backslashreplace").decode()
    notes = Log()
    notes.add("ERROR", code, text)
    return JSONResponse(knowledge.response(None, status=code, description=text, logs=notes.entries, version=version), status)
