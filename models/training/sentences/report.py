"""The tables: one of F1 over all sets, and one of every figure for each set."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from models.evaluation.results import Cell, Figure, Kind, Row, Section, Table
from models.evaluation.statistics import holm, mcnemar
from models.training.sentences.measures import COLUMNS, difference, figures, fold_means, intervals
from models.training.sentences.sets import SEED, SETS, Answers

COMMAND = "python -m models.training.sentences --data DATA --output OUT --vectors VECTORS"
AGAINST = "F1 against the best baseline"
BY_FOLD = "F1, mean of folds"
AS_WRITTEN = (
    "The first paper (Dandu et al. 2022) gives F1 90.9 for gene-disease relations (BioBERT) against 80.5 (SVM), 92.3 for drug-disease "
    "(PubMedBERT) and 93.3 for protein interactions (BERT with a graph network), +7.8 by pretraining on the domain, and +50 % speed for "
    "-1.3 F1. It names no corpus and no split for them: they stand in the column that is nearest, as comparisons, never targets."
)


def set_table(key: str, answers: Sequence[Answers], earlier: Table | None = None) -> Table:
    """Every figure of every system on one set. P values of all systems against the best baseline are corrected by Holm.

    Of `earlier`, a table of this kind, the rows stay that were not scored now, if the best baseline is the same on the same sentences.
    """
    scored = SETS[key]
    best = best_baseline(answers)
    differences = {a.name: difference(a.related, a.scores, best.scores, a.documents) for a in answers if a.name != best.name and a.ours}
    corrected = holm({name: found.p for name, found in differences.items()})
    right = {a.name: (a.scores > 0) == a.related for a in answers}
    mcnemars = holm({name: mcnemar(right[name], right[best.name]) for name in differences})
    drawn = []
    for a in answers:
        values, ranges = figures(a.related, a.scores), intervals(a.related, a.scores, a.documents)
        cells: dict[str, Cell] = {c: Figure(value=values[c], low=ranges[c][0], high=ranges[c][1]) for c in COLUMNS}
        if len(set(a.folds)) > 1:
            cells[BY_FOLD] = fold_means(a.related, a.scores, a.folds)["F1"]
        if a.name in differences:
            found = differences[a.name]
            cells[AGAINST] = (
                f"{found.value:+.1f} ({found.low:+.1f} to {found.high:+.1f}), p {_p(corrected[a.name])}; McNemar p {_p(mcnemars[a.name])}"
            )
        elif a.name == best.name:
            cells[AGAINST] = "best baseline"
        drawn.append(Row(system=a.name, kind=Kind.OURS if a.ours else Kind.BASELINE, figures=cells))
    related = int(answers[0].related.sum())
    documents = f"{len(answers[0].ids):,} sentences, {related:,} related, of {len(set(answers[0].documents)):,} documents"
    kept: list[Row] = []
    told: list[str] = []
    if earlier is not None and earlier.documents == documents and _best(earlier.rows) == _best(drawn):
        kept = [row for row in earlier.rows if row.system not in right and row.kind is not Kind.PUBLISHED]
        told = [note for note in earlier.notes if note.startswith(tuple(_named(row.system) for row in kept))]
    return Table(
        title=f"Sentences: {scored.title}",
        section=Section.RELATIONS,
        measured_on=scored.measured_on,
        documents=documents,
        seed=SEED,
        columns=(*COLUMNS, BY_FOLD, AGAINST) if len(set(answers[0].folds)) > 1 else (*COLUMNS, AGAINST),
        rows=tuple(sorted((*kept, *drawn), key=lambda row: row.kind is not Kind.OURS)),
        notes=(
            "Folds are scored together. Intervals and the paired difference are bootstraps over documents.",
            "Where a corpus names no documents, a document is a sentence, whatever is masked in it.",
            "P values are two-sided, corrected by Holm. McNemar's test takes rows for independent, which those of one document are not.",
            *told,
            *(_precisions(a) for a in answers if a.ours and a.name.endswith("int8")),
        ),
        command=COMMAND,
    )


def _best(drawn: Iterable[Row]) -> tuple[str, float] | None:
    """The best baseline of a table's rows and its F1, to the digit that is shown."""
    best = next((row for row in drawn if row.figures.get(AGAINST) == "best baseline"), None)
    f1 = best.figures["F1"] if best else None
    return (best.system, round(f1.value, 1)) if best and isinstance(f1, Figure) else None


