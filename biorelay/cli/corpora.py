"""`biorelay corpora`: the annotated corpora that the training job knows, and whether a folder holds them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli import completing
from biorelay.cli.failure import FAILURE
from biorelay.cli.options import AsJson

if TYPE_CHECKING:
    from models.corpora.check import Checked
    from models.corpora.registry import Corpus, Counts

app = typer.Typer(no_args_is_help=True, help="Annotated corpora: what is known of them, and whether a folder holds them.")

FEW = 4
"""Splits that are named one by one."""

UNITS = ("documents", "sentences", "rows")


@app.command("list")
def list_corpora(as_json: AsJson = False) -> None:
    """List every registered corpus: licence, splits with their texts, mentions and relations, source.

    Numbers stand in the order of the splits. A corpus that may not ship trains research recipes only.
    With --json also files, sha256, labels and how they map to the entity types, and what the copy lacks.

    \b
    Examples:
      biorelay corpora list
      biorelay corpora list --json
    """
    from biorelay.cli.console import emit, table
    from models.corpora.registry import CORPORA

    if as_json:
        for corpus in CORPORA.values():
            emit(_entry(corpus))
    else:
        columns = ["name", "kind", "licence", "ships", "splits", "texts", "mentions", "relations", "version", "source"]
        table(columns, [_row(corpus) for corpus in CORPORA.values()])


@app.command()
def check(
    data: Annotated[Path, typer.Argument(metavar="PATH", help="The corpora's folder.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", help="Only these corpora. Default: all.", show_default=False, autocompletion=completing.corpora),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find every corpus file in a folder, compare its sha256, read it whole, and compare the counts.

    Each split is ok, another version (read and counted all the same), missing, or broken (with file and line).
    Exit code 1 where something is broken, or where nothing is found.

    \b
    Examples:
      biorelay corpora check ../shared/data
      biorelay corpora check ../shared/data biored bc5cdr
      biorelay corpora check ../shared/data --json
    """
    from biorelay.cli.console import emit, say, table
    from biorelay.cli.progress import progress
    from biorelay.refusals import BadInput
    from models.corpora.check import Verdict, size
    from models.corpora.check import check as look
    from models.corpora.registry import CORPORA, corpus

    if not data.is_dir():
        raise BadInput(
            f"{data} is no folder", remedy="Name the folder that holds the corpora; `biorelay corpora list --json` has the paths."
        )
    wanted = [corpus(name) for name in names] if names else list(CORPORA.values())
    results: list[Checked] = []
    with progress("checking", "splits") as advance:
        whole, read = max(size(wanted, data), 1), 0

        def done(count: int) -> None:
            nonlocal read
            read += count
            advance(len(results) + 1, read / whole)

        results.extend(look(wanted, data, done))
    if as_json:
        for result in results:
            emit(_result(result))
    else:
        table(["corpus", "split", "verdict", "holds", "why"], [_line(result) for result in results])
    verdicts = [result.verdict for result in results]
    say(", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in Verdict if verdict in verdicts))
    if Verdict.BROKEN in verdicts or set(verdicts) == {Verdict.MISSING}:
        raise typer.Exit(FAILURE)


def _entry(corpus: "Corpus") -> dict[str, Any]:
    from models.corpora.registry.corpus import role

    facts = ("name", "title", "kinds", "version", "licence", "source", "copy", "form", "relations", "note")
    return {
        **{fact: getattr(corpus, fact) for fact in facts},
        "ships": _ships(corpus),
        "types": {label: kind.value for label, kind in corpus.types.items()},
        "unmapped": dict(corpus.unmapped),
        "absent": dict(corpus.absent),
        "unguarded": dict(corpus.unguarded),
        "splits": {
            name: {"role": role(name), "files": dict(split.files), "counts": _plain(split.counts)} for name, split in corpus.splits.items()
        },
    }


def _row(corpus: "Corpus") -> list[str]:
    splits = list(corpus.splits)
    counts = [_totals(split.counts) for split in corpus.splits.values()]
    unit = next((unit for unit in UNITS if unit in counts[0]), "")
    return [
        corpus.name,
        ", ".join(corpus.kinds),
        corpus.licence,
        "yes" if _ships(corpus) else "no",
        "/".join(splits) if len(splits) <= FEW else f"{splits[0]} ... {splits[-1]}",
        f"{_numbers([count.get(unit, 0) for count in counts])} {unit}",
        _numbers([count.get("mentions", 0) for count in counts]),
        _numbers([count.get("relations", 0) for count in counts]),
        corpus.version,
        corpus.source,
    ]


def _numbers(values: Sequence[int]) -> str:
    """One after the other; the least and the greatest of many; nothing where all are 0."""
    if not any(values):
        return "-"
    if len(values) <= FEW:
        return "/".join(f"{value:,}" for value in values)
    return f"{min(values):,}" if min(values) == max(values) else f"{min(values):,} to {max(values):,}"


def _ships(corpus: "Corpus") -> bool:
    from models.corpora.licences import ALLOWED_LICENCES

    return corpus.licence in ALLOWED_LICENCES


def _totals(counts: "Counts") -> dict[str, int]:
    return {name: value if isinstance(value, int) else sum(value.values()) for name, value in counts.items()}


def _plain(counts: "Counts") -> dict[str, Any]:
    return {name: value if isinstance(value, int) else dict(value) for name, value in counts.items()}


def _line(result: "Checked") -> list[str]:
    holds = ", ".join(f"{number:,} {name}" for name, number in _totals(result.found).items()) if result.found else ""
    return [result.corpus, result.split, result.verdict.value, holds, result.why]


def _result(result: "Checked") -> dict[str, Any]:
    return {
        "corpus": result.corpus,
        "split": result.split,
        "verdict": result.verdict.value,
        "why": result.why,
        "files": dict(result.files),
        "registered": _plain(result.registered),
        "found": _plain(result.found) if result.found is not None else None,
    }
