"""The same classifiers on honest folds, on group-aware folds, and on the ten folds of GAD and EU-ADR put together: what leakage is worth.

python -m benchmarks.leaked_folds --data DATA

Writes the figures to benchmarks/results/leaked_folds.json and the tables of docs/leakage.md and models/RESULTS.md. Needs scikit-learn.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import normalise
from models.corpora.guard import Guard
from models.corpora.registry import corpus
from models.corpora.relations import euadr
from models.corpora.relations.folds import leaked_concatenation, read_folds
from models.corpora.relations.pair import Pair
from models.evaluation.folds import group_folds, parts
from models.evaluation.results import Figure, Kind, Row, Section, Table, draw, read_tables, store
from models.evaluation.statistics import Statistic, bootstrap, f1, paired_bootstrap

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks/results/leaked_folds.json"
PAGE = ROOT / "docs/leakage.md"
BEGIN, END = "<!-- tables -->", "<!-- end of tables -->"
COMMAND = "python -m benchmarks.leaked_folds --data DATA"
CORPORA = {"gad": "GAD", "eu-adr": "EU-ADR"}
SEED = 1
SYSTEMS = {
    "linear SVM, TF-IDF words and pairs": Kind.OURS,
    "nearest training sentence, TF-IDF": Kind.OURS,
    "always related": Kind.BASELINE,
}
HONEST, GROUPED, LEAKED = "published folds", "group-aware folds", "folds put together (LEAKED)"

_WORD = re.compile(r"@\w+\$|\w+")

Bools = NDArray[np.bool_]
Part = tuple[Sequence[Pair], Sequence[Pair]]


def splits(name: str, data: Path) -> Iterator[tuple[str, list[Part]]]:
    """Each protocol with its (train, test) parts; the test rows of all parts of a protocol are the same rows, each once."""
    source = corpus(name)
    folds = read_folds(source.path("fold-1", data).parents[1], name, euadr.papers(data) if name == "eu-adr" else None)
    yield HONEST, [(fold.train, fold.test) for fold in folds]
    rows = [pair for fold in folds for pair in fold.test]
    grouped: list[Part] = []
    place = group_folds([pair.document for pair in rows], len(folds), labels=[bool(pair.labels) for pair in rows], seed=SEED)
    for train, test in parts(place):
        scored = [rows[i] for i in test]
        grouped.append((Guard(scored).remove([rows[i] for i in train])[0], scored))
    yield GROUPED, grouped
    leaked = leaked_concatenation(folds)
    yield LEAKED, [(leaked.train, leaked.test)]


def answers(train: Sequence[Pair], test: Sequence[Pair]) -> dict[str, Bools]:
    """What each of `SYSTEMS` says of the test rows. Nothing is tuned: cost 1, as scikit-learn has it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectors = TfidfVectorizer(tokenizer=_WORD.findall, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True)
    known = vectors.fit_transform([pair.text for pair in train])
    asked = vectors.transform([pair.text for pair in test])
    related = np.array([bool(pair.labels) for pair in train])
    machine = LinearSVC(C=1.0, random_state=SEED).fit(known, related)
    nearest = np.concatenate([np.asarray((asked[i : i + 256] @ known.T).argmax(axis=1)).ravel() for i in range(0, len(test), 256)])
    said = (np.asarray(machine.predict(asked), dtype=bool), related[nearest], np.ones(len(test), dtype=bool))
    return dict(zip(SYSTEMS, said, strict=True))


def by_document(rows: Sequence[Pair], said: Bools) -> NDArray[np.int64]:
    """(true positives, false positives, false negatives, true negatives) of each document, (documents, 4), documents sorted."""
    _, place = np.unique([pair.document for pair in rows], return_inverse=True)
    related = np.array([bool(pair.labels) for pair in rows])
    table = np.zeros((int(place.max()) + 1, 4), dtype=np.int64)
    np.add.at(table, (place, np.select([related & said, said, related], [0, 1, 2], 3)), 1)
    return table


