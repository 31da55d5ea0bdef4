"""Link trainings on a small graph: learned, repeated to the bit, and read back as they were trained."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphstore.networks import Network
from models.runtime.links import LinkScores
from models.training.errors import RecipeError
from tests.models.training.links.conftest import pairs, record, relation, write_tables

pytestmark = [pytest.mark.torch, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]

RECIPE = """
schema = "biorelay.recipe/1"
kind = "links"
name = "small"
version = "1"
method = "METHOD"
compare = []
checkpoints = 2
scores = 4
[encoder]
artefact = "relay-mini"
licence = "Apache-2.0"
[optimiser]
head_rate = 2e-2
[split]
order = "random"
held_out = 0.2
carved = 0.2
[network]
width = 8
negatives = 32
steps = 60
[[nodes]]
file = "nodes.tsv"
[[edges]]
form = "table"
files = ["edges.tsv.gz"]
"""


def make(folder: Path, method: str = "graph", out: str = "out") -> Path:
    from models.training.job import run

    write_tables(folder)
    (folder / "small.toml").write_text(RECIPE.replace("METHOD", method), encoding="utf-8")
    return run(folder / "small.toml", folder, folder / out)


def camps() -> Network:
    kinds = {"ncbigene": "Gene", "mesh": "Disease"}
    return Network.of((g, kinds["ncbigene"], d, kinds["mesh"], 1.0) for g, d in pairs())


def within_and_across(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a gene and a disease of one camp, and of two."""
    genes = [n for n in network.ids if n.startswith("ncbigene")]
    diseases = [n for n in network.ids if n.startswith("mesh")]
    edges = set(pairs())
    every = [(g, d) for g in genes for d in diseases]
    inside, across = ([p for p in every if (p in edges) == wanted] for wanted in (True, False))
    place = network.place
    return tuple(np.array([(place[g], place[d]) for g, d in found]) for found in (inside, across))  # type: ignore[return-value]


@pytest.mark.parametrize("method", ["embedding", "graph", "hybrid"])
def test_two_camps_are_told_apart(method: Any) -> None:
    from models.training.links.scorer import LinkScorer

    network = camps()
    names = {node: f"camp {'one' if node[-1] < '5' else 'two'}" for node in network.ids}
    settings = {"scores": 1, "network": {"width": 16, "steps": 100, "negatives": 32}}  # the last step is kept
    scorer = LinkScorer(method, names=names, settings=settings)
    with pytest.raises(ValueError, match="fit the scorer"):
        scorer.score(network, network.edges)
    scorer.fit(network)
    inside, across = (scorer.score(network, found) for found in within_and_across(network))
    assert np.quantile(inside, 0.1) > np.quantile(across, 0.9)
    assert scorer.score(network, np.zeros((0, 2), dtype=np.int64)).shape == (0,)
    again = LinkScorer(method, names=names, settings=settings)
    again.fit(network)
    assert np.array_equal(again.score(network, network.edges), scorer.score(network, network.edges))
    other = LinkScorer(method, names=names, settings=settings, seed=2)
    other.fit(network)
    assert not np.array_equal(other.score(network, network.edges), scorer.score(network, network.edges))


def test_nothing_to_learn_from() -> None:
    from models.training.links.scorer import LinkScorer

    with pytest.raises(ValueError, match="teach nothing"):
        LinkScorer("graph").fit(Network.of([]))


def test_an_artefact_of_a_recipe(tmp_path: Path) -> None:
    folder = make(tmp_path)
    scores = LinkScores.load(folder)
    assert scores.reference == "small@1"
    network = camps()
    assert scores.ids == network.ids
    inside, across = (scores.of(*found.T) for found in within_and_across(network))
    assert np.median(inside) > np.median(across)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["split"]["learned"] + manifest["split"]["carved"] + manifest["split"]["scored"] == len(network.edges)
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    for name, (value, low, high) in ((n, f["MRR"]) for n, f in manifest["metrics"]["any"]["all"]["methods"].items()):
        assert low <= value <= high
        assert f"| {name} | {value:.3f} ({low:.3f} to {high:.3f})" in card
    assert "Adamic-Adar" in card
    assert str(tmp_path) not in card


