"""The sibling over encoders of several families, in torch and as a graph."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.runtime.artefact import TOKENIZER, find_artefact
from models.runtime.questions import Context, Questions
from models.runtime.tokenizer import PieceTokenizer

pytestmark = [pytest.mark.torch, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]

COMMON = {"vocab_size": 30522, "max_position_embeddings": 128}


def encoder(family: str) -> Any:
    import torch
    import transformers as t

    torch.manual_seed(1)
    if family == "distilbert":
        return t.DistilBertModel(t.DistilBertConfig(dim=32, n_layers=2, n_heads=2, hidden_dim=64, **COMMON))
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, **COMMON}
    if family == "modernbert":
        return t.ModernBertModel(t.ModernBertConfig(**sizes, pad_token_id=0, reference_compile=False, attn_implementation="sdpa"))
    return t.BertModel(t.BertConfig(**sizes), add_pooling_layer=False)


@pytest.mark.parametrize("family", ["bert", "distilbert", "modernbert"])
def test_the_graph_answers_as_torch_does(family: str, tmp_path: Path) -> None:
    import onnxruntime
    import torch

    from models.training.pairwise.graphs import export_network
    from models.training.pairwise.network import Sibling
    from models.training.precisions import write_precision

    questions = Questions(PieceTokenizer(find_artefact() / TOKENIZER), types=2, tasks=1)
    network = Sibling(encoder(family), questions, types=2, coarser=[None, None, None, 1], inner=16, dropout=0.1).eval()
    export_network(network, tmp_path / "fp32.onnx")
    write_precision(tmp_path / "fp32.onnx", tmp_path / "int8.onnx", "int8")
    text = "Loss of BRCA1 causes breast cancer."
    passage = questions.cut(text, [len(text)])
    gene, disease = questions.end(passage, 0, [(8, 13)]), questions.end(passage, 1, [(21, 34)])
    assert gene
    assert disease
    asked = [questions.ask(passage, 0, *ends, Context()) for ends in ((gene, disease), (disease, gene))]
    ids = np.stack(asked)
    with torch.no_grad():
        wanted = network(torch.from_numpy(ids), torch.ones_like(torch.from_numpy(ids))).numpy()
    assert np.abs(wanted[0] - wanted[1]).max() > 1e-4, "who is asked about whom tells the two apart"
    for name, most in (("fp32", 1e-3), ("int8", 0.2)):
        session = onnxruntime.InferenceSession(str(tmp_path / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        read = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        (found,) = session.run(["logits"], {given.name: read[given.name] for given in session.get_inputs()})
        np.testing.assert_allclose(found, wanted, atol=most)


def test_a_finer_label_has_what_the_coarser_one_learned() -> None:
    import torch

    from models.training.pairwise.network import Sibling

    questions = Questions(PieceTokenizer(find_artefact() / TOKENIZER), types=2, tasks=1)
    network = Sibling(encoder("bert"), questions, types=2, coarser=[None, None, None, 1], inner=16, dropout=0.0).eval()
    ids = torch.tensor([[101, questions.marker(0, second=False), 2054, questions.marker(1, second=True), 102]])
    with torch.no_grad():
        before = network(ids, torch.ones_like(ids))[0]
        network.out.bias[1] += 5
        after = network(ids, torch.ones_like(ids))[0]
    assert (after - before).tolist() == pytest.approx([0, 5, 0, 5], abs=1e-4)
