"""`biorelay mcp`: the graph's questions for assistants."""

from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.cli.state import settings_of, state_of

if TYPE_CHECKING:
    from biorelay.settings import Settings


def mcp(
    ctx: typer.Context,
    http: Annotated[
        int | None,
        typer.Option(
            "--http",
            metavar="PORT",
            min=1,
            max=65535,
            help="Answer at http://127.0.0.1:PORT/mcp instead of stdin and stdout.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Let an assistant ask the graph (Model Context Protocol): it finds, follows and cites sentences, and changes nothing.

    An assistant starts this command itself and speaks to it by stdin and stdout; it ends when stdin does. Messages go to stderr.

    \b
    Examples:
      biorelay mcp
      biorelay --set graph.url=bolt://127.0.0.1:7687 mcp
      biorelay mcp --http 8766
    """
    import logging
    import signal

    from biorelay.masking import log_to_stderr

    settings = settings_of(ctx)
    if not state_of(ctx).debug:
        log_to_stderr(logging.WARNING)
    if http is None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a thread waits for stdin; there is nothing to put in order
    _serve(settings, http)


def _serve(settings: "Settings", port: int | None) -> None:
    from biorelay.assistant.server import server_of
    from biorelay.cli.console import say
    from biorelay.explorer.state import State

    server = server_of(State(settings))
    if port is None:
        server.run()
    else:
        say(f"answering at http://127.0.0.1:{port}/mcp; Ctrl-C ends it")
        server.run("streamable-http", port=port)
