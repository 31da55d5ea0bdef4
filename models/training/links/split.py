"""Which edges are learned from, which choose the kept step, and which are scored: parted by time, or at random."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Network, member
from models.training.errors import RecipeError
from models.training.links.edges import Stated
from models.training.links.recipe import SplitPart

Ints = NDArray[np.int64]

LEAST = 10  # edges in each part


@dataclass(frozen=True, eq=False)
class Split:
    """A network to learn from, with all the nodes, and edges that it lacks as pairs of node numbers (n, 2)."""

    learned: Network
    carved: Ints
    held_out: Ints
    said: str  # how it was parted


def split(stated: Stated, part: SplitPart, *, seed: int) -> Split:
    """Part what was read as a recipe says. Raises `RecipeError` where a part would have fewer than ten edges."""
    found = _newest(stated, part) if part.order == "newest" else _random(stated, part, seed)
    counts = {"learned": len(found.learned.edges), "carved": len(found.carved), "held out": len(found.held_out)}
    if min(counts.values()) < LEAST:
        told = ", ".join(f"{count} are {name}" for name, count in counts.items())
        raise RecipeError(f"split: of {len(stated.network.edges)} edges {told}; each needs {LEAST}", remedy="Name more files.")
    kept = np.random.default_rng([seed, 1]).permutation(len(found.held_out))[: part.scored]
    return Split(found.learned, found.carved, found.held_out[np.sort(kept)], found.said)


def _newest(stated: Stated, part: SplitPart) -> Split:
    if (stated.time == 0).any():
        raise RecipeError("split.order: a document without a PMID has no place among the newest", remedy='Use order = "random".')
    times = np.unique(stated.time)
    first, second = (int(times[int(len(times) * share)]) for share in (1 - part.held_out - part.carved, 1 - part.held_out))
    learned, before = stated.until(first), stated.until(second)
    # Entities that the older documents relate to others: of the rest a graph says nothing.
    carved, held_out = _new(before, learned, stated, part), _new(stated.network, before, stated, part)
    known = learned.degrees > 0
    held_out = held_out[known[held_out].all(axis=1)]
    said = (
        f"learned: documents up to PMID {first}; carved: up to {second}; held out: first stated after it, between entities known by {first}"
    )
    return Split(learned, carved[known[carved].all(axis=1)], held_out, said)


def _new(later: Network, earlier: Network, stated: Stated, part: SplitPart) -> Ints:
    new = later.edges[~member(later.keys(later.edges), earlier.keys(earlier.edges))]
    return new[_eligible(new, stated.network, part)]


def _random(stated: Stated, part: SplitPart, seed: int) -> Split:
    network = stated.network
    eligible = np.flatnonzero(_eligible(network.edges, network, part))
    drawn = np.random.default_rng([seed, 0]).permutation(eligible)
    first, second = round(len(drawn) * part.held_out), round(len(drawn) * (part.held_out + part.carved))
    held_out, carved = np.sort(drawn[:first]), np.sort(drawn[first:second])
    rest = np.setdiff1d(np.arange(len(network.edges)), drawn[:second])
    said = f"{len(held_out):,} edges held out and {len(carved):,} carved at random, of {len(drawn):,}; no dates are known"
    return Split(network.with_edges(network.edges[rest], network.weights[rest]), network.edges[carved], network.edges[held_out], said)


def _eligible(pairs: Ints, network: Network, part: SplitPart) -> NDArray[np.bool_]:
    wanted = {tuple(sorted(pair)) for pair in part.between}
    strangers = {name for pair in wanted for name in pair} - set(network.kinds)
    if strangers:
        raise RecipeError(f"split.between: there is no type {', '.join(sorted(strangers))}; there are {', '.join(network.kinds)}")
    if not wanted:
        return np.ones(len(pairs), dtype=np.bool_)
    return np.array([tuple(sorted((network.types[a], network.types[b]))) in wanted for a, b in pairs.tolist()], dtype=np.bool_)
