"""How a tokeniser cuts the words of a corpus: what stays whole, and how many pieces a word and a document become."""

import bisect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.corpora.documents import Document
from models.evaluation.baselines.words import words_of
from models.runtime.errors import ArtefactError
from models.runtime.pieces import piece_ranges


def open_tokenizer(path: Path) -> Any:
    """A `tokenizer.json`, or the folder that holds one. Raises `ArtefactError`."""
    from tokenizers import Tokenizer

    file = path / "tokenizer.json" if path.is_dir() else path
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:
        raise ArtefactError(f"{file} is no tokeniser that this version reads: {error}", remedy="Name a tokenizer.json.") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def coverage(tokenizer: Any, documents: Sequence[Document]) -> dict[str, float | int]:
    """What becomes of the documents' words (runs of letters and digits); shares are percent.

    `whole`: running words that are one piece, and not the unknown one. `distinct_whole`: the same, of distinct words. `pieces`:
    pieces of a running word. `mention_whole`, `mention_pieces`: the same of words in mentions. `unknown`: running words with an unknown
    piece. `document_pieces`: pieces of a document, punctuation too. `used`: entries of the vocabulary that occur at all.
    """
    unknown_id = _unknown(tokenizer)
    used: set[int] = set()
    whole: dict[str, bool] = {}
    words = unknown = whole_words = pieces = in_mentions = mention_whole = mention_pieces = total = 0
    for document in documents:
        encoded = tokenizer.encode(document.text, add_special_tokens=False)
        ids = encoded.ids
        used.update(ids)
        total += len(ids)
        runs = [w for w in words_of(document.text) if w.text[0].isalnum()]
        offsets = np.array(encoded.offsets, dtype=np.int32).reshape(-1, 2)
        firsts, stops = piece_ranges(offsets, [w.start for w in runs], [w.end for w in runs])
        inside = _covered(document)
        for word, first, stop in zip(runs, firsts.tolist(), stops.tolist(), strict=True):
            count = max(stop - first, 1)
            lost = first == stop or unknown_id in ids[first:stop]
            one = count == 1 and not lost
            words += 1
            pieces += count
            unknown += lost
            whole_words += one
            whole.setdefault(word.text, one)
            if inside(word.start):
                in_mentions += 1
                mention_pieces += count
                mention_whole += one
    return {
        "words": words,
        "whole": _percent(whole_words, words),
        "distinct_whole": _percent(sum(whole.values()), len(whole)),
        "pieces": _ratio(pieces, words),
        "mention_words": in_mentions,
        "mention_whole": _percent(mention_whole, in_mentions),
        "mention_pieces": _ratio(mention_pieces, in_mentions),
        "unknown": _percent(unknown, words),
        "document_pieces": _ratio(total, len(documents)),
        "used": _percent(len(used), tokenizer.get_vocab_size()),
    }


def _unknown(tokenizer: Any) -> int | None:
    """The number of the piece that stands for what the vocabulary lacks; None where there is none, as in byte-level ones."""
    for name in ("[UNK]", "<unk>"):
        number: int | None = tokenizer.token_to_id(name)
        if number is not None:
            return number
    return None


def _covered(document: Document) -> Any:
    """Whether a code point stands in a mention."""
    edges: list[int] = []
    for start, end in sorted((m.start, m.end) for m in document.mentions):
        if edges and start < edges[-1]:
            edges[-1] = max(edges[-1], end)
        else:
            edges += [start, end]
    return lambda place: bisect.bisect_right(edges, place) % 2 == 1


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0
