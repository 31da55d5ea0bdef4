"""`biorelay serve`: the explorer."""

import os
from typing import Annotated

import typer

from biorelay.cli.state import settings_of, state_of


def serve(
    ctx: typer.Context,
    host: Annotated[
        str | None, typer.Option("--host", metavar="HOST", help="Address to listen on. Default: the settings', 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="PORT", min=0, max=65535, help="0 takes a free one. Default: the settings', 8765."),
    ] = None,
) -> None:
    """Serve the graph to browsers and programs: the page at /, the API below /api/v1, its description at /docs.

    Read-only, and on this machine alone unless --host says otherwise: whoever can reach it can read the graph. Runs until SIGTERM or
    Ctrl-C. Kafka is needed for standing questions only.

    \b
    Examples:
      biorelay serve
      biorelay serve --port 8080
      BIORELAY_GRAPH_URL=bolt://127.0.0.1:7687 biorelay serve --host 0.0.0.0
    """
    import logging

    from biorelay.cli.console import say
    from biorelay.explorer.serving import Serving
    from biorelay.masking import log_to_stderr
    from biorelay.settings import changed

    settings = settings_of(ctx)
    if host is not None:
        settings = changed(settings, "serve", "--host", host=host)
    if port is not None:
        settings = changed(settings, "serve", "--port", port=port)
    if not state_of(ctx).debug:
        log_to_stderr(logging.INFO)
    serving = Serving(settings, started=lambda address: say(f"the explorer is at {address} (Ctrl-C ends it)"))
    code = serving.until_told()
    logging.shutdown()
    os._exit(code)  # a model and a vocabulary that are taken apart in good order take seconds
