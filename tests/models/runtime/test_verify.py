"""Stored predictions are replayed, and differences are counted."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.runtime.artefact import PREDICTIONS, Artefact
from models.runtime.errors import ArtefactCorrupt, ArtefactMissing
from models.runtime.manifest import FileEntry
from models.runtime.verify import GroupedMention, verify, write_predictions

TEXT = "Tamoxifen and breast cancer. Tamoxifen lowers the risk of breast cancer in women with mutations of BRCA1."
MENTIONS: list[GroupedMention] = [
    (0, 9, "Chemical", 0, 0),
    (14, 27, "Disease", 1, 0),
    (29, 38, "Chemical", 0, 1),
    (58, 71, "Disease", 1, 1),
    (99, 104, "Gene", 2, 1),
]
DOCUMENTS: list[tuple[str, list[GroupedMention]]] = [(TEXT, MENTIONS), ("", []), ("No mention at all.", [])]


@pytest.fixture
def stored(artefact: Artefact, tmp_path: Path) -> Callable[..., Artefact]:
    """A copy of the artefact with predictions of its own, each line passed through `change`."""

    def make(change: Callable[[dict[str, Any]], object] = lambda line: None) -> Artefact:
        path = tmp_path / PREDICTIONS
        for name in artefact.manifest.files:
            if name != PREDICTIONS:
                shutil.copy(artefact.path(name), tmp_path / name)
        write_predictions(artefact, DOCUMENTS, path)
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for line in lines:
            change(line)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        data = path.read_bytes()
        files = {**artefact.manifest.files, PREDICTIONS: FileEntry(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))}
        return Artefact(tmp_path, artefact.manifest.model_copy(update={"files": files}))

    return make


def test_the_same_machine_gives_the_same_numbers(stored: Callable[..., Artefact]) -> None:
    found = verify(stored())
    assert found.identical
    assert found.same_answers
    assert (found.documents, found.pairs) == (3, 3)
    assert found.probabilities.count == 3 * 9
    assert found.probabilities.largest == found.span_scores.largest == 0.0


def test_another_probability_is_measured(stored: Callable[..., Artefact]) -> None:
    def shift(line: dict[str, Any]) -> None:
        for _, _, row in line["pairs"]:
            low = row.index(min(row))
            row[low] += 1e-3

    found = verify(stored(shift))
    assert found.same_answers
    assert not found.identical
    assert found.probabilities.largest == pytest.approx(1e-3, abs=2e-6)
    assert found.probabilities.mean == pytest.approx(1e-3 / 9, abs=2e-6)


def test_another_label_and_another_span_are_counted(stored: Callable[..., Artefact]) -> None:
    def change(line: dict[str, Any]) -> None:
        if line["pairs"]:
            row = line["pairs"][0][2]
            line["pairs"][0][2] = [0.0, 1.0, *[0.0] * 7] if row[0] > row[1] else [1.0, *[0.0] * 8]
            line["ner"].append([100, 101, "Species", 0.5])

    found = verify(stored(change))
    assert found.labels_changed == 1
    assert (found.spans_missing, found.spans_new) == (1, 0)
    assert not found.same_answers


@pytest.mark.parametrize("key", ["text", "ner", "mentions", "pairs"])
def test_a_line_that_lacks_something_is_corrupt(stored: Callable[..., Artefact], key: str) -> None:
    with pytest.raises(ArtefactCorrupt, match="line 1"):
        verify(stored(lambda line: line.pop(key)))


def test_an_artefact_without_predictions_says_so(artefact: Artefact) -> None:
    files = {name: entry for name, entry in artefact.manifest.files.items() if name != PREDICTIONS}
    with pytest.raises(ArtefactMissing, match=PREDICTIONS):
        verify(Artefact(artefact.folder, artefact.manifest.model_copy(update={"files": files})))


def test_the_shipped_predictions_are_replayed(artefact: Artefact) -> None:
    found = verify(artefact)
    assert found.documents > 0
    assert found.spans > 0
    assert found.pairs > 0
    # Another kind of CPU saturates int8 sums elsewhere; far off means another tokeniser, window or head.
    assert found.spans_missing + found.spans_new <= 0.1 * found.spans
    assert found.labels_changed <= 0.1 * found.pairs
    assert found.probabilities.mean < 0.05
