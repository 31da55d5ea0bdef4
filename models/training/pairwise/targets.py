"""Soft labels for the joint model's candidate pairs: what a pairwise teacher thinks of documents that it did not learn from.

A file is gzipped JSON lines. The first says what it is:
`{"schema": "biorelay.targets/1", "labels": ["None", ...], "teachers": {"name@version": what its manifest says of its training}}`;
each other line is a document:
`{"document": "biored/train 123", "text": sha256 of its text, "pairs": [[id, id, [probability of each label]], ...]}`, ids sorted.
Probabilities are calibrated and rounded to four digits; the same teachers and documents give the same bytes.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import LABELS, Document, relation_key
from models.corpora.licences import refuse_research
from models.corpora.registry import corpus
from models.corpora.relations.entities import BIORED, entity_pairs
from models.corpora.relations.pair import Pair
from models.evaluation.pair_sets import key_of
from models.evaluation.pairwise import ask
from models.runtime.pairwise import PairwiseArtefact, PairwiseHead, load_pairwise
from models.training.errors import TargetsUnusable
from models.training.pairwise.folds import fold_of
from models.training.progress import Progress, ProgressEvent, silent

SCHEMA = "biorelay.targets/1"
TASK = "biored"
DIGITS = 4
REMEDY = "Make it anew with `biorelay distil`."

Answers = Mapping[tuple[str, str], NDArray[np.float32]]
"""Probabilities (R) of a pair of ids, sorted."""


class Targets:
    """A file of soft labels, read whole. `teachers` says how each was trained: shipping, corpora and their licences, sets held apart."""

    def __init__(self, teachers: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Answers]) -> None:
        self.teachers = teachers
        self._answers = answers

    def __len__(self) -> int:
        """How many documents it has answers for."""
        return len(self._answers)

    def refuse_research(self) -> None:
        """Raise `LicenceNotAllowed` where a teacher is none that a model which ships may learn from."""
        for name, training in self.teachers.items():
            refuse_research(name, training)

    def of(self, text: str, ids: Sequence[str], pairs: NDArray[np.int64], *, temperature: float = 1.0) -> NDArray[np.float32]:
        """Probabilities (P, R) of `LABELS` for pairs (P, 2) of numbers into `ids`; a row of NaN where no teacher answered.

        A temperature above 1 softens: p^(1/T), then added up to 1 again (Hinton et al. 2015, arXiv:1503.02531).
        """
        rows = np.full((len(pairs), len(LABELS)), np.nan, dtype=np.float32)
        known = self._answers.get(text_mark(text), {})
        for row, (a, b) in enumerate(pairs.tolist()):
            found = known.get(relation_key(ids[a], ids[b]))
            if found is not None:
                softened = found ** (1 / temperature)
                rows[row] = softened / softened.sum()
        return rows


def read_targets(path: Path) -> Targets:
    """Read a file. Raises `TargetsUnusable` naming file and line where it is none, or its labels are not the joint model's."""
    line, answers = 1, dict[str, Answers]()
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            head = json.loads(stream.readline())
            if head["schema"] != SCHEMA or sorted(head["labels"]) != sorted(LABELS):
                raise TargetsUnusable(f"{path} is no {SCHEMA} file with the labels {', '.join(LABELS)}", remedy=REMEDY)
            order = [head["labels"].index(label) for label in LABELS]
            if not isinstance(head["teachers"], dict):
                raise TypeError("teachers are told of by name")
            for content in stream:
                line += 1
                document = json.loads(content)
                answers[str(document["text"])] = {relation_key(a, b): _row(p, order) for a, b, p in document["pairs"]}
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise TargetsUnusable(f"{path}:{line} is no line of soft labels: {error}", remedy=REMEDY) from error
    return Targets(head["teachers"], answers)


def _row(values: Sequence[float], order: Sequence[int]) -> NDArray[np.float32]:
    p = np.array(values, dtype=np.float32)[order]
    if len(values) != len(order) or not np.isfinite(p).all() or (p < 0).any() or not p.any():
        raise ValueError(f"{values} are no probabilities of {len(order)} labels")
    shares: NDArray[np.float32] = p / p.sum(dtype=np.float32)
    return shares


def text_mark(text: str) -> str:
    """By which a document is known: one text in two corpora is one document."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_targets(
    folders: Sequence[Path], corpora: Sequence[str], data: Path, path: Path, *, seen: bool = False, progress: Progress = silent
) -> int:
    """Ask the teachers in `folders` about the training documents of `corpora`; how many documents got answers.

    A teacher answers for a document only where it did not learn BioRED's relations from it: its left-out fold, its held-out
    documents, and corpora that do not annotate them. Teachers of several folds together answer for all (cross-fitting); where
    several may answer, their mean stands. With `seen`, all answer for everything, which flatters what they have learned by heart.
    Raises as `load_pairwise` and `Corpus.read`.
    """
    teachers = [load_pairwise(folder) for folder in folders]
    heads = [PairwiseHead(teacher, TASK) for teacher in teachers]
    unseen = [_unseen(teacher, data) for teacher in teachers]
    documents = [document for name in corpora for document in corpus(name).read("train", data)]
    written: set[str] = set()
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as stream:
        labels = list(heads[0].labels)
        stream.write(_line({"schema": SCHEMA, "labels": labels, "teachers": {t.reference: _said(t) for t in teachers}}))
        for number, document in enumerate(documents, start=1):
            may = [head for head, answers in zip(heads, unseen, strict=True) if seen or answers(document)]
            mark = text_mark(document.text)
            pairs = list(entity_pairs(document, BIORED))
            if may and pairs and mark not in written:
                written.add(mark)
                p = np.mean([ask(head, pairs)[:, [head.labels.index(label) for label in labels]] for head in may], axis=0)
                stream.write(_line({"document": f"{document.corpus} {document.pmid}", "text": mark, "pairs": list(_pairs(pairs, p))}))
            progress(ProgressEvent("distil", document.corpus, number, len(documents)))
    return len(written)


def _said(teacher: PairwiseArtefact) -> dict[str, Any]:
    """What `refuse_research` and a reader ask of a teacher's training."""
    return {
        name: teacher.manifest.training[name] for name in ("shipping", "weights", "corpora", "scored") if name in teacher.manifest.training
    }


def _line(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _pairs(pairs: Iterable[Pair], p: NDArray[np.float64]) -> Iterator[list[Any]]:
    for pair, row in zip(pairs, p.tolist(), strict=True):
        yield [*key_of(pair), [round(value, DIGITS) for value in row]]


def _unseen(teacher: PairwiseArtefact, data: Path) -> Callable[[Document], bool]:
    """Whether the teacher did not learn BioRED's relations from a document."""
    training = teacher.manifest.training
    settings = training.get("settings", {})
    held_out = {pmid for part in settings.get("corpora", ()) if part["name"] == TASK for pmid in part["held_out"]}
    fold = settings.get("fold")
    own = {d.pmid for d in corpus(TASK).read("train", data)}

    def answers(document: Document) -> bool:
        left_out = fold is not None and fold_of(document.pmid, fold["of"]) == fold["number"]
        return document.pmid not in own or document.pmid in held_out or left_out

    return answers
