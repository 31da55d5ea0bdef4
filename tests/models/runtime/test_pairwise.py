"""A pairwise artefact is refused with a reason unless it is what its manifest says."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.runtime.errors import ArtefactCorrupt, ArtefactError, ArtefactMissing
from models.runtime.pairwise import PairwiseHead, is_pairwise, load_pairwise

FILES = {"pairwise.onnx": b"graph" * 10, "tokenizer.json": b"{}"}
TASK = {"labels": {"CID": "cid:CID"}, "type_pairs": [["Chemical", "Disease"]], "budget": 128, "neighbours": 1}


def manifest(**changes: Any) -> dict[str, Any]:
    return {
        "schema": "biorelay.pairwise/1",
        "name": "tiny",
        "version": "1",
        "generation": 1,
        "precision": "int8",
        "opset": 18,
        "types": ["Disease", "Chemical"],
        "labels": ["None", "Positive_Correlation", "cid:CID"],
        "tasks": {"bc5cdr": TASK},
        "files": {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in FILES.items()},
        **changes,
    }


def write(folder: Path, **changes: Any) -> Path:
    folder.mkdir(parents=True)
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    (folder / "manifest.json").write_text(json.dumps(manifest(**changes)))
    return folder


def test_an_artefact_is_loaded_from_its_folder(tmp_path: Path) -> None:
    artefact = load_pairwise(write(tmp_path / "tiny"))
    assert artefact.reference == "tiny@1"
    assert artefact.manifest.tasks["bc5cdr"].context().budget == 128
    assert is_pairwise(tmp_path / "tiny")
    assert not is_pairwise(tmp_path)
    assert not is_pairwise(None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": "biorelay.artefact/1"}, "schema"),
        ({"opset": 99}, "opset"),
        ({"labels": ["Positive_Correlation", "None", "cid:CID"]}, "begin with None"),
        ({"tasks": {}}, "tasks"),
        ({"tasks": {"bc5cdr": {**TASK, "labels": {"CID": "other"}}}}, "other"),
        ({"tasks": {"bc5cdr": {**TASK, "type_pairs": [["Chemical", "Gene"]]}}}, "Gene"),
        ({"tasks": {"bc5cdr": {**TASK, "budget": 1}}}, "at least"),
        ({"tasks": {"bc5cdr": {**TASK, "temperature": 0}}}, "temperature"),
        ({"files": {}}, "files"),
        ({"files": {**manifest()["files"], "../other": {"sha256": "0" * 64, "bytes": 0}}}, "own folder"),
    ],
)
def test_a_manifest_that_cannot_be_run_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ArtefactError, match=said):
        load_pairwise(write(tmp_path / "tiny", **changes))


def test_files_that_are_gone_or_altered_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtefactMissing):
        load_pairwise(tmp_path)
    folder = write(tmp_path / "tiny")
    (folder / "pairwise.onnx").write_bytes(b"other")
    with pytest.raises(ArtefactCorrupt, match=r"pairwise\.onnx"):
        load_pairwise(folder)
    (folder / "pairwise.onnx").unlink()
    with pytest.raises(ArtefactMissing, match=r"pairwise\.onnx"):
        load_pairwise(folder)
    (folder / "manifest.json").write_bytes(b"{")
    with pytest.raises(ArtefactCorrupt, match="JSON"):
        load_pairwise(folder)
    assert not is_pairwise(folder)


def test_a_task_that_the_model_lacks_is_refused(tmp_path: Path) -> None:
    artefact = load_pairwise(write(tmp_path / "tiny"))
    with pytest.raises(ArtefactError, match="no task 'biored'") as refused:
        PairwiseHead(artefact, "biored")
    assert "bc5cdr" in (refused.value.remedy or "")
    with pytest.raises(ArtefactError, match=r"tokenizer\.json"):
        PairwiseHead(artefact, "bc5cdr")


def test_no_relation_is_one_of_the_answers() -> None:
    assert PairwiseHead.decide(np.array([[0.4, 0.3, 0.3], [0.3, 0.3, 0.4]])).tolist() == [0, 2]
    assert PairwiseHead.decide(np.zeros((0, 3))).tolist() == []
