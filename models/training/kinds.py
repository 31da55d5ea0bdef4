"""The kinds of recipes: which package trains what."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "assertion": ("models.training.assertion", "AssertionRecipe"),
        "joint": ("models.training.joint", "JointRecipe"),
        "links": ("models.training.links", "LinksRecipe"),
        "pairwise": ("models.training.pairwise", "PairwiseRecipe"),
        "pretrain": ("models.training.pretrain", "PretrainRecipe"),
        "prune": ("models.training.prune", "PruneRecipe"),
        "sentence": ("models.training.sentences", "SentenceRecipe"),
    }
)
"""Kind -> its package, which has a module `recipe` with that class, and a module `job` with
`run(plan, recipe, data, out, *, resume, progress) -> Path`."""


def recipe_class(kind: str) -> Any:
    """The class of a kind's recipes; imports no torch. Raises `KeyError` where there is no such kind."""
    package, name = KINDS[kind]
    return getattr(import_module(f"{package}.recipe"), name)


def job(kind: str) -> Any:
    """The module that runs a kind's recipes."""
    return import_module(f"{KINDS[kind][0]}.job")
