"""Soft labels: who may answer for what, and what a reader gets back."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpora.documents import LABELS
from models.corpora.errors import LicenceNotAllowed
from models.corpora.registry import corpus
from models.training import read_recipe
from models.training.errors import RecipeError, TargetsUnusable
from models.training.pairwise.folds import fold_of
from models.training.pairwise.targets import Targets, read_targets, text_mark, write_targets
from tests.models.training.pairwise.conftest import HELD_OUT, RECIPE

TEXT = "Aspirin and thrombosis."


def targets(row: list[float]) -> Targets:
    return Targets({"teacher@1": {"shipping": False}}, {text_mark(TEXT): {("a", "b"): np.array(row, dtype=np.float32)}})


@given(st.lists(st.integers(1, 1000), min_size=len(LABELS), max_size=len(LABELS)), st.sampled_from([1.0, 2.0, 4.0]))
def test_softened_probabilities_keep_their_order_and_add_up(row: list[int], temperature: float) -> None:
    given_row = np.array(row, dtype=np.float32) / np.float32(sum(row))
    soft = targets(given_row.tolist()).of(TEXT, ["b", "a"], np.array([[0, 1]]), temperature=temperature)[0]
    assert soft.sum() == pytest.approx(1, abs=1e-5)
    assert soft.max() <= given_row.max() + 1e-6
    assert soft[given_row.argmax()] == pytest.approx(soft.max(), abs=1e-6)


def test_what_no_teacher_answered_is_nan() -> None:
    soft = targets([1.0, *[0.0] * (len(LABELS) - 1)])
    rows = soft.of(TEXT, ["a", "b", "c"], np.array([[0, 1], [0, 2]]))
    assert rows[0, 0] == 1
    assert np.isnan(rows[1]).all()
    assert np.isnan(soft.of("another text", ["a", "b"], np.array([[0, 1]]))).all()


def test_what_a_research_teacher_says_may_not_ship() -> None:
    with pytest.raises(LicenceNotAllowed, match="teacher@1"):
        targets([1.0, *[0.0] * (len(LABELS) - 1)]).refuse_research()
    licences = [{"name": "biored", "licence": "US Government public domain"}]
    Targets({"open@1": {"shipping": True, "corpora": licences}}, {}).refuse_research()
    with pytest.raises(LicenceNotAllowed, match="drugprot"):
        Targets({"open@1": {"shipping": True, "corpora": [{"name": "drugprot", "licence": "not stated"}]}}, {}).refuse_research()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no gzip", "soft.jsonl.gz:1"),
        (gzip.compress(b"{}\n"), "soft.jsonl.gz:1"),
        (gzip.compress(json.dumps({"schema": "biorelay.targets/1", "labels": ["None"], "teachers": {}}).encode()), "labels"),
        (gzip.compress(json.dumps({"schema": "biorelay.targets/1", "labels": LABELS, "teachers": {}}).encode() + b"\n{]"), ":2"),
        (
            gzip.compress(
                json.dumps({"schema": "biorelay.targets/1", "labels": LABELS, "teachers": {}}).encode()
                + b'\n{"text": "x", "pairs": [["a", "b", [0.5]]]}'
            ),
            ":2",
        ),
        (gzip.compress(json.dumps({"schema": "biorelay.targets/1", "labels": LABELS, "teachers": {}}).encode())[:-6], ":1"),
        (gzip.compress(b"x")[:10] + b"\xff" * 40, ":1"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "soft.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(TargetsUnusable, match=said) as refused:
        read_targets(path)
    assert refused.value.remedy


def test_folds_part_documents_by_their_pmid() -> None:
    folds = [fold_of(str(pmid), 5) for pmid in range(1, 400)]
    assert {*folds} == {*range(5)}
    assert min(folds.count(k) for k in range(5)) > 50
    assert fold_of("pubmed:17", 5) == fold_of("17", 5)


def test_a_fold_is_left_out_of_what_the_encoder_learned_too(tmp_path: Path) -> None:
    path = tmp_path / "fold.toml"
    folded = RECIPE + "\n[fold]\nnumber = 0\nof = 2\n"
    path.write_text(folded, encoding="utf-8")
    assert read_recipe(path).fold.of == 2
    source = 'package = "transformers"\nfolder = "none/none"\n'
    path.write_text(folded.replace(source, 'artefact = "relay-mini"\n').replace('start = "tiny-bert/1"\n', ""), encoding="utf-8")
    with pytest.raises(RecipeError, match="may have learned"):
        read_recipe(path)


@pytest.mark.torch
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore")
def test_a_teacher_answers_for_what_it_did_not_learn(work: Path, tmp_path: Path) -> None:
    from models.corpora.relations.entities import BIORED, entity_pairs
    from models.training import run

    text = (work / "tiny.toml").read_text(encoding="utf-8")
    folder = run(work / "tiny.toml", work / "data", work / "out")
    path = tmp_path / "soft.jsonl.gz"
    assert write_targets([folder], ["biored", "bc5cdr"], work / "data", path) == 4, "one held out of BioRED, three of BC5CDR"
    soft = read_targets(path)
    assert soft.teachers["tiny@1"]["scored"] == ["biored/dev", "bc5cdr/dev", "bc5cdr/test"]
    documents = {d.pmid: d for name in ("biored", "bc5cdr") for d in corpus(name).read("train", work / "data")}
    for document in documents.values():
        pairs = list(entity_pairs(document, BIORED))
        ids = [id_ for pair in pairs for id_ in (pair.head.ids[0], pair.tail.ids[0])]
        rows = soft.of(document.text, ids, np.arange(len(ids)).reshape(-1, 2))
        learned = document.corpus == "biored/train" and document.pmid != HELD_OUT
        assert np.isnan(rows).all() if learned else np.allclose(rows.sum(axis=1), 1, atol=1e-5)
    first = path.read_bytes()
    write_targets([folder], ["biored", "bc5cdr"], work / "data", path)
    assert path.read_bytes() == first
    left_out = fold_of(min(documents), 2)
    other = work / "fold.toml"
    other.write_text(text.replace('name = "tiny"', 'name = "tiny-fold"') + f"\n[fold]\nnumber = {left_out}\nof = 2\n", encoding="utf-8")
    second = run(other, work / "data", work / "out")
    removed = json.loads((second / "manifest.json").read_text(encoding="utf-8"))["training"]["corpora"]
    assert sum(part["removed"]["left_out_fold"] for part in removed) > 0
    assert write_targets([folder, second], ["biored"], work / "data", path) == 1 + removed[0]["removed"]["left_out_fold"]
    assert len(read_targets(path)) == 1 + removed[0]["removed"]["left_out_fold"]
