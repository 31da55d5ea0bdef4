"""What the encoder makes of the entities' names: the mean of a name's hidden states, one vector for each entity."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.progress import Progress, ProgressEvent
from models.training.recipe import EncoderPart

Floats = NDArray[np.float32]
Read = Callable[[str], Floats]
"""A text -> its pieces' hidden states (T, H)."""

SHOW_EVERY = 500
STORED = "texts.npz"


def text_vectors(texts: Sequence[str], part: EncoderPart, out: Path, kept: Path, *, seed: int, progress: Progress) -> Floats:
    """(N, H): each text's mean hidden state, columns brought to mean 0 and deviation 1 over the texts, then rows to length 1; 0 for a
    text without a piece.

    A served model's encoder is read as it serves; any other one by torch. What was computed lies in `kept` for a run that goes on.
    Raises as `models.training.weights.load_encoder` and `models.runtime.artefact.load_artefact` do.
    """
    told = hashlib.sha256(repr((part.model_dump_json(), list(texts))).encode()).hexdigest()
    stored = kept / STORED
    if stored.is_file():
        with np.load(stored, allow_pickle=False) as arrays:
            if str(arrays["told"]) == told:
                known: Floats = arrays["vectors"]
                return known
    read = _served(part.artefact) if part.artefact else _loaded(part, out, seed)
    distinct = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    rows: list[Floats] = []
    for number, text in enumerate(distinct):
        if number % SHOW_EVERY == 0:
            progress(ProgressEvent("encode", "reading the entities' names", number, len(distinct)))
        hidden = read(text)
        rows.append(hidden.mean(axis=0) if len(hidden) else np.zeros(hidden.shape[1], dtype=np.float32))
    vectors = scaled(np.stack([rows[distinct[text]] for text in texts]))
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / f".{STORED}").open("wb") as stream:
        np.savez(stream, told=np.array(told), vectors=vectors)
    (kept / f".{STORED}").replace(stored)
    return vectors


def scaled(rows: Floats) -> Floats:
    """Columns with mean 0 and deviation 1, then rows of length 1. Hidden states point all one way (Ethayarajh 2019) unless that is taken
    out, and rows of another length would learn at another rate than the vectors they are joined with. Rows of zeros stay so."""
    known = rows.any(axis=1)
    vectors = (rows - rows[known].mean(axis=0)) / np.maximum(rows[known].std(axis=0), 1e-6) if known.any() else rows
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    vectors[~known] = 0
    return np.asarray(vectors, dtype=np.float32)


def _served(reference: str) -> Read:
    from models.runtime.artefact import load_artefact
    from models.runtime.encoder import Encoder

    encoder = Encoder(load_artefact(reference), cache_bytes=0)
    return lambda text: encoder.encode(text).hidden


def _loaded(part: EncoderPart, out: Path, seed: int) -> Read:
    import torch

    from models.runtime.tokenizer import PieceTokenizer
    from models.training.weights import TOKENIZER, load_encoder, weights_folder

    tokenizer = PieceTokenizer(weights_folder(part, out) / TOKENIZER)
    encoder = load_encoder(part, out, seed=seed).eval()

    @torch.no_grad()
    def read(text: str) -> Floats:
        pieces = tokenizer.cut(text).ids[: part.window - 2]
        ids = torch.from_numpy(np.concatenate([[tokenizer.first], pieces, [tokenizer.last]]).astype(np.int64))[None]
        hidden = encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0, 1:-1]
        return np.asarray(hidden.numpy(), dtype=np.float32)

    return read
