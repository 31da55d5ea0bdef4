"""Pairs of relation corpora as the sibling learns from them: the pieces of a question, and what the corpus answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import ENTITY_TYPES
from models.corpora.relations.pair import Pair
from models.evaluation.pair_sets import in_order
from models.runtime.questions import Context, Passage, Questions
from models.training.pairwise.labels import Labels
from models.training.plan import Shape
from processors.sentences import split_sentences

NONE = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One pair with its gold answer."""

    pair: Pair
    ids: NDArray[np.int32]  # (L)
    task: int
    gold: tuple[int, ...]  # label numbers; (NONE,) where there is no relation
    weight: float = 1.0  # how many pairs it stands for

    @property
    def shape(self) -> Shape:
        return Shape(1, len(self.ids), len(self.ids))


class ExampleMaker:
    """Makes examples with one tokeniser and one set of labels."""

    def __init__(self, questions: Questions, labels: Labels) -> None:
        self._questions = questions
        self._labels = labels
        self._tasks = list(labels.tasks)
        self._passage = lru_cache(maxsize=8)(self._cut)  # pairs of one text follow one another

    def make(self, pair: Pair, corpus: str, context: Context, *, weight: float = 1.0) -> Example | None:
        """None where no mention of one of the entities touches a piece."""
        passage = self._passage(pair.text)
        first, second = (self._questions.end(passage, ENTITY_TYPES.index(end.type), end.spans) for end in in_order(pair))
        if first is None or second is None:
            return None
        task = self._tasks.index(corpus)
        ids = self._questions.ask(passage, task, first, second, context).astype(np.int32)
        gold = tuple(sorted({self._labels.tasks[corpus][label] for label in pair.labels})) or (NONE,)
        return Example(pair, ids, task, gold, weight)

    def _cut(self, text: str) -> Passage:
        return self._questions.cut(text, [end for _, end in split_sentences(text)])


def gold_matrix(examples: Sequence[Example], labels: int) -> NDArray[np.float32]:
    """(N, R) distributions over the labels: a pair of two labels is half of each."""
    gold = np.zeros((len(examples), labels), dtype=np.float32)
    for row, example in enumerate(examples):
        gold[row, list(example.gold)] = 1 / len(example.gold)
    return gold
