"""A BiLSTM-CRF over word and character vectors (Lample et al. 2016, doi:10.18653/v1/N16-1030), the words' vectors made by `vectors`.

Torch is imported where it is used, so that everything else here runs in the serving environment.
"""

import hashlib
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import Document
from models.evaluation.baselines.vectors import WordVectors
from models.evaluation.baselines.words import OUT, Span, Word, decode, encode, sentences_of, words_of
from models.evaluation.counts import Counts
from processors.records import EntityType

if TYPE_CHECKING:
    from torch import Tensor, nn

CHARACTERS = 25  # numbers in a character's vector, and in each direction of a word's characters
HIDDEN = 100  # numbers in each direction of the words
DROPOUT = 0.5
UNKNOWN = 0.1  # share of the words that training reads as unknown ones
RATE = 3e-3
BATCH = 16  # sentences
LONGEST = 20  # characters of a word that are read
EPOCHS = 12
HELD_OUT = 0.1  # share of the training documents that decide which epoch is kept

Sentence = tuple[list[Word], list[int]]


def _quiet(message: str) -> None:
    pass


class BilstmCrf:
    """Tags the words of each sentence with B, I and O of all its types at once."""

    def __init__(
        self,
        documents: Sequence[Document],
        types: Collection[EntityType],
        vectors: WordVectors,
        *,
        epochs: int = EPOCHS,
        seed: int = 1,
        tell: Callable[[str], None] = _quiet,
    ) -> None:
        """Train on documents whose corpora annotate all `types`; other mentions do not count.

        A tenth of the documents, by the sha256 of their PMIDs, is not learned from: its strict F1 decides which epoch is kept.
        Equal documents, vectors and seed give equal weights on one machine. Raises `ValueError` where there are no two documents.
        """
        import torch

        if len(documents) < 2:
            raise ValueError("a BiLSTM-CRF needs at least two training documents")
        self._types = sorted(types)
        self._vectors = vectors
        self._tags = [OUT, *(f"{letter}-{kind}" for kind in self._types for letter in "BI")]
        learned, held_out = carve(documents)
        letters = sorted({c for d in learned for c in d.text})
        self._letters = {letter: number for number, letter in enumerate(letters, start=2)}  # 0: padding, 1: unknown
        sentences = [s for d in learned for s in self._sentences(d)]
        state = torch.get_rng_state()
        try:
            torch.manual_seed(seed)
            self._network = self._build()
            self._learn(sentences, held_out, epochs, random.Random(seed), tell)  # noqa: S311  order of sentences
        finally:
            torch.set_rng_state(state)

    def find(self, text: str) -> list[Span]:
        """The mentions of a text, from left to right."""
        import torch

        words = words_of(text)
        parts = [words[part] for part in sentences_of(text, words)]
        self._network.eval()
        tags: list[str] = []
        with torch.inference_mode():
            for part in parts:
                emissions = self._emissions([part])[0].numpy().astype(np.float64)
                tags += [self._tags[t] for t in best_path(emissions, *self._transitions())]
        return decode(words, tags)

    def _sentences(self, document: Document) -> Iterator[Sentence]:
        words = words_of(document.text)
        numbers = {tag: number for number, tag in enumerate(self._tags)}
        tags = encode(words, [(m.start, m.end, m.type) for m in document.mentions if m.type in self._types])
        for part in sentences_of(document.text, words):
            yield words[part], [numbers[tag] for tag in tags[part]]

    def _build(self) -> "nn.ModuleDict":
        import torch
        from torch import nn

        width = self._vectors.vectors.shape[1]
        table = np.concatenate([np.zeros((2, width), np.float32), self._vectors.vectors])  # padding, unknown, the words
        count = len(self._tags)
        return nn.ModuleDict(
            {
                "words": nn.Embedding(len(table), width, padding_idx=0, _weight=torch.from_numpy(table)),
                "letters": nn.Embedding(len(self._letters) + 2, CHARACTERS, padding_idx=0),
                "spelling": nn.LSTM(CHARACTERS, CHARACTERS, batch_first=True, bidirectional=True),
                "reader": nn.LSTM(width + 2 * CHARACTERS, HIDDEN, batch_first=True, bidirectional=True),
                "dropout": nn.Dropout(DROPOUT),
                "scores": nn.Linear(2 * HIDDEN, count),
                "moves": nn.ParameterDict(
                    {
                        "between": nn.Parameter(torch.zeros(count, count)),
                        "first": nn.Parameter(torch.zeros(count)),
                        "last": nn.Parameter(torch.zeros(count)),
                    }
                ),
            }
        )

    def _moves(self) -> tuple["Tensor", "Tensor", "Tensor"]:
        """Scores of a tag behind another one, of the first and of the last tag."""
        moves = cast("nn.ParameterDict", self._network["moves"])
        return moves["between"], moves["first"], moves["last"]

    def _transitions(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        between, first, last = (move.detach().numpy().astype(np.float64) for move in self._moves())
        return between, first, last

    def _emissions(self, sentences: Sequence[Sequence[Word]], unknown: random.Random | None = None) -> list["Tensor"]:
        """Scores (T, tags) of each sentence; with `unknown` some words are read as unknown ones."""
        import torch
        from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

        network = self._network
        spellings: dict[str, int] = {}
        rows, places = [], []
        for sentence in sentences:
            numbers = [self._vectors.row(word.text) for word in sentence]
            rows.append(torch.tensor([1 if n is None or (unknown and unknown.random() < UNKNOWN) else n + 2 for n in numbers]))
            places.append(torch.tensor([spellings.setdefault(word.text[:LONGEST], len(spellings)) for word in sentence]))
        letters = [torch.tensor([self._letters.get(c, 1) for c in spelling]) for spelling in spellings]
        packed = pack_padded_sequence(
            network["letters"](pad_sequence(letters, batch_first=True)),
            torch.tensor([len(x) for x in letters]),
            batch_first=True,
            enforce_sorted=False,
        )
        ends = network["spelling"](packed)[1][0]  # (2, spellings, CHARACTERS)
        spelled = torch.cat([ends[0], ends[1]], dim=1)
        read = [torch.cat([network["words"](row), spelled[place]], dim=1) for row, place in zip(rows, places, strict=True)]
        lengths = torch.tensor([len(x) for x in read])
        padded = network["dropout"](pad_sequence(read, batch_first=True))
        out, _ = network["reader"](pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False))
        hidden, _ = pad_packed_sequence(out, batch_first=True)
        scores = network["scores"](network["dropout"](hidden))
        return [scores[i, :n] for i, n in enumerate(lengths.tolist())]

    def _loss(self, emissions: Sequence["Tensor"], tags: Sequence[Sequence[int]]) -> "Tensor":
        """The mean negative log-likelihood of the sentences' tags."""
        import torch
        from torch.nn.utils.rnn import pad_sequence

        between, first, last = self._moves()
        gold = torch.zeros(())
        for scores, row in zip(emissions, tags, strict=True):
            path = torch.tensor(row)
            gold = gold + first[path[0]] + scores[torch.arange(len(row)), path].sum() + between[path[:-1], path[1:]].sum() + last[path[-1]]
        lengths = torch.tensor([len(row) for row in tags])
        padded = pad_sequence(list(emissions), batch_first=True)  # (S, T, tags)
        reached = first + padded[:, 0]
        for step in range(1, padded.shape[1]):
            further = torch.logsumexp(reached.unsqueeze(2) + between, dim=1) + padded[:, step]
            reached = torch.where((step < lengths).unsqueeze(1), further, reached)
        return (torch.logsumexp(reached + last, dim=1).sum() - gold) / len(tags)

    def _learn(
        self, sentences: list[Sentence], held_out: Sequence[Document], epochs: int, order: random.Random, tell: Callable[[str], None]
    ) -> None:
        import torch

        optimiser = torch.optim.Adam(self._network.parameters(), lr=RATE)
        steps = epochs * -(-len(sentences) // BATCH)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(1 - step / steps, 0.0))
        best, kept = -1.0, self._network.state_dict()
        for epoch in range(1, epochs + 1):
            self._network.train()
            total = 0.0
            for batch in _batches(sentences, order):
                optimiser.zero_grad()
                loss = self._loss(self._emissions([words for words, _ in batch], order), [tags for _, tags in batch])
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
                optimiser.step()
                schedule.step()
                total += float(loss.detach()) * len(batch)
            score = Counts.total(self._count(d) for d in held_out).f1
            tell(f"BiLSTM-CRF: epoch {epoch} of {epochs}, loss {total / len(sentences):.3f}, held-out F1 {100 * score:.1f}")
            if score > best:
                best, kept = score, {name: value.clone() for name, value in self._network.state_dict().items()}
        self._network.load_state_dict(kept)

    def _count(self, document: Document) -> Counts:
        gold = {(m.start, m.end, m.type) for m in document.mentions if m.type in self._types}
        return Counts.of(gold, set(self.find(document.text)))


def carve(documents: Sequence[Document], share: float = HELD_OUT) -> tuple[list[Document], list[Document]]:
    """The documents to learn from and those to choose on, at least one each, by the sha256 of corpus and PMID."""
    ranked = sorted(documents, key=lambda d: hashlib.sha256(f"baseline held-out {d.corpus} {d.pmid}".encode()).hexdigest())
    count = max(1, round(share * len(ranked)))
    return ranked[count:], ranked[:count]


def best_path(
    emissions: NDArray[np.float64], between: NDArray[np.float64], first: NDArray[np.float64], last: NDArray[np.float64]
) -> list[int]:
    """The tags with the highest score (Viterbi 1967); emissions (T, K), moves from row to column (K, K)."""
    reached = first + emissions[0]
    steps = []
    for row in emissions[1:]:
        through = reached[:, None] + between
        steps.append(through.argmax(axis=0))
        reached = through.max(axis=0) + row
    path = [int((reached + last).argmax())]
    for step in reversed(steps):
        path.append(int(step[path[-1]]))
    return path[::-1]


def _batches(sentences: Sequence[Sentence], order: random.Random) -> list[list[Sentence]]:
    """All sentences once, those of like length together, in an order that the generator draws."""
    ranked = sorted(sentences, key=lambda s: (len(s[0]), order.random()))
    batches = [ranked[at : at + BATCH] for at in range(0, len(ranked), BATCH)]
    order.shuffle(batches)
    return batches
