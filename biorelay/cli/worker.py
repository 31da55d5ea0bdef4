"""`biorelay worker`: the Faust worker, or several of them under one parent."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from biorelay.cli import completing
from biorelay.cli.state import State, settings_of, state_of

if TYPE_CHECKING:
    from biorelay.settings import Settings


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
    processes: Annotated[
        int | None,
        typer.Option(
            "--processes",
            metavar="N",
            min=1,
            max=256,
            help="Workers under this one, each with a model of its own and the metrics port PORT, PORT + 1, ... Default: 1.",
        ),
    ] = None,
) -> None:
    """Run the agents: abstracts to entities, entities to relations, relations into the graph.

    Runs until SIGTERM or Ctrl-C. Whatever process is killed, no acknowledged abstract is lost; start it again and it goes on.

    \b
    Examples:
      biorelay worker
      biorelay worker --stages ner,relations
      biorelay worker --processes 4
      BIORELAY_GRAPH_URL=bolt://127.0.0.1:7687 biorelay worker --stages graph --metrics-port 0
    """
    import logging

    from biorelay.asking import graph_of
    from biorelay.masking import log_to_stderr
    from biorelay.settings import changed
    from biorelay.shadow import extractor_of
    from stream.worker import run_worker

    settings = settings_of(ctx)
    if stages is not None:
        settings = changed(settings, "worker", "--stages", stages=stages)
    if metrics_port is not None:
        settings = changed(settings, "worker", "--metrics-port", metrics_port=metrics_port)
    if processes is not None:
        settings = changed(settings, "worker", "--processes", processes=processes)
    if not state_of(ctx).debug:
        log_to_stderr(logging.INFO)
    if settings.worker.processes > 1:
        raise typer.Exit(_several(settings, state_of(ctx)))
    code = run_worker(
        settings.stream(),
        lambda: extractor_of(settings),
        lambda: graph_of(settings, read_only=False).__aenter__(),
    )
    raise typer.Exit(code)


def _several(settings: "Settings", state: State) -> int:
    """Run the settings' number of worker processes. Raises `SettingsError` and `SecondWorker` where one process only may be at work."""
    import asyncio
    from dataclasses import replace

    from biorelay.refusals import SettingsError
    from stream.errors import SecondWorker
    from stream.supervisor import supervise
    from stream.topics import embedded

    worker, stream = settings.worker, settings.stream()
    if "graph" in worker.stages and settings.graph_url.startswith("ladybug:"):
        raise SettingsError(
            f"worker.processes is {worker.processes}, and the embedded graph takes one writing process only",
            remedy="Name a Neo4j server in graph.url, or give the graph a worker of its own: --stages ner,relations here, and one"
            " `biorelay worker --stages graph --processes 1`.",
        )
    if worker.metrics_port and worker.metrics_port + worker.processes > 65536:
        raise SettingsError(f"no {worker.processes} metrics ports from {worker.metrics_port} on", remedy="Choose a lower metrics port.")
    if asyncio.run(embedded(replace(stream, broker_timeout=stream.startup))):
        raise SecondWorker(
            f"worker.processes is {worker.processes}, and the embedded broker serves one worker process only",
            remedy="Use a real Kafka, or --processes 1.",
        )
    return supervise([_command(settings, state, number) for number in range(worker.processes)], shutdown=worker.shutdown_s)


def _command(settings: "Settings", state: State, number: int) -> list[str]:
    """This very command for one process: the same settings, its own metrics port, and its share of the cores."""
    worker = settings.worker
    words = [
        sys.executable,
        "-m",
        "biorelay",
        *(["--debug"] if state.debug else []),
        *(["--config", str(state.config)] if state.config else []),
    ]
    options = list(state.options)
    if not settings.stream().threads:
        options.append(f"worker.threads={max(_cores() // worker.processes, 1)}")
    for option in options:
        words += ["--set", option]
    port = worker.metrics_port and worker.metrics_port + number
    return [*words, "worker", "--processes", "1", "--stages", ",".join(worker.stages), "--metrics-port", str(port)]


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
