"""The sets that are scored, what may be trained on for them, and the systems that are trained."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from models.corpora.documents import ENTITY_TYPES, Document
from models.corpora.errors import CorpusMissing
from models.corpora.guard import ALLOWED_LICENCES, Guard, guard_over
from models.corpora.registry import CORPORA, Corpus, corpus
from models.evaluation.baselines.bilstm_crf import BilstmCrf
from models.evaluation.baselines.crf import Crf
from models.evaluation.baselines.dictionary import Dictionary
from models.evaluation.baselines.gazetteer import Gazetteer, KnownNames, knowledge_names
from models.evaluation.baselines.vectors import COMMAND as VECTORS
from models.evaluation.baselines.vectors import WordVectors, allowed_texts, train_vectors
from models.evaluation.baselines.words import Span
from models.evaluation.errors import ResultUnusable
from models.evaluation.ledger import record, weights_of
from models.evaluation.ner_report.predictions import predictions_path, read_predictions, write_predictions
from models.evaluation.scores import found_spans
from models.evaluation.served import Served
from models.runtime.artefact import Artefact, load_artefact
from processors.records import EntityType

COMMAND = "python -m models.evaluation.ner_report"

Tell = Callable[[str], None]


class System(Protocol):
    """Anything that finds mentions in a text."""

    def find(self, text: str) -> list[Span]: ...


@dataclass(frozen=True, slots=True)
class NerSet:
    """A split that is scored, and the corpus whose training part belongs to it."""

    corpus: str
    split: str
    research: bool = False  # its licence is not on the allow-list: what it trains may not ship

    @property
    def place(self) -> str:
        return f"{self.corpus}/{self.split}"

    @property
    def types(self) -> list[EntityType]:
        annotated = corpus(self.corpus).annotates
        return [kind for kind in ENTITY_TYPES if kind in annotated]


SETS: tuple[NerSet, ...] = (
    NerSet("biored", "dev"),
    NerSet("bc5cdr", "test"),
    NerSet("ncbi-disease", "test"),
    NerSet("bc2gm", "test", research=True),
)

DICTIONARY, KNOWLEDGE, CRF, BILSTM = "dictionary", "knowledge", "crf", "bilstm-crf"
OTHERS = "crf-others"
BASELINES = (DICTIONARY, KNOWLEDGE, CRF, BILSTM, OTHERS)
SHARES = (10, 25, 50)
"""Percent of the training documents that the learning curve takes beside all of them."""


class Union:
    """Several systems of one type each as one: of spans that overlap the longest stays, then the first."""

    def __init__(self, systems: Iterable[System]) -> None:
        self._systems = list(systems)

    def find(self, text: str) -> list[Span]:
        kept: list[Span] = []
        for span in sorted((s for system in self._systems for s in system.find(text)), key=lambda s: (s[0] - s[1], s)):
            if all(span[1] <= other[0] or other[1] <= span[0] for other in kept):
                kept.append(span)
        return sorted(kept)


class ArtefactSystem:
    """An artefact's mentions, as it is served."""

    def __init__(self, artefact: Artefact) -> None:
        self._served = Served(artefact)

    def find(self, text: str) -> list[Span]:
        return [(s.start, s.end, ENTITY_TYPES[s.type]) for s in found_spans(self._served, text)]


