"""Batches through the very code that runs on a GPU, on onnxruntime's CPU provider; and what is told where there is no GPU."""

import json
import logging
import os
import random
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.runtime.artefact import ENCODER, Artefact
from models.runtime.batches import Batcher
from models.runtime.device import DeviceGraph, Framed, Unfit, place, within_reach
from models.runtime.encoder import Encoded, Encoder
from models.runtime.errors import Action, DeviceFailed, RuntimeUnavailable
from models.runtime.manifest import Manifest
from models.runtime.providers import Inference
from models.runtime.windows import windows
from models.training.provenance import file_entry
from tests.models.runtime.tiny import FIELDS, GRAPH, HIDDEN

TOLERANCE = 2e-5
"""Of an fp32 graph: sums over a padded row are added up in another order."""

ABSTRACT = "BRCA1 mutations raise the risk of breast cancer ; tamoxifen lowers it in women with TP53 ( P < 0.01 ) ."
BATCHED = Inference(batched=True, batch_pieces=512)


@pytest.fixture(scope="module")
def tiny(artefact: Artefact, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """The shipped model with the tiny graph in its encoder's place, which windows of 128 pieces go through."""
    folder = tmp_path_factory.mktemp("tiny")
    for name in artefact.manifest.files:
        shutil.copyfile(GRAPH if name == ENCODER else artefact.path(name), folder / name)
    stated = artefact.manifest.model_dump(mode="json", by_alias=True)
    stated["encoder"] |= {"hidden": HIDDEN, "window": 128, "overlap": 32, "precision": "fp32"}
    stated["ner"] |= {"heads": [], "guideline": ""}
    stated["files"][ENCODER] = file_entry(folder / ENCODER)
    (folder / "manifest.json").write_text(json.dumps(stated), encoding="utf-8")
    return Artefact(folder, Manifest.model_validate(stated))


@pytest.fixture(scope="module")
def alone(tiny: Artefact) -> Encoder:
    return Encoder(tiny, cache_bytes=0)


@pytest.fixture
def batched(tiny: Artefact) -> Iterator[Encoder]:
    encoder = Encoder(tiny, cache_bytes=0, inference=BATCHED)
    yield encoder
    encoder.close()


def texts(number: int, *, longest: int = 400) -> list[str]:
    draw = random.Random(number)
    return ["", " \n", *(" ".join(draw.choices(ABSTRACT.split(), k=draw.randint(1, longest))) for _ in range(number))]


def distance(one: Encoded, other: Encoded) -> float:
    assert np.array_equal(one.offsets, other.offsets)
    assert np.array_equal(one.words, other.words)
    assert one.hidden.shape == other.hidden.shape
    assert one.ner.shape == other.ner.shape
    return max(float(np.abs(getattr(one, name) - getattr(other, name)).max(initial=0)) for name in ("hidden", "ner"))


def test_batches_answer_as_one_window_a_call_does(alone: Encoder, batched: Encoder) -> None:
    given = texts(60)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(batched.encode, given))
    expected = [alone.encode(text) for text in given]
    assert max(map(distance, expected, found)) < TOLERANCE
    done = batched.gathered
    assert done
    cut = sum(len(windows(len(encoded.offsets), 126, 32)) for encoded in expected)
    assert done.windows == cut > len(given)  # each window once, and some texts have several
    assert done.batches < cut
    assert done.pieces <= done.padded


def test_one_caller_alone_is_answered_and_order_changes_little(alone: Encoder, batched: Encoder) -> None:
    for text in texts(8):
        assert distance(alone.encode(text), batched.encode(text)) < TOLERANCE


def test_padding_is_masked(tiny: Artefact) -> None:
    """A short window beside a long one answers as it does alone, which an encoder that looked at the padding would not."""
    graph = DeviceGraph(tiny.path(ENCODER), "cpu", BATCHED, inputs=FIELDS, window=128)
    short, long = (Framed(np.arange(5, 5 + n), np.zeros(n, dtype=np.int64)) for n in (4, 100))
    (apart,) = graph.compute([short], 4)
    beside, _ = graph.compute([short, long], 128)
    again, _ = graph.compute([short, long._replace(ids=long.ids[::-1].copy())], 128)
    assert apart.hidden.shape == beside.hidden.shape == (4, HIDDEN)
    assert np.abs(apart.hidden - beside.hidden).max() < TOLERANCE
    assert np.array_equal(beside.hidden, again.hidden)
    (typed,) = graph.compute([short._replace(types=np.ones(4, dtype=np.int64))], 4)
    assert np.abs(typed.hidden - apart.hidden).max() > 0.01


