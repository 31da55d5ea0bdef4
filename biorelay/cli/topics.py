"""`biorelay topics`: create the topics, compare them with what they should be, mend what can be mended, register their schemas."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli.consume import What
from biorelay.cli.failure import FAILURE
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from stream.fitting import Difference
    from stream.topics import TopicState

app = typer.Typer(no_args_is_help=True, help="Create the topics, compare them with what they should be, register their schemas.")

DAY_MS = 24 * 60 * 60 * 1000


@app.command()
def create(
    ctx: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Also set what existing topics' settings lack.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create the topics that are missing, with the partitions, cleanup and limits that the settings say.

    Those that exist are left as they are, unless --fix is given: then cleanup, retention and limits are set anew where they fall short.
    Partitions are never added, for keys would move to others and a document's versions would lose their order;
    where they do not fit, the command fails and says what to do.

    \b
    Examples:
      biorelay topics create
      biorelay topics create --fix
      BIORELAY_TOPICS_PARTITIONS=12 biorelay topics create
    """
    from biorelay.cli.console import emit, say
    from stream.fitting import alter_topics, differences
    from stream.topics import create_topics, describe_topics

    settings = settings_of(ctx).stream()
    created = asyncio.run(create_topics(settings))
    altered = asyncio.run(alter_topics(settings)) if fix else []
    left = differences(asyncio.run(describe_topics(settings)), settings)
    if as_json:
        for name in created:
            emit({"created": name})
        for done in altered:
            emit({"altered": done.topic, "setting": done.what, "from": done.found, "to": done.wanted})
    else:
        say(f"created {', '.join(created)}" if created else f"all topics of {settings.prefix!r} are there already")
        for done in altered:
            say(f"{done.topic}: {done.what} was {done.found}, is {done.wanted}")
    for difference in left:
        say(f"{difference.topic}: {difference}", style="yellow")
        say(f"    {difference.mend}")


@app.command()
def describe(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the topics as they are, and what differs from what they should be, with the command that mends it.

    Exit code 1 where something is missing or differs.

    \b
    Examples:
      biorelay topics describe
      biorelay topics describe --json
    """
    from biorelay.cli.console import emit, say, show, table
    from stream.fitting import differences
    from stream.topics import describe_topics, names

    settings = settings_of(ctx).stream()
    states = {state.name: state for state in asyncio.run(describe_topics(settings))}
    wrong = differences(list(states.values()), settings)
    if as_json:
        for name in names(settings).values():
            emit(_as_json(name, states.get(name), [difference for difference in wrong if difference.topic == name]))
    else:
        rows = [_row(states[name], sum(d.topic == name for d in wrong)) for name in names(settings).values() if name in states]
        table(["topic", "partitions", "copies", "in sync", "cleanup", "keeps", "message", "fits"], rows)
        for difference in wrong:
            show(f"{difference.topic}: {difference}")
            show(f"    {difference.mend}")
    if wrong:
        say(f"{len(wrong)} thing{'' if len(wrong) == 1 else 's'} not as `biorelay topics create` makes them", style="yellow")
        raise typer.Exit(FAILURE)


@app.command()
def schema(
    ctx: typer.Context,
    topic: Annotated[What | None, typer.Argument(help="Whose record.", show_default=False)] = None,
    asyncapi: Annotated[bool, typer.Option("--asyncapi", help="The AsyncAPI document of all topics instead.")] = False,
) -> None:
    """Print the JSON Schema of a topic's record, or the AsyncAPI document of all topics: keys, headers, records, examples.

    Asks no broker.

    \b
    Examples:
      biorelay topics schema relations
      biorelay topics schema --asyncapi > asyncapi.json
    """
    import json
    import sys

    from biorelay.refusals import BadInput

    if (topic is None) is not asyncapi:
        raise BadInput("name a topic, or say --asyncapi", remedy="For example: biorelay topics schema relations.")
    if asyncapi:
        from stream.asyncapi import shipped

        found = shipped(settings_of(ctx).topics.prefix)
    else:
        from processors.schemas import json_schema
        from stream.contracts import RECORD
        from stream.topics import Topic

        assert topic is not None  # noqa: S101
        found = json_schema(RECORD[Topic(topic.value)])
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


@app.command()
def register(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Register the records' JSON Schemas with the schema registry, each under its topic's subject.

    Whoever writes records does so by itself at its start. Done before an upgrade, this tells whether the registry takes the new schemas
    while the old workers still run. A schema that is there already keeps its number. Asks no broker.

    \b
    Examples:
      BIORELAY_REGISTRY_URL=http://127.0.0.1:8081 biorelay topics register
      biorelay --set registry.url=https://registry.example.org topics register --json
    """
    from biorelay.cli.console import emit, say, show
    from biorelay.refusals import BadInput
    from stream.contracts import RECORD
    from stream.framing import schema_id
    from stream.registry import framing_of, subject_of

    settings = settings_of(ctx).stream()
    if settings.registry is None:
        raise BadInput(
            "no schema registry is configured", remedy="Set registry.url, or BIORELAY_REGISTRY_URL; without one nothing needs it."
        )
    framing = asyncio.run(framing_of(settings, RECORD))
    for topic in RECORD:
        subject, number = subject_of(topic.named(settings.prefix)), schema_id(framing.frame(topic, b""))
        if as_json:
            emit({"subject": subject, "id": number})
        else:
            show(f"{subject}\t{number}")
    say(f"{len(RECORD)} schemas are registered with {settings.registry.url}")


def _row(state: "TopicState", wrong: int) -> list[str]:
    told = state.config
    kept = told.get("delete.retention.ms" if told.get("cleanup.policy") == "compact" else "retention.ms", "-")
    size = told.get("max.message.bytes", "-")
    return [
        state.name,
        str(state.partitions),
        str(state.replication),
        told.get("min.insync.replicas", "-"),
        told.get("cleanup.policy", "-"),
        f"{int(kept) / DAY_MS:.3g} d" if kept.isdecimal() else kept,
        f"{int(size) / 2**20:.3g} MiB" if size.isdecimal() else size,
        f"{wrong} wrong" if wrong else "ok" if told else "ok, as far as the broker tells",
    ]


def _as_json(name: str, state: "TopicState | None", wrong: "list[Difference]") -> dict[str, Any]:
    differing = [{"what": d.what, "found": d.found, "wanted": d.wanted, "mend": d.mend, "fix": d.alterable} for d in wrong]
    if state is None:
        return {"topic": name, "exists": False, "differences": differing}
    return {
        "topic": name,
        "exists": True,
        "partitions": state.partitions,
        "replication": state.replication,
        "config": state.config,
        "differences": differing,
    }
