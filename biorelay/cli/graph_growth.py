"""`biorelay graph growth`: how many pairs named relations reach that none of them states."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli.graph_options import VerifyIn
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from biorelay.growing import Columns
    from graphstore.growth import Point, Spread


def growth(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A delimited file with a header and two columns of names; plain or gzip.")],
    first: Annotated[str | None, typer.Option("--first", metavar="COLUMN", help="The column of the first name. Default: EU-ADR's.")] = None,
    second: Annotated[str | None, typer.Option("--second", metavar="COLUMN", help="The column of the second name.")] = None,
    types: Annotated[
        str | None, typer.Option("--types", metavar="COLUMN,COLUMN", help="The columns of their types. Default: the columns' names.")
    ] = None,
    label: Annotated[str | None, typer.Option("--label", metavar="COLUMN", help="The column that says how the two are related.")] = None,
    false: Annotated[
        list[str] | None, typer.Option("--false", metavar="VALUE", help="A label that says they are not. May be given several times.")
    ] = None,
    only: Annotated[str, typer.Option("--only", metavar="VALUE", help="One more graph: only rows of this label.")] = "",
    concepts: Annotated[
        Path | None,
        typer.Option("--concepts", metavar="FOLDER", help="EU-ADR's annotated documents: more graphs, of concept ids in place of names."),
    ] = None,
    copies: Annotated[
        int, typer.Option("--copies", min=1, max=100, help="One more graph: each row so often, as in folds laid end to end.")
    ] = 1,
    steps: Annotated[int, typer.Option("--steps", min=1, max=1000, help="Equal steps up to all rows.")] = 10,
    rows: Annotated[int | None, typer.Option("--rows", min=1, help="Grow to so many rows, not to all of them.")] = None,
    draws: Annotated[int, typer.Option("--draws", min=1, max=100_000, help="Random draws at each step.")] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Equal seeds draw equal rows.")] = 1,
    delimiter: Annotated[str | None, typer.Option("--delimiter", metavar="CHARACTER", help="Where the header does not tell.")] = None,
    verify: VerifyIn = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="With --verify: read at most so many documents a pair.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Count the new pairs that a growing number of relations reaches within two, three and four steps.

    Rows are drawn at random and become an undirected graph; a pair is new when it is joined within so many steps and by no row. Shown
    is the mean over the draws with its standard deviation, in percent of the rows drawn and of the different pairs among them, for
    every way of building the graph that the file allows. Rows that say "not related" join two names all the same in the graph of all
    rows: the last column is the share of new pairs that only exists through them.

    \b
    Examples:
      biorelay graph growth ../shared/data/euadr/original_ibi/EUADR_target_disease.csv
      biorelay graph growth EUADR_target_disease.csv --concepts original_docs --copies 10 --json
      biorelay graph growth edges_DaG-association.tsv.gz --first gene_symbol --second doid_name --rows 355
      biorelay graph growth EUADR_target_disease.csv --draws 1 --verify abstracts.xml.gz
    """
    from biorelay.cli.console import emit, say
    from biorelay.cli.progress import progress
    from biorelay.growing import constructions, read_table
    from graphstore.growth import grow, sizes

    if delimiter is not None and len(delimiter) != 1:
        raise BadInput(f"--delimiter takes one character, not {delimiter!r}", remedy="For a tab: --delimiter $'\\t'.")
    table = read_table(file, _columns(first, second, types, label, false, only), delimiter=delimiter)
    if table.unnamed:
        say(f"{table.unnamed:,} rows lack a name and are left out", style="yellow")
    last = len(table.rows) if rows is None else rows
    if last > len(table.rows):
        raise BadInput(f"--rows {rows}: the file has {len(table.rows):,} rows with names")
    steps = min(steps, last)
    built = constructions(table, concepts=_concepts(concepts), copies=copies)
    found: dict[str, list[Point]] = {}
    with progress("growing", "draws") as advance:
        done, whole = 0, len(built) * steps * draws
        for number, (name, relations) in enumerate(built.items()):
            at = sorted({min(size, len(relations.pairs)) for size in sizes(last, steps)})

            def drawn(_: int) -> None:
                nonlocal done
                done += 1
                advance(done, done / whole)

            found[name] = grow(relations, at, draws=draws, seed=seed, advance=drawn)
            done = (number + 1) * steps * draws
    if as_json:
        for name, points in found.items():
            for point in points:
                emit(as_record(name, point))
    else:
        _show(found)
    if verify:
        from biorelay.cli.graph_growth_verify import show_verified

        show_verified(table, settings_of(ctx), verify, most=most, as_json=as_json)


