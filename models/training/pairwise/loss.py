"""The sibling's loss: cross-entropy, and a ranking loss in which no relation is a class of its own (Ma and Liu 2023).

A pair with a relation must score it above no relation, and above the other relations; a pair without one must score no relation
above all. So the score of no relation becomes a threshold of the instance's own, and nothing is cut off afterwards.
"""

from torch import Tensor
from torch.nn.functional import log_softmax, relu

FORBIDDEN = -1e4  # the score of a label that the pair's corpus does not annotate


def pair_losses(scores: Tensor, gold: Tensor, allowed: Tensor, *, margin: float) -> tuple[Tensor, Tensor]:
    """Cross-entropy (N) and ranking loss (N) of N pairs.

    `scores` (N, R) with no relation first; `gold` (N, R) is a distribution, mostly all of it on one label; `allowed` (N, R) is
    True for no relation and the labels that the pair's corpus annotates: of the others it says nothing, and they get no gradient.
    """
    allowed_scores = scores.masked_fill(~allowed, FORBIDDEN)
    cross_entropy = -(gold * log_softmax(allowed_scores, dim=1)).sum(dim=1)
    relations = allowed.clone()
    relations[:, 0] = False
    none, stated = scores[:, :1], gold[:, 1:].sum(dim=1)
    wrong = relations & (gold == 0)
    count = wrong.sum(dim=1).clamp(min=1)
    over_none = relu(margin - none + scores).masked_fill(~relations, 0.0).sum(dim=1) / relations.sum(dim=1).clamp(min=1)
    right = (gold[:, 1:] * scores[:, 1:]).sum(dim=1, keepdim=True) / stated.clamp(min=1e-6).unsqueeze(1)
    below = relu(margin - right + scores).masked_fill(~wrong, 0.0).sum(dim=1) / count
    ranking = (1 - stated) * over_none + stated * (relu(margin - right + none).squeeze(1) + below)
    return cross_entropy, ranking
