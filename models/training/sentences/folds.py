"""What a classifier learns from and what it is scored on: folds without a row of theirs on both sides."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.corpora.documents import normalise
from models.corpora.errors import CorpusUnknown
from models.corpora.guard import Guard
from models.corpora.registry import Corpus, corpus
from models.corpora.relations import euadr
from models.corpora.relations.folds import Fold as PublishedFold
from models.corpora.relations.folds import read_folds
from models.corpora.relations.pair import Pair
from models.corpora.relations.reading import read_pairs
from models.evaluation.folds import group_folds, parts
from models.training.sentences.recipe import Protocol

FOLDS = 10


@dataclass(frozen=True, slots=True)
class Fold:
    """Pairs to learn from, pairs carved from them for choices, and pairs to score once."""

    name: str
    train: tuple[Pair, ...]
    carved: tuple[Pair, ...]
    test: tuple[Pair, ...]
    removed: int  # training pairs taken out, because the test part holds their sentence


def split(name: str, protocol: Protocol, data: Path, *, carved: float = 0.0, limit: int | None = None) -> Iterator[Fold]:
    """The folds of a corpus, `name` or `name/split`, in order; one fold where the protocol is `official`.

    Training pairs whose sentence the test part holds are taken out: the same text in the `published` folds, which are known for what
    they are; in the others everything that the leakage guard finds, near-duplicates too.
    Raises `CorpusUnknown`, `CorpusMissing`, `CorpusBroken`.
    """
    for number, train, test in _parts(name, protocol, data):
        kept = _clear_of_texts(train, test) if protocol == "published" else _clear(train, test)
        held = _sample({pair.document for pair in kept}, carved)
        yield Fold(
            name=f"fold-{number}",
            train=tuple(pair for pair in kept if pair.document not in held)[:limit],
            carved=tuple(pair for pair in kept if pair.document in held),
            test=tuple(test),
            removed=len(train) - len(kept),
        )


def _parts(name: str, protocol: Protocol, data: Path) -> Iterator[tuple[int, Sequence[Pair], Sequence[Pair]]]:
    base, _, part = name.partition("/")
    source = corpus(base)
    if protocol == "official":
        yield 1, read_pairs(source, "train", data), read_pairs(source, "test", data)
    elif protocol == "published":
        yield from ((fold.number, fold.train, fold.test) for fold in _published(source, data))
    else:
        pairs = _whole(source, part, data)
        place = group_folds([pair.document for pair in pairs], FOLDS, labels=[bool(pair.labels) for pair in pairs])
        for number, (train, test) in enumerate(parts(place), start=1):
            yield number, [pairs[i] for i in train], [pairs[i] for i in test]


def _published(source: Corpus, data: Path) -> Sequence[PublishedFold]:
    if source.form != "folds":
        raise CorpusUnknown(f"corpus {source.name} was not published in folds", remedy="Use the protocol grouped, or official.")
    papers = euadr.papers(data) if source.name == "eu-adr" else None
    return read_folds(source.path("fold-1", data).parents[1], source.name, papers)


def _whole(source: Corpus, part: str, data: Path) -> list[Pair]:
    """Every pair of a corpus, or of one of its parts, once."""
    if source.form == "folds":
        return [pair for fold in _published(source, data) for pair in fold.test]
    splits = [name for name in source.splits if not part or name.partition("-")[2] == part]
    if not splits:
        raise CorpusUnknown(f"corpus {source.name} has no part {part!r}", remedy=f"Its splits are {', '.join(source.splits)}.")
    return [pair for name in splits for pair in read_pairs(source, name, data)]


def _clear_of_texts(train: Sequence[Pair], test: Sequence[Pair]) -> list[Pair]:
    held = {normalise(pair.text) for pair in test}
    return [pair for pair in train if normalise(pair.text) not in held]


def _clear(train: Sequence[Pair], test: Sequence[Pair]) -> list[Pair]:
    """The training pairs that share neither document nor sentence with the test; a sentence is looked at once, whatever its pairs."""
    guard = Guard({(pair.document, pair.text): pair for pair in test}.values())
    free = {(pair.document, pair.text) for pair in guard.remove({(p.document, p.text): p for p in train}.values())[0]}
    return [pair for pair in train if (pair.document, pair.text) in free]


def _sample(groups: Iterable[str], share: float) -> frozenset[str]:
    ranked = sorted(groups, key=_rank)
    return frozenset(ranked[: round(share * len(ranked))])


def _rank(name: str) -> str:
    return hashlib.sha256(f"sentences {name}".encode()).hexdigest()
