"""What the encoder makes of names: one vector each, brought to one scale, computed once."""

from pathlib import Path

import numpy as np
import pytest

from models.runtime.artefact import load_artefact
from models.runtime.encoder import Encoder
from models.training.links.texts import STORED, scaled, text_vectors
from models.training.progress import silent
from models.training.recipe import EncoderPart

NAMES = ["clonidine", "naloxone", "hypertension", "", "clonidine"]


def vectors(kept: Path, names: list[str]) -> np.ndarray:
    return text_vectors(names, EncoderPart(artefact="relay-mini", licence="Apache-2.0"), kept, kept, seed=1, progress=silent)


def test_a_vector_is_the_mean_of_its_hidden_states(tmp_path: Path) -> None:
    found = vectors(tmp_path, NAMES)
    encoder = Encoder(load_artefact())
    means = np.stack([encoder.encode(name).hidden.mean(axis=0) for name in ("clonidine", "naloxone", "hypertension", "clonidine")])
    assert found[[0, 1, 2, 4]] == pytest.approx(scaled(means), abs=1e-6)
    assert not found[3].any()  # no piece, no vector
    assert np.array_equal(found[0], found[4])
    assert np.linalg.norm(found[:3], axis=1) == pytest.approx(np.ones(3))


def test_names_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = vectors(tmp_path, NAMES)
    assert (tmp_path / STORED).is_file()
    read: list[str] = []
    real = Encoder.encode
    monkeypatch.setattr(Encoder, "encode", lambda self, text: (read.append(text), real(self, text))[1])
    assert np.array_equal(vectors(tmp_path, NAMES), first)
    assert read == []
    vectors(tmp_path, NAMES[:2])
    assert read == NAMES[:2]


def test_scales() -> None:
    rows = np.array([[1, 10], [3, 30], [0, 0]], dtype=np.float32)
    assert scaled(rows) == pytest.approx(np.array([[-1, -1], [1, 1], [0, 0]]) / np.array([[2**0.5], [2**0.5], [1]]))
    assert not scaled(np.zeros((2, 3), dtype=np.float32)).any()
