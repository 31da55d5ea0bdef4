"""Link prediction for whoever has a network in memory: fit on it, then score any pairs of its nodes."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Network
from models.runtime.artefact import DEFAULT
from models.training.links.baselines import Score
from models.training.links.recipe import LinksRecipe, Method
from models.training.progress import Progress, silent

Ints = NDArray[np.int64]

CARVED = 0.1  # of the edges, for choosing the kept step

DEFAULTS: Mapping[str, Any] = {
    "score_from": 0.1,
    "scores": 19,
    "patience": 12,
    "checkpoints": 1,
    "network": {"steps": 150},
    "optimiser": {"head_rate": 1e-2, "weight_decay": 1.0},
}


class LinkScorer:
    """One method as a scorer: `fit(network)`, then `score(network, pairs)` of the same network.

    `names`: what the hybrid's encoder reads for each id, its id where it is not there. `settings`: as a recipe of kind links states
    them. Equal networks, seeds and settings give equal scores on one kind of machine.
    """

    def __init__(
        self,
        method: Method,
        *,
        names: Mapping[str, str] | None = None,
        encoder: str = DEFAULT,
        seed: int = 1,
        settings: Mapping[str, Any] | None = None,
        progress: Progress = silent,
    ) -> None:
        """Raises `pydantic.ValidationError` where settings are none of a recipe's."""
        stated = {
            "schema": "biorelay.recipe/1",
            "kind": "links",
            "name": method,
            "version": "1",
            "encoder": {"artefact": encoder, "licence": "not stated"},
            "edges": [{"files": ["none"]}],
            **DEFAULTS,
            **(settings or {}),
        }
        self.method = method
        self.name = {"embedding": "embedding", "graph": "gnn without text", "hybrid": "gnn with text"}[method]
        self._plan = LinksRecipe.model_validate(stated | {"seed": seed})
        self._names = names or {}
        self._progress = progress
        self._ids: tuple[str, ...] = ()
        self._scores: Score | None = None

    def fit(self, network: Network) -> None:
        """Learn from its edges, all but a tenth, which choose the kept step; messages pass along all. Raises `ValueError` of none."""
        from models.training.engine import train
        from models.training.links.task import LinkTask

        if len(network.edges) < 2:
            raise ValueError(f"{len(network.edges)} edges teach nothing")
        plan = self._plan
        order = np.random.default_rng([plan.seed, 5]).permutation(len(network.edges))
        carved, learned = np.split(order, [max(1, round(CARVED * len(order)))])
        with tempfile.TemporaryDirectory() as place:
            text = self._text(network, Path(place))
            part = network.with_edges(network.edges[learned], network.weights[learned])
            task = LinkTask(plan, self.method, part, network.edges[np.sort(carved)], text, steps=plan.network.steps)
            train(task, plan, Path(place) / "run", resume=False, progress=self._progress)
        self._ids, self._scores = network.ids, task.scorer(network)

    def score(self, network: Network, pairs: Ints) -> NDArray[np.float64]:
        """(n): higher for likelier. `pairs` (n, 2) of node numbers. Raises `ValueError` where another network was fitted, or none."""
        if self._scores is None or self._ids != network.ids:
            raise ValueError("fit the scorer on this network first")
        return self._scores(pairs)

    def _text(self, network: Network, place: Path) -> NDArray[np.float32] | None:
        from models.training.links.texts import text_vectors

        if self.method != "hybrid":
            return None
        texts = [self._names.get(node, node) for node in network.ids]
        return text_vectors(texts, self._plan.encoder, place, place, seed=self._plan.seed, progress=self._progress)
