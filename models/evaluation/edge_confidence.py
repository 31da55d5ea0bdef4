"""How far an edge's confidence is what it says, and the factor that makes it so (`graphstore.confidence.COUNTED`).

python -m models.evaluation.edge_confidence --data ../shared/data

BioRED's dev documents are read from raw text as the extractor does, and their positive relations are gathered into edges as the
graph does. An edge is right where the gold annotations of one of its documents state the same pair with the same type: a missed
name, a wrong identifier and a wrong type all make it wrong. Edges with an end that could not be linked are left out: the gold has
identifiers only. Every probability that is judged is of a factor that was fitted on other documents.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray

from graphstore.confidence import COUNTED, MILLION, share
from models.evaluation.counts import drawn
from models.evaluation.end_to_end import identifiers
from models.evaluation.end_to_end.gold_file import GoldFile, read_gold
from models.evaluation.end_to_end.job import without
from models.evaluation.errors import GoldUnusable
from models.evaluation.from_text import Reader
from models.evaluation.ledger import record, weights_of
from models.evaluation.reliability import AFTER, BEFORE, Judged
from models.evaluation.served import Served
from models.evaluation.trained import fingerprints, trained_on, training_documents
from models.runtime.artefact import load_artefact
from models.runtime.errors import BiorelayError
from processors.linking import load_linker
from processors.outputs.pubtator import identifier_column
from processors.records import EntityType, Participant, Predicate, Relation

ROOT = Path(__file__).parents[2]
OUTPUT, PICTURE = ROOT / "benchmarks" / "results" / "edge_confidence.json", ROOT / "docs" / "img" / "edge-confidence.png"
COMMAND = "python -m models.evaluation.edge_confidence"
SCHEMA = "biorelay.edge-confidence/1"
FITTED, OFTEN = "biored/dev", "bc5cdr/test"
"""What the factor is fitted on; and a set in which more pairs are stated by several papers."""
FILES = {FITTED: Path("biored", "Dev.PubTator"), OFTEN: Path("bc5cdr_pubtator", "CDR_TestSet.PubTator.txt")}
FOLDS = 5
Array = NDArray[np.float64]
Map = Callable[[Array], Array]
Tell = Callable[[str], None]


class Found(NamedTuple):
    """A positive relation that was found in a document."""

    document: int
    edge: tuple[str, str, str]
    probability: float
    right: bool


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges, parallel arrays (N): weight in nats, whether one of its documents states it, papers, and the first document's number."""

    weight: Array
    right: NDArray[np.bool_]
    papers: NDArray[np.int64]
    document: NDArray[np.int64]

    @classmethod
    def of(cls, found: Iterable[Found]) -> "Edges":
        by_edge: dict[tuple[str, str, str], dict[int, tuple[float, bool]]] = defaultdict(dict)
        for one in found:
            p, right = by_edge[one.edge].get(one.document, (0.0, False))
            by_edge[one.edge][one.document] = (max(p, one.probability), right or one.right)
        edges = list(by_edge.values())
        return cls(
            weight=np.array([sum(share(p) for p, _ in edge.values()) / MILLION for edge in edges], dtype=np.float64),
            right=np.array([any(right for _, right in edge.values()) for edge in edges], dtype=bool),
            papers=np.array([len(edge) for edge in edges], dtype=np.int64),
            document=np.array([min(edge) for edge in edges], dtype=np.int64),
        )


def find(gold: GoldFile, reader: Reader, *, typed: bool, kept: Callable[[Relation], bool] = lambda _: True) -> list[Found]:
    """The positive relations of a gold file's documents, read from raw text; `typed`: to be right, the type must be that of the gold."""
    found = []
    for number, document in enumerate(gold.documents):
        stated = {(s.pair, s.label if typed else "") for s in document.relations}
        _, relations = reader.read(document.abstract)
        for relation in relations.relations:
            ends = (relation.subject, relation.object)
            if relation.negated or relation.speculated or not kept(relation) or any(end.id.startswith("local:") for end in ends):
                continue
            pairs = identifiers.pairs(*map(_identifiers, ends))
            right = any((pair, relation.predicate.value if typed else "") in stated for pair in pairs)
            edge = (relation.subject.id, relation.predicate.value, relation.object.id)
            found.append(Found(number, edge, relation.probability, right))
    return found


