"""Recipes of kind `links`: vectors of a graph's entities, and how likely any two of them are to be related."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.corpora.licences import ALLOWED_LICENCES
from models.training.recipe import Count, Pair, Part, Recipe, Share

Method = Literal["embedding", "graph", "hybrid"]
"""`embedding`: a learned vector for each entity. `graph`: a graph neural network over such vectors. `hybrid`: the same over learned
vectors joined with the encoder's."""


class EdgesPart(Part):
    """Where edges come from: relations records, or a table such as KGX writes. Paths begin at the data folder."""

    files: Annotated[list[str], Field(min_length=1)]  # `*` stands for any name
    form: Literal["relations", "table"] = "relations"
    ends: Pair = ("subject", "object")  # a table's columns
    prefixes: Pair = ("", "")  # written before what those columns hold
    where: dict[str, list[str]] = Field(default_factory=dict)  # column -> what it must hold
    licence: str = "not stated"
    dangling: Literal["refuse", "skip"] = "refuse"  # rows that name an entity which no table of nodes has


class NodesPart(Part):
    """A table of the entities that tables of edges name: KGX's columns, unless others are stated."""

    file: str
    id: str = "id"
    name: str = "name"
    type: str = "category"


class SplitPart(Part):
    """Which edges are held out for the scores, and which are carved from the others for choosing the kept step.

    `newest`: those that the newest documents state first (by PMID), between entities that older ones name. `random`: drawn by the seed.
    """

    order: Literal["newest", "random"] = "newest"
    held_out: Annotated[float, Field(gt=0.0, lt=0.9)] = 0.2  # of the documents, or of the edges
    carved: Annotated[float, Field(gt=0.0, lt=0.9)] = 0.1
    between: list[Pair] = Field(default_factory=list)  # hold out edges between these types alone; none named: any
    scored: Count = 2000  # held-out edges at most that are scored

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.held_out + self.carved >= 0.95:
            raise ValueError("held_out and carved leave nothing to learn from")
        return self


class NetworkPart(Part):
    """Sizes of the vectors and of the graph neural network, and how it learns."""

    width: Count = 64
    layers: Annotated[int, Field(ge=1, le=4)] = 2
    dropout: Share = 0.2
    targets: Annotated[float, Field(gt=0.0, lt=1.0)] = (
        0.2  # edges that a step asks for, as a share; the network passes no message along them
    )
    negatives: Count = 256  # of each type, for all the edges that a step asks for
    exponent: Share = 0.75  # negatives are drawn by degree to the power of this (Mikolov et al. 2013); 0: all alike
    steps: Count = 300


class LinksRecipe(Recipe):
    kind: Literal["links"]
    method: Method = "hybrid"
    compare: list[Method] = Field(default_factory=list)  # trained and scored beside it on the same edges, and not kept
    edges: Annotated[list[EdgesPart], Field(min_length=1)]
    nodes: list[NodesPart] = Field(default_factory=list)
    split: SplitPart = SplitPart()
    network: NetworkPart = NetworkPart()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        unfit = [part.licence for part in self.edges if not part.licence.startswith(tuple(ALLOWED_LICENCES))]
        if self.shipping and unfit:
            raise ValueError(f"a model that ships may not learn from edges whose licence is {unfit[0]!r}")
        if self.split.order == "newest" and any(part.form == "table" for part in self.edges):
            raise ValueError('split.order: a table\'s edges have no documents to order them by; use order = "random"')
        if self.method in self.compare or len(set(self.compare)) != len(self.compare):
            raise ValueError("compare names each other method once")
        return self
