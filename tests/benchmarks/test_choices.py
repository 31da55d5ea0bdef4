"""Variants of the joint recipe: what they change, what they are compared by."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from benchmarks import bench_choices
from benchmarks.bench_choices import PASSES, VARIANTS, carry, carve, compared, keep, known, measured, table, varied
from models.corpora.knowledge import Name
from models.evaluation import gold
from models.evaluation.baselines.gazetteer import Gazetteer
from models.training import read_recipe
from models.training.joint.recipe import JointRecipe
from models.training.recipe import EncoderPart
from processors.records import EntityType
from tests.models.corpora.conftest import blocks, small_data
from tests.models.training.checkpoints import write_checkpoint

torch_only = [pytest.mark.torch, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def recipe(tmp_path: Path) -> JointRecipe:
    """The shipped recipe with a tiny encoder and one held-out document."""
    shipped: JointRecipe = read_recipe(bench_choices.RECIPE)
    encoder = EncoderPart(folder=str(write_checkpoint("bert-fast", tmp_path / "encoder")), licence="MIT", window=64, overlap=16, case=True)
    held_out = [blocks("biored_small.pubtator")[0].partition("|")[0]]
    return shipped.model_copy(update={"encoder": encoder, "held_out": held_out})


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_changes_the_shortened_recipe_and_nothing_else(name: str) -> None:
    shipped: JointRecipe = read_recipe(bench_choices.RECIPE)
    base, plan = varied(shipped, "base", []), varied(shipped, name, [])
    assert {part.name: part.passes for part in base.corpora} == PASSES
    changed = {field for field in JointRecipe.model_fields if getattr(plan, field) != getattr(base, field)} - {"name"}
    variant = VARIANTS[name]
    assert changed == {
        *(("encoder",) if variant.encoder else ()),
        *(("optimiser",) if variant.optimiser else ()),
        *(("corpora",) if variant.passes != PASSES or variant.share < 1 else ()),
        *variant.recipe,
    }
    assert bool(changed) or name == "base" or variant.task != "pieces"
    assert plan.encoder != base.encoder or not variant.encoder
    assert plan.optimiser != base.optimiser or not variant.optimiser


def test_a_learning_curve_reads_a_share_of_what_is_not_carved() -> None:
    shipped: JointRecipe = read_recipe(bench_choices.RECIPE)
    carved = [*(f"biored/{n}" for n in range(50)), *(f"bc5cdr/{n}" for n in range(91)), "ncbi-disease/1"]
    assert [part.limit for part in varied(shipped, "half", carved).corpora] == [100, 182, 2]
    assert [part.limit for part in varied(shipped, "quarter", carved).corpora] == [50, 91, 1]
    assert {part.limit for part in varied(shipped, "base", carved).corpora} == {None}


def test_the_differences_are_those_of_the_same_documents() -> None:
    counts = {"biored": [(8, 1, 2), (5, 0, 0)], gold.TYPED: [(1, 1, 1), (0, 0, 2)]}
    better = {"biored": [(9, 1, 1), (5, 0, 0)], gold.TYPED: [(1, 1, 1), (1, 0, 1)]}
    rows = {name: {"counts": c, "pieces": 1_500_000, "seconds": 60} for name, c in (("base", counts), ("longer", better))}
    found = compared(rows)
    assert found["base"]["against_base"] == {}
    gap = found["longer"]["against_base"]["entities"]
    f1 = {name: found[name]["figures"]["biored"]["f1"] for name in found}
    assert gap["value"] == pytest.approx(f1["longer"] - f1["base"], abs=0.02)
    assert gap["low"] <= gap["value"] <= gap["high"]
    drawn = table({"variants": found, "documents": dict.fromkeys(PASSES, 2)})
    assert [row.system for row in drawn.rows] == [VARIANTS["base"].told, VARIANTS["longer"].told]
    assert "entities minus base" in drawn.rows[1].figures
    assert "entities minus base" not in drawn.rows[0].figures


def test_a_later_sitting_knows_what_was_kept_of_the_same_plan(tmp_path: Path) -> None:
    shipped: JointRecipe = read_recipe(bench_choices.RECIPE)
    plans = {name: varied(shipped, name, ["bc5cdr/1"]) for name in ("base", "ema")}
    row = {"fingerprint": plans["ema"].fingerprint(), "pieces": 5, "seconds": 1, "counts": {"biored": [[1, 2, 3]]}}
    keep({"ema": row, "gone": row}, tmp_path / "choices.json")
    carry({"ema": varied(shipped, "ema", ["bc5cdr/2"])}, tmp_path / "choices.json", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    carry(plans, tmp_path / "choices.json", tmp_path / "out")
    assert known(plans["ema"], tmp_path / "out") == row
    assert known(plans["base"], tmp_path / "out") is None
    carry(plans, tmp_path / "none.json", tmp_path / "out")


class TestTasks:
    pytestmark = torch_only

    def test_the_loss_of_paths_is_that_of_all_allowed_rows(self, recipe: JointRecipe, tmp_path: Path) -> None:
        """Beside a sum over every row of labels, written out."""
        import torch

        from benchmarks.choice_tasks import by_paths
        from models.training.joint.data import load_data
        from models.training.joint.examples import IGNORED, B, I

        data = small_data(tmp_path / "data")
        gathered = load_data(varied(recipe, "base", []), data, tmp_path)
        chosen = [next(e for e in gathered.examples if e.document.corpus.startswith(name)) for name in ("bc5cdr", "ncbi-disease")]
        short = [replace(e, labels=e.labels[: 5 + k], ids=e.ids[: 5 + k]) for k, e in enumerate(chosen)]
        generator = torch.Generator().manual_seed(1)
        logits = [torch.randn(len(e.ids), 3 * len(gathered.heads), generator=generator, dtype=torch.float64) for e in short]
        expected = 0.0
        for scores, example in zip(logits, short, strict=True):
            for head in range(len(gathered.heads)):
                if example.labels[0, head] == IGNORED:
                    continue
                own = scores[:, 3 * head : 3 * head + 3].numpy()
                allowed = [row for row in product(range(3), repeat=len(own)) if _allowed(row, begin=B, inside=I)]
                sums = np.array([own[range(len(own)), row].sum() for row in allowed])
                stated = own[range(len(own)), example.labels[:, head]].sum()
                expected += float(np.log(np.exp(sums).sum()) - stated)
        assert float(by_paths(logits, short)) == pytest.approx(expected)

    def test_pieces_of_known_names_are_told(self, recipe: JointRecipe, tmp_path: Path) -> None:
        from benchmarks.choice_tasks import NamesTask
        from models.runtime.case import CASES
        from models.training.joint.data import load_data

        data = small_data(tmp_path / "data")
        plan = varied(recipe, "names", [])
        gathered = load_data(plan, data, tmp_path)
        example = next(e for e in gathered.examples if e.document.mentions)
        places = [(e, m, e.document.text[m.start : m.end]) for e in gathered.examples for m in e.document.mentions]
        example, mention, known = next(place for place in places if len(place[2]) > 8 and place[2].replace(" ", "").isalpha())
        task = NamesTask(plan, gathered, tmp_path, names=Gazetteer([Name(EntityType.DISEASE, known, ("mesh:D000001",))]))
        told = task.told(example)
        at = (example.offsets[:, 0] >= mention.start) & (example.offsets[:, 1] <= mention.end)
        kinds = (told.cases - example.cases) // CASES
        assert (told.cases % CASES == example.cases).all()
        assert kinds[at][0] % 2 == 1
        assert len(set(kinds[at][1:].tolist())) <= 1
        assert (kinds > 0).sum() >= at.sum()

    @pytest.mark.parametrize("name", ["base", "crf", "names", "renamed", "alone"])
    def test_a_variant_is_trained_scored_and_kept(
        self, name: str, recipe: JointRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        data = small_data(tmp_path / "data")
        monkeypatch.setattr("benchmarks.choice_tasks.knowledge_gazetteer", lambda _: Gazetteer([]))
        names = {(kind, short): ["pemoline"] for kind in ("Gene", "Disease", "Chemical") for short in (False, True)}
        monkeypatch.setattr("models.training.joint.data.name_pool", lambda *_: names)
        carved = carve(recipe, data)
        assert len(carved) == 3
        plan = varied(recipe, name, carved)
        found = measured(name, plan, data, tmp_path / "out")
        sets = {"biored"} if name == "alone" else {"biored", "bc5cdr", "ncbi-disease"}
        assert set(found["counts"]) == {*sets, gold.PAIR, gold.TYPED}
        assert found["pieces"] > 0
        again = measured(name, plan, data / "gone", tmp_path / "out")
        assert again["counts"]["biored"] == [list(c) for c in found["counts"]["biored"]]


def _allowed(row: tuple[int, ...], *, begin: int, inside: int) -> bool:
    return all(label != inside or (at and row[at - 1] in {begin, inside}) for at, label in enumerate(row))