def _identifiers(end: Participant) -> tuple[str, ...]:
    return identifiers.whole(identifier_column((end.id,), end.type), end.type)


def induces(relation: Relation) -> bool:
    """What BC5CDR's annotations of chemicals that induce diseases can be held against."""
    kinds = {relation.subject.type, relation.object.type}
    return kinds == {EntityType.CHEMICAL, EntityType.DISEASE} and relation.predicate is Predicate.POSITIVE_CORRELATION


def counted_by(factor: float) -> Map:
    """1 - exp(-factor * weight)."""
    return lambda weight: -np.expm1(-factor * weight)


def fit_factor(weight: Array, right: NDArray[np.bool_]) -> float:
    """The factor of the highest likelihood, 0.01 to 100: the loss has one minimum on a logarithmic scale, found by thirds."""
    low, high = np.log(0.01), np.log(100.0)
    for _ in range(100):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if log_loss(counted_by(float(np.exp(a)))(weight), right) <= log_loss(counted_by(float(np.exp(b)))(weight), right):
            high = b
        else:
            low = a
    return float(np.exp((low + high) / 2))


def log_loss(p: Array, right: NDArray[np.bool_]) -> float:
    """Mean negative log likelihood, in nats."""
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return float(-np.mean(np.where(right, np.log(p), np.log1p(-p))))


def factor(weight: Array, right: NDArray[np.bool_]) -> Map:
    """The map that serves: each paper counts a part of its share."""
    return counted_by(fit_factor(weight, right))


def platt(weight: Array, right: NDArray[np.bool_]) -> Map:
    """A logistic regression on the noisy-or's log-odds (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=np.inf).fit(_odds(weight)[:, None], right)
    return lambda w: np.asarray(fitted.predict_proba(_odds(w)[:, None])[:, 1], dtype=np.float64)


def isotonic(weight: Array, right: NDArray[np.bool_]) -> Map:
    """A monotone step function (Zadrozny and Elkan 2002)."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(weight, right)
    return lambda w: np.asarray(fitted.predict(w), dtype=np.float64)


def _odds(weight: Array) -> Array:
    return np.log(np.expm1(np.maximum(weight, 1e-6)))


MAPS: Mapping[str, Callable[[Array, NDArray[np.bool_]], Map]] = {
    "noisy-or as it is": lambda _w, _r: counted_by(1.0),
    "each paper counts a part (serves)": factor,
    "Platt on the log-odds": platt,
    "isotonic": isotonic,
}


def cross_fitted(edges: Edges, fit: Callable[[Array, NDArray[np.bool_]], Map], folds: int = FOLDS) -> Array:
    """Confidences (N), each by a map fitted on the edges of other documents."""
    p = np.zeros(len(edges.weight))
    fold = edges.document % folds
    for number in range(folds):
        inside = fold == number
        p[inside] = fit(edges.weight[~inside], edges.right[~inside])(edges.weight[inside])
    return p


def _curve(p: Array, edges: Edges) -> dict[str, Any]:
    judged = Judged()
    for number, one, right in zip(edges.document.tolist(), p.tolist(), edges.right.tolist(), strict=True):
        judged.add(number, [one], [right])
    return judged.curve()


def _interval(edges: Edges, samples: int = 200) -> list[float]:
    """95 % of the factor: percentile bootstrap over documents."""
    numbers, row = np.unique(edges.document, return_inverse=True)
    fitted = []
    for times in drawn(len(numbers), samples=samples):
        chosen = np.repeat(np.arange(len(row)), times[row])
        fitted.append(fit_factor(edges.weight[chosen], edges.right[chosen]))
    return [round(float(x), 2) for x in np.percentile(fitted, [2.5, 97.5])]


def by_papers(edges: Edges, counted: float) -> list[dict[str, Any]]:
    """Edges of one, two, and three or more papers: mean confidence, before and after, and how many are right."""
    rows = []
    for name, inside in (("1", edges.papers == 1), ("2", edges.papers == 2), ("3 or more", edges.papers > 2)):
        n = int(inside.sum())
        means = {
            BEFORE: counted_by(1.0)(edges.weight[inside]),
            AFTER: counted_by(counted)(edges.weight[inside]),
            "right": edges.right[inside].astype(np.float64),
        }
        rows.append({"papers": name, "edges": n} | {what: round(float(values.mean()), 3) if n else None for what, values in means.items()})
    return rows


