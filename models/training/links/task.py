"""The training task: a step hides some edges, and learns to tell them from pairs that are no edges by those that are left."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphstore.networks import Network
from models.training.links.baselines import Score
from models.training.links.candidates import Drawer
from models.training.links.measure import Trial
from models.training.links.network import LinkNetwork
from models.training.links.recipe import LinksRecipe, Method
from models.training.links.shape import Shape
from models.training.network import seed_dropout

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

CHOSEN = 50  # pairs beside each carved one
BLOCK = 1 << 18  # pairs scored at once


class LinkTask:
    """What `models.training.engine` runs. `carved` (n, 2): edges that `network` lacks, for choosing the kept step; none: the last."""

    def __init__(self, recipe: LinksRecipe, method: Method, network: Network, carved: Ints, text: Floats | None, *, steps: int) -> None:
        self.recipe = recipe
        self.method = method
        self.graph = network
        part = recipe.network
        digest = hashlib.sha256()
        for array in (network.edges, network.weights, network.kind, carved, np.zeros(0) if text is None else text):
            digest.update(np.ascontiguousarray(array).tobytes())
        self.fingerprint = f"{recipe.fingerprint()} {method} {steps} {digest.hexdigest()}"
        torch.manual_seed(recipe.seed)
        self.network = LinkNetwork(method, part, network, text if method == "hybrid" else None)
        asked = max(1, round(part.targets * len(network.edges)))
        self.steps = [[number] for number in range(steps)]
        self.sizes = [asked] * steps
        self._asked = asked
        self._shape = Shape(network)
        self._drawer = Drawer(network, part.exponent)
        self._carved = Trial.of(network, network, carved, 0.0, seed=recipe.seed, beside=CHOSEN) if len(carved) else None

    def parts(self, step: int, n: int) -> Sequence[int]:
        return [step]

    def learn(self, part: int, seed: int) -> Mapping[str, Tensor]:
        """How likely each hidden edge's one end is beside the other, among all entities of its type: a softmax over that end and those
        drawn for the whole step, less the logarithm of how often each is drawn (Bengio and Senecal 2008)."""
        device = self.network.popularity.device
        seed_dropout(seed, device)
        rng = np.random.default_rng([self.recipe.seed, 3, part])
        edges = self.graph.edges
        hidden = rng.permutation(len(edges))[: self._asked]
        left = np.ones(len(edges), dtype=np.bool_)
        left[hidden] = False
        ends = edges[hidden]
        turned = rng.random(len(hidden)) < 0.5
        ends[turned] = ends[turned][:, ::-1]
        vectors = self.network.vectors(self._shape.messages(left, device) if self.network.layers else None)
        losses = []
        for kind in np.unique(self.graph.kind[ends[:, 1]]).tolist():
            rows = ends[self.graph.kind[ends[:, 1]] == kind]
            others, often = self._drawer.some(kind, self.recipe.network.negatives, rng)
            kept, lost, drawn = (torch.from_numpy(nodes).to(device) for nodes in (rows[:, 0], rows[:, 1], others))
            true = self.network.score(vectors, kept, lost)
            false = self.network.score_all(vectors, kept, drawn) - torch.from_numpy(often.astype(np.float32)).to(device)
            false = false.masked_fill(drawn == lost[:, None], -torch.inf)
            losses.append((torch.logsumexp(torch.cat([true[:, None], false], dim=1), dim=1) - true).sum())
        loss = torch.stack(losses).sum() / len(hidden)
        loss.backward()  # type: ignore[no-untyped-call]
        return {"loss": loss.detach()}

    def score(self) -> Mapping[str, float] | None:
        """Mean reciprocal rank of the carved edges among pairs that are none, which decides, and the share of those below them."""
        if self._carved is None:
            return None
        rank, _, below = self._carved.figures(self.scorer(self.graph)).mean(axis=0).tolist()
        return {"mrr": rank, "auc": below, "mean": rank}

    @torch.no_grad()
    def vectors(self, network: Network) -> Tensor:
        """(N, D) by messages along every edge of a network of the same nodes, without dropout."""
        self.network.eval()
        if not self.network.layers:
            return self.network.vectors(None)
        shape = self._shape if network is self.graph else Shape(network)
        return self.network.vectors(shape.messages(None, self.network.popularity.device))

    def scorer(self, network: Network) -> Score:
        """Scores of any pairs, by the vectors that messages along every edge of a network of the same nodes make."""
        vectors = self.vectors(network)
        device = vectors.device

        @torch.no_grad()
        def score(pairs: Ints) -> NDArray[np.float64]:
            parts = [torch.from_numpy(pairs[at : at + BLOCK]).to(device) for at in range(0, len(pairs), BLOCK)]
            scores = [self.network.score(vectors, part[:, 0], part[:, 1]).cpu().numpy() for part in parts]
            return np.concatenate(scores).astype(np.float64) if scores else np.zeros(0)

        return score
