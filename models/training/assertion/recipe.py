"""Recipes of kind `assertion`: a tagger of cues and their scopes. For research: BioScope states no licence."""

from typing import Literal

from models.training.recipe import Count, Recipe, Share


class AssertionRecipe(Recipe):
    """Learned from the half of BioScope's abstracts that the rules were written by; the other half is scored once, at the end."""

    kind: Literal["assertion"] = "assertion"
    passes: Count = 8
    width: Count = 128  # of the layer that finds a scope's ends
    dropout: Share = 0.2
    carved: Share = 0.1  # of the learned abstracts, by the lowest sha256: for scores while training runs
    limit: Count | None = None  # abstracts of each half; for smoke tests