def test_a_batch_leaves_nothing_behind_for_the_next(tiny: Artefact) -> None:
    graph = DeviceGraph(tiny.path(ENCODER), "cpu", BATCHED, inputs=FIELDS, window=128)
    long, short = (Framed(np.arange(9, 9 + n), np.ones(n, dtype=np.int64)) for n in (128, 3))
    (first,) = graph.compute([short], 32)
    kept = first.hidden.copy()
    graph.compute([long] * 4, 128)
    (second,) = graph.compute([short], 32)
    assert np.array_equal(kept, second.hidden)
    assert np.array_equal(kept, first.hidden)  # answers are no views of memory that is used again


def test_a_failed_batch_stops_the_process_and_blames_no_document(tiny: Artefact) -> None:
    """A type that the graph has no vector for, as a device may fail at any time: the callers of that batch are told, others go on."""
    graph = DeviceGraph(tiny.path(ENCODER), "cpu", BATCHED, inputs=FIELDS, window=128)
    waits = Batcher(graph.compute, lambda window: len(window.ids), budget=512, buckets=(32, 128))
    good = Framed(np.arange(4), np.zeros(4, dtype=np.int64))
    bad = good._replace(types=np.full(4, 99))
    with pytest.raises(DeviceFailed, match="cpu failed on a batch of 1 windows of 32 pieces") as raised:
        waits.submit([bad])[0].result()
    assert raised.value.action is Action.STOP
    assert raised.value.remedy
    assert waits.submit([good])[0].result().hidden.shape == (4, HIDDEN)
    waits.close()


def test_a_closed_encoder_says_so(tiny: Artefact) -> None:
    encoder = Encoder(tiny, inference=BATCHED)
    kept = encoder.encode("BRCA1")
    encoder.close()
    encoder.close()
    assert encoder.encode("BRCA1") is kept
    with pytest.raises(RuntimeUnavailable, match="closed"):
        encoder.encode("TP53")
    plain = Encoder(tiny)
    plain.close()
    assert plain.gathered is None
    assert len(plain.encode("BRCA1").offsets) > 0  # on a CPU there is nothing to close


@pytest.mark.parametrize("provider", ["cuda", "tensorrt"])
def test_without_a_gpu_one_warning_names_reason_and_remedy_and_the_cpu_answers_alike(
    provider: str, tiny: Artefact, alone: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    if within_reach(provider):  # type: ignore[arg-type]
        pytest.skip("onnxruntime here was built for a GPU")
    with caplog.at_level(logging.INFO):
        encoder = Encoder(tiny, inference=Inference(provider))  # type: ignore[arg-type]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    said = record.getMessage()
    assert f"inference.provider is {provider}, but the installed onnxruntime has" in said
    assert "pip install 'biorelay[gpu]'" in said
    assert encoder.placement.provider == "cpu"
    assert encoder.placement.caution
    assert not encoder.batched
    given = texts(30)
    with ThreadPoolExecutor(32) as pool:  # as many threads as were to feed a GPU
        found = list(pool.map(encoder.encode, given))
    assert [distance(alone.encode(text), answer) for text, answer in zip(given, found, strict=True)] == [0] * len(given)
    assert len(encoder._graph._idle) <= (os.cpu_count() or 1)  # a session for each would take a model's memory each


def test_auto_is_the_cpu_where_there_is_no_gpu_and_warns_of_nothing(tiny: Artefact, caplog: pytest.LogCaptureFixture) -> None:
    if within_reach("auto"):
        pytest.skip("onnxruntime here was built for a GPU")
    with caplog.at_level(logging.INFO):
        encoder = Encoder(tiny, inference=Inference("auto"))
    assert [record.levelno for record in caplog.records] == [logging.INFO]
    assert (encoder.placement.provider, encoder.placement.caution) == ("cpu", None)


def test_a_provider_that_does_not_start_is_unfit(tiny: Artefact, tmp_path: Path) -> None:
    """onnxruntime goes on without a provider that it was not built with, or whose libraries are missing; that is not taken for a start."""
    with pytest.raises(Unfit):
        DeviceGraph(tiny.path(ENCODER), "cuda", replace(BATCHED, device=7), inputs=FIELDS, window=128)
    (tmp_path / "broken.onnx").write_bytes(b"no graph")
    with pytest.raises(Unfit, match="cpu does not start"):
        DeviceGraph(tmp_path / "broken.onnx", "cpu", BATCHED, inputs=FIELDS, window=128)


def test_what_fails_to_open_falls_back_with_its_reason(
    tiny: Artefact, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An onnxruntime that says it has CUDA, as the GPU wheel does on a machine without a driver."""
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"])
    graph, placement = place(tiny.path(ENCODER), Inference("cuda"), inputs=FIELDS, window=128, precision="fp16", model="relay@1")
    assert graph is None
    assert placement.provider == "cpu"
    assert placement.caution
    assert len(caplog.records) == 1
    assert placement.caution.remedy in caplog.text


@pytest.mark.torch
def test_the_tiny_graph_is_what_its_script_writes() -> None:
    from tests.models.runtime.tiny import tiny_graph

    assert tiny_graph() == GRAPH.read_bytes()
