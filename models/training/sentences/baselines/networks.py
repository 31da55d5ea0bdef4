"""Networks over word vectors: a CNN (Zeng et al. 2014, https://aclanthology.org/C14-1220; Kim 2014) and an attention BiLSTM
(Zhou et al. 2016, doi:10.18653/v1/P16-2034), both with the words' distances to the two mentions.

The vectors are made here, by `models.evaluation.baselines.vectors`. Torch is imported where it is used.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.evaluation.baselines.vectors import WordVectors
from models.training.sentences.rows import Row
from models.training.sentences.words import sequence

if TYPE_CHECKING:
    from torch import Tensor, nn

FARTHEST = 20  # words; what is farther counts as so far
PLACE = 10  # numbers of a distance
WIDTHS = (2, 3, 4)  # words that a filter reads
FILTERS = 80  # of each width
HIDDEN = 80  # of each direction of the LSTM
DROPOUT = 0.5
BATCH = 32
RATE = 1e-3
LONGEST = 120  # words of a row that are read: those around its mentions

Shape = Literal["cnn", "bilstm"]


class WordNetwork:
    """A network over a row's words; the word table is learned further. The last epoch is kept: there is no choice to make."""

    def __init__(self, shape: Shape, vectors: WordVectors, *, epochs: int = 6) -> None:
        self._shape, self._vectors, self._epochs = shape, vectors, epochs

    def fit(self, rows: Sequence[Row], seed: int) -> None:
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits

        with apart():
            torch.manual_seed(seed)
            self._network = _build(self._shape, self._vectors)
            optimiser = torch.optim.Adam(self._network.parameters(), lr=RATE)
            related = sum(row.related for row in rows)
            weight = torch.tensor((len(rows) - related) / max(related, 1))
            read = [self._numbers(row) for row in rows]
            order = random.Random(seed)  # noqa: S311  an order, no secret
            self._network.train()
            for _ in range(self._epochs):
                for batch in _batches([len(numbers[0]) for numbers in read], order):
                    logits = self._network(*_padded([read[i] for i in batch]))
                    gold = torch.tensor([float(rows[i].related) for i in batch])
                    optimiser.zero_grad()
                    binary_cross_entropy_with_logits(logits, gold, pos_weight=weight).backward()  # type: ignore[no-untyped-call]
                    torch.nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
                    optimiser.step()

    def score(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        import torch

        self._network.eval()
        read = [self._numbers(row) for row in rows]
        order = sorted(range(len(read)), key=lambda i: len(read[i][0]))
        found = np.zeros(len(read))
        with apart(), torch.inference_mode():
            for at in range(0, len(order), BATCH):
                batch = order[at : at + BATCH]
                found[batch] = self._network(*_padded([read[i] for i in batch])).numpy()
        return found

    def _numbers(self, row: Row) -> tuple[list[int], list[int], list[int]]:
        """Word numbers (0 padding, 1 unknown, 2 and 3 the mentions, then the vectors) and distances to both mentions (0 is padding)."""
        words, first, second = sequence(row)
        begin = max(0, min((first + second - LONGEST) // 2, len(words) - LONGEST))
        end = begin + LONGEST
        known = ((self._vectors.row(word), at) for at, word in enumerate(words[begin:end], start=begin))
        numbers = [2 if at == first else 3 if at == second else 1 if row_ is None else row_ + 4 for row_, at in known]
        places = [[_distance(begin + i - mention) for i in range(len(numbers))] for mention in (first, second)]
        return numbers, places[0], places[1]


@contextmanager
def apart() -> Iterator[None]:
    """One thread, and random numbers that leave the others' as they were. Steps here are short: where cores are shared, threads that
    wait for each other at every product take many times as long."""
    import torch

    threads, state = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(state)


def _distance(words: int) -> int:
    return max(-FARTHEST, min(FARTHEST, words)) + FARTHEST + 1


def _batches(lengths: Sequence[int], order: random.Random) -> list[list[int]]:
    """All rows once, those of like length together, in an order that the generator draws."""
    ranked = sorted(range(len(lengths)), key=lambda i: (lengths[i], order.random()))
    batches = [ranked[at : at + BATCH] for at in range(0, len(ranked), BATCH)]
    order.shuffle(batches)
    return batches


def _padded(read: Sequence[tuple[list[int], list[int], list[int]]]) -> "list[Tensor]":
    """Three (B, L) tensors, at least as long as the widest filter."""
    import torch

    width = max(*WIDTHS, *(len(numbers) for numbers, _, _ in read))
    return [torch.tensor([part[k] + [0] * (width - len(part[k])) for part in read]) for k in range(3)]


def _build(shape: Shape, vectors: WordVectors) -> "nn.Module":
    import torch
    from torch import nn

    size = vectors.vectors.shape[1]
    table = np.concatenate([np.zeros((4, size), np.float32), vectors.vectors])

    class Reader(nn.Module):
        """What both networks share: words and distances in, one logit a row out."""

        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding.from_pretrained(torch.from_numpy(table), freeze=False, padding_idx=0)  # type: ignore[no-untyped-call]
            with torch.no_grad():
                self.words.weight[1:4].normal_(std=0.1)
            self.places = nn.ModuleList(nn.Embedding(2 * FARTHEST + 2, PLACE, padding_idx=0) for _ in range(2))
            self.dropout = nn.Dropout(DROPOUT)
            width = size + 2 * PLACE
            if shape == "cnn":
                self.filters = nn.ModuleList(nn.Conv1d(width, FILTERS, n) for n in WIDTHS)
                self.out = nn.Linear(FILTERS * len(WIDTHS), 1)
            else:
                self.reader = nn.LSTM(width, HIDDEN, batch_first=True, bidirectional=True)
                self.attention = nn.Linear(2 * HIDDEN, 1)
                self.out = nn.Linear(2 * HIDDEN, 1)

        def forward(self, words: Any, first: Any, second: Any) -> Any:
            read = torch.cat([self.words(words), self.places[0](first), self.places[1](second)], dim=2)
            read = self.dropout(read)
            if shape == "cnn":
                columns = read.transpose(1, 2)
                found = torch.cat([torch.relu(f(columns)).amax(dim=2) for f in self.filters], dim=1)
            else:
                hidden, _ = self.reader(read)
                weights = self.attention(torch.tanh(hidden)).masked_fill((words == 0).unsqueeze(2), -1e9)
                found = torch.tanh((torch.softmax(weights, dim=1) * hidden).sum(dim=1))
            return self.out(self.dropout(found)).squeeze(1)

    return Reader()
