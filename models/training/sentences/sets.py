"""The sets that sentence classifiers are scored on, and every system's answers to them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.errors import OtherRun
from models.training.sentences.baselines.systems import System
from models.training.sentences.folds import Fold
from models.training.sentences.job import MANIFEST, PREDICTIONS, SCHEMA
from models.training.sentences.recipe import Protocol
from models.training.sentences.rows import rows

SEED = 1


@dataclass(frozen=True, slots=True)
class Scored:
    """A corpus, or a part of it, under one protocol."""

    title: str
    corpus: str  # corpus, or corpus/part
    protocol: Protocol

    @property
    def measured_on(self) -> str:
        how = {"published": "ten published folds", "grouped": "ten folds by document", "official": "its own test set"}
        return f"{self.corpus}, {how[self.protocol]}"


_PPI = {"aimed": "AIMed", "bioinfer": "BioInfer", "iepa": "IEPA", "lll": "LLL"}
_EUADR = {"target-disease": "target-disease", "drug-disease": "drug-disease", "drug-target": "drug-target"}

SETS: Mapping[str, Scored] = MappingProxyType(
    {
        "gad": Scored("GAD", "gad", "published"),
        "gad-grouped": Scored("GAD, by sentence", "gad", "grouped"),
        "eu-adr": Scored("EU-ADR", "eu-adr", "published"),
        **{f"eu-adr-{name}": Scored(f"EU-ADR {title}", f"eu-adr-original/{name}", "grouped") for name, title in _EUADR.items()},
        **{name: Scored(title, name, "official") for name, title in _PPI.items()},
        **{f"{name}-grouped": Scored(f"{title}, by document", name, "grouped") for name, title in _PPI.items()},
    }
)
"""Every set by its short name."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A system's scores of a set's rows, in the order of the folds."""

    name: str
    ids: tuple[str, ...]
    documents: tuple[str, ...]
    folds: tuple[str, ...]
    related: NDArray[np.bool_]
    scores: NDArray[np.float64]
    ours: bool = False
    facts: Mapping[str, Any] | None = None  # of a recipe's run: its manifest


def baseline_answers(key: str, system: System, folds: Sequence[Fold], kept: Path, *, train: bool = True) -> Answers | None:
    """Train a baseline on every fold and score its test rows; what `kept` holds of an earlier run of the same rows is taken from there.

    None where it holds nothing and nothing is to be trained.
    """
    tests = [rows(fold.test, system.form) for fold in folds]
    ids = tuple(row.id for test in tests for row in test)
    path = kept / f"{key}.json"
    stored = json.loads(path.read_bytes()) if path.is_file() else {}
    if tuple(stored.get("ids", ())) == ids:
        scores = np.array(stored["scores"], dtype=np.float64)
    elif not train:
        return None
    else:
        found = []
        for fold, test in zip(folds, tests, strict=True):
            classifier = system.make()
            classifier.fit(rows(fold.train, system.form), SEED)
            found.append(classifier.score(test))
        scores = np.concatenate(found).round(6)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"ids": ids, "scores": scores.tolist()}), encoding="utf-8")
    documents = tuple(row.document for test in tests for row in test)
    names = tuple(fold.name for fold in folds for _ in fold.test)
    return Answers(system.name, ids, documents, names, np.array([row.related for test in tests for row in test]), scores)


def recipe_answers(out: Path, scored: Scored) -> Iterator[Answers]:
    """The answers of every recipe run in `out` that was scored on the set's test rows: by int8, then by fp32."""
    for path in sorted(out.glob(f"*/*/{MANIFEST}")):
        manifest = json.loads(path.read_bytes())
        if manifest.get("schema") != SCHEMA or manifest["scored_on"] != "test rows":
            continue
        read = manifest["settings"]["rows"]
        if (read["name"], read["protocol"]) != (scored.corpus, scored.protocol) or read["only"] or read["limit"]:
            continue
        lines = [json.loads(line) for line in (path.parent / PREDICTIONS).read_text(encoding="utf-8").splitlines()]
        name = f"{manifest['settings']['name']}@{manifest['settings']['version']}"
        for precision in ("int8", "fp32"):
            yield Answers(
                f"{name}, {precision}",
                tuple(line["id"] for line in lines),
                tuple(line["document"] for line in lines),
                tuple(line["fold"] for line in lines),
                np.array([line["related"] for line in lines]),
                np.array([line[precision] for line in lines], dtype=np.float64),
                ours=True,
                facts=manifest,
            )


def refuse_other_rows(answers: Sequence[Answers]) -> None:
    """Raise `OtherRun` unless all systems answered the same rows."""
    for other in answers[1:]:
        if other.ids != answers[0].ids:
            raise OtherRun(f"{other.name} did not answer the rows that {answers[0].name} answered", remedy="Run the recipe anew.")
