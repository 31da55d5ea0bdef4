"""Smaller encoders and adapters: what each variant changes, and that a later sitting takes over what was measured."""

import argparse
import json
from pathlib import Path

import pytest

from benchmarks import bench_choices
from benchmarks.bench_compression import VARIANTS, planned, table, table_rows
from models.training import read_recipe
from models.training.joint.recipe import JointRecipe
from models.training.prune.recipe import PrunePart
from models.training.recipe import EncoderPart
from tests.models.corpora.conftest import blocks, small_data
from tests.models.training.checkpoints import write_checkpoint


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_changes_the_shortened_recipe_and_nothing_else(name: str) -> None:
    shipped: JointRecipe = read_recipe(bench_choices.RECIPE)
    base, plan = planned("full", shipped).recipe, planned(name, shipped)
    changed = {field for field in JointRecipe.model_fields if getattr(plan.recipe, field) != getattr(base, field)} - {"name"}
    assert changed == {"full": set(), "lora": {"encoder", "optimiser"}}.get(name, {"encoder"})
    if plan.smaller is not None:
        assert plan.recipe.encoder.start == f"{plan.smaller.name}/{plan.smaller.version}"
        assert plan.smaller.prune == VARIANTS[name]["prune"]
    assert len({planned(other, shipped).fingerprint() for other in VARIANTS}) == len(VARIANTS)


@pytest.mark.torch
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore")
def test_variants_are_trained_measured_and_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = EncoderPart(folder=str(write_checkpoint("bert-fast", tmp_path / "encoder")), licence="MIT", window=64, overlap=16, case=True)
    held_out = [blocks("biored_small.pubtator")[0].partition("|")[0]]
    shipped: JointRecipe = read_recipe(bench_choices.RECIPE)
    export = shipped.export.model_copy(update={"loss_limit": 100.0})
    recipe = shipped.model_copy(update={"encoder": encoder, "held_out": held_out, "export": export})
    monkeypatch.setitem(VARIANTS, "layers-4", {"prune": PrunePart(layers=[1])})  # type: ignore[index]  # the checkpoint has three
    plans = {name: planned(name, recipe) for name in ("full", "layers-4")}
    results = tmp_path / "compression.json"
    options = argparse.Namespace(
        recipe=bench_choices.RECIPE, data=small_data(tmp_path / "data"), output=tmp_path / "out", only=["full", "layers-4"], out=results
    )
    rows = table_rows(plans, options)
    assert rows["layers-4"]["parameters"]["all"] < rows["full"]["parameters"]["all"]
    assert rows["layers-4"]["megabytes"] < rows["full"]["megabytes"]
    drawn = table({"recipe": "relay-mini", "variants": rows})
    assert [row.system for row in drawn.rows] == ["full", "layers-4"]
    results.write_text(json.dumps({"variants": rows}), encoding="utf-8")
    elsewhere = argparse.Namespace(**{**vars(options), "data": tmp_path / "gone", "output": tmp_path / "empty", "only": []})
    assert table_rows(plans, elsewhere) == rows