def result(edges: Edges, often: Edges) -> dict[str, Any]:
    """What is stored. Curves and losses are cross-fitted; the factor is fitted on all edges."""
    judged = {name: cross_fitted(edges, fit) for name, fit in MAPS.items()}
    curves = {name: _curve(p, edges) for name, p in judged.items()}
    before, after, *_ = MAPS
    return {
        "factor": round(fit_factor(edges.weight, edges.right), 4),
        "factor_95": _interval(edges),
        "edges": len(edges.weight),
        "right": int(edges.right.sum()),
        "reliability": {BEFORE: curves[before], AFTER: curves[after]},
        "maps": {
            name: {
                "calibration_error": curves[name]["error"],
                "calibration_error_95": curves[name]["error_95"],
                "log_loss": round(log_loss(judged[name], edges.right), 4),
            }
            for name in MAPS
        },
        "by_papers": {FITTED: by_papers(edges, COUNTED), OFTEN: by_papers(often, COUNTED)},
    }


def measure(data: Path, model: str | None, vocabulary: str | None, tell: Tell) -> dict[str, Any]:
    """Read both sets and judge. Raises as `read_gold`, `load_artefact` and `load_linker` do, and `CorpusMissing`."""
    served, linker = Served(load_artefact(model)), load_linker(vocabulary)
    tell("reading the model's training documents")
    trained: Collection[str] = fingerprints(training_documents(trained_on(served.artefact), data))
    record(FILES, system=served.artefact.reference, weights=weights_of(served.artefact.folder), command=COMMAND, data=data)
    edges, documents = {}, {}
    for name, file in FILES.items():
        tell(f"reading {name}")
        gold = without(read_gold(data / file), set(trained))
        documents[name] = len(gold.documents)
        kept = {"kept": induces} if name == OFTEN else {}
        edges[name] = Edges.of(find(gold, Reader(served, linker), typed=name == FITTED, **kept))
    told = {"schema": SCHEMA, "model": served.artefact.reference, "vocabulary": linker.version, "documents": documents}
    return told | result(edges[FITTED], edges[OFTEN])


def tables(measured: Mapping[str, Any]) -> str:
    """The figures as docs/confidence.md has them."""
    lines = [f"| map, cross-fitted on {measured['edges']} edges | calibration error, % | 95 % | log loss |", "| --- | ---: | --- | ---: |"]
    for name, row in measured["maps"].items():
        low, high = row["calibration_error_95"]
        lines.append(f"| {name} | {row['calibration_error']:.1f} | {low:.1f} to {high:.1f} | {row['log_loss']:.3f} |")
    lines += ["", "| edges of | papers | edges | noisy-or | confidence | right |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for name, rows in measured["by_papers"].items():
        for row in rows:
            shares = (" " if row[what] is None else f"{row[what]:.2f}" for what in (BEFORE, AFTER, "right"))
            lines.append(f"| {name} | {row['papers']} | {row['edges']} | {' | '.join(shares)} |")
    lines += ["", "| confidence, of a tenth of the edges | right | edges |", "| ---: | ---: | ---: |"]
    lines += [f"| {row['confidence']:.2f} | {row['right']:.2f} | {row['n']} |" for row in measured["reliability"][AFTER]["bins"]]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="the corpora's folder")
    parser.add_argument("--model", metavar="MODEL", help="name, name@version or folder (the shipped one)")
    parser.add_argument("--vocabulary", metavar="NAME", help="the vocabulary (the shipped one)")
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="FILE", help="where the figures go, as JSON")
    parser.add_argument("--picture", type=Path, default=PICTURE, metavar="FILE", help="where the reliability curve goes, as PNG")
    asked = parser.parse_args(arguments)
    try:
        measured = measure(asked.data, asked.model, asked.vocabulary, lambda what: _tell(what, sys.stderr))
    except BiorelayError as error:
        _tell(f"{error}{f' {error.remedy}' if error.remedy else ''}", sys.stderr)
        return 2 if isinstance(error, GoldUnusable) else 1
    from models.evaluation.pictures import reliability

    asked.output.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    reliability(measured["reliability"], "confidence of edges", asked.picture)
    _tell(tables(measured), sys.stdout)
    return 0


def _tell(what: str, to: TextIO) -> None:
    to.write(f"{what}\n")


if __name__ == "__main__":
    sys.exit(main())
