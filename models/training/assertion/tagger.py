"""What a trained tagger finds in a sentence, as the rules' scopes are."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from models.corpora.bioscope import GoldSentence, Range
from models.training.assertion.examples import KINDS, B, Example, ExampleMaker, I
from models.training.assertion.network import Tagger
from processors.polarity import Scope
from processors.polarity.lexicon import Reach

PAIRED = {("either", "or"), ("neither", "nor"), ("not", "nor"), ("whether", "or")}
"""Words that make one cue in two parts, where both are found."""


class Finder:
    """Cues and scopes of a sentence, by the likeliest labels; whole words."""

    def __init__(self, network: Tagger, maker: ExampleMaker) -> None:
        self._network = network.eval()
        self._maker = maker

    @torch.no_grad()
    def __call__(self, text: str) -> list[Scope]:
        example = self._maker.make(GoldSentence(text, ()))
        if not len(example.ids):
            return []
        ids = torch.from_numpy(self._maker.framed(example))[None]
        hidden = self._network.hidden(ids, torch.ones_like(ids))[0, 1:-1].float()
        labels = self._network.cues(hidden).argmax(dim=2).numpy()
        return [scope for kind in range(len(KINDS)) for scope in self._scopes(example, hidden, kind, labels[:, kind])]

    def _scopes(self, example: Example, hidden: torch.Tensor, kind: int, labels: NDArray[np.int64]) -> Iterator[Scope]:
        for parts in _joined(example, list(_runs(labels, example.words))):
            ends = self._network.scope(hidden, kind, parts[0][0], parts[-1][1]).argmax(dim=0)
            start, stop = _whole(example.words, int(ends[0]), int(ends[1]) + 1)
            begin, end = _characters(example, start, stop)
            cue = tuple(_characters(example, *part) for part in parts)
            yield Scope(KINDS[kind], Reach.CLAUSE, cue, begin, end, begin)


def _runs(labels: NDArray[np.int64], words: NDArray[np.int32]) -> Iterator[Range]:
    """Pieces of every B I*, widened to whole words."""
    at = 0
    while at < len(labels):
        if labels[at] != B:
            at += 1
            continue
        stop = at + 1
        while stop < len(labels) and labels[stop] == I:
            stop += 1
        first, at = _whole(words, at, stop)
        yield first, at


def _whole(words: NDArray[np.int32], first: int, stop: int) -> Range:
    return int(np.searchsorted(words, words[first], "left")), int(np.searchsorted(words, words[stop - 1], "right"))


def _characters(example: Example, first: int, stop: int) -> Range:
    return int(example.offsets[first, 0]), int(example.offsets[stop - 1, 1])


def _joined(example: Example, found: Sequence[Range]) -> Iterator[tuple[Range, ...]]:
    """Cues in their parts: a part and the next one, where the two belong together."""
    words = [example.gold.text[slice(*_characters(example, *part))].lower() for part in found]
    at = 0
    while at < len(found):
        size = 2 if at + 1 < len(found) and (words[at], words[at + 1]) in PAIRED else 1
        yield tuple(found[at : at + size])
        at += size
