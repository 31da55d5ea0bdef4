"""Recipes of the joint model: NER and the single-pass pair head over one encoder."""

from typing import Annotated, Literal

from pydantic import Field

from models.training.recipe import Count, Pair, Part, Recipe, Share, is_none


class RelationsPart(Part):
    """The pair head's sizes, and how its loss counts beside the NER loss."""

    width: Count = 128
    query: Count = 64
    inner: Count = 160
    dropout: Share = 0.2
    weight: Annotated[float, Field(ge=0.0)] = 1.0
    cid_weight: Annotated[float, Field(ge=0.0)] = 0.0  # chemical-induced disease as a side task, dropped at export
    novel_weight: Annotated[float, Field(ge=0.0)] = 0.3  # is a relation the article's own finding
    type_pairs: list[Pair]


class CorpusPart(Part):
    """Passes over a corpus's training documents in the whole run."""

    name: str
    passes: Count
    limit: Count | None = None  # documents; for smoke tests and learning curves


class DistilPart(Part):
    """Soft labels of pairs, that `biorelay distil` wrote (Hinton et al. 2015, arXiv:1503.02531)."""

    targets: str  # the file, from the recipe's folder; its sha256 is part of the data
    weight: Annotated[float, Field(gt=0.0)] = 0.5  # of the cross entropy with the soft labels, beside that with the gold ones
    temperature: Annotated[float, Field(ge=1.0)] = 2.0  # softens teacher and student alike


class NamesPart(Part):
    """Mention replacement: documents are read with other names (`models.training.joint.renaming`)."""

    share: Annotated[float, Field(gt=0.0, le=1.0)] = 0.3  # of a document's names, each time it is read
    types: list[str] = Field(default_factory=lambda: ["Gene", "Disease", "Chemical"])


class JointRecipe(Recipe):
    """Corpora earlier in the list win where two hold the same document."""

    kind: Literal["joint"] = "joint"
    generation: Annotated[int, Field(ge=0)]
    held_out: list[str]  # PMIDs of biored/train: thresholds, calibration, and which step is kept where several are scored
    scored: list[str] | None = Field(default=None, exclude_if=is_none)  # corpus/split of the NER scores; None: those of a release
    carved: list[str] | None = Field(default=None, exclude_if=is_none)  # CORPUS/PMID of more that no step learns from, for others to score
    relations: RelationsPart
    distil: DistilPart | None = Field(default=None, exclude_if=is_none)
    names: NamesPart | None = Field(default=None, exclude_if=is_none)
    corpora: list[CorpusPart]
