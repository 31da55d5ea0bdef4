"""Linear support vector machines over three kinds of input; how strongly they fit is chosen inside the training rows."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.sentences.baselines.features import features
from models.training.sentences.rows import Row
from models.training.sentences.words import sequence, words_of

COSTS = (0.03, 0.1, 0.3)
INNER = 3  # folds inside the training rows


class LinearSvm:
    """A linear SVM (scikit-learn's liblinear); cost and class weights by the F1 of document-wise folds inside the training rows."""

    def __init__(self, inputs: Callable[[], Any], costs: Sequence[float] = COSTS) -> None:
        self._inputs, self._costs = inputs, costs

    def fit(self, rows: Sequence[Row], seed: int) -> None:
        from sklearn.model_selection import GridSearchCV, GroupKFold
        from sklearn.svm import LinearSVC

        self._read = self._inputs()
        search = GridSearchCV(
            LinearSVC(random_state=seed, max_iter=20_000),
            {"C": list(self._costs), "class_weight": [None, "balanced"]},
            scoring="f1",
            cv=GroupKFold(min(INNER, len({row.document for row in rows}))),
            error_score="raise",
        )
        related = np.array([row.related for row in rows])
        documents = np.array([row.document for row in rows])
        self._model = search.fit(self._read.fit_transform(list(rows)), related, groups=documents).best_estimator_

    def score(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        return np.asarray(self._model.decision_function(self._read.transform(list(rows))), dtype=np.float64)


def over_words() -> Any:
    """Words and word pairs weighted by TF-IDF, with one word for each of the two mentions."""
    return _tfidf(lambda row: sequence(row)[0])


def over_text() -> Any:
    """Words and word pairs weighted by TF-IDF, the names among them."""
    return _tfidf(lambda row: words_of(row.text))


def _tfidf(words_in: Callable[[Row], Sequence[str]]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    def grams(row: Row) -> list[str]:
        words = words_in(row)
        return [*words, *(" ".join(pair) for pair in pairwise(words))]

    return TfidfVectorizer(analyzer=grams, sublinear_tf=True, min_df=2)


def over_features() -> Any:
    """The hand-made features."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, Normalizer

    return make_pipeline(FunctionTransformer(_feature_rows), DictVectorizer(), Normalizer())


def _feature_rows(rows: Sequence[Row]) -> list[dict[str, float]]:
    return [features(row) for row in rows]


class Frozen:
    """Makes the input of an SVM over a frozen encoder's vectors; each row is encoded once, whatever the folds."""

    def __init__(self, encode: Callable[[Sequence[Row]], NDArray[np.float32]]) -> None:
        self._encode = encode
        self._known: dict[Row, NDArray[np.float32]] = {}

    def __call__(self) -> Any:
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer, StandardScaler

        return make_pipeline(FunctionTransformer(self._rows), StandardScaler())

    def _rows(self, rows: Sequence[Row]) -> NDArray[np.float32]:
        missing = list(dict.fromkeys(row for row in rows if row not in self._known))
        if missing:
            self._known.update(zip(missing, self._encode(missing), strict=True))
        return np.stack([self._known[row] for row in rows])
