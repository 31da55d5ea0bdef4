"""The pairwise sibling at work: one pass of the encoder for each candidate pair; more accurate than the joint model's head, and dearer.

An artefact of its own kind: `manifest.json` (schema `biorelay.pairwise/1`), `pairwise.onnx`, `tokenizer.json`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, field_validator, model_validator

from models.runtime.artefact import MANIFEST, REINSTALL, TOKENIZER, UPGRADE, verify_file
from models.runtime.device import IDS, MASK
from models.runtime.errors import ArtefactCorrupt, ArtefactError, ArtefactMissing
from models.runtime.manifest import OPSETS, FileEntry, Part, Positive
from models.runtime.questions import Context, Questions
from models.runtime.session import Graph
from models.runtime.tokenizer import PieceTokenizer

SCHEMA = "biorelay.pairwise/1"
GRAPH = "pairwise.onnx"
NONE = "None"


class TaskSpec(Part):
    """What one corpus annotates, and how much of a text its questions read."""

    labels: Annotated[dict[str, str], Field(min_length=1)]  # the corpus's own name of each -> the model's
    type_pairs: tuple[tuple[str, str], ...]  # of the candidates
    budget: int
    neighbours: int
    temperature: Positive = 1.0

    @model_validator(mode="after")
    def _reads_enough(self) -> Self:
        self.context()
        return self

    def context(self) -> Context:
        return Context(self.budget, self.neighbours)


class PairwiseManifest(Part):
    """One artefact: labels of all its tasks, no relation first."""

    schema_: Literal["biorelay.pairwise/1"] = Field(alias="schema")
    name: str
    version: str
    generation: Annotated[int, Field(ge=0)]
    precision: str
    opset: int
    types: Annotated[tuple[str, ...], Field(min_length=1)]  # entity types, in the order of their markers
    labels: Annotated[tuple[str, ...], Field(min_length=2)]
    tasks: Annotated[dict[str, TaskSpec], Field(min_length=1)]  # in the order of their pieces
    files: dict[str, FileEntry]
    training: dict[str, Any] = Field(default_factory=dict)
    metrics: dict[str, Any] = Field(default_factory=dict)

    @field_validator("opset")
    @classmethod
    def _runs_here(cls, opset: int) -> int:
        if opset not in OPSETS:
            raise ValueError(f"opset {opset} is outside {OPSETS.start} to {OPSETS.stop - 1}, which this version runs")
        return opset

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.labels[0] != NONE or len(set(self.labels)) != len(self.labels):
            raise ValueError(f"labels must be distinct and begin with {NONE}, not {self.labels}")
        for name, task in self.tasks.items():
            unknown = {*task.labels.values()} - {*self.labels[1:]} | {kind for pair in task.type_pairs for kind in pair} - {*self.types}
            if unknown:
                raise ValueError(f"task {name} names {sorted(unknown)}, which the model lacks")
        if {GRAPH, TOKENIZER} - self.files.keys() or any(Path(name).name != name for name in self.files):
            raise ValueError(f"files must lie in the artefact's own folder, {GRAPH} and {TOKENIZER} among them")
        return self


@dataclass(frozen=True, slots=True)
class PairwiseArtefact:
    """A verified artefact: its folder and its manifest."""

    folder: Path
    manifest: PairwiseManifest

    @property
    def reference(self) -> str:
        """`name@version`, as provenance states it."""
        return f"{self.manifest.name}@{self.manifest.version}"

    def path(self, name: str) -> Path:
        return self.folder / name

    def verified(self, name: str) -> Path:
        """The path of a file that has, at this moment, the bytes that the manifest states."""
        entry = self.manifest.files[name]
        verify_file(self.folder / name, entry.sha256, entry.bytes)
        return self.folder / name


def is_pairwise(folder: str | Path | None) -> bool:
    """Whether a folder holds an artefact of this kind, whole or not."""
    try:
        return folder is not None and json.loads((Path(folder) / MANIFEST).read_bytes())["schema"] == SCHEMA
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def load_pairwise(folder: Path) -> PairwiseArtefact:
    """Read an artefact and check every file of it.

    Raises `ArtefactMissing` where there is none or a file is gone, `ArtefactCorrupt` where bytes differ or the manifest cannot be
    read, `ArtefactError` where this version cannot run it.
    """
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ArtefactMissing(f"{folder} holds no {MANIFEST}", remedy="Name a folder that `biorelay train` wrote.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ArtefactCorrupt(f"{path} cannot be read as JSON: {error}", remedy=REINSTALL) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ArtefactError(f"{path} is no manifest of schema {SCHEMA}", remedy="Name the folder of a pairwise model.")
    try:
        artefact = PairwiseArtefact(folder, PairwiseManifest.model_validate(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ArtefactError(f"{path}: {'.'.join(map(str, first['loc'])) or 'manifest'}: {first['msg']}", remedy=UPGRADE) from error
    for name in artefact.manifest.files:
        artefact.verified(name)
    return artefact


@dataclass(frozen=True, slots=True)
class Named:
    """An entity of a text: the number of its type, and its mentions' code points."""

    type: int
    spans: Sequence[tuple[int, int]]


