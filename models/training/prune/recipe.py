"""Recipes of pruned encoders; others start from the result by `encoder.start`."""

from typing import Annotated, Literal

from pydantic import Field

from models.training.recipe import Count, Part, Recipe


class PrunePart(Part):
    """What goes."""

    layers: list[Annotated[int, Field(ge=0)]] = Field(default_factory=list)  # these, counted from 0
    heads: Count | None = None  # all but so many of each layer, by the size of what they add
    pieces: Count | None = None  # those that the texts hold less often


class PruneRecipe(Recipe):
    """`abstracts` and `corpora` are the texts that pieces are counted in: none that a dev or test set holds."""

    kind: Literal["prune"] = "prune"
    abstracts: list[str] = Field(default_factory=list)
    corpora: list[str] = Field(default_factory=list)
    limit: Count | None = None  # texts; for smoke tests
    prune: PrunePart