def f1_of_four(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return f1(sums[..., :3])


def accuracy(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((sums[..., 0] + sums[..., 3]) / np.maximum(sums.sum(axis=-1), 1), dtype=np.float64)


FIGURES: Mapping[str, Statistic] = {"F1": f1_of_four, "accuracy": accuracy}


def leaked_rows(found: Sequence[Part]) -> dict[str, int]:
    """Rows of all parts, and test rows whose very sentence, masks and all, is in their own training part."""
    whole = Counter({"train": 0, "test": 0, "test_rows_in_train": 0})
    for train, test in found:
        seen = {normalise(pair.text) for pair in train}
        whole.update(train=len(train), test=len(test), test_rows_in_train=sum(normalise(pair.text) in seen for pair in test))
    return dict(whole)


def measure(name: str, data: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Every figure of one corpus."""
    result: dict[str, Any] = {"protocols": {}, "differences": {}}
    tables: dict[str, dict[str, NDArray[np.int64]]] = {}
    for protocol, found in splits(name, data):
        tell(f"{CORPORA[name]}: {protocol}")
        rows = [pair for _, test in found for pair in test]
        said: dict[str, list[Bools]] = {system: [] for system in SYSTEMS}
        for train, test in found:
            for system, part in answers(train, test).items():
                said[system].append(part)
        tables[protocol] = {system: by_document(rows, np.concatenate(part)) for system, part in said.items()}
        figures = {
            system: {column: _percent(bootstrap(table, statistic=statistic, seed=SEED)) for column, statistic in FIGURES.items()}
            for system, table in tables[protocol].items()
        }
        result["protocols"][protocol] = {"rows": leaked_rows(found), "documents": len({pair.document for pair in rows}), "systems": figures}
    for system in SYSTEMS:
        gap = paired_bootstrap(tables[LEAKED][system], tables[GROUPED][system], statistic=f1_of_four, seed=SEED)
        result["differences"][system] = {"F1": _percent(gap[:3]), "p": gap.p}
    return result


def _percent(values: Sequence[float]) -> list[float]:
    return [round(100 * value, 2) for value in values]


def table(name: str, result: Mapping[str, Any]) -> Table:
    """One corpus, for models/RESULTS.md and the page."""
    protocols = result["protocols"]
    rows = []
    for system, kind in SYSTEMS.items():
        cells = {}
        for protocol, found in protocols.items():
            value, low, high = found["systems"][system]["F1"]
            cells[f"F1, {protocol}"] = Figure(value=value, low=low, high=high)
        rows.append(Row(system=system, kind=kind, figures=cells))
    first = protocols[HONEST]
    shares = "; ".join(f"{p}: {f['rows']['test_rows_in_train']:,} of {f['rows']['test']:,}" for p, f in protocols.items())
    return Table(
        title=f"{CORPORA[name]}: what the same classifiers seem to know when the folds leak",
        section=Section.WARNINGS,
        measured_on=f"{name}, all ten test folds scored together",
        documents=f"{first['rows']['test']:,} sentences of {first['documents']:,} documents",
        seed=SEED,
        columns=tuple(f"F1, {protocol}" for protocol in protocols),
        rows=tuple(rows),
        notes=(
            f"Test rows whose very sentence stands in the training rows of their own fold: {shares}.",
            "The rows that are scored are the same in all three columns; what is trained on differs.",
        ),
        command=COMMAND,
    )


def write_page() -> None:
    """Put the stored tables, with the published rows, between the page's marks."""
    stored = read_tables()
    names = [f"leaked-{name}" for name in CORPORA]
    lines = "\n\n".join("\n".join(draw(name, stored[name])).replace("### ", "#### ", 1) for name in names)
    before, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    end = rest.partition(END)[2]
    PAGE.write_text(f"{before}{begin}\n\n{lines}\n\n{END}{end}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    result = {name: measure(name, options.data, lambda what: print(what, flush=True)) for name in CORPORA}
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name, found in result.items():
        store(f"leaked-{name}", table(name, found))
    write_page()


if __name__ == "__main__":
    main()
