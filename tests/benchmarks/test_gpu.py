"""The GPU's benchmark runs through the CPU's provider, and refuses to measure what is not here."""

import numpy as np
import pytest

from benchmarks.bench_gpu import NoGpu, _fill, furthest, measure
from models.runtime.artefact import load_artefact
from models.runtime.batches import Batched
from models.runtime.device import within_reach
from models.runtime.encoder import Encoded
from processors.records import Abstract


def encoded(hidden: float, score: float) -> Encoded:
    zeros = np.zeros((2, 2), dtype=np.int32)
    return Encoded(zeros, zeros[0], np.full((2, 3), hidden, dtype=np.float32), np.full((2, 3), score, dtype=np.float32))


def test_distances_are_the_largest_of_any_document() -> None:
    empty = Encoded(*(np.zeros((0, 2)) for _ in range(4)))  # type: ignore[arg-type]
    found = furthest([encoded(2, 1), encoded(1, 1), empty], [encoded(2, 1.5), encoded(1.5, 1), empty])
    assert found == {"hidden_distance": pytest.approx(0.5), "score_distance": pytest.approx(0.5)}


def test_fill_counts_padding_as_a_share_of_what_was_computed() -> None:
    assert _fill(Batched(batches=4, windows=10, pieces=75, padded=100)) == {"windows_a_batch": 2.5, "padding": 0.25}
    assert _fill(None) == {}


def test_without_a_gpu_nothing_is_measured() -> None:
    if within_reach("cuda"):
        pytest.skip("onnxruntime here was built for a GPU")
    model, documents = load_artefact(), [Abstract(id="local:1", title="Tamoxifen and breast cancer.")]
    with pytest.raises(NoGpu, match="cuda does not run here"):
        measure(model, model, documents, provider="cuda", budgets=[512])
