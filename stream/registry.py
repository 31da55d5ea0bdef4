"""A Confluent-compatible schema registry: registers the records' JSON Schemas, so that values can be framed with their numbers.

One request for each topic, when a producer opens: `POST /subjects/TOPIC-value/versions` (the TopicNameStrategy that Confluent's own
serializers take unless told otherwise). A schema that is there already keeps its number. Confluent's Python client would bring a
dozen packages for this one request (docs/decisions/0003-contracts.md).

https://docs.confluent.io/platform/current/schema-registry/develop/api.html
"""

import asyncio
import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from processors.records import Record
from processors.schemas import json_schema

from .contracts import RECORD
from .errors import RegistryRefused, RegistryUnreachable
from .framing import PLAIN, Framing
from .settings import Registry, StreamSettings
from .tls import tls_context
from .topics import Topic

_MEDIA_TYPE: Final = "application/vnd.schemaregistry.v1+json"
_ANSWER_BYTES: Final = 1 << 20
_PAUSE: Final = 0.5


async def framing_of(settings: StreamSettings, topics: Iterable[Topic], patience: float | None = None) -> Framing:
    """How these topics' values are written: plain where no registry is configured, framed with the registered schemas elsewhere.

    Waits `patience` seconds for the registry (`broker_timeout` where not given).
    Raises `RegistryUnreachable` after that, `RegistryRefused` at once.
    """
    registry = settings.registry
    if registry is None:
        return PLAIN
    deadline = time.monotonic() + (settings.broker_timeout if patience is None else patience)
    ids = {}
    for topic in topics:
        while topic not in ids:
            left = deadline - time.monotonic()
            try:
                subject = subject_of(topic.named(settings.prefix))
                ids[topic] = await asyncio.to_thread(_register, registry, subject, RECORD[topic], max(left, 1.0))
            except RegistryUnreachable:
                if left < _PAUSE:
                    raise
                await asyncio.sleep(_PAUSE)
    return Framing(ids)


def subject_of(topic: str) -> str:
    """Confluent's TopicNameStrategy, for values."""
    return f"{topic}-value"


def registered_schema(record: type[Record]) -> dict[str, Any]:
    """The record's JSON Schema as it is registered: in draft 7, with closed objects.

    Not every registry compares schemas of draft 2020-12 (Apicurio 2 answers with an error); the records use nothing that draft 7
    lacks. What biorelay writes holds no other fields, and a registry lets a schema gain fields under its rule BACKWARD only where
    objects are closed: in an open one, an older value might have used the new field's name for something else.
    """
    schema: dict[str, Any] = json.loads(json.dumps(json_schema(record)).replace('"#/$defs/', '"#/definitions/'))
    parts: dict[str, Any] = schema.pop("$defs", {})
    for part in [schema, *parts.values()]:
        if part.get("type") == "object":
            part["additionalProperties"] = False
    return schema | {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": parts}


def _register(registry: Registry, subject: str, record: type[Record], timeout: float) -> int:
    url = f"{registry.url.rstrip('/')}/subjects/{quote(subject, safe='')}/versions"
    body = json.dumps({"schemaType": "JSON", "schema": json.dumps(registered_schema(record))}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": _MEDIA_TYPE, "Accept": f"{_MEDIA_TYPE}, application/json"})  # noqa: S310  the settings allow http and https only
    if registry.username is not None:
        login = f"{registry.username}:{registry.password or ''}".encode()
        request.add_unredirected_header("Authorization", f"Basic {base64.b64encode(login).decode()}")
    context = tls_context(registry.ca_file) if url.startswith("https:") else None
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:  # noqa: S310
            return _id_in(answer.read(_ANSWER_BYTES), registry.url)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error.code, error.read(_ANSWER_BYTES), registry.url, subject) from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise RegistryUnreachable(
            f"the schema registry at {registry.url} does not answer ({reason})",
            remedy="Check registry.url, or leave it empty to write plain JSON.",
        ) from error


def _id_in(answer: bytes, url: str) -> int:
    try:
        number = json.loads(answer)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        number = None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 1 << 32:
        raise RegistryRefused(
            f"{url} answers, but not as a schema registry does",
            remedy="Name the address that clients use; Apicurio's ends in /apis/ccompat/v7.",
        )
    return number


def _refusal(status: int, answer: bytes, url: str, subject: str) -> RegistryRefused | RegistryUnreachable:
    try:
        said = str(json.loads(answer)["message"])[:300]
    except (ValueError, KeyError, TypeError, RecursionError):
        said = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    told = f"the schema registry at {url} refuses {subject}: {status} {said}"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return RegistryRefused(told, remedy="Check registry.username and registry.password, and what the login may do.")
    if status == HTTPStatus.CONFLICT:
        remedy = "The subject holds another schema or has a stricter rule: set its compatibility to BACKWARD, or use another prefix."
        return RegistryRefused(told, remedy=remedy)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return RegistryUnreachable(told, remedy="Try again, or look at the registry's log.")
    return RegistryRefused(told, remedy="Check registry.url; Apicurio's ends in /apis/ccompat/v7.")
