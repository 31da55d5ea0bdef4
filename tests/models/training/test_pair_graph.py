"""The pair head as it is served: its products are taken before pairs are put together, and it answers as the head that was trained."""

from pathlib import Path

import numpy as np
import pytest

from models.corpora.documents import ENTITY_TYPES, LABELS
from models.runtime.pairs import MentionTokens, PairInputs, build_pairs
from models.training.errors import WeightsUnusable

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

HIDDEN = 24
TYPE_PAIRS = [(a, b) for a in range(3) for b in range(a, 3)]


def head(seed: int = 1):  # type: ignore[no-untyped-def]  # torch is imported where it is used
    import torch

    from models.training.joint.network import NOVEL, PairHead

    torch.manual_seed(seed)
    made = PairHead(HIDDEN, width=12, query=8, inner=10, types=len(ENTITY_TYPES), labels=NOVEL + 1, dropout=0.3).eval()
    with torch.no_grad():
        for parameter in made.parameters():  # norms begin as ones and zeros, which would hide a part left out
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return made


def inputs(pieces: int, entities: int, mentions: int, seed: int) -> PairInputs:
    rng = np.random.default_rng(seed)
    start = np.sort(rng.integers(0, pieces - 3, size=mentions))
    entity = rng.permutation(np.concatenate([np.arange(entities), rng.integers(0, entities, size=mentions - entities)]))
    kind = rng.integers(0, 3, size=entities)
    tokens = MentionTokens(start, start + rng.integers(1, 4, size=mentions), entity, kind[entity], start // 10)
    return build_pairs(rng.normal(size=(pieces, HIDDEN)).astype(np.float32), tokens, TYPE_PAIRS)


@pytest.mark.parametrize(("pieces", "entities", "mentions"), [(12, 2, 2), (60, 5, 9), (200, 30, 45)])
def test_it_answers_as_the_head_that_was_trained(tmp_path: Path, pieces: int, entities: int, mentions: int) -> None:
    import onnxruntime
    import torch

    from models.training.joint.graphs import export_pairs
    from models.training.joint.network import NOVEL

    trained = head()
    export_pairs(trained, TYPE_PAIRS, tmp_path / "relations.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "relations.onnx"), providers=["CPUExecutionProvider"])
    for seed in range(3):
        given = inputs(pieces, entities, mentions, seed).arrays()
        with torch.no_grad():
            expected = trained(*(torch.from_numpy(array) for array in given.values())).numpy()
        logits, novel = session.run(["logits", "novel"], given)
        np.testing.assert_allclose(logits, expected[:, : len(LABELS)], atol=1e-5)
        np.testing.assert_allclose(novel, expected[:, NOVEL], atol=1e-5)


def test_its_weights_are_read_back(tmp_path: Path) -> None:
    import torch

    from models.training.joint.graphs import export_pairs, read_pairs

    trained = head(2)
    export_pairs(trained, TYPE_PAIRS, tmp_path / "relations.onnx")
    found = read_pairs(tmp_path / "relations.onnx").state_dict()
    assert found.keys() == trained.state_dict().keys()
    assert all(torch.equal(found[name], weight) for name, weight in trained.state_dict().items())


def test_another_graph_is_refused_by_name(tmp_path: Path) -> None:
    import onnx

    from models.training.joint.graphs import read_pairs

    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([], "empty", [], [])), str(tmp_path / "relations.onnx"))
    with pytest.raises(WeightsUnusable, match=r"relations\.onnx is no pair head"):
        read_pairs(tmp_path / "relations.onnx")
