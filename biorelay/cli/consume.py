"""`biorelay consume`: follow a topic."""

import asyncio
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli.options import AsJson, Once, Since, StopAfter
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from biorelay.following import Message
    from stream.settings import StreamSettings


class What(StrEnum):
    """The topics that can be followed."""

    ABSTRACTS = "abstracts"
    ENTITIES = "entities"
    RELATIONS = "relations"
    GRAPH_CHANGES = "graph-changes"
    DISCOVERIES = "discoveries"
    QUESTIONS = "questions"


def consume(
    ctx: typer.Context,
    topic: Annotated[What, typer.Argument(help="Which topic.")],
    since: Since = "beginning",
    limit: StopAfter = None,
    once: Once = False,
    as_json: AsJson = False,
) -> None:
    """Follow a topic.

    Shows what it holds, then what comes, until Ctrl-C. Joins no consumer group and commits nothing.

    \b
    Examples:
      biorelay consume relations
      biorelay consume relations --since 10m --once --json
      biorelay consume graph-changes --since now --limit 20
    """
    from biorelay.following import parse_since

    asyncio.run(_consume(settings_of(ctx).stream(), topic, parse_since(since), limit, once=once, as_json=as_json))


async def _consume(stream: "StreamSettings", topic: What, since: datetime | None, limit: int | None, *, once: bool, as_json: bool) -> None:
    import sys
    from contextlib import aclosing

    from biorelay.cli.console import emit
    from biorelay.following import follow
    from stream.topics import Topic

    seen = 0
    async with aclosing(follow(stream, Topic(topic.value), since, wait=not once)) as messages:
        async for message in messages:
            if as_json:
                emit(message.as_json())
            else:
                _show(topic, message)
            sys.stdout.flush()
            seen += 1
            if seen == limit:
                return


def _show(topic: What, message: "Message") -> None:
    from biorelay.cli.console import show

    place = f"{message.partition}:{message.offset}"
    if message.value is None:
        show(f"{message.key}  [{place}]  deleted", style="red")
        return
    try:
        headline, details = _headline(topic, message.value), _details(topic, message.value)
    except (AttributeError, KeyError, TypeError, ValueError):  # anybody may write to a topic, and what is shown is not checked whole
        show(f"{message.key}  [{place}]  not a record: {str(message.value)[:120]}", style="red")
        return
    show(f"{message.key}  [{place}]  {headline}", style="bold")
    for line in details:
        show(f"  {line}")


def _headline(topic: What, value: dict[str, Any]) -> str:
    if value.get("status") == "failed":
        return "failed: see `biorelay dead-letters list`"
    if topic is What.ABSTRACTS:
        return str(value.get("title", ""))
    if topic is What.ENTITIES:
        return f"{len(value.get('mentions', ()))} mentions in {len(value.get('sentences', ()))} sentences"
    if topic is What.RELATIONS:
        return f"{len(value.get('relations', ()))} relations: {value.get('article', {}).get('title', '')}"
    if topic is What.GRAPH_CHANGES:
        before, after = value.get("before", {}).get("papers"), value.get("after", {}).get("papers")
        return f"{value.get('kind')}: {value.get('subject')} {value.get('predicate')} {value.get('object')}, papers {before} -> {after}"
    if topic is What.DISCOVERIES:
        way = " - ".join(entity["name"] or entity["id"] for entity in value.get("entities", ()))
        return f"{value.get('kind', 'completed')}: {way}, score {value.get('score')}, by {value.get('document')}"
    return f"{value.get('start')} to {value.get('end') or '?'}"


def _details(topic: What, value: dict[str, Any]) -> list[str]:
    from biorelay.cli.wording import arrow

    if topic is What.RELATIONS:
        return [line for relation in value.get("relations", ()) for line in _relation(relation)]
    if topic is What.ENTITIES:
        names: dict[tuple[str, str], int] = {}
        for mention in value.get("mentions", ()):
            key = (mention["text"], f"{mention['type']} {', '.join(mention['identifiers'])}")
            names[key] = names.get(key, 0) + 1
        return [f"{text} ({kind}){f' x{count}' if count > 1 else ''}" for (text, kind), count in names.items()]
    if topic is What.DISCOVERIES:
        return [
            f"{arrow(step['subject'], step['predicate'], step['object'])}: {step['evidence']} ({step['document']})"
            for step in value["path"]
        ]
    return []


def _relation(relation: dict[str, Any]) -> list[str]:
    from biorelay.cli.wording import arrow

    head = arrow(relation["subject"]["name"], relation["predicate"], relation["object"]["name"])
    return [f"{head}  {relation['probability']:.2f}", f"    {relation['evidence']['text']}"]
