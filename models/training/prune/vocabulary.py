"""A tokeniser without the pieces that nothing needs.

A text whose pieces all stay is cut as before, and so has the same vectors: WordPiece takes the longest piece that fits, byte-level
BPE joins by the first rule that applies, Unigram takes the likeliest row of pieces; taking out what was not chosen changes no choice.
All other texts are spelt with shorter pieces: single characters, and the halves of every piece that BPE joins, always stay.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from models.training.errors import WeightsUnusable

AT_ONCE = 1000

SPECIAL = frozenset(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<pad>", "<unk>", "<mask>"))
"""Pieces that stay without being in any text; so do those that a file names as special itself."""


def count_pieces(tokenizer: Any, texts: Sequence[str]) -> Counter[str]:
    """How often the texts hold each piece."""
    found: Counter[str] = Counter()
    for at in range(0, len(texts), AT_ONCE):
        for encoding in tokenizer.encode_batch(list(texts[at : at + AT_ONCE]), add_special_tokens=False):
            found.update(encoding.tokens)
    return found


def reduced(data: dict[str, Any], wanted: Iterable[str]) -> tuple[dict[str, Any], list[int]]:
    """A `tokenizer.json` with the wanted pieces and those that always stay, and the old numbers of its pieces, by new number.

    `data` is not changed. Raises `WeightsUnusable` for a kind of tokeniser that is not known.
    """
    data = json.loads(json.dumps(data))
    model, added = data["model"], {token["content"]: token["id"] for token in data.get("added_tokens") or ()}
    kind = model.get("type")
    if kind not in _KEPT:
        raise WeightsUnusable(f"pieces of a tokeniser of type {kind!r} cannot be left out", remedy=f"Known are {', '.join(_KEPT)}.")
    old = {piece: number for number, (piece, _) in enumerate(model["vocab"])} if kind == "Unigram" else dict(model["vocab"])
    framing = SPECIAL | set(_framing(data.get("post_processor")))
    kept = (_KEPT[kind](model, old, set(wanted)) | framing) & old.keys() | added.keys()
    numbers = {**old, **added}
    order = sorted(kept, key=lambda piece: numbers[piece])
    new = {piece: number for number, piece in enumerate(order)}
    if kind == "Unigram":
        model["vocab"] = [entry for entry in model["vocab"] if entry[0] in kept]
        model["unk_id"] = new[next(piece for piece, number in old.items() if number == model["unk_id"])]
    else:
        model["vocab"] = {piece: new[piece] for piece in order if piece in old}
    if kind == "BPE":
        model["merges"] = [rule for rule in model["merges"] if "".join(_halves(rule)) in kept]
    for token in data.get("added_tokens") or ():
        token["id"] = new[token["content"]]
    renumber(data.get("post_processor"), new)
    return data, [numbers[piece] for piece in order]


def _wordpiece(model: dict[str, Any], old: dict[str, int], wanted: set[str]) -> set[str]:
    prefix = model.get("continuing_subword_prefix", "##")
    return wanted | {piece for piece in old if len(piece.removeprefix(prefix)) == 1} | {model["unk_token"]}


def _bpe(model: dict[str, Any], old: dict[str, int], wanted: set[str]) -> set[str]:
    """With every piece the two that are joined to it, and theirs."""
    halves: dict[str, list[str]] = {}
    for rule in model["merges"]:
        halves.setdefault("".join(_halves(rule)), []).extend(_halves(rule))
    kept = {piece for piece in old if len(piece) == 1} | ({model["unk_token"]} if model.get("unk_token") else set())
    waiting = list(wanted)
    while waiting:
        piece = waiting.pop()
        if piece not in kept:
            kept.add(piece)
            waiting.extend(halves.get(piece, ()))
    return kept


def _unigram(model: dict[str, Any], old: dict[str, int], wanted: set[str]) -> set[str]:
    unknown = next(piece for piece, number in old.items() if number == model["unk_id"])
    return wanted | {piece for piece in old if len(piece) == 1} | {unknown}


_KEPT = {"WordPiece": _wordpiece, "BPE": _bpe, "Unigram": _unigram}


def _halves(rule: Any) -> Sequence[str]:
    """The two pieces of a merge, which older files write as one string."""
    left, right = rule.split(" ") if isinstance(rule, str) else rule
    return left, right


def _framing(processor: Any) -> Iterator[str]:
    """The special pieces that a text is framed with: templates, and BERT's and RoBERTa's own forms."""
    if not isinstance(processor, dict):
        return
    for inner in processor.get("processors", ()):
        yield from _framing(inner)
    for special in (processor.get("special_tokens") or {}).values():
        yield from special["tokens"]
    yield from (processor[name][0] for name in ("cls", "sep") if isinstance(processor.get(name), list))


def renumber(processor: Any, new: dict[str, int]) -> None:
    """The numbers of the special pieces that a text is framed with."""
    if not isinstance(processor, dict):
        return
    for inner in processor.get("processors", ()):
        renumber(inner, new)
    if isinstance(processor.get("special_tokens"), dict):
        for special in processor["special_tokens"].values():
            special["ids"] = [new[name] for name in special["tokens"]]
    for name in ("cls", "sep"):
        if isinstance(processor.get(name), list):
            processor[name] = [processor[name][0], new[processor[name][0]]]
