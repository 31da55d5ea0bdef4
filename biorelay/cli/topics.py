"""`biorelay topics`: create the topics and look at them."""

import asyncio

import typer

from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of

app = typer.Typer(no_args_is_help=True, help="Create the topics, and look at them.")


@app.command()
def create(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Create the topics that are missing, with the partitions, cleanup and limits that the settings say.

    Those that exist are left as they are; where they do not fit, the command fails and says why.

    \b
    Examples:
      biorelay topics create
      BIORELAY_TOPICS_PARTITIONS=12 biorelay topics create
    """
    from biorelay.cli.console import emit, say
    from stream.topics import create_topics

    settings = settings_of(ctx).stream()
    created = asyncio.run(create_topics(settings))
    if as_json:
        for name in created:
            emit({"created": name})
    else:
        say(f"created {', '.join(created)}" if created else f"all topics of {settings.prefix!r} are there already")


@app.command()
def describe(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the topics: partitions, copies, cleanup, and what does not fit. Exit code 1 where something is missing or wrong.

    \b
    Examples:
      biorelay topics describe
      biorelay topics describe --json
    """
    from biorelay.cli.console import emit, say, table
    from stream.topics import check_topics, describe_topics

    settings = settings_of(ctx).stream()
    states = asyncio.run(describe_topics(settings))
    if as_json:
        for state in states:
            emit(
                {
                    "topic": state.name,
                    "partitions": state.partitions,
                    "replication": state.replication,
                    "config": state.config,
                    "problems": state.problems,
                }
            )
    elif states:
        rows = [[s.name, s.partitions, s.replication, s.config.get("cleanup.policy", "-"), "; ".join(s.problems) or "ok"] for s in states]
        table(["topic", "partitions", "copies", "cleanup", "fits"], rows)
    check_topics(states, settings)
    if any(state.problems for state in states):
        say("some topics are not as `biorelay topics create` makes them", style="yellow")
        raise typer.Exit(1)
