"""Recipes of domain-adaptive pretraining (Gururangan et al. 2020, arXiv:2004.10964)."""

from typing import Annotated, Literal

from pydantic import Field

from models.training.recipe import Count, Part, Recipe, Share


class VocabularyPart(Part):
    """New word pieces, learned from the texts. Their vectors begin as means of the old pieces' that spell them."""

    size: Annotated[int, Field(ge=300)]
    least: Count = 3  # how often a piece must occur


class MaskingPart(Part):
    """Whole words are masked: 80 % of their pieces by [MASK], 10 % by any other piece, 10 % stay (Devlin et al. 2019)."""

    share: Share = 0.2


class PretrainRecipe(Recipe):
    """Texts: abstracts by set, and the training parts of corpora; none that a dev or test set holds."""

    kind: Literal["pretrain"] = "pretrain"
    abstracts: list[str]
    corpora: list[str]
    passes: Count
    held_out: Share = 0.01  # of the texts, by the lowest sha256: for the loss and the accuracy that are told, learned from by no step
    limit: Count | None = None  # texts; for smoke tests
    vocabulary: VocabularyPart | None = None
    masking: MaskingPart = MaskingPart()
