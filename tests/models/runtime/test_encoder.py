"""The encoder takes any string, keeps its offsets, and answers the same whatever it was asked before."""

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.runtime.artefact import Artefact
from models.runtime.encoder import Encoded, Encoder
from models.runtime.errors import ArtefactCorrupt, ArtefactError, TextTooLong

ABSTRACT = "BRCA1 mutations raise the risk of breast cancer. Tamoxifen lowers it in women with a mutation of BRCA2 (P < 0.01). "


def same(a: Encoded, b: Encoded) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("offsets", "words", "hidden", "ner"))


def test_shapes_are_the_manifests(encoder: Encoder) -> None:
    encoded = encoder.encode(ABSTRACT)
    pieces = len(encoded.offsets)
    spec = encoder.artefact.manifest
    assert encoded.hidden.shape == (pieces, spec.encoder.hidden)
    assert encoded.ner.shape == (pieces, 3 * len(spec.ner.types))
    assert encoded.words.shape == (pieces,)
    assert encoded.hidden.dtype == encoded.ner.dtype == np.float32
    assert encoded.nbytes > encoded.hidden.nbytes


@pytest.mark.parametrize("text", ["", " ", "\n\t \u2003\u00a0", "\u200b\u200c", "\x00\x01"])
def test_a_text_without_pieces_gives_empty_arrays(encoder: Encoder, text: str) -> None:
    encoded = encoder.encode(text)
    assert encoded.offsets.shape == (0, 2)
    assert encoded.hidden.shape == (0, encoder.artefact.manifest.encoder.hidden)


def test_offsets_count_code_points_of_the_text_itself(encoder: Encoder) -> None:
    text = "\ud800 \U0001f9ec IL-6 \u0130l\u200bx e\u0301 na\u00efve \x00p53"
    encoded = encoder.encode(text)
    found = {text[a:b] for a, b in encoded.offsets.tolist()}
    assert {"\U0001f9ec", "IL", "-", "6", "e", "na\u00efve", "p53"} <= found
    assert encoded.offsets.min() >= 0
    assert encoded.offsets.max() <= len(text)


@given(st.text(st.characters(), max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_string_is_encoded(encoder: Encoder, text: str) -> None:
    offsets = encoder.encode(text).offsets
    assert (offsets[:, 0] <= offsets[:, 1]).all()
    assert (np.diff(offsets, axis=0) >= 0).all()
    assert len(offsets) == 0 or (offsets[0, 0] >= 0 and offsets[-1, 1] <= len(text))


def test_what_was_computed_is_counted_with_what_windows_share(encoder: Encoder) -> None:
    before = replace(encoder.computed)
    pieces = len(encoder.encode(ABSTRACT * 39).offsets)
    done = encoder.computed
    windows = done.windows - before.windows
    assert windows > 1
    assert done.batches - before.batches == windows
    shared = (windows - 1) * encoder.artefact.manifest.encoder.overlap
    assert pieces + 2 * windows <= done.pieces - before.pieces <= pieces + 2 * windows + 2 * shared
    assert done.padded - before.padded == done.pieces - before.pieces


def test_a_text_of_many_windows_is_encoded_whole(encoder: Encoder) -> None:
    encoded = encoder.encode(ABSTRACT * 40)
    assert len(encoded.offsets) > 2 * encoder.artefact.manifest.encoder.window
    assert np.isfinite(encoded.hidden).all()
    assert encoded.offsets[-1, 1] == len((ABSTRACT * 40).rstrip())
    alone = encoder.encode(ABSTRACT)
    inner = len(alone.offsets)
    # What stands far from any cut was read in the context that a single window gives it.
    assert np.array_equal(encoded.words[:inner], alone.words)
    assert not np.array_equal(encoded.hidden[:inner], alone.hidden)


def test_a_text_above_the_limit_is_refused(artefact: Artefact) -> None:
    small = Encoder(artefact, max_characters=10)
    assert len(small.encode("0123456789").offsets) > 0
    with pytest.raises(TextTooLong, match="11 characters, the limit is 10") as raised:
        small.encode("0123456789\U0001f9ec")
    assert raised.value.remedy


def test_the_cache_changes_nothing_but_time(artefact: Artefact) -> None:
    cached, plain = Encoder(artefact), Encoder(artefact, cache_bytes=0)
    first = cached.encode(ABSTRACT)
    assert cached.encode(ABSTRACT) is first
    assert same(first, plain.encode(ABSTRACT))
    assert not any(getattr(first, name).flags.writeable for name in ("offsets", "words", "hidden", "ner"))
    assert len(plain.cache) == 0


def test_neighbours_and_threads_change_nothing(artefact: Artefact) -> None:
    encoder = Encoder(artefact, cache_bytes=0)
    texts = [ABSTRACT[i * 7 :] for i in range(6)]
    expected = [encoder.encode(text) for text in texts]
    different: list[str] = []

    def work(order: list[int]) -> None:
        different.extend(texts[i] for i in order if not same(encoder.encode(texts[i]), expected[i]))

    threads = [threading.Thread(target=work, args=([*range(n, 6), *range(n)],)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert different == []


def copy(artefact: Artefact, folder: Path) -> Artefact:
    for name in artefact.manifest.files:
        shutil.copy(artefact.path(name), folder / name)
    return Artefact(folder, artefact.manifest)


def test_a_model_replaced_while_it_runs_is_refused(artefact: Artefact, tmp_path: Path) -> None:
    ours = copy(artefact, tmp_path)
    (tmp_path / "encoder.onnx").write_bytes(b"another model")
    with pytest.raises(ArtefactCorrupt, match=r"encoder\.onnx"):
        Encoder(ours)


def with_files(artefact: Artefact, folder: Path, **contents: bytes) -> Artefact:
    """A copy whose manifest vouches for other bytes."""
    from hashlib import sha256

    from models.runtime.manifest import FileEntry

    ours = copy(artefact, folder)
    files = dict(artefact.manifest.files)
    for name, data in contents.items():
        file = {"encoder": "encoder.onnx", "tokenizer": "tokenizer.json"}[name]
        (folder / file).write_bytes(data)
        files[file] = FileEntry(sha256=sha256(data).hexdigest(), bytes=len(data))
    return Artefact(folder, ours.manifest.model_copy(update={"files": files}))


def test_a_graph_that_onnxruntime_refuses_is_an_artefact_error(artefact: Artefact, tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="cannot run") as raised:
        Encoder(with_files(artefact, tmp_path, encoder=b"no graph"))
    assert raised.value.remedy


def test_another_graph_in_the_encoders_place_is_an_artefact_error(artefact: Artefact, tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="takes"):
        Encoder(with_files(artefact, tmp_path, encoder=artefact.path("relations.onnx").read_bytes()))


@pytest.mark.parametrize("data", [b"", b"{}", b'{"model": 1}'])
def test_a_tokeniser_that_is_none_is_an_artefact_error(artefact: Artefact, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ArtefactError, match=r"tokenizer\.json"):
        Encoder(with_files(artefact, tmp_path, tokenizer=data))


def test_other_sizes_than_the_manifest_states_are_an_artefact_error(artefact: Artefact) -> None:
    spec = artefact.manifest.encoder.model_copy(update={"hidden": 7})
    with pytest.raises(ArtefactError, match="hidden has shape"):
        Encoder(Artefact(artefact.folder, artefact.manifest.model_copy(update={"encoder": spec})))
