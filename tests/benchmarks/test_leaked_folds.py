"""The demonstration of leakage: its tables come from its stored figures, and the figures say what the page says."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from benchmarks import leaked_folds
from models.evaluation.results import FOLDER, store

STORED = json.loads(leaked_folds.RESULTS.read_text(encoding="utf-8"))
COUNTS = {"gad": (47_970, 5_330), "eu-adr": (3_195, 355)}


@pytest.mark.parametrize("name", COUNTS)
def test_every_row_that_is_scored_was_trained_on_where_the_folds_are_put_together(name: str) -> None:
    protocols = STORED[name]["protocols"]
    train, test = COUNTS[name]
    assert protocols[leaked_folds.LEAKED]["rows"] == {"train": train, "test": test, "test_rows_in_train": test}
    assert protocols[leaked_folds.GROUPED]["rows"]["test_rows_in_train"] == 0
    assert {found["rows"]["test"] for found in protocols.values()} == {test}


@pytest.mark.parametrize("name", COUNTS)
def test_looking_up_is_perfect_there_and_poor_elsewhere(name: str) -> None:
    scores = {p: found["systems"]["nearest training sentence, TF-IDF"]["F1"] for p, found in STORED[name]["protocols"].items()}
    assert scores[leaked_folds.LEAKED][0] == 100
    assert scores[leaked_folds.GROUPED][2] < 90
    constant = {tuple(found["systems"]["always related"]["F1"]) for found in STORED[name]["protocols"].values()}
    assert len({value for value, *_ in constant}) == 1, "the same rows are scored under every protocol"


@pytest.mark.parametrize("name", COUNTS)
def test_the_stored_table_has_the_stored_figures(name: str, tmp_path: Path) -> None:
    made = store(f"leaked-{name}", leaked_folds.table(name, STORED[name]), tmp_path)
    assert made.read_bytes() == (FOLDER / made.name).read_bytes(), f"write it anew: {leaked_folds.COMMAND}"


def test_the_page_shows_the_stored_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "leakage.md"
    page.write_text(leaked_folds.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(leaked_folds, "PAGE", page)
    leaked_folds.write_page()
    assert page.read_bytes() == (leaked_folds.ROOT / "docs/leakage.md").read_bytes(), f"write it anew: {leaked_folds.COMMAND}"


@pytest.mark.torch  # scikit-learn is in the training environment
def test_folds_of_sentences_nobody_has_seen_show_the_same(tmp_path: Path) -> None:
    """Labels without any rule: what is scored above chance is remembered."""
    rows = [
        (
            f"word{7 * i} of @GENE$ in word{11 * i} was {'ab'[i % 2]}{i} for @DISEASE$ as word{13 * i} said",
            sha256(b"%d" % i).digest()[0] % 2,
        )
        for i in range(60)
    ]
    for fold in range(10):
        folder = tmp_path / "gad" / str(fold + 1)
        folder.mkdir(parents=True)
        train = [f"{text}\t{label}\n" for i, (text, label) in enumerate(rows) if i % 10 != fold]
        test = [f"{i}\t{text}\t{label}\n" for i, (text, label) in enumerate(rows) if i % 10 == fold]
        (folder / "train.tsv").write_text("".join(train))
        (folder / "test.tsv").write_text("index\tsentence\tlabel\n" + "".join(test))
    told: list[str] = []
    result = leaked_folds.measure("gad", tmp_path, told.append)
    rows_of = {protocol: found["rows"] for protocol, found in result["protocols"].items()}
    assert rows_of[leaked_folds.LEAKED] == {"train": 540, "test": 60, "test_rows_in_train": 60}
    assert rows_of[leaked_folds.HONEST] == {"train": 540, "test": 60, "test_rows_in_train": 0}
    nearest = {p: found["systems"]["nearest training sentence, TF-IDF"]["F1"][0] for p, found in result["protocols"].items()}
    assert nearest[leaked_folds.LEAKED] == 100
    assert max(nearest[leaked_folds.HONEST], nearest[leaked_folds.GROUPED]) < 80
    assert len(told) == 3
    assert leaked_folds.table("gad", result).rows
