"""Artefacts are found by name or path, and refused with a reason unless they are what their manifest says."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from models.runtime.artefact import find_artefact, list_artefacts, load_artefact
from models.runtime.errors import ArtefactCorrupt, ArtefactError, ArtefactMissing

FILES = {"encoder.onnx": b"encoder" * 100, "relations.onnx": b"relations", "tokenizer.json": b"{}"}


def manifest(**changes: Any) -> dict[str, Any]:
    return {
        "schema": "biorelay.artefact/1",
        "name": "tiny",
        "version": "1",
        "generation": 3,
        "task": "ner+relations",
        "encoder": {"hidden": 8, "window": 512, "overlap": 128, "precision": "int8", "opset": 18, "lowercase": True},
        "ner": {"types": ["Gene", "Disease"], "temperature": 1.5, "threshold": {"Gene": 0.1, "Disease": 0.2}},
        "relations": {
            "labels": ["None", "Association"],
            "none_bias": -0.5,
            "temperature": 1.2,
            "type_pairs": [["Gene", "Disease"]],
            "features": "pairs.v1",
            "decision": "argmax",
        },
        "files": {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in FILES.items()},
        "unknown to this version": True,
        **changes,
    }


def write(folder: Path, **changes: Any) -> Path:
    folder.mkdir(parents=True)
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    (folder / "manifest.json").write_text(json.dumps(manifest(**changes)))
    return folder


def test_an_artefact_is_found_by_path_by_name_and_by_version(tmp_path: Path) -> None:
    for version in ("9", "10", "2"):
        write(tmp_path / "tiny" / version, version=version)
    assert load_artefact(tmp_path / "tiny" / "2").reference == "tiny@2"
    assert load_artefact(str(tmp_path / "tiny" / "9")).reference == "tiny@9"
    assert load_artefact("tiny", folder=tmp_path).reference == "tiny@10"
    assert load_artefact("tiny@9", folder=tmp_path).reference == "tiny@9"
    assert find_artefact(tmp_path / "tiny").name == "10"
    assert [place.name for place in list_artefacts(tmp_path)] == ["2", "9", "10"]


def test_what_is_no_model_is_not_listed(tmp_path: Path) -> None:
    write(tmp_path / "tiny" / "1")
    write(tmp_path / "vocabulary" / "1", schema="biorelay.vocabulary/1")
    write(tmp_path / "broken" / "1")
    (tmp_path / "broken" / "1" / "manifest.json").write_text("[")
    (tmp_path / "README.md").write_text("no folder")
    assert list_artefacts(tmp_path) == [tmp_path / "tiny" / "1"]
    assert list_artefacts(tmp_path / "nowhere") == []


def test_the_manifest_gives_one_number_a_type(tmp_path: Path) -> None:
    ner = load_artefact(write(tmp_path / "a")).manifest.ner
    assert ner.rule().temperatures == (1.5, 1.5)
    assert ner.rule().thresholds == (0.1, 0.2)


@pytest.mark.parametrize("reference", ["nobody", "tiny@7", "@1", ""])
def test_a_missing_artefact_names_those_that_are_there(tmp_path: Path, reference: str) -> None:
    write(tmp_path / "tiny" / "1")
    with pytest.raises(ArtefactMissing, match="tiny@1") as raised:
        load_artefact(reference, folder=tmp_path)
    assert raised.value.remedy


def test_an_empty_folder_is_no_artefact(tmp_path: Path) -> None:
    with pytest.raises(ArtefactMissing, match=r"manifest\.json"):
        load_artefact(tmp_path)


@pytest.mark.parametrize("name", sorted(FILES))
def test_one_changed_byte_is_refused(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "a")
    data = bytearray(FILES[name])
    data[-1] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ArtefactCorrupt, match=name) as raised:
        load_artefact(folder)
    assert raised.value.code == "artefact.corrupt"
    assert raised.value.remedy


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "a")
    (folder / name).unlink()
    with pytest.raises(ArtefactMissing, match=name):
        load_artefact(folder)


def test_a_git_lfs_pointer_is_named_as_such(tmp_path: Path) -> None:
    folder = write(tmp_path / "a")
    (folder / "encoder.onnx").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 700\n")
    with pytest.raises(ArtefactCorrupt, match="Git LFS"):
        load_artefact(folder)


def test_a_file_changed_after_loading_is_refused_when_it_is_opened_again(tmp_path: Path) -> None:
    artefact = load_artefact(write(tmp_path / "a"))
    assert artefact.verified("encoder.onnx").read_bytes() == FILES["encoder.onnx"]
    artefact.path("encoder.onnx").write_bytes(b"another model")
    with pytest.raises(ArtefactCorrupt, match="encoder"):
        artefact.verified("encoder.onnx")


@pytest.mark.parametrize("text", ["", "{", "\xff", "[" * 100_000])
def test_a_manifest_that_is_no_json_is_corrupt(tmp_path: Path, text: str) -> None:
    folder = write(tmp_path / "a")
    (folder / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(ArtefactCorrupt, match=r"manifest\.json"):
        load_artefact(folder)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"schema": "biorelay.artefact/2"}, "biorelay.artefact/2"),
        ({"schema": "biorelay.vocabulary/1"}, "biorelay.vocabulary/1"),
        ({"task": "translation"}, "task"),
        ({"generation": -1}, "generation"),
        ({"encoder": {**manifest()["encoder"], "opset": 99}}, "opset 99"),
        ({"encoder": {**manifest()["encoder"], "overlap": 510}}, "overlap"),
        ({"ner": {"types": ["Gene", "Gene"]}}, "twice"),
        ({"ner": {"types": ["Gene", "Disease"], "threshold": {"Gene": 0.1}}}, "by type"),
        ({"ner": {"types": ["Gene", "Disease"], "temperature": 0.0}}, "temperature"),
        ({"ner": {"types": ["Gene"]}}, "Disease"),
        ({"relations": {**manifest()["relations"], "labels": ["Association", "None"]}}, "begin with None"),
        ({"files": {**manifest()["files"], "../outside": manifest()["files"]["encoder.onnx"]}}, "own folder"),
        ({"files": {**manifest()["files"], "/etc/hosts": manifest()["files"]["encoder.onnx"]}}, "own folder"),
        ({"files": {"encoder.onnx": manifest()["files"]["encoder.onnx"]}}, r"relations\.onnx"),
    ],
)
def test_a_manifest_that_this_version_cannot_run_says_why(tmp_path: Path, changes: dict[str, Any], place: str) -> None:
    with pytest.raises(ArtefactError, match=place) as raised:
        load_artefact(write(tmp_path / "a", **changes))
    assert "manifest.json" in str(raised.value)
    assert raised.value.remedy


def test_the_shipped_models_are_what_their_manifests_say() -> None:
    places = list_artefacts()
    assert places
    for place in places:
        assert load_artefact(place).reference == f"{place.parent.name}@{place.name}"
    assert load_artefact().manifest.name == "relay-mini"
