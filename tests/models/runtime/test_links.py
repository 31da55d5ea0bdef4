"""Link scores read back: what they say, and folders that hold none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.runtime.errors import ArtefactCorrupt, ArtefactError, ArtefactMissing
from models.runtime.links import ARRAYS, LinkScores
from tests.models.runtime.link_folder import write_links

IDS = ("mesh:D1", "mesh:D2", "ncbigene:1")
ARRAYS_OF_THREE: dict[str, Any] = {
    "vectors": np.array([[1, 0], [0, 2], [1, 1]], dtype=np.float32),
    "popularity": np.array([0.5, 0, 0], dtype=np.float32),
    "relation": np.array([[1, 1], [3, 1], [1, 1]], dtype=np.float32),
    "kind": np.array([0, 0, 1]),
    "classes": np.array([[0, 1], [1, 2]]),
}


def write(folder: Path, **changed: Any) -> Path:
    return write_links(folder, IDS, ("Disease", "Disease", "Gene"), **(ARRAYS_OF_THREE | changed))


def test_scores_are_what_the_arrays_say(tmp_path: Path) -> None:
    scores = LinkScores.load(write(tmp_path))
    assert scores.reference == "l@1"
    found = scores.score(["ncbigene:1", "mesh:D1", "mesh:D2", "mesh:D9"], ["mesh:D1", "ncbigene:1", "mesh:D1", "mesh:D1"])
    assert found.tolist()[:3] == [3.5, 3.5, 0.5]
    assert np.isnan(found[3])
    assert scores.score([], []).shape == (0,)
    with pytest.raises(ValueError, match="two ends"):
        scores.score(["mesh:D1"], [])


def test_ranking_ends_with_what_was_not_learned(tmp_path: Path) -> None:
    ranked = LinkScores.load(write(tmp_path)).rank("ncbigene:1", ["mesh:D9", "mesh:D2", "mesh:D1"])
    assert [node for node, _ in ranked] == ["mesh:D1", "mesh:D2", "mesh:D9"]
    assert [score for _, score in ranked[:2]] == [3.5, 2.0]


def test_folders_that_hold_none(tmp_path: Path) -> None:
    with pytest.raises(ArtefactMissing, match="holds no manifest"):
        LinkScores.load(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_bytes(b"\xff{")
    with pytest.raises(ArtefactCorrupt, match="cannot be read as JSON"):
        LinkScores.load(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(ArtefactError, match="has schema None"):
        LinkScores.load(tmp_path)
    (tmp_path / "manifest.json").write_text('{"schema":"biorelay.links/1","files":{}}')
    with pytest.raises(ArtefactCorrupt, match="no link scores"):
        LinkScores.load(tmp_path)


def test_altered_and_missing_files(tmp_path: Path) -> None:
    write(tmp_path)
    with (tmp_path / ARRAYS).open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(ArtefactCorrupt, match="sha256"):
        LinkScores.load(tmp_path)
    (tmp_path / ARRAYS).unlink()
    with pytest.raises(ArtefactMissing, match="is missing"):
        LinkScores.load(tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        {"vectors": np.zeros((2, 2))},
        {"popularity": np.zeros(4)},
        {"relation": np.zeros((3, 5))},
        {"kind": np.array([0, 0, 2])},
        {"classes": np.array([[0, 1], [1, 7]])},
        {"vectors": np.zeros(3)},
    ],
)
def test_arrays_that_do_not_fit(changed: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="does not fit"):
        LinkScores.load(write(tmp_path, **changed))


def test_an_array_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    with pytest.raises(ArtefactCorrupt, match="allow_pickle"):
        LinkScores.load(write(tmp_path, popularity=np.array([{}, {}, {}], dtype=object)))
