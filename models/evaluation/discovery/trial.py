"""A trial: a network of what was known, pairs that it does not join, and which of them came true.

By time: documents in the order of their PMIDs, which PubMed gives out as it takes articles in; the older ones make the network. Where
nothing has a date, edges are held out at random: that asks whether a gap can be filled, not what came later.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Bits, Ints, Network, bits_of, marked, member, pairs_of
from models.evaluation.discovery.figures import DRAWS, figures, groups
from models.evaluation.discovery.known import Known, Mentions, Statement
from models.evaluation.discovery.scorers import Fixed, Scorer, baselines, measured

Types = Collection[tuple[str, str]]

OLDER = 0.7
"""The share of the documents that make the network."""

FARTHEST = 4
"""Up to so many steps it is told how far apart the pairs were that came true."""


@dataclass(frozen=True, eq=False)
class Trial:
    """`pairs` (n, 2) that `known` does not join, between types that it joins elsewhere, and `truth` (n,): joined later."""

    name: str
    known: Known
    pairs: Ints
    truth: NDArray[np.bool_]
    mentions: Mentions | None
    told: Mapping[str, Any]  # how it was made

    @classmethod
    def by_time(
        cls, name: str, statements: Sequence[Statement], entities: Mapping[int, Iterable[str]], *, hops: int, types: Types = ()
    ) -> "Trial":
        """`entities`: what each document names, related or not. Candidates are joined within `hops` steps in the older documents.

        Raises `ValueError` where one side of the cut has no document, or the older one no relation.
        """
        documents = sorted({row.document for row in statements} | set(entities))
        first, cut = 0, round(len(documents) * OLDER)
        if not first < cut < len(documents):
            raise ValueError(f"{name}: {len(documents)} documents cannot be cut in two")
        border = documents[cut]
        known = Known.of(row for row in statements if row.document < border)
        if not len(known.network.edges):
            raise ValueError(f"{name}: the older documents relate nothing")
        later = Known.of(row for row in statements if row.document >= border).network
        mentions = Mentions({pmid: names for pmid, names in entities.items() if pmid < border}, known.network)
        told = {
            "kind": "by time",
            "documents": len(documents),
            "older": cut,
            "first_newer_pmid": border,
            "relations_in_newer": len(later.edges),
        }
        return cls._of(name, known, later, mentions=mentions, told=told, hops=hops, types=types)

    @classmethod
    def held_out(
        cls, name: str, statements: Sequence[Statement], hidden: Collection[tuple[str, str]], *, hops: int, types: Types
    ) -> "Trial":
        """`hidden`: unordered pairs of ids, in either order, that the network is built without. Nothing is said of time."""
        out = {tuple(sorted(pair)) for pair in hidden}
        known = Known.of(row for row in statements if tuple(sorted((row.a, row.b))) not in out)
        later = Known.of(row for row in statements if tuple(sorted((row.a, row.b))) in out).network
        return cls._of(name, known, later, mentions=None, told={"kind": "held out at random", "held_out": len(out)}, hops=hops, types=types)

    @classmethod
    def _of(
        cls, name: str, known: Known, later: Network, *, mentions: Mentions | None, told: Mapping[str, Any], hops: int, types: Types
    ) -> "Trial":
        network = known.network
        classes = {tuple(sorted(pair)) for pair in types} or _classes(network, network.edges)
        came = [(later.ids[a], later.ids[b]) for a, b in later.edges.tolist()]
        seen = [(network.place[a], network.place[b]) for a, b in came if a in network.place and b in network.place]
        new = np.sort(np.array(seen, dtype=np.int64).reshape(-1, 2), axis=1)
        new = new[~network.joined(new) & _of_classes(network, new, classes)]
        steps: dict[str, int] = {}
        before = np.zeros(len(new), dtype=np.bool_)
        for number, reached in enumerate(network.within(FARTHEST), start=1):
            now = marked(reached, new)
            if number > 1:
                steps[str(number)] = int((now & ~before).sum())
            before = now
        steps["more or none"] = len(new) - sum(steps.values())
        pairs = open_pairs(network, hops, classes)
        truth = member(network.keys(pairs), np.sort(network.keys(new)))
        counts = {
            "entities": len(network.ids),
            "edges": len(network.edges),
            "between_known_and_not_joined": len(new),
            "steps_apart": steps,
            "hops": hops,
            "candidates": len(pairs),
            "came_true": int(truth.sum()),
            "types": sorted(" - ".join(pair) for pair in classes),
        }
        return cls(name, known, pairs, truth, mentions, {**told, **counts})

    def run(self, others: Sequence[Scorer] = (), *, draws: int = DRAWS, seed: int = 1) -> dict[str, Any]:
        """Every measure, baseline and other scorer: its figures with their intervals. Raises `ValueError` where no candidate came true."""
        network = self.known.network
        group = groups(self.pairs, network.degrees)
        scored = {str(measure): values for measure, values in measured(self.known, self.pairs).items()}
        for scorer in (*baselines(self.mentions, seed), *others):
            if not isinstance(scorer, Fixed):
                scorer.fit(network)
            scored[scorer.name] = scorer.score(network, self.pairs)
        found = {name: figures(self.truth, values, group, draws=draws, seed=seed) for name, values in scored.items()}
        return {
            **self.told,
            "base_rate": float(self.truth.mean()),
            "bootstrap_draws": draws,
            "scorers": {name: {key: list(figure) for key, figure in row.items()} for name, row in found.items()},
        }


def open_pairs(network: Network, hops: int, classes: Collection[tuple[str, ...]] | None = None) -> Ints:
    """The pairs (n, 2) within so many steps that are not joined, between types that are joined elsewhere or are named, each sorted."""
    steps = list(network.within(hops))
    wanted = _classes(network, network.edges) if classes is None else classes
    return pairs_of(steps[-1] & ~steps[0] & _allowed(network, wanted)[network.kind])


def _classes(network: Network, pairs: Ints) -> set[tuple[str, ...]]:
    return {tuple(sorted((network.types[a], network.types[b]))) for a, b in pairs.tolist()}


def _allowed(network: Network, classes: Collection[tuple[str, ...]]) -> Bits:
    """By kind of node (kinds, words): the bits of the nodes of those types that it belongs together with."""
    rows = []
    for kind in network.kinds:
        others = {b if a == kind else a for a, b in classes if kind in (a, b)}
        places = [number for number, other in enumerate(network.kinds) if other in others]
        rows.append(bits_of(np.flatnonzero(np.isin(network.kind, places)), len(network.ids)))
    return np.stack(rows)


def _of_classes(network: Network, pairs: Ints, classes: Collection[tuple[str, ...]]) -> NDArray[np.bool_]:
    """Whether a pair (n, 2) joins two types that belong together."""
    found = [tuple(sorted((network.types[a], network.types[b]))) in classes for a, b in pairs.tolist()]
    return np.array(found, dtype=np.bool_)