class Bench:
    """Trains systems and keeps what they found. `models` are artefacts to score by name, beside the shipped one."""

    def __init__(
        self,
        data: Path,
        predictions: Path,
        *,
        models: Mapping[str, str | Path] | None = None,
        vectors: Path | None = None,
        tell: Tell,
    ) -> None:
        """Raises as `load_artefact`."""
        self.data = data
        self.shipped = load_artefact(None).reference
        self.models: dict[str, str | Path | None] = {self.shipped: None, **(models or {})}
        self._predictions = predictions
        self._vectors = vectors
        self._tell = tell
        self._read: dict[str, list[Document]] = {}
        self._kept: dict[str, list[Document]] = {}
        self._found: dict[tuple[str, str], dict[str, list[Span]]] = {}

    @cached_property
    def guard(self) -> Guard:
        """Every set of this report and the dev set beside it, whichever are asked for: so a system does not depend on that."""
        self._tell("reading dev and test sets for the leakage guard")
        places = dict.fromkeys(place for of in SETS for place in (of.place, f"{of.corpus}/dev"))
        return guard_over(self.data, places)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Raises `CorpusMissing` where the knowledge bases are not under the data folder."""
        self._tell("reading the knowledge bases' names")
        try:
            return Gazetteer(knowledge_names(self.data / "kb"))
        except OSError as error:
            raise CorpusMissing(
                f"the knowledge bases are not at {self.data / 'kb'}: {error}", remedy="Name the data folder with --data."
            ) from error

    def documents(self, of: NerSet) -> list[Document]:
        """The documents that are scored. Raises `CorpusMissing`."""
        if of.place not in self._read:
            self._read[of.place] = corpus(of.corpus).read(of.split, self.data)
        return self._read[of.place]

    def training(self, name: str) -> list[Document]:
        """A corpus's training documents without those of any dev or test set, in an order that their names alone decide."""
        if name not in self._kept:
            kept, removed = self.guard.remove(corpus(name).read("train", self.data))
            self.guard.refuse(kept)
            self._tell(f"{name}/train: {len(kept)} documents; {len(removed)} left out, which a dev or test set holds")
            self._kept[name] = sorted(kept, key=lambda d: hashlib.sha256(f"{d.corpus} {d.pmid}".encode()).hexdigest())
        return self._kept[name]

    def others(self, of: NerSet, kind: EntityType) -> list[str]:
        """The other corpora of whole documents under the data folder that annotate a type and have a listed licence.

        Corpora of token columns are left out: some are copies of these in another form.
        """
        whole = (c for c in CORPORA.values() if c.form == "pubtator" and "train" in c.splits and c.licence in ALLOWED_LICENCES)
        return [c.name for c in whole if c.name != of.corpus and kind in c.annotates and self._has(c)]

    def _has(self, corpus: Corpus) -> bool:
        return all((self.data / path).is_file() for path in corpus.split("train").files)

    def artefact(self, system: str) -> Artefact:
        """Raises as `load_artefact`."""
        return load_artefact(self.models[system])

    def learned_by(self, artefact: Artefact) -> list[Document]:
        """The training documents of an artefact's corpora."""
        names = [part["name"] for part in artefact.manifest.training.get("corpora") or []]
        return [d for name in names if name in CORPORA for d in self.training(name)]

    def found(self, system: str, of: NerSet) -> dict[str, list[Span]]:
        """What a system finds in a set. What baselines found is read where it is kept; an artefact runs once in a run of this report.

        Raises `ResultUnusable`, `CorpusMissing`, and as `load_artefact`.
        """
        key = (system, of.place)
        if key not in self._found:
            documents = self.documents(of)
            path = predictions_path(self._predictions, system, of.place)
            if system in self.models or not path.exists():
                self._tell(f"{system} for {of.place}")
                trained = self.train(system, of)
                self._record(system, of)
                self._found[key] = {d.pmid: trained.find(d.text) for d in documents}
                if system not in self.models:
                    write_predictions(path, documents, self._found[key])
            else:
                self._found[key] = read_predictions(path, documents)
        return self._found[key]

    def _record(self, system: str, of: NerSet) -> None:
        """Write down that the set was scored."""
        if system in self.models:
            artefact = self.artefact(system)
            record([of.place], system=artefact.reference, weights=weights_of(artefact.folder), command=COMMAND)
        else:
            record([of.place], system=system, command=COMMAND)

    def train(self, system: str, of: NerSet) -> System:
        """The system, trained for a set. Raises `ResultUnusable` where there is no such system."""
        if system in self.models:
            return ArtefactSystem(self.artefact(system))
        if system == DICTIONARY:
            return Dictionary(self.training(of.corpus))
        if system == KNOWLEDGE:
            return KnownNames(self.gazetteer, self.training(of.corpus))
        if system == OTHERS:
            return self._crf_of_others(of)
        if system == BILSTM:
            return self._bilstm(of)
        name, _, share = system.rpartition("-")
        if system == CRF or (name == CRF and share.isdecimal()):
            return self._crf(self.training(of.corpus), of.types, int(share) if name == CRF else 100)
        raise ResultUnusable(
            f"there is no system {system!r}, and no predictions of it are kept", remedy=f"Baselines are {', '.join(BASELINES)}."
        )

    def _crf(self, documents: Sequence[Document], types: Sequence[EntityType], share: int = 100) -> System:
        part = documents[: max(1, len(documents) * share // 100)]
        if not any(m.type in types for d in part for m in d.mentions):
            return Union([])  # who never saw a mention finds none
        return Crf(part, types, self.gazetteer)

    def _crf_of_others(self, of: NerSet) -> System:
        """One CRF a type, on all other corpora that annotate it: what one of them does not annotate it does not deny."""
        return Union(self._crf([d for name in self.others(of, kind) for d in self.training(name)], [kind]) for kind in of.types)

    def _bilstm(self, of: NerSet) -> System:
        return BilstmCrf(self.training(of.corpus), of.types, self._word_vectors(), tell=self._tell)

    def _word_vectors(self) -> WordVectors:
        path = self._vectors or self._predictions / "vectors.npz"
        if self._vectors is None and not path.exists():
            self._tell("word vectors")
            path.parent.mkdir(parents=True, exist_ok=True)
            train_vectors(allowed_texts(self.data)[0]).save(path)
        try:
            return WordVectors.load(path)
        except (OSError, ValueError) as error:
            raise ResultUnusable(f"no word vectors: {error}", remedy=f"Make them with {VECTORS}.") from error
