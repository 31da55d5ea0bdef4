"""Word vectors: words of like company are alike, and equal texts give equal bytes."""

import random
from pathlib import Path

import numpy as np
import pytest

from models.corpora.registry import CORPORA
from models.evaluation.baselines import vectors
from models.evaluation.baselines.vectors import WordVectors, folded, train_vectors
from tests.models.corpora.conftest import small_data

pytestmark = pytest.mark.torch


def texts() -> list[str]:
    rng = random.Random(1)
    drugs, animals = ["aspirin", "Ibuprofen", "naproxen"], ["mice", "rats", "dogs"]
    return [
        f"Daily {rng.choice(drugs)} relieved pain of patients. Wild {rng.choice(animals)} ran through old tunnels at night."
        for _ in range(300)
    ]


def test_words_of_like_company_are_alike() -> None:
    found = train_vectors(texts(), size=8, window=3)
    rows = [found.row(word) for word in ("Aspirin", "ibuprofen", "mice")]
    assert all(row is not None for row in rows)
    aspirin, ibuprofen, mice = (found.vectors[row] for row in rows)
    assert aspirin @ ibuprofen > 0.9 > aspirin @ mice
    assert found.row("tunnelled") is None
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)


def test_equal_texts_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        train_vectors(texts(), size=8).save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = WordVectors.load(tmp_path / "a.npz")
    made = train_vectors(texts(), size=8)
    assert (again.rows, again.about) == (made.rows, made.about)
    assert np.allclose(again.vectors, made.vectors, atol=1e-3)


def test_folding_forgives_case_and_digits() -> None:
    assert folded("IL6") == folded("il2") == "il0"


def test_what_is_no_vectors_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="need more"):
        train_vectors(["too few words"], size=8)
    for name, content in (("text", b"word 1 2 3"), ("cut", b"PK\x03\x04"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match="no word vectors"):
            WordVectors.load(tmp_path / name)
    np.savez(tmp_path / "other.npz", x=np.zeros(2))
    with pytest.raises(ValueError, match="no word vectors"):
        WordVectors.load(tmp_path / "other.npz")


def test_corpora_of_pairs_alone_are_no_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = small_data(tmp_path / "data")
    monkeypatch.setattr(vectors, "CORPORA", {name: CORPORA[name] for name in ("biored", "pgr")})
    monkeypatch.setattr(vectors, "read_abstracts", lambda *_: ([], []))
    read, summary = vectors.allowed_texts(data)
    assert read
    assert [entry["name"] for entry in summary] == ["biored/train"]
