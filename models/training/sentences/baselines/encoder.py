"""Vectors of a frozen encoder: what an SVM over embeddings reads."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.recipe import EncoderPart
from models.training.sentences.baselines.networks import apart
from models.training.sentences.rows import Row

POOLED = ("mean", "ends")
ROWS = 32


def encode(part: EncoderPart, out: Path, rows: Sequence[Row]) -> NDArray[np.float32]:
    """(N, 3 H): the mean of all pieces, and of each mention's. Raises `WeightsMissing`."""
    import torch

    from models.runtime.tokenizer import PieceTokenizer
    from models.training.sentences.network import pooled
    from models.training.sentences.pieces import SentenceMaker
    from models.training.sentences.task import tensors
    from models.training.weights import TOKENIZER, load_encoder, weights_folder

    maker = SentenceMaker(PieceTokenizer(weights_folder(part, out) / TOKENIZER), window=part.window)
    bert = load_encoder(part, out, seed=1).eval()
    sentences = [maker.make(row) for row in rows]
    order = sorted(range(len(rows)), key=lambda i: len(sentences[i].ids))
    found = np.zeros((len(rows), 3 * bert.config.hidden_size), dtype=np.float32)
    with apart(), torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for at in range(0, len(order), ROWS):
            batch = order[at : at + ROWS]
            read = tensors([sentences[i] for i in batch], torch.device("cpu"))
            hidden = bert(input_ids=read["input_ids"], attention_mask=read["attention_mask"]).last_hidden_state.float()
            found[batch] = pooled(hidden, read["attention_mask"], read["places"], POOLED).float().numpy()
    return found