class PairwiseHead:
    """Asks a pairwise model about pairs, by the rules of one of its corpora. Safe for threads.

    One pair a call: no answer depends on its neighbours, and the same pair of a text gives the same bits on one machine.
    """

    def __init__(self, artefact: PairwiseArtefact, task: str) -> None:
        """Raises `ArtefactError` where the model has no such task, or graph and tokeniser are not what the manifest says."""
        manifest = artefact.manifest
        if task not in manifest.tasks:
            raise ArtefactError(f"{artefact.reference} has no task {task!r}", remedy=f"It has {', '.join(manifest.tasks)}.")
        self.artefact = artefact
        self.task = task
        spec = manifest.tasks[task]
        self.labels = (NONE, *spec.labels)
        self.type_pairs = [(manifest.types.index(a), manifest.types.index(b)) for a, b in spec.type_pairs]
        self.context = spec.context()
        self.temperature = spec.temperature
        self._columns = [manifest.labels.index(label) for label in (NONE, *spec.labels.values())]
        self._number = list(manifest.tasks).index(task)
        self._questions = Questions(PieceTokenizer(artefact.path(TOKENIZER)), types=len(manifest.types), tasks=len(manifest.tasks))
        self._graph = Graph(artefact, GRAPH)
        inputs = {IDS, *({MASK} & self._graph.inputs.keys())}  # a graph that takes no padding needs no mask
        self._graph.check(dict.fromkeys(inputs, (None, None)), {"logits": (None, len(manifest.labels))})

    def logits(
        self, text: str, sentence_ends: Sequence[int], entities: Mapping[int, Named], pairs: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Scores (P, R) of the task's labels, no relation first, for `pairs` (P, 2) of entity numbers, each pair in the task's order.

        A pair with an entity that touches no piece of the text cannot be asked about, and is not related.
        """
        passage = self._questions.cut(text, sentence_ends)
        ends = {number: self._questions.end(passage, entity.type, entity.spans) for number, entity in entities.items()}
        scores = np.zeros((len(pairs), len(self.labels)))
        for row, (a, b) in enumerate(pairs.tolist()):
            first, second = ends[a], ends[b]
            if first is None or second is None:
                scores[row, 1:] = -np.inf
                continue
            ids = self._questions.ask(passage, self._number, first, second, self.context)[None, :]
            read = {IDS: ids, MASK: np.ones_like(ids)}
            (logits,) = self._graph.run(("logits",), {name: read[name] for name in self._graph.inputs})
            scores[row] = logits[0, self._columns]
        return scores

    def score(
        self, text: str, sentence_ends: Sequence[int], entities: Mapping[int, Named], pairs: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Calibrated probabilities (P, R), no relation first; rows add up to 1 (temperature scaling, Guo et al. 2017)."""
        scores = self.logits(text, sentence_ends, entities, pairs) / self.temperature
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores

    @staticmethod
    def decide(scores: NDArray[np.float64]) -> NDArray[np.int64]:
        """The label (P) of each pair: the highest score, with no relation as one of the labels."""
        labels: NDArray[np.int64] = scores.argmax(axis=1) if len(scores) else np.zeros(0, dtype=np.int64)
        return labels