def _named(system: str) -> str:
    """How a note about a recipe begins, whatever the precision."""
    return f"{system.rpartition(', ')[0]}:"


def whole_table(by_set: Mapping[str, Sequence[Answers]], earlier: Table | None = None) -> Table:
    """F1 of every system on every set; a recipe's row is named by what it is, whatever the set.

    Of `earlier`, a table of this kind, the figures stay that were not measured now, but for those of a set that has other sentences now.
    """
    now = {SETS[key].title: f"{len(answers[0].ids):,}" for key, answers in by_set.items()}
    rows: dict[str, dict[str, Cell]] = {}
    ours: set[str] = set()
    sentences: dict[str, str] = {}
    if earlier is not None:
        told = (place.rpartition(" ") for place in earlier.documents.removesuffix(" sentences").split(", "))
        sentences = {title: count for title, _, count in told}
        other = {title for title, count in now.items() if count != sentences.get(title)}
        for row in (r for r in earlier.rows if r.kind is not Kind.PUBLISHED):
            if cells := {title: cell for title, cell in row.figures.items() if title not in other}:
                rows[row.system] = cells
                ours |= {row.system} if row.kind is Kind.OURS else set()
    sentences |= now
    for key, answers in by_set.items():
        for a in answers:
            name = _family(a) if a.ours else a.name
            ours |= {name} if a.ours else set()
            low, high = intervals(a.related, a.scores, a.documents)["F1"]
            rows.setdefault(name, {})[SETS[key].title] = Figure(value=figures(a.related, a.scores)["F1"], low=low, high=high)
    titles = [scored.title for scored in SETS.values() if scored.title in sentences]
    return Table(
        title="Does a sentence relate its two mentions?",
        section=Section.RELATIONS,
        measured_on="F1 of the related ones; GAD in its ten published folds and in folds that part no sentence, EU-ADR in ten folds, "
        "protein interactions on their own test sets and in ten folds by document",
        documents=", ".join(f"{title} {sentences[title]}" for title in titles) + " sentences",
        seed=SEED,
        columns=tuple(titles),
        rows=tuple(
            Row(system=name, kind=Kind.OURS if name in ours else Kind.BASELINE, figures=rows[name])
            for name in sorted(rows, key=lambda name: name not in ours)
        ),
        notes=(AS_WRITTEN,),
        command=COMMAND,
    )


def _precisions(answers: Answers) -> str:
    """What int8 costs and gives, beside the first paper's -1.3 F1 for +50 % speed."""
    facts = answers.facts or {}
    lost = facts["metrics"]["int8"]["F1"] - facts["metrics"]["fp32"]["F1"]
    faster = np.median([fold["sentences_per_second"]["int8"] / fold["sentences_per_second"]["fp32"] for fold in facts["folds"]])
    smaller = facts["folds"][0]["bytes"]["int8"] / facts["folds"][0]["bytes"]["fp32"]
    return (
        f"{_named(answers.name)} int8 changes F1 by {lost:+.2f}, reads {faster:.1f} times as many sentences a second, "
        f"and has {smaller:.0%} of the size."
    )


def best_baseline(answers: Sequence[Answers]) -> Answers:
    """The baseline with the highest F1."""
    return max((a for a in answers if not a.ours), key=lambda a: figures(a.related, a.scores)["F1"])


def _family(answers: Answers) -> str:
    settings = (answers.facts or {})["settings"]
    precision = answers.name.rpartition(", ")[2]
    source = next(filter(None, map(settings["encoder"].get, ("start", "artefact", "package", "folder"))), None)
    return f"encoder {source}, {settings['network']['form']}, {precision}"


def _p(value: float) -> str:
    return "< 0.01" if value < 0.01 else f"{np.round(value, 2):.2f}"
