"""Every kind of recipe through `biorelay train`, for a few steps, on samples and an encoder of two thin layers."""

import json
from pathlib import Path

import pytest

from biorelay.cli.train import NEXT
from models.training.kinds import KINDS
from tests.models.corpora.conftest import blocks, small_data
from tests.models.training.links.conftest import write_tables
from tests.models.training.sentences.conftest import write_folds
from tests.models.training.test_assertion import write_bioscope

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]

HELD_OUT = blocks("biored_small.pubtator")[0].partition("|")[0]
COMMON = 'schema = "biorelay.recipe/1"\nversion = "1"\ncheckpoints = 2\nscores = 1\n'
ENCODER = '[encoder]\nfolder = "FOLDER"\nlicence = "MIT"\nwindow = 128\noverlap = 32\n'
STEPS = "[optimiser]\ntokens_per_step = 1024\n"
CORPORA = '[[corpora]]\nname = "biored"\npasses = 2\n'
RECIPES = {
    "pretrain": f"""{COMMON}kind = "pretrain"
name = "base"
shipping = true
abstracts = []
corpora = ["biored", "bc5cdr", "ncbi-disease"]
passes = 2
held_out = 0.2
{ENCODER}
[vocabulary]
size = 600
least = 2
{STEPS}""",
    "prune": f"""{COMMON}kind = "prune"
name = "pruned"
corpora = ["biored", "bc5cdr"]
{ENCODER}
[prune]
pieces = 1
layers = [1]
""",
    "joint": f"""{COMMON}kind = "joint"
name = "joint"
generation = 1
shipping = true
held_out = ["{HELD_OUT}"]
{ENCODER}start = "base/1"
case = true
[relations]
type_pairs = [["Gene", "Disease"], ["Disease", "Chemical"], ["Chemical", "Chemical"]]
[export]
loss_limit = 100.0
{STEPS}{CORPORA}[[corpora]]
name = "bc5cdr"
passes = 1
""",
    "pairwise": f"""{COMMON}kind = "pairwise"
name = "pairs"
generation = 1
scored = ["biored/dev", "bc5cdr/dev", "bc5cdr/test"]
{ENCODER.replace("128", "192")}
[head]
inner = 16
[export]
loss_limit = 100.0
{STEPS}{CORPORA}read = {{ budget = 64, neighbours = 0 }}
held_out = ["{HELD_OUT}"]
""",
    "links": f"""{COMMON}kind = "links"
name = "links"
compare = ["embedding", "graph"]
{ENCODER}[split]
order = "random"
carved = 0.2
[network]
width = 8
steps = 4
[[nodes]]
file = "links/nodes.tsv"
[[edges]]
form = "table"
files = ["links/edges.tsv.gz"]
""",
    "sentence": f"""{COMMON}kind = "sentence"
name = "gad"
passes = 1
int8_loss = 100.0
{ENCODER}
[rows]
name = "gad"
protocol = "published"
only = [1]
limit = 12
{STEPS}""",
    "assertion": f"""{COMMON}kind = "assertion"
name = "bioscope"
passes = 1
limit = 8
{ENCODER}{STEPS}""",
}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data in the registry's layout, and an encoder's folder."""
    import shutil

    import torch
    from transformers import BertConfig, BertModel

    from models.runtime.artefact import TOKENIZER, find_artefact

    folder = tmp_path_factory.mktemp("smoke")
    data = small_data(folder / "data")
    write_folds(data / "gad")
    write_bioscope(data)
    write_tables(data / "links")
    torch.manual_seed(1)
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, vocab_size=30522)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder / "encoder")
    shutil.copyfile(find_artefact() / TOKENIZER, folder / "encoder" / "tokenizer.json")
    return folder


def test_every_kind_has_its_smoke() -> None:
    assert RECIPES.keys() == KINDS.keys() == NEXT.keys()


@pytest.mark.parametrize("kind", RECIPES)  # in this order: the joint model starts from the pretrained encoder
def test_train(kind: str, work: Path) -> None:
    from typer.testing import CliRunner

    from biorelay.cli.app import app

    recipe = work / f"{kind}.toml"
    recipe.write_text(RECIPES[kind].replace("FOLDER", (work / "encoder").as_posix()), encoding="utf-8")
    done = CliRunner().invoke(app, ["train", str(recipe), "--data", str(work / "data"), "--output", str(work / "out")])
    assert done.exit_code == 0, done.output
    name = next(line.partition('"')[2].rstrip('"') for line in RECIPES[kind].splitlines() if line.startswith("name ="))
    made = work / "out" / name / "1"
    assert str(made) in done.output.replace("\n", "")
    assert ("models verify" in done.output) == (kind == "joint")
    stated = [json.loads(path.read_text(encoding="utf-8")) for path in made.glob("*.json") if path.name != "tokenizer.json"]
    assert stated, sorted(path.name for path in made.iterdir())