def as_record(construction: str, point: "Point") -> dict[str, Any]:
    """A point as JSON: construction, rows, draws, edges, and by hops the figures of `graphstore.growth.Hop`."""
    return {
        "construction": construction,
        "rows": point.rows,
        "draws": point.draws,
        "edges": point.edges,
        "hops": {
            str(hop.hops): {
                "percent_of_rows": hop.of_rows._asdict(),
                "percent_of_edges": hop.of_edges._asdict(),
                "percent_by_types": hop.by_types,
                "only_by_false": hop.only_by_false,
            }
            for hop in point.hops
        },
    }


def _show(found: "dict[str, list[Point]]") -> None:
    from biorelay.cli.console import show, table

    hops = [hop.hops for hop in next(iter(found.values()))[0].hops]
    columns = ["construction", "rows", *(f"{n} hops, % of rows" for n in hops), *(f"{n} hops, % of pairs" for n in hops), "false only"]
    lines = []
    for name, points in found.items():
        for point in points:
            cells = [*(_spread(hop.of_rows) for hop in point.hops), *(_spread(hop.of_edges) for hop in point.hops)]
            lines.append([name, point.rows, *cells, f"{100 * point.hops[-1].only_by_false:.0f} %"])
    table(columns, lines)
    show()
    name, points = next(iter(found.items()))
    show(f"{name}, {points[-1].rows} rows, by type, % of rows:")
    kinds = sorted({kind for hop in points[-1].hops for kind in hop.by_types})
    table(
        ["types", *(f"{n} hops" for n in hops)],
        [[kind, *(f"{hop.by_types.get(kind, 0.0):.1f}" for hop in points[-1].hops)] for kind in kinds],
    )


def _spread(figure: "Spread") -> str:
    """`39.6 ±16.2`; of a single draw the figure alone."""
    return f"{figure.mean:.1f} ±{figure.sd:.1f}" if figure.sd else f"{figure.mean:.1f}"


def _columns(
    first: str | None, second: str | None, types: str | None, label: str | None, false: list[str] | None, only: str
) -> "Columns | None":
    from biorelay.growing import Columns

    if first is None and second is None:
        if types or label or false or only:
            raise BadInput(
                "--types, --label, --false and --only need --first and --second", remedy="Name the columns of the two names too."
            )
        return None
    if first is None or second is None:
        raise BadInput("--first and --second go together", remedy="Name the columns of both names.")
    if (false or only) and not label:
        raise BadInput("--false and --only need --label", remedy="Name the column that holds these values.")
    kinds = (types or ",").split(",")
    if len(kinds) != 2:
        raise BadInput(f"--types takes two columns, not {types!r}", remedy="Write COLUMN,COLUMN.")
    return Columns(first, second, kinds[0], kinds[1], label or "", frozenset(false or ()), only)


def _concepts(folder: Path | None) -> "dict[tuple[str, str], str] | None":
    if folder is None:
        return None
    from models.corpora.errors import CorpusMissing
    from models.corpora.relations.euadr_concepts import concepts

    try:
        return dict(concepts(folder))
    except CorpusMissing as error:
        raise BadInput(f"--concepts: {error}", remedy=error.remedy) from error
