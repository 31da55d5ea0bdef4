"""Recipes of kind `sentence`: an encoder that says whether a sentence relates its two marked mentions."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.training.recipe import Count, Part, Recipe, Share

Protocol = Literal["published", "grouped", "official"]


Pooled = Literal["cls", "mean", "ends", "between"]


class RowsPart(Part):
    """Which rows, and how they are parted into training and test.

    `published`: the folds as the corpus was published. `grouped`: folds made here, that no group of rows (a document; where a
    corpus gives none, a sentence whatever is masked in it) is parted by. `official`: the corpus's own training and test sets.
    """

    name: str
    protocol: Protocol
    only: list[Count] = Field(default_factory=list)  # these folds alone; none named: all
    limit: Count | None = None  # training rows of each fold; for smoke tests and learning curves
    carved: Share = 0.0  # share of each fold's training groups that no step learns from: held-out scores
    choosing: bool = False  # score the carved rows alone; the test rows are not read


class NetworkPart(Part):
    """What the classifier reads of the encoder's last layer, and its one hidden layer."""

    form: Literal["plain", "marked", "masked"] = "masked"
    pooling: list[Pooled] = Field(default_factory=lambda: list[Pooled](("cls", "ends")))
    width: Count = 384
    dropout: Share = 0.2
    class_weights: Literal["none", "balanced"] = "none"


class SentenceRecipe(Recipe):
    kind: Literal["sentence"]
    rows: RowsPart
    network: NetworkPart = NetworkPart()
    passes: Count = 3  # over the training rows of a fold
    int8_loss: Annotated[float, Field(ge=0.0)] = 1.0  # F1 points that int8 may lose against fp32; the run fails past it

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.rows.choosing and not self.rows.carved:
            raise ValueError("rows.choosing needs rows.carved: there would be nothing to score")
        if not self.network.pooling or len(set(self.network.pooling)) != len(self.network.pooling):
            raise ValueError("network.pooling names each part once, and at least one")
        return self
