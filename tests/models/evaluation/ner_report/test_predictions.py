"""Kept predictions come back as they were, and such that are about another text are refused with file and line."""

import json
from pathlib import Path

import pytest

from models.corpora.documents import Document
from models.evaluation.errors import ResultUnusable
from models.evaluation.ner_report.predictions import predictions_path, read_predictions, write_predictions
from processors.records import EntityType

DOCUMENTS = [Document("x/test", "1", "", "Aspirin é \ud800 helps", ()), Document("x/test", "line-2", "", "", ())]
FOUND = {"1": [(0, 7, EntityType.CHEMICAL)], "line-2": []}


def test_they_come_back(tmp_path: Path) -> None:
    path = predictions_path(tmp_path, "crf", "x/test")
    write_predictions(path, DOCUMENTS, FOUND)
    assert path == tmp_path / "crf/x-test.jsonl"
    assert read_predictions(path, DOCUMENTS) == FOUND
    before = path.read_bytes()
    write_predictions(path, DOCUMENTS, FOUND)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "line 1: no prediction"),
        ("[]", "line 1: no prediction"),
        ('{"pmid": "1"}', "line 1: no prediction"),
        ('{"pmid": "1", "sha256": "0", "mentions": []}', "another text"),
        ('{"pmid": "9", "sha256": "0", "mentions": []}', "another text"),
        ('{"pmid": [], "sha256": "0", "mentions": []}', "no prediction"),
        ("", "no prediction"),
    ],
)
def test_others_are_refused(tmp_path: Path, line: str, what: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"{line}\n")
    with pytest.raises(ResultUnusable, match=what):
        read_predictions(path, DOCUMENTS)


@pytest.mark.parametrize("mention", [[-1, 3, "Gene"], [3, 3, "Gene"], [0, 99, "Gene"]])
def test_spans_must_stand_in_the_text(tmp_path: Path, mention: list[object]) -> None:
    path = tmp_path / "x.jsonl"
    write_predictions(path, DOCUMENTS, FOUND)
    first, rest = path.read_text().split("\n", 1)
    path.write_text(json.dumps({**json.loads(first), "mentions": [mention]}) + "\n" + rest)
    with pytest.raises(ResultUnusable, match="line 1"):
        read_predictions(path, DOCUMENTS)


def test_a_missing_document_or_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with pytest.raises(ResultUnusable, match="cannot be read"):
        read_predictions(path, DOCUMENTS)
    write_predictions(path, DOCUMENTS[:1], FOUND)
    with pytest.raises(ResultUnusable, match="lacks document line-2"):
        read_predictions(path, DOCUMENTS)
