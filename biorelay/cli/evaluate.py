"""`biorelay evaluate`: scores of a model on the known sets, or on anybody's gold file."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of
from biorelay.cli.training_parts import training_parts
from biorelay.refusals import BadInput


def evaluate(
    ctx: typer.Context,
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="Name, name@version or folder. Default: the shipped one.", show_default=False)
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FOLDER", envvar="BIORELAY_DATA", help="The corpora's folder; --end-to-end needs none."),
    ] = None,
    end_to_end: Annotated[
        Path | None,
        typer.Option("--end-to-end", metavar="GOLD", help="Score a PubTator or BioC file of your own, from raw text; prints Markdown."),
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--types", metavar="NAME=TYPE", help="With --end-to-end: what a type's name in the file means; - leaves it out."),
    ] = None,
    guideline: Annotated[
        str | None,
        typer.Option("--guideline", metavar="CORPUS", help="With --end-to-end: mark mentions as this corpus does (`models show`)."),
    ] = None,
    errors: Annotated[
        Path | None, typer.Option("--errors", metavar="FILE", help="With --end-to-end: write every mistake there, as JSON lines.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", metavar="FOLDER", help="With --end-to-end: draw confusions and reliability there (PNG).")
    ] = None,
    exact: Annotated[
        Path | None, typer.Option("--exact", metavar="FOLDER", help="The same model in fp32: measures the distance to it.")
    ] = None,
    linking: Annotated[
        bool, typer.Option("--linking", help="Only linking, on four sets, with the errors by kind; prints a Markdown table.")
    ] = False,
    polarity: Annotated[
        bool, typer.Option("--polarity", help="Only negation and speculation, on BioScope's abstracts and EU-ADR; runs no model.")
    ] = False,
    beside: Annotated[
        Path | None, typer.Option("--beside", metavar="RESULT", help="With --linking: an earlier result, set before this one in the table.")
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option("--results", metavar="FOLDER", help="Store the tables of RESULTS.md there and draw the page beside it."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT", help="Store the result there, as JSON.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score a model on the dev and test sets, or on a gold file of your own, beside baselines.

    NER, relations with gold entities, linking and relations from raw text, all through the serving runtime; of a pairwise model,
    the relations between gold entities of the sets that its training held apart. With --results a model for research is not scored
    again: its tables are of what its training scored.

    \b
    Examples:
      biorelay evaluate --data ../shared/data
      biorelay evaluate ./runs/relay-mini/2 --data ../shared/data -o scores.json
      biorelay evaluate --data ../shared/data --results models/results
      biorelay evaluate --end-to-end my-gold.pubtator --types FamilyName=Gene --errors mistakes.jsonl
      biorelay evaluate --polarity --data ../shared/data -o polarity.json
      biorelay evaluate --linking --data ../shared/data --beside benchmarks/results/linking-before.json
    """
    from biorelay.cli.console import emit, say, show
    from models.runtime.pairwise import is_pairwise

    settings = settings_of(ctx)
    named = model or settings.model
    if end_to_end is None and (types or errors or figures or guideline):
        raise BadInput("--types, --guideline, --errors and --figures belong to --end-to-end", remedy="Name a gold file with --end-to-end.")
    for path in (errors, output):
        if path and not path.absolute().parent.is_dir():
            raise BadInput(f"{path} cannot be written: its folder is not there", remedy="Name a file in a folder that is there.")
    started = time.monotonic()

    def tell(what: str) -> None:
        say(f"{time.monotonic() - started:6.0f} s  {what}")

    with training_parts("evaluate", *(["matplotlib"] if figures else [])):
        from models.evaluation.polarity_tables import beside_rules, read_tagger, store_table

        if end_to_end is not None:
            guideline = guideline or settings.guideline
            shown, result = _end_to_end(end_to_end, named, settings.vocabulary, data, types or (), guideline, errors, figures, tell)
        elif data is None:
            raise BadInput("the corpora are needed for this", remedy="Name their folder with --data, or your own file with --end-to-end.")
        elif polarity:
            from models.evaluation.polarity import evaluate_polarity
            from models.evaluation.table import table

            result = evaluate_polarity(data, tell=tell)
            shown = table(result)
        elif linking:
            from models.evaluation import linking_report, linking_table

            earlier = _stored(beside, linking_table.is_result) if beside else None
            result = linking_report.evaluate_sets(named, settings.vocabulary, data, tell=tell)
            shown = linking_table.markdown(result, earlier)
        elif is_pairwise(named):
            from models.evaluation.pairwise import evaluate_pairwise, stated
            from models.evaluation.pairwise_tables import store_tables
            from models.evaluation.table import table

            place = Path(str(named))
            result = evaluate_pairwise(place, data, tell=tell) if results is None else stated(place)
            if results is not None:
                tell(f"drew {store_tables(result, results)}")
            shown = table(result)
        elif (tagger := read_tagger(named)) is not None:
            from models.evaluation.table import table

            result = beside_rules(tagger, data)
            if results is not None:
                tell(f"drew {store_table(tagger, result, results)}")
            shown = table(result)
        elif results is not None:
            from models.evaluation.release import release
            from models.evaluation.table import table

            result = release(named, settings.vocabulary, data, results, tell=tell)
            shown = table(result["scores"])
        else:
            from models.evaluation import artefact
            from models.evaluation.table import table

            result = artefact.evaluate(named, data, vocabulary=settings.vocabulary, exact=exact, tell=tell)
            shown = table({name: part for name, part in result.items() if name != "end_to_end"})
    if output:
        _write(output, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if as_json:
        emit(result)
    else:
        show(shown)


def _end_to_end(
    path: Path,
    model: str | Path | None,
    vocabulary: str | Path | None,
    data: Path | None,
    types: "list[str] | tuple[str, ...]",
    guideline: str | None,
    errors: Path | None,
    figures: Path | None,
    tell: Callable[[str], None],
) -> tuple[str, dict[str, Any]]:
    """The Markdown and the result; mistakes and pictures are written on the way."""
    from models.evaluation.end_to_end.job import evaluate_file
    from models.evaluation.end_to_end.markdown import markdown
    from models.evaluation.end_to_end.mistakes import as_lines
    from models.evaluation.end_to_end.names import Names

    found = evaluate_file(path, model, vocabulary, data=data, names=Names.parse(types), guideline=guideline, tell=tell)
    if errors:
        _write(errors, as_lines(found.mistakes))
    if figures:
        from models.evaluation.pictures import draw

        try:
            for picture in draw(found.result, figures):
                tell(f"drew {picture}")
        except OSError as error:
            raise BadInput(f"{figures} cannot be written: {error.strerror}", remedy="Name a folder that can be made.") from error
    return markdown(found.result), found.result


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}", remedy="Name a file in a folder that is there.") from error


def _stored(path: Path, usable: Callable[[Any], bool]) -> dict[str, Any]:
    """A stored result. Raises `BadInput` where the file is none."""
    try:
        result = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{path} cannot be read: {error}", remedy="Name a result that `evaluate -o` stored.") from error
    if not usable(result):
        raise BadInput(f"{path} is no result of this evaluation", remedy="Name a result that `evaluate --linking -o` stored.")
    return dict(result)
