"""The commands, in the order in which `biorelay --help` lists them."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from biorelay.cli import (
    completing,
    config,
    consume,
    corpora,
    dead_letters,
    demo,
    distil,
    doctor,
    evaluate,
    extract,
    follow,
    graph,
    mcp,
    models,
    publish,
    reextract,
    relink,
    serve,
    topics,
    train,
    watch,
    worker,
)
from biorelay.cli.failure import Commands
from biorelay.cli.state import State

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # boxes cut words at 40 columns, and wrap at 80 where the output is a file
    context_settings={
        "help_option_names": ["-h", "--help"],
        "terminal_width": max(min(shutil.get_terminal_size().columns, 110) - 2, 30),  # click itself writes no narrower than 50
    },
    help="PubMed abstracts in, a graph of facts that can be asked, checked and taken back out.",
    epilog="First steps: `biorelay demo`. What is missing: `biorelay doctor`.",
)


def _version(wanted: bool) -> None:
    if wanted:
        import biorelay

        typer.echo(f"biorelay {biorelay.__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    config_file: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Settings file (TOML). Default: biorelay.toml, where there is one.")
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            autocompletion=completing.setting_keys,
            help="A setting for this run, such as worker.batch=8; wins over file and variables.",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show log messages, and the stack trace of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")] = False,
) -> None:
    ctx.obj = State(config=config_file, options=tuple(options or ()), debug=debug)
    _log(debug=debug)


def _log(*, debug: bool) -> None:
    """Without `--debug` a command says what went wrong itself, once; the worker sets up its own log."""
    import logging
    import sys

    from biorelay.masking import log_to_stderr, trace_masked

    if debug:
        log_to_stderr(logging.DEBUG)
        sys.excepthook = trace_masked
    else:
        logging.getLogger().addHandler(logging.NullHandler())


app.command(short_help="See it work, from abstracts to an answer.")(demo.demo)
app.command()(extract.extract)
app.command(short_help="Publish abstracts and deletions.")(publish.publish)
app.add_typer(follow.app, name="follow")
app.command(short_help="Run the agents.")(worker.worker)
app.command(short_help="Read what was published again, with a newer model.")(reextract.reextract)
app.command(short_help="Link what was published again, with a newer vocabulary.")(relink.relink)
app.command(short_help="Serve the graph to browsers and programs.")(serve.serve)
app.command()(consume.consume)
app.add_typer(graph.app, name="graph")
app.add_typer(watch.app, name="watch")
app.command(short_help="Let an assistant ask the graph.")(mcp.mcp)
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(models.app, name="models")
app.add_typer(corpora.app, name="corpora")
app.command()(train.train)
app.command()(distil.distil)
app.command()(evaluate.evaluate)
app.command()(doctor.doctor)
app.add_typer(config.app, name="config")