def test_equal_recipes_give_equal_bytes(tmp_path: Path) -> None:
    one, other = (LinkScores.load(make(tmp_path, out=out)) for out in ("one", "other"))
    for name in ("vectors", "popularity", "relation"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_the_runtime_scores_as_torch_does(tmp_path: Path) -> None:
    import torch

    from models.training.links.network import LinkNetwork
    from models.training.links.recipe import NetworkPart
    from models.training.links.shape import Shape

    network = camps()
    torch.manual_seed(3)
    net = LinkNetwork("graph", NetworkPart(width=8), network, None).eval()
    torch.nn.init.normal_(net.popularity)
    torch.nn.init.normal_(net.relation)
    vectors = net.vectors(Shape(network).messages(None, torch.device("cpu"))).detach()
    arrays = {"vectors": vectors, "popularity": net.popularity, "relation": net.relation, "kind": net.kind, "classes": net.classes}
    found = LinkScores("l@1", network.ids, network.types, **{name: value.detach().numpy() for name, value in arrays.items()})
    every = np.stack(np.triu_indices(len(network.ids), 1), axis=1)
    a, b = torch.from_numpy(every).T
    assert found.of(*every.T) == pytest.approx(net.score(vectors, a, b).detach().numpy(), abs=1e-5)
    whole = net.score_all(vectors, a[:5], torch.arange(3))
    assert whole[:, 2].detach().numpy() == pytest.approx(found.of(every[:5, 0], np.full(5, 2)), abs=1e-5)


def test_messages_are_means_by_type() -> None:
    import torch

    from models.training.links.shape import Passing, Shape

    # p has two neighbours of one type with 1 and 3 papers, and one of another type.
    network = Network.of([("a", "T", "p", "T", 1.0), ("b", "T", "p", "T", 3.0), ("c", "U", "p", "T", 1.0)])
    weights = np.log1p([1.0, 3.0])
    shares = weights / weights.sum()
    messages = Shape(network).messages(None, torch.device("cpu"))
    dense = messages.taken.to_dense().numpy()
    assert dense[3] == pytest.approx([shares[0], shares[1], 1.0, 0.0])
    assert np.array_equal(messages.given.to_dense().numpy(), dense.T)
    values = torch.randn(4, 3, dtype=torch.float32, requires_grad=True)
    Passing.apply(messages.taken, messages.given, values)[:, 0].sum().backward()
    assert values.grad is not None
    assert values.grad[:, 0].numpy() == pytest.approx(dense.sum(axis=0), abs=1e-6)
    hidden = Shape(network).messages(np.array([True, False, True]), torch.device("cpu")).taken.to_dense().numpy()
    assert hidden[3].tolist() == [1.0, 0.0, 1.0, 0.0]


def test_a_recipe_that_cannot_be_met(tmp_path: Path) -> None:
    from models.training.recipe import read_recipe

    for old, new, wanted in (
        ('order = "random"', 'order = "newest"', "split.order"),
        ("held_out = 0.2", "held_out = 0.8", "leave nothing"),
        ("compare = []", 'compare = ["graph"]', "compare names each other method once"),
        ('version = "1"', 'version = "1"\nshipping = true', "whose licence is 'not stated'"),
        ('files = ["edges.tsv.gz"]', "files = []", "at least 1 item"),
    ):
        (tmp_path / "r.toml").write_text(RECIPE.replace("METHOD", "graph").replace(old, new), encoding="utf-8")
        with pytest.raises(RecipeError, match=wanted):
            read_recipe(tmp_path / "r.toml")


def test_relations_in_the_place_of_tables(tmp_path: Path) -> None:
    from models.training.job import run

    found = pairs()
    order = np.random.default_rng(1).permutation(len(found))
    lines = [record(f"pubmed:{n}", relation(*found[k])) for n, k in enumerate(order.tolist(), start=1)]
    (tmp_path / "relations.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = RECIPE.replace("METHOD", "embedding").replace('"random"', '"newest"').partition("[[nodes]]")[0]
    (tmp_path / "r.toml").write_text(f'{text}[[edges]]\nfiles = ["relations.jsonl"]\n', encoding="utf-8")
    manifest = json.loads((run(tmp_path / "r.toml", tmp_path, tmp_path / "out") / "manifest.json").read_bytes())
    assert "PMID" in manifest["split"]["said"]
    assert manifest["split"]["documents"] == len(found)
