"""What a classifier must beat."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.training.sentences.baselines.constants import AlwaysRelated, Chance, Majority, Near
from models.training.sentences.baselines.features import features
from models.training.sentences.baselines.rules import Rules
from models.training.sentences.rows import Row


def row(text: str, *, related: bool = True, kinds: tuple[str, str] = ("Gene", "Gene"), document: str = "") -> Row:
    """Its mentions are `A1` and `B2`."""
    a, b = text.index("A1"), text.index("B2")
    return Row(text, document or text, text, (a, a + 2), (b, b + 2), kinds, related)


def separable(n: int) -> list[Row]:
    rng = np.random.default_rng(2)
    fill = ["the", "of", "in", "cells", "patients", "a", "with", "human", "expression", "study", "level"]
    rows = []
    for i in range(n):
        related = bool(i % 2)
        words = [*rng.choice(fill, 3), "A1", *rng.choice(fill, 2), "binds" if related else "and", "B2", *rng.choice(fill, 3)]
        rows.append(row(" ".join([*words, f"w{i}"]), related=related, document=f"d{i // 2}"))
    return rows


def right(rows: Sequence[Row], scores: np.ndarray) -> float:
    return float(np.mean((scores > 0) == np.array([r.related for r in rows])))


def test_constants_answer_as_their_names_say() -> None:
    rows = [row(f"A1 x B2 {i}", related=i < 3) for i in range(10)]
    for system, share in ((AlwaysRelated(), 1.0), (Majority(), 0.0)):
        system.fit(rows, 1)
        assert np.mean(system.score(rows) > 0) == share
    many = [row("A1 x B2", document=str(i)) for i in range(4000)]
    chance = Chance()
    chance.fit(rows, 1)
    assert np.mean(chance.score(many) > 0) == pytest.approx(0.3, abs=0.03)
    assert (chance.score(many) == chance.score(many)).all()


def test_near_learns_how_many_words_may_stand_between() -> None:
    rows = [row(f"A1 {'x ' * n}B2", related=n <= 4) for n in range(12)]
    near = Near()
    near.fit(rows, 1)
    assert right(rows, near.score(rows)) == 1


@pytest.mark.parametrize(
    ("text", "kinds", "related"),
    [
        ("A1 directly binds B2 in yeast.", ("Gene", "Gene"), True),
        ("A1 and B2 were measured.", ("Gene", "Gene"), False),
        ("Binding of A1, @GENE$ and B2 was not tried.", ("Gene", "Gene"), False),
        ("Interaction of A1 with B2 was seen.", ("Gene", "Gene"), True),
        ("A1 polymorphisms are associated with B2.", ("Gene", "Disease"), True),
        ("A1 was sequenced in families; B2 was rare.", ("Gene", "Disease"), False),
        ("A1 reversed the symptoms of B2.", ("Chemical", "Disease"), True),
    ],
)
def test_rules_read_what_is_stated(text: str, kinds: tuple[str, str], related: bool) -> None:
    assert (Rules().score([row(text, kinds=kinds)])[0] > 0) == related


def test_features_name_words_by_place() -> None:
    found = features(row("Loss of B2 may not inhibit A1 in mice.", kinds=("Gene", "Gene")))
    assert {"between may not inhibit", "before loss of", "after in mice", "swapped True", "denied between", "hedged between"} <= set(found)
    assert "states between inhibit" in found
    assert "states nothing before" in found


@pytest.mark.torch
@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", ["tfidf", "hand"])
def test_support_vectors_learn_what_can_be_told_apart(name: str) -> None:
    from models.training.sentences.baselines.systems import systems

    rows = separable(80)
    system = systems(None)[name].make()
    system.fit(rows[:60], 1)
    assert right(rows[60:], system.score(rows[60:])) == 1


@pytest.mark.torch
@pytest.mark.timeout(180)
@pytest.mark.parametrize("shape", ["cnn", "bilstm"])
def test_networks_over_word_vectors_learn_it_too(shape: str) -> None:
    from models.evaluation.baselines.vectors import WordVectors
    from models.training.sentences.baselines.networks import WordNetwork

    rng = np.random.default_rng(1)
    words = ["binds", "and", "the", "of", "in", "cells"]
    vectors = WordVectors({word: i for i, word in enumerate(words)}, rng.normal(size=(6, 12)).astype(np.float32), {})
    rows = separable(120)
    network = WordNetwork(shape, vectors, epochs=40)
    network.fit(rows[:100], 1)
    first = network.score(rows[100:])
    assert right(rows[100:], first) >= 0.9
    np.testing.assert_allclose(network.score(rows[100:][::-1])[::-1], first, atol=1e-5)
    network.fit(rows[:100], 1)
    assert (network.score(rows[100:]) == first).all(), "one seed, one network"
