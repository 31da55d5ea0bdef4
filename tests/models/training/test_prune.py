"""Pruned encoders: the same vectors for texts whose pieces stay, loadable like any other, and served."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from models.runtime.artefact import TOKENIZER, find_artefact
from models.training.errors import RecipeError, WeightsUnusable
from models.training.prune.vocabulary import count_pieces, reduced
from tests.models.corpora.conftest import small_data
from tests.models.runtime.test_tokenizer import byte_level, unigram

WORDS = [
    *("patients", "with", "breast", "cancer", "and", "BRCA1", "mutations", "received", "tamoxifen"),
    *("TNF", "IL", "no", "effects", "\u03b1", "naive", "12.5", "mg/kg"),
]
TEXTS = [" ".join(WORDS), "Loss of TP53 in patients.", "T cells IL ll es"]


def wordpiece() -> Tokenizer:
    return Tokenizer.from_file(str(find_artefact() / TOKENIZER))


@pytest.fixture(scope="module", params=[wordpiece, byte_level, unigram], ids=["wordpiece", "byte-level", "unigram"])
def pruned(request: pytest.FixtureRequest) -> tuple[Tokenizer, Tokenizer, list[int]]:
    """A tokeniser, the same with only the pieces of `TEXTS`, and the old numbers of its pieces."""
    old = request.param()
    old.no_truncation()
    old.no_padding()
    data, order = reduced(json.loads(old.to_str()), count_pieces(old, TEXTS))
    return old, Tokenizer.from_str(json.dumps(data)), order


def test_numbers_run_from_nought_and_name_the_same_pieces(pruned: tuple[Tokenizer, Tokenizer, list[int]]) -> None:
    old, new, order = pruned
    assert sorted(new.get_vocab().values()) == list(range(len(order)))
    assert len(order) <= old.get_vocab_size()
    for piece, number in new.get_vocab().items():
        assert old.token_to_id(piece) == order[number]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
@settings(max_examples=60, deadline=None)
def test_a_text_whose_pieces_stay_is_cut_as_before(pruned: tuple[Tokenizer, Tokenizer, list[int]], text: str) -> None:
    old, new, order = pruned
    before, after = old.encode(text), new.encode(text)
    if set(before.ids) <= set(order):
        assert [order[number] for number in after.ids] == before.ids
        assert after.offsets == before.offsets


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_text_is_still_cut(pruned: tuple[Tokenizer, Tokenizer, list[int]], text: str) -> None:
    old, new, order = pruned
    before, after = old.encode(text), new.encode(text)
    assert all(0 <= number < len(order) for number in after.ids)
    if set(before.ids) <= set(order) and old.token_to_id("[UNK]") not in before.ids:
        assert [order[number] for number in after.ids] == before.ids


def test_an_unknown_kind_of_tokeniser_is_refused() -> None:
    with pytest.raises(WeightsUnusable, match="WordLevel"):
        reduced({"model": {"type": "WordLevel", "vocab": {}}}, [])


RECIPE = """
schema = "biorelay.recipe/1"
kind = "prune"
name = "small"
version = "1"
corpora = ["biored", "bc5cdr"]
[encoder]
folder = "{folder}"
licence = "MIT"
window = 64
overlap = 16
[prune]
{prune}
"""


def prune(tmp_path: Path, kind: str, what: str) -> tuple[Path, Path]:
    """The checkpoint and the folder of its pruned one."""
    from models.training import run
    from tests.models.training.checkpoints import write_checkpoint

    folder = write_checkpoint(kind, tmp_path / "given")
    recipe = tmp_path / "small.toml"
    recipe.write_text(RECIPE.format(folder=folder, prune=what), encoding="utf-8")
    return folder, run(recipe, small_data(tmp_path / "data"), tmp_path / "out")


def loaded(folder: Path, tmp_path: Path) -> tuple[Any, Any]:
    from models.training.recipe import EncoderPart
    from models.training.weights import load_encoder, weights_folder

    part = EncoderPart(folder=str(folder), licence="MIT", window=64, overlap=16)
    tokenizer = Tokenizer.from_file(str(weights_folder(part, tmp_path) / TOKENIZER))
    return load_encoder(part, tmp_path, seed=1).eval(), tokenizer


def vectors(folder: Path, tmp_path: Path, text: str) -> Any:
    import torch

    encoder, tokenizer = loaded(folder, tmp_path)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    ids = torch.tensor([tokenizer.encode(text).ids])
    with torch.no_grad():
        return encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.numpy()


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["bert-fast", "bert-uncased", "roberta", "xlm-roberta", "distilbert", "modernbert"])
def test_pieces_that_no_text_holds_go_and_nothing_else_changes(kind: str, tmp_path: Path) -> None:
    before, after = prune(tmp_path, kind, "pieces = 1")
    stated = json.loads((after / "pruning.json").read_text(encoding="utf-8"))
    assert stated["pieces"] <= json.loads((before / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    text = "patients with the disease"
    np.testing.assert_array_equal(vectors(before, tmp_path, text), vectors(after, tmp_path, text))


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(600)
def test_layers_and_heads_go_and_the_rest_is_loaded_as_it_was(tmp_path: Path) -> None:
    before, after = prune(tmp_path, "bert-fast", "layers = [1]\nheads = 3")
    whole, _ = loaded(before, tmp_path)
    smaller, _ = loaded(after, tmp_path)
    assert len(smaller.encoder.layer) == 2
    assert smaller.encoder.layer[1].attention.self.query.weight.shape == (24, 32)
    assert np.array_equal(
        smaller.encoder.layer[1].intermediate.dense.weight.detach(), whole.encoder.layer[2].intermediate.dense.weight.detach()
    )
    stated = json.loads((after / "pruning.json").read_text(encoding="utf-8"))
    assert stated["parameters"]["after"] == sum(p.numel() for p in smaller.parameters()) < stated["parameters"]["before"]
    assert np.isfinite(vectors(after, tmp_path, "patients")).all()


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("kind", "what", "complaint"),
    [
        ("bert-fast", "layers = [3]", "layers 0 to 2"),
        ("bert-fast", "layers = [0, 1, 2]", "one at least"),
        ("bert-fast", "heads = 5", "5 of 4"),
        ("modernbert", "layers = [0]", "the last ones only"),
        ("modernbert", "heads = 2", "modernbert"),
    ],
)
def test_what_cannot_go_is_named(tmp_path: Path, kind: str, what: str, complaint: str) -> None:
    with pytest.raises(RecipeError, match=complaint):
        prune(tmp_path, kind, what)
