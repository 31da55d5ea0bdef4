"""The tables of sentence classifiers."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.evaluation.results import Figure, draw
from models.training.errors import OtherRun
from models.training.sentences.baselines.constants import AlwaysRelated, Majority
from models.training.sentences.baselines.systems import System
from models.training.sentences.folds import split
from models.training.sentences.report import AGAINST, BY_FOLD, best_baseline, set_table, whole_table
from models.training.sentences.sets import SETS, Answers, baseline_answers, recipe_answers, refuse_other_rows

SYSTEMS = {"always": System("always", AlwaysRelated), "majority": System("majority", Majority)}


def answers(name: str, *, share: float, ours: bool = False, seed: int = 1) -> Answers:
    gold = np.arange(200) % 2 == 0
    hit = np.random.default_rng(seed).random(200) < share
    scores = np.where(gold == hit, 1.0, -1.0)
    ids = tuple(f"r{i}" for i in range(200))
    facts = {
        "settings": {"encoder": {"package": "tiny"}, "network": {"form": "masked"}},
        "metrics": {"int8": {"F1": 80.0}, "fp32": {"F1": 80.5}},
        "folds": [{"sentences_per_second": {"int8": 90.0, "fp32": 45.0}, "bytes": {"int8": 25, "fp32": 100}}],
    }
    documents = tuple(f"d{i // 2}" for i in range(200))
    return Answers(name, ids, documents, tuple("ab"[i // 100] for i in range(200)), gold, scores, ours=ours, facts=facts)


def test_a_set_has_every_figure_and_the_difference_to_the_best_baseline() -> None:
    found = [answers("good, int8", share=0.9, ours=True), answers("weak", share=0.6, seed=2), answers("best", share=0.7, seed=3)]
    assert best_baseline(found).name == "best"
    table = set_table("gad", found)
    first, weak, best = table.rows
    assert isinstance(first.figures["F1"], Figure)
    assert first.figures["F1"].low < first.figures["F1"].value < first.figures["F1"].high
    assert str(first.figures[AGAINST]).endswith("p < 0.01; McNemar p < 0.01")
    assert AGAINST not in weak.figures
    assert best.figures[AGAINST] == "best baseline"
    assert isinstance(first.figures[BY_FOLD], float)
    drawn = "\n".join(draw("x", table))
    assert "200 sentences, 100 related, of 100 documents" in drawn
    assert "good: int8 changes F1 by -0.50, reads 2.0 times as many sentences a second, and has 25% of the size." in drawn


def test_the_whole_table_has_a_column_for_each_set() -> None:
    table = whole_table({key: [answers(f"{key}@1, int8", share=0.9, ours=True), answers("weak", share=0.6)] for key in ("gad", "aimed")})
    assert table.columns == ("GAD", "AIMed")
    assert [row.system for row in table.rows] == ["encoder tiny, masked, int8", "weak"]
    assert all(set(row.figures) == {"GAD", "AIMed"} for row in table.rows)


def test_sets_that_were_not_scored_again_stay_in_the_whole_table() -> None:
    earlier = whole_table({key: [answers("weak", share=0.6), answers(f"only {key}", share=0.6)] for key in ("gad", "aimed")})
    table = whole_table({"gad": [answers("gad@1, int8", share=0.9, ours=True), answers("weak", share=0.8)]}, earlier)
    assert table.columns == ("GAD", "AIMed")
    assert table.documents == earlier.documents == "GAD 200, AIMed 200 sentences"
    rows = {row.system: row.figures for row in table.rows}
    assert next(iter(rows)) == "encoder tiny, masked, int8"
    assert rows["weak"]["GAD"] != earlier.rows[0].figures["GAD"]
    assert rows["weak"]["AIMed"] == earlier.rows[0].figures["AIMed"]
    assert rows["only gad"] == {"GAD": earlier.rows[1].figures["GAD"]}
    assert set(rows["only aimed"]) == {"AIMed"}


def test_what_was_not_scored_again_stays_beside_the_same_baseline() -> None:
    baselines = [answers("weak", share=0.6, seed=2), answers("best", share=0.7, seed=3)]
    earlier = set_table("gad", [answers("old, int8", share=0.9, ours=True), *baselines])
    now = [answers("new, int8", share=0.8, ours=True), baselines[1], answers("later", share=0.5, seed=4)]
    table = set_table("gad", now, earlier)
    assert [row.system for row in table.rows] == ["old, int8", "new, int8", "weak", "best", "later"]
    assert table.rows[2] == earlier.rows[1]
    assert table.rows[0] == earlier.rows[0]
    assert sum(note.startswith(("old: int8", "new: int8")) for note in table.notes) == 2
    better = set_table("gad", [*now, answers("better", share=0.85, seed=5)], earlier)
    assert "old, int8" not in {row.system for row in better.rows}, "it was compared with another"
    whole = whole_table({"gad": baselines}, whole_table({"gad": [answers("old, int8", share=0.9, ours=True), *baselines]}))
    assert next(row for row in whole.rows if row.system == "encoder tiny, masked, int8").figures["GAD"] == earlier.rows[0].figures["F1"]


def test_answers_are_kept_and_taken_from_there(data: Path, tmp_path: Path) -> None:
    folds = list(split("gad", "published", data))
    assert baseline_answers("majority", SYSTEMS["majority"], folds, tmp_path / "kept", train=False) is None
    first = baseline_answers("majority", SYSTEMS["majority"], folds, tmp_path / "kept")
    assert first is not None
    path = tmp_path / "kept" / "majority.json"
    stored = json.loads(path.read_bytes())
    path.write_text(json.dumps({**stored, "scores": [7.0] * 40}))
    again = baseline_answers("majority", SYSTEMS["majority"], folds, tmp_path / "kept", train=False)
    assert again is not None
    assert (again.scores == 7).all()
    path.write_text(json.dumps({"ids": stored["ids"][1:], "scores": [7.0] * 39}))
    again = baseline_answers("majority", SYSTEMS["majority"], folds, tmp_path / "kept")
    assert again is not None
    assert (again.scores == first.scores).all(), "other rows are answered anew"
    assert sum(again.related) == 20


def test_recipes_of_the_same_rows_are_found(data: Path, tmp_path: Path) -> None:
    folds = list(split("gad", "published", data))
    baseline = baseline_answers("always", SYSTEMS["always"], folds, tmp_path / "kept")
    assert baseline is not None
    lines = [
        {"fold": "f", "id": i, "document": d, "related": bool(r), "int8": 1.0, "fp32": -1.0}
        for i, d, r in zip(baseline.ids, baseline.documents, baseline.related, strict=True)
    ]
    rows = {"name": "gad", "protocol": "published", "only": [], "limit": None}
    for name, changed in (("whole", {}), ("part", {"only": [1]}), ("other", {"protocol": "grouped"})):
        folder = tmp_path / name / "1"
        folder.mkdir(parents=True)
        settings = {"name": name, "version": "1", "rows": rows | changed}
        (folder / "manifest.json").write_text(
            json.dumps({"schema": "biorelay.sentences/1", "scored_on": "test rows", "settings": settings})
        )
        (folder / "predictions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = list(recipe_answers(tmp_path, SETS["gad"]))
    assert [a.name for a in found] == ["whole@1, int8", "whole@1, fp32"]
    assert (found[0].scores > 0).all()
    refuse_other_rows([baseline, *found])
    with pytest.raises(OtherRun, match="did not answer the rows"):
        refuse_other_rows([baseline, answers("x", share=1)])
