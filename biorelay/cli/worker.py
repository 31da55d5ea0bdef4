"""`biorelay worker`: the Faust worker."""

from typing import Annotated

import typer

from biorelay.cli import completing
from biorelay.cli.state import settings_of, state_of


def worker(
    ctx: typer.Context,
    stages: Annotated[
        str | None,
        typer.Option(
            "--stages",
            metavar="STAGES",
            autocompletion=completing.stages,
            help="ner, relations, graph: some of them, by commas. Default: all.",
        ),
    ] = None,
    metrics_port: Annotated[
        int | None, typer.Option("--metrics-port", metavar="PORT", min=0, max=65535, help="0 turns /metrics, /healthz, /readyz off.")
    ] = None,
) -> None:
    """Run the agents: abstracts to entities, entities to relations, relations into the graph.

    Runs until SIGTERM or Ctrl-C. Whatever process is killed, no acknowledged abstract is lost; start it again and it goes on.

    \b
    Examples:
      biorelay worker
      biorelay worker --stages ner,relations
      BIORELAY_GRAPH_URL=bolt://127.0.0.1:7687 biorelay worker --stages graph --metrics-port 0
    """
    import logging

    from biorelay.asking import graph_of
    from biorelay.extractor import Extractor
    from biorelay.masking import log_to_stderr
    from biorelay.settings import changed
    from stream.worker import run_worker

    settings = settings_of(ctx)
    if stages is not None:
        settings = changed(settings, "worker", "--stages", stages=stages)
    if metrics_port is not None:
        settings = changed(settings, "worker", "--metrics-port", metrics_port=metrics_port)
    if not state_of(ctx).debug:
        log_to_stderr(logging.INFO)
    code = run_worker(
        settings.stream(),
        lambda: Extractor.load(
            settings.model,
            settings.vocabulary,
            sibling=settings.sibling,
            guideline=settings.guideline,
            max_characters=settings.limits.text_characters,
        ),
        lambda: graph_of(settings, read_only=False).__aenter__(),
    )
    raise typer.Exit(code)
