"""Score every baseline on every set, beside the recipes' runs, and store the tables.

    biorelay train gad --data DATA -o OUT
    python -m models.training.sentences --data DATA --output OUT --vectors VECTORS

Each system's answers stay in OUT/sentences: a run that was stopped goes on there. Without --store the tables are only printed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from models.evaluation.results import draw, read_tables, store
from models.training.sentences.baselines.systems import systems
from models.training.sentences.folds import split
from models.training.sentences.report import set_table, whole_table
from models.training.sentences.sets import SETS, Answers, baseline_answers, recipe_answers, refuse_other_rows

WHOLE = "sentences"
"""The table over all sets; those of one set are named behind it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and store what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m models.training.sentences", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--output", type=Path, required=True, help="where answers are kept, and where recipes were trained")
    parser.add_argument("--vectors", type=Path, help="a file of models.evaluation.baselines.vectors; without it no CNN and no BiLSTM")
    parser.add_argument(
        "--sets",
        nargs="+",
        choices=list(SETS),
        default=list(SETS),
        help="these sets alone; what is not scored stays as it is stored",
    )
    parser.add_argument("--systems", nargs="+", help="these baselines alone")
    parser.add_argument("--kept", action="store_true", help="draw the tables of what was answered before; train nothing")
    parser.add_argument("--store", type=Path, help="the folder of tables: models/results")
    parsed = parser.parse_args(arguments)
    known = systems(parsed.vectors)
    chosen = parsed.systems or list(known)
    if unknown := [name for name in chosen if name not in known]:
        parser.error(f"there is no baseline {unknown[0]!r}; there are {', '.join(known)}")
    by_set: dict[str, list[Answers]] = {}
    for key in parsed.sets:
        scored = SETS[key]
        folds = list(split(scored.corpus, scored.protocol, parsed.data))
        answers = list(recipe_answers(parsed.output, scored))
        for name in chosen:
            sys.stderr.write(f"{key}: {known[name].name}\n")
            found = baseline_answers(name, known[name], folds, parsed.output / "sentences" / key, train=not parsed.kept)
            answers += [found] if found else []
        refuse_other_rows(answers)
        if not all(a.ours for a in answers):
            by_set[key] = answers
    if not by_set:
        parser.error(f"{parsed.output} keeps no baseline's answers to these sets")
    stored = read_tables(parsed.store) if parsed.store else {}
    own = {key: f"{WHOLE}-{key}" for key in by_set}
    tables = {
        WHOLE: whole_table(by_set, stored.get(WHOLE)),
        **{own[key]: set_table(key, answers, stored.get(own[key])) for key, answers in by_set.items()},
    }
    for name, table in tables.items():
        if parsed.store:
            store(name, table, parsed.store)
        sys.stdout.write("\n".join(draw(name, table)) + "\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
