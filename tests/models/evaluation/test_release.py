"""The tables of a release, from a result such as `release` makes."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.corpora.documents import ENTITY_TYPES
from models.evaluation.counts import Counts, report
from models.evaluation.end_to_end.job import evaluate_file
from models.evaluation.linking_report import EXACT, LINKED, MENTIONS, OWN, RAW
from models.evaluation.release import CARVED, DEV, release, tables
from models.evaluation.results import Figure, Kind, Section, page, read_tables, store
from models.evaluation.stated import by_precision
from models.runtime.artefact import MANIFEST, load_artefact

GOLD = Path(__file__).parents[2] / "data" / "biored_small.pubtator"


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    dev = evaluate_file(GOLD, None, None).result
    figures = report([Counts(8, 1, 2), Counts(3, 3, 1)])
    by_type = {kind.value: figures for kind in (*ENTITY_TYPES,)} | {"all": figures}
    way = {"documents": 2, LINKED: {"plain": by_type}, EXACT: {"plain": by_type}}
    sets = ("biored/dev", "bc5cdr/test", "ncbi-disease/test")
    linked = dict.fromkeys((*sets, "nlm-gene/test"), (RAW, MENTIONS)) | {"bc5cdr/test": (RAW, OWN, MENTIONS)}
    return {
        "scores": {"ner": dict.fromkeys(sets, by_type)},
        "baselines": {"ner_dictionary": dict.fromkeys(sets, by_type)},
        "documents": dict.fromkeys(sets, 2),
        "end_to_end": {DEV: dev},
        "linking": {"vocabulary": "vocabulary@2", "sets": {name: dict.fromkeys(ways, way) for name, ways in linked.items()}},
        "calibration": {place: {"documents": 6, "curves": dev["calibration"]} for place in (CARVED, DEV)},
    }


def test_every_table_is_stored_and_drawn_with_its_baselines(result: dict[str, Any], tmp_path: Path) -> None:
    model = load_artefact()
    made = dict(tables(model, result))
    assert {"entities", "relations-gold-entities", "relations-raw-text", "pair-labels", "linking", "calibration", "mistakes"} <= made.keys()
    for name in ("entities", "relations-gold-entities", "relations-raw-text", "pair-labels", "linking"):
        assert {row.kind for row in made[name].rows} == {Kind.OURS, Kind.BASELINE}
    followed = [row for row in made["linking"].rows if row.system.endswith(OWN)]
    assert [set(row.figures) for row in followed] == [{"BC5CDR test, chemicals", "BC5CDR test, diseases"}] * 2
    for name, table in made.items():
        store(name, table, tmp_path)
    assert read_tables(tmp_path) == dict(sorted(made.items()))
    drawn = page(made)
    assert f"## {Section.SHIPPED}" in drawn
    assert f"**{model.reference}, int8**" in drawn
    assert "| all pairs of a sentence |" in drawn


def test_what_training_scored_is_stored_in_every_precision() -> None:
    model = load_artefact()
    made = by_precision(model)
    assert [row.kind for row in made.rows] == [Kind.OURS, Kind.OURS, Kind.BASELINE]
    int8, fp32, simple = (row.figures for row in made.rows)
    assert int8.keys() == fp32.keys() == simple.keys() == set(made.columns)
    typed = model.manifest.metrics["int8"]["relations_gold_entities"]["biored/dev"]["typed"]
    assert int8["BioRED dev, typed pairs"] == Figure.of(typed)
    assert made.section == Section.ARTEFACTS


def test_a_research_model_is_not_scored_again(tmp_path: Path) -> None:
    place = tmp_path / "research" / "1"
    shutil.copytree(load_artefact().folder, place)
    manifest = json.loads((place / MANIFEST).read_bytes())
    manifest["name"] = "research"
    manifest["training"]["settings"]["shipping"] = False
    (place / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "published.toml").write_text("")
    release(place, None, tmp_path / "no-data", tmp_path / "results")
    assert [*read_tables(tmp_path / "results")] == ["research-precisions"]
    assert "may not ship" in (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
