"""New word pieces for an encoder, and the vectors they begin with."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from models.training.prune.vocabulary import renumber

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
UNKNOWN = "[UNK]"
CONTINUES = "##"


def learn_pieces(texts: Sequence[str], old: Any, *, size: int, least: int) -> Any:
    """A WordPiece tokeniser (Schuster and Nakajima 2012) learned from the texts, with the old one's normaliser and cut into words."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.trainers import WordPieceTrainer

    # The trainer numbers the characters inside words as it meets them, in an order that differs from run to run, and breaks ties
    # between pairs by those numbers. Named as special pieces they have theirs before it begins.
    inside = sorted({CONTINUES + c for text in texts for c in old.normalizer.normalize_str(text) if not c.isspace()})
    new = Tokenizer(WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=100))
    new.normalizer, new.pre_tokenizer = old.normalizer, old.pre_tokenizer
    new.train_from_iterator(
        texts,
        WordPieceTrainer(vocab_size=size, min_frequency=least, special_tokens=[*SPECIAL, *inside], show_progress=False),
        length=len(texts),
    )
    # The old one's file with the new pieces in it, so that nothing else differs.
    data = json.loads(old.to_str())
    vocabulary = json.loads(new.to_str())["model"]["vocab"]
    order = sorted(vocabulary, key=lambda piece: (vocabulary[piece] >= len(SPECIAL), vocabulary[piece]))
    numbers = {piece: number for number, piece in enumerate(order)}
    data["model"]["vocab"] = numbers
    for added in data["added_tokens"]:
        added["id"] = numbers[added["content"]]
    renumber(data["post_processor"], numbers)
    data["truncation"] = data["padding"] = None
    return Tokenizer.from_str(json.dumps(data, ensure_ascii=False))


def transferred(vectors: torch.Tensor, old: dict[str, int], new: dict[str, int]) -> torch.Tensor:
    """(new pieces, H): a piece that the old vocabulary has keeps its vector, another gets the mean of those that spell it.

    Spelling is greedy, the longest old piece first, as WordPiece reads a word.
    """
    out = torch.empty((len(new), vectors.shape[1]), dtype=vectors.dtype)
    for piece, number in new.items():
        out[number] = vectors[_spelt(piece, old)].mean(dim=0)
    return out


def _spelt(piece: str, old: dict[str, int]) -> list[int]:
    if piece in old:
        return [old[piece]]
    numbers = []
    rest, lead = (piece[len(CONTINUES) :], CONTINUES) if piece.startswith(CONTINUES) else (piece, "")
    while rest:
        length = next((n for n in range(len(rest), 0, -1) if lead + rest[:n] in old), 0)
        if not length:
            return [old[UNKNOWN]]
        numbers.append(old[lead + rest[:length]])
        rest, lead = rest[length:], CONTINUES
    return numbers


def write_tokenizer(tokenizer: Any, folder: Path, *, longest: int) -> None:
    """`tokenizer.json` and what transformers reads beside it."""
    (folder / "tokenizer.json").write_text(tokenizer.to_str() + "\n", encoding="utf-8")
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece, _ in pieces), encoding="utf-8")
    config = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": longest}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
