"""The ranking loss with abstention, against its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.torch

LABELS = 4


def plain(scores: list[float], label: int, allowed: list[int], margin: float) -> float:
    """One pair, as the paper has it: the sums are means here, so that a corpus of many labels weighs no more than one of few."""
    relations = [i for i in allowed if i]
    if label == 0:
        return sum(max(0.0, margin - scores[0] + scores[i]) for i in relations) / len(relations)
    others = [i for i in relations if i != label]
    below = sum(max(0.0, margin - scores[label] + scores[i]) for i in others) / max(len(others), 1)
    return max(0.0, margin - scores[label] + scores[0]) + below


@settings(deadline=None)
@given(
    st.lists(st.integers(-50, 50).map(lambda tenths: tenths / 10), min_size=LABELS, max_size=LABELS),
    st.sets(st.integers(1, LABELS - 1), min_size=1),
    st.data(),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_a_pairs_losses(scores: list[float], relations: set[int], data: st.DataObject, margin: float) -> None:
    import torch

    from models.training.pairwise.loss import pair_losses

    allowed = sorted({0, *relations})
    label = data.draw(st.sampled_from(allowed))
    may = torch.zeros((1, LABELS), dtype=torch.bool)
    may[0, allowed] = True
    gold = torch.zeros((1, LABELS))
    gold[0, label] = 1
    drawn = torch.tensor([scores], requires_grad=True)
    entropy, ranking = pair_losses(drawn, gold, may, margin=margin)
    assert ranking.item() == pytest.approx(plain(scores, label, allowed, margin), abs=1e-4)
    own = np.array([scores[i] for i in allowed])
    assert entropy.item() == pytest.approx(float(np.log(np.exp(own - scores[label]).sum())), abs=1e-3)
    (entropy + ranking).sum().backward()
    assert drawn.grad is not None
    assert not drawn.grad[0, [i for i in range(LABELS) if i not in allowed]].any(), "what the corpus does not annotate learns nothing"


def test_two_labels_both_rise_above_no_relation() -> None:
    import torch

    from models.training.pairwise.loss import pair_losses

    scores = torch.zeros((1, LABELS), requires_grad=True)
    gold = torch.tensor([[0.0, 0.5, 0.5, 0.0]])
    entropy, ranking = pair_losses(scores, gold, torch.ones((1, LABELS), dtype=torch.bool), margin=1.0)
    (entropy + ranking).sum().backward()
    assert scores.grad is not None
    assert (scores.grad[0, [1, 2]] < 0).all()
    assert (scores.grad[0, [0, 3]] > 0).all()
