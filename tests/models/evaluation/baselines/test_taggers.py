"""The CRF and the BiLSTM-CRF learn a small language, give equal answers when trained twice, and tag any text."""

import itertools
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.corpora.documents import Document, GoldMention
from models.evaluation.baselines.bilstm_crf import BilstmCrf, best_path, carve
from models.evaluation.baselines.crf import Crf
from models.evaluation.baselines.vectors import WordVectors
from models.evaluation.baselines.words import words_of
from processors.records import EntityType

pytestmark = pytest.mark.torch
pytest.importorskip("torch")  # here, since its import takes long on a busy machine, and tests have a time limit

GENE, DISEASE = EntityType.GENE, EntityType.DISEASE
TYPES = (DISEASE, GENE)


def documents(count: int, seed: int = 1) -> list[Document]:
    rng = random.Random(seed)
    found = []
    for number in range(count):
        gene, disease = (
            f"{rng.choice(['BR', 'TP', 'KR'])}{rng.randint(10, 99)}",
            f"{rng.choice(['renal', 'ocular'])} {rng.choice(['gliosis', 'nephritis'])}",
        )
        text = f"We saw that {gene} causes {disease} in old mice."
        at = text.index(disease)
        mentions = (GoldMention(12, 12 + len(gene), GENE, ()), GoldMention(at, at + len(disease), DISEASE, ()))
        found.append(Document("biored/train", str(number), text, text, mentions))
    return found


def vectors() -> WordVectors:
    words = ["we", "saw", "that", "causes", "in", "old", "mice", "renal", "ocular", ".", "br00", "tp00", "kr00"]
    table = np.random.default_rng(1).standard_normal((len(words), 12)).astype(np.float32)
    return WordVectors({word: row for row, word in enumerate(words)}, table, {})


def crf(read: list[Document]) -> Crf:
    return Crf(read, TYPES)


def bilstm(read: list[Document], epochs: int = 30) -> BilstmCrf:
    return BilstmCrf(read, TYPES, vectors(), epochs=epochs)


TEXT = "We saw that KR77 causes ocular nephritis in old mice. We saw that TP11 causes renal gliosis in old mice."


@pytest.mark.parametrize("make", [crf, bilstm])
def test_a_tagger_learns_names_by_their_spelling_and_place(make: Callable[[list[Document]], Crf | BilstmCrf]) -> None:
    tagger = make(documents(60))
    found = [(TEXT[a:b], kind) for a, b, kind in tagger.find(TEXT)]
    assert found == [("KR77", GENE), ("ocular nephritis", DISEASE), ("TP11", GENE), ("renal gliosis", DISEASE)]
    for odd in ("", " ", "\ud800 \u0301", "汉字 (", "x" * 300):
        assert all(0 <= a < b <= len(odd) for a, b, _ in tagger.find(odd))


def test_equal_documents_give_equal_taggers() -> None:
    one, other = crf(documents(20)), crf(documents(20))
    assert one._weights == other._weights
    first, second = bilstm(documents(20), epochs=2), bilstm(documents(20), epochs=2)
    words = words_of(TEXT)
    assert first._emissions([words])[0].equal(second._emissions([words])[0])


def test_only_the_types_that_are_asked_for_are_learned() -> None:
    tagger = Crf(documents(30), [GENE])
    assert {kind for d in documents(5, seed=2) for _, _, kind in tagger.find(d.text)} == {GENE}


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="no training document holds a mention"):
        Crf(documents(3), [EntityType.SPECIES])
    with pytest.raises(ValueError, match="at least two"):
        BilstmCrf(documents(1), TYPES, vectors())


def test_the_held_out_documents_are_few_and_the_same_every_time() -> None:
    read = documents(40)
    learned, held_out = carve(read)
    assert (len(learned), len(held_out)) == (36, 4)
    assert carve(read[::-1]) == (learned, held_out)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 5), st.integers(0, 10**6))
def test_the_best_path_is_the_best_of_all(length: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    emissions, between, first, last = (
        rng.standard_normal((length, 3)),
        rng.standard_normal((3, 3)),
        rng.standard_normal(3),
        rng.standard_normal(3),
    )

    def score(path: tuple[int, ...]) -> float:
        moves = sum(between[a, b] for a, b in itertools.pairwise(path))
        return first[path[0]] + last[path[-1]] + moves + sum(emissions[t, k] for t, k in enumerate(path))

    assert tuple(best_path(emissions, between, first, last)) == max(itertools.product(range(3), repeat=length), key=score)


def test_the_loss_is_the_likelihood_among_all_paths() -> None:
    import torch

    tagger = bilstm(documents(12), epochs=1)
    read = next(iter(tagger._sentences(documents(1, seed=3)[0])))
    emissions = [scores[:4].detach() for scores in tagger._emissions([read[0]])]
    between, first, last = (move.detach() for move in tagger._moves())

    def score(path: tuple[int, ...]) -> torch.Tensor:
        moves = sum(between[a, b] for a, b in itertools.pairwise(path))
        return first[path[0]] + last[path[-1]] + moves + sum(emissions[0][t, k] for t, k in enumerate(path))

    every = torch.stack([score(path) for path in itertools.product(range(5), repeat=4)])
    gold = (0, 3, 0, 1)
    assert float(tagger._loss(emissions, [gold]).detach()) == pytest.approx(float(torch.logsumexp(every, 0) - score(gold)), rel=1e-4)
