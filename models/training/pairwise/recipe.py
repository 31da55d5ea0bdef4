"""Recipes of the pairwise sibling: which relation corpora it learns from, how much of each text it reads, and its loss."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from models.runtime.questions import OVERHEAD, SMALLEST_BUDGET
from models.training.recipe import Count, Part, Recipe, Share


class HeadPart(Part):
    inner: Count = 256
    dropout: Share = 0.1


class LossPart(Part):
    """Cross-entropy over the labels that the pair's corpus annotates, and the ranking loss with abstention beside it."""

    cross_entropy: Annotated[float, Field(ge=0.0)] = 1.0
    ranking: Annotated[float, Field(ge=0.0)] = 1.0
    margin: Annotated[float, Field(ge=0.0)] = 1.0  # by which the right answer's score is to exceed the others'


class ReadPart(Part):
    """How much of a text is read: see `models.runtime.questions.Context`."""

    budget: Annotated[int, Field(ge=SMALLEST_BUDGET)] = 128
    neighbours: Annotated[int, Field(ge=0)] = 1


class NegativesPart(Part):
    """Which share of the pairs without a relation is read, by the sentence borders between their closest mentions.

    Each pair that is read stands for those that are not: its loss counts 1 / share.
    """

    same: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    next: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    far: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0

    def share(self, apart: int) -> float:
        return (self.same, self.next, self.far)[min(apart, 2)]


class CorpusPart(Part):
    """Passes over a corpus's training pairs in the whole run. The question names the corpus: it says which labels there are to give."""

    name: str
    passes: Count
    read: ReadPart = ReadPart()
    negatives: NegativesPart = NegativesPart()
    held_out: list[str] = Field(default_factory=list)  # documents of train that no step learns from: which step is kept, and calibration
    limit: Count | None = None  # documents; for smoke tests and learning curves


class FoldPart(Part):
    """Leaves one part of the training documents out, so that the model's answers on them can teach another model."""

    number: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(ge=2)]

    @model_validator(mode="after")
    def _inside(self) -> "FoldPart":
        if self.number >= self.of:
            raise ValueError(f"there is no fold {self.number} of {self.of}; the first is 0")
        return self


class PairwiseRecipe(Recipe):
    """Corpora earlier in the list win where two hold the same document."""

    kind: Literal["pairwise"] = "pairwise"
    generation: Annotated[int, Field(ge=0)]
    head: HeadPart = HeadPart()
    loss: LossPart = LossPart()
    corpora: Annotated[list[CorpusPart], Field(min_length=1)]
    scored: list[str]  # corpus/split of every set that the model will be scored on: no document of theirs is learned from
    fold: FoldPart | None = None

    @model_validator(mode="after")
    def _named_once(self) -> "PairwiseRecipe":
        names = [part.name for part in self.corpora]
        if len(set(names)) != len(names):
            raise ValueError("a corpus is named twice")
        return self

    @model_validator(mode="after")
    def _fold_is_new(self) -> "PairwiseRecipe":
        if self.fold and self.encoder.artefact:
            raise ValueError("fold: the encoder of a served model may have learned the relations of the fold that is left out")
        return self

    @model_validator(mode="after")
    def _fits_the_window(self) -> "PairwiseRecipe":
        if self.encoder.case:
            raise ValueError("encoder.case: questions do not say how a word is written")
        widest = max(part.read.budget for part in self.corpora) + OVERHEAD
        if widest > self.encoder.window:
            raise ValueError(f"a question may have {widest} pieces, the encoder's window is {self.encoder.window}")
        return self
