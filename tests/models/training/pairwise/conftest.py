"""A pairwise run on a dozen documents with an encoder of two thin layers, made here."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.runtime.artefact import TOKENIZER, find_artefact
from tests.models.corpora.conftest import blocks, small_data

HELD_OUT = blocks("biored_small.pubtator")[0].partition("|")[0]

RECIPE = """
schema = "biorelay.recipe/1"
kind = "pairwise"
name = "tiny"
version = "1"
generation = 1
checkpoints = 5
score_from = 0.5
scores = 2
scored = ["biored/dev", "bc5cdr/dev", "bc5cdr/test"]

[encoder]
package = "transformers"
folder = "none/none"
licence = "made by this test"
start = "tiny-bert/1"

[head]
inner = 16

[export]
loss_limit = 100.0  # one held-out document

[optimiser]
tokens_per_step = 2048
encoder_rate = 1e-3

[[corpora]]
name = "biored"
passes = 2
read = { budget = 64, neighbours = 0 }
negatives = { same = 0.5, next = 0.3, far = 0.2 }
held_out = ["HELD_OUT"]

[[corpora]]
name = "bc5cdr"
passes = 1
read = { budget = 64, neighbours = 1 }
"""


@pytest.fixture(scope="session")
def encoder_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with random weights and the shipped model's pieces."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder") / "tiny-bert" / "1"
    torch.manual_seed(1)
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, vocab_size=30522)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    shutil.copyfile(find_artefact() / TOKENIZER, folder / "tokenizer.json")
    return folder.parents[1]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, encoder_source: Path) -> Iterator[Path]:
    """A folder with `data`, `out` (the encoder in it) and `tiny.toml`."""
    folder = tmp_path_factory.mktemp("pairwise")
    small_data(folder / "data")
    shutil.copytree(encoder_source, folder / "out")
    (folder / "tiny.toml").write_text(RECIPE.replace("HELD_OUT", HELD_OUT), encoding="utf-8")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
