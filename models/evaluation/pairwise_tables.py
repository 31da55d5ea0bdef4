"""The scores of a pairwise model as tables of `models/RESULTS.md`, one a set, stored by the command that measured them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from models.evaluation.gold import PAIR, TYPED
from models.evaluation.results import Figure, Kind, Row, Section, Table, store, write_page

COMMAND = "biorelay evaluate OUT/{0} --data DATA --results models/results"
COLUMNS = {"pair F1": (PAIR, "f1"), "typed F1": (TYPED, "f1"), "precision": (TYPED, "precision"), "recall": (TYPED, "recall")}
ERROR = "calibration error, %"


def store_tables(result: Mapping[str, Any], folder: Path) -> Path:
    """Store the tables of what `evaluate_pairwise` or training measured, and draw the page beside the folder; its path."""
    for name, table in tables(result):
        store(name, table, folder)
    return write_page(folder)


def tables(result: Mapping[str, Any]) -> Iterator[tuple[str, Table]]:
    """A table for each set, with its name: the model, and all pairs of a sentence with their types' usual relation."""
    model = result["artefact"].partition("@")[0]
    for place, found in result["relations_gold_entities"].items():
        precisions = {result["precision"]: found, **({"fp32": result["fp32"][place]} if "fp32" in result else {})}
        rows = (
            *(
                Row(system=f"{result['artefact']}, {name}", figures={**_figures(own), ERROR: round(100 * own["calibration_error"], 2)})
                for name, own in precisions.items()
            ),
            Row(system="all pairs of a sentence", kind=Kind.BASELINE, figures=_figures(result["relations_same_sentence"][place])),
        )
        yield (
            f"{model}-{place.replace('/', '-')}",
            Table(
                title=f"Relations between gold entities, one pass for each pair: {place}",
                section=Section.RELATIONS,
                measured_on=place,
                documents=f"{found['documents']:,} documents, {found['pairs']:,} candidate pairs",
                seed=result["seed"],
                columns=(*COLUMNS, ERROR),
                rows=rows,
                notes=("Precision and recall are of typed relations. A research model: it may not ship.",)
                if not result["shipping"]
                else (),
                command=COMMAND.format(result["artefact"].replace("@", "/")),
            ),
        )


def _figures(reports: Mapping[str, Any]) -> dict[str, Figure | float]:
    return {
        column: Figure.of(reports[what]) if figure == "f1" else reports[what][figure]
        for column, (what, figure) in COLUMNS.items()
        if what in reports
    }
