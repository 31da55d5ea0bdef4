"""Link scores: how likely two entities are to be related, from vectors that `biorelay train` made of a graph. For ranking.

The folder holds `manifest.json`, `nodes.json` (ids and types, in order) and `links.npz`:
vectors (N, D), popularity (N), relation (C, D), kind (N) and classes (K, K), as `models.training.links.network` explains them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.runtime.artefact import MANIFEST, verify_file
from models.runtime.errors import ArtefactCorrupt, ArtefactError, ArtefactMissing

SCHEMA = "biorelay.links/1"
ARRAYS = "links.npz"
NODES = "nodes.json"

REMEDY = "Name a folder that `biorelay train` made of a recipe of kind links."


@dataclass(frozen=True, eq=False)
class LinkScores:
    """Scores of pairs among N entities. `ids` and `types` (N); the arrays as the module says, in float32 and int64."""

    reference: str  # name@version
    ids: tuple[str, ...]
    types: tuple[str, ...]
    vectors: NDArray[np.float32]
    popularity: NDArray[np.float32]
    relation: NDArray[np.float32]
    kind: NDArray[np.int64]
    classes: NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `biorelay train` made. Raises `ArtefactMissing`, `ArtefactCorrupt` where bytes are not what the manifest states,
        `ArtefactError` for another schema or arrays that do not fit."""
        manifest = _json(folder / MANIFEST, ArtefactMissing(f"{folder} holds no {MANIFEST}", remedy=REMEDY))
        if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
            stated = manifest.get("schema") if isinstance(manifest, dict) else None
            raise ArtefactError(f"{folder / MANIFEST} has schema {stated!r}, link scores have {SCHEMA!r}", remedy=REMEDY)
        try:
            for name in (ARRAYS, NODES):
                entry = manifest["files"][name]
                verify_file(folder / name, str(entry["sha256"]), int(entry["bytes"]))
            nodes = json.loads((folder / NODES).read_bytes())
            with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
                found = {name: np.asarray(arrays[name]) for name in ("vectors", "popularity", "relation", "kind", "classes")}
            ids, types = tuple(map(str, nodes["ids"])), tuple(map(str, nodes["types"]))
            reference = f"{manifest['name']}@{manifest['version']}"
        except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
            raise ArtefactCorrupt(f"{folder} holds no link scores that can be read: {error!r}", remedy=REMEDY) from error
        _fit(folder, len(ids), len(types), found)
        floats: dict[str, Any] = {name: found[name].astype(np.float32) for name in ("vectors", "popularity", "relation")}
        whole: dict[str, Any] = {name: found[name].astype(np.int64) for name in ("kind", "classes")}
        return cls(reference, ids, types, **floats, **whole)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The row of each id."""
        return {node: row for row, node in enumerate(self.ids)}

    def score(self, a_ids: Sequence[str], b_ids: Sequence[str]) -> NDArray[np.float64]:
        """Scores (n) of the pairs, higher for likelier; the same whichever end is named first. They rank, and are no probabilities.

        NaN where an entity was not in the graph that was learned. Raises `ValueError` where the lengths differ.
        """
        if len(a_ids) != len(b_ids):
            raise ValueError(f"pairs have two ends each, not {len(a_ids)} and {len(b_ids)}")
        a = np.array([self.place.get(node, -1) for node in a_ids], dtype=np.int64)
        b = np.array([self.place.get(node, -1) for node in b_ids], dtype=np.int64)
        scores = np.full(len(a), np.nan)
        known = (a >= 0) & (b >= 0)
        scores[known] = self.of(a[known], b[known])
        return scores

    def of(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
        """Scores (n) of pairs of rows."""
        weights = self.relation[self.classes[self.kind[a], self.kind[b]]]
        products: NDArray[np.float64] = np.einsum("ij,ij,ij->i", self.vectors[a], weights, self.vectors[b], dtype=np.float64)
        return products + self.popularity[a] + self.popularity[b]

    def rank(self, a: str, candidates: Sequence[str]) -> list[tuple[str, float]]:
        """The candidates by their score with `a`, the highest first, equal ones by id; those without a score last, with NaN."""
        scores = self.score([a] * len(candidates), candidates).tolist()
        return sorted(zip(candidates, scores, strict=True), key=lambda found: (np.isnan(found[1]), -found[1], found[0]))


def _json(path: Path, missing: ArtefactError) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise missing from error
    except (OSError, ValueError, RecursionError) as error:
        raise ArtefactCorrupt(f"{path} cannot be read as JSON: {error}", remedy=REMEDY) from error


def _fit(folder: Path, ids: int, types: int, arrays: Mapping[str, NDArray[Any]]) -> None:
    width = arrays["vectors"].shape[-1] if arrays["vectors"].ndim == 2 else -1
    kinds = len(arrays["classes"])
    wanted = {"vectors": (ids, width), "popularity": (ids,), "kind": (ids,), "classes": (kinds, kinds)}
    fits = all(arrays[name].shape == shape for name, shape in wanted.items()) and types == ids
    relation = arrays["relation"]
    fits = fits and relation.ndim == 2 and relation.shape[1] == width
    fits = fits and _below(arrays["kind"], kinds) and _below(arrays["classes"], len(relation))
    if not fits:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ArtefactError(f"{folder}: {ARRAYS} does not fit {ids} nodes: {shapes}", remedy=REMEDY)


def _below(values: NDArray[Any], limit: int) -> bool:
    return not values.size or bool(values.min() >= 0 and values.max() < limit)
