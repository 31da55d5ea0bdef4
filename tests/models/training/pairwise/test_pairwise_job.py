"""The whole job: data, guard, training, graphs, serving."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.corpora.errors import LeakedDocument
from models.training import ProgressEvent, read_recipe, run
from models.training.errors import RecipeError
from tests.models.corpora.conftest import blocks, lay
from tests.models.training.pairwise.conftest import HELD_OUT

pytestmark = [pytest.mark.torch, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def made(work: Path) -> tuple[Path, list[ProgressEvent]]:
    events: list[ProgressEvent] = []
    return run(work / "tiny.toml", work / "data", work / "out", progress=events.append), events


def test_a_run_ends_with_an_artefact_that_says_what_it_learned_from(made: tuple[Path, list[ProgressEvent]]) -> None:
    folder, events = made
    assert [event.phase for event in events][-1] == "done"
    assert any(event.phase == "score" and "biored" in event.values for event in events)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    biored, cdr = manifest["training"]["corpora"]
    assert (biored["documents"], biored["held_out"], cdr["documents"]) == (3, 1, 3)
    assert biored["pairs_read"] < biored["pairs"], "negatives are thinned"
    assert biored["pieces_read"] > 0
    assert manifest["labels"][:2] == ["None", "Association"]
    assert manifest["tasks"]["bc5cdr"]["labels"] == {"CID": "cid:CID"}
    assert set(manifest["metrics"]["served"]) == {"biored/dev", "bc5cdr/dev", "bc5cdr/test"}
    assert set(manifest["metrics"]["lost_on_held_out"]) == {"biored"}
    assert "Nothing of biored/dev" in (folder / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_serving_answers_as_training_did(work: Path, made: tuple[Path, list[ProgressEvent]]) -> None:
    """The kept weights in torch, and the int8 graph through the runtime, on the same held-out pairs."""
    from models.evaluation.pairwise import ask, logits
    from models.runtime.pairwise import PairwiseHead, load_pairwise
    from models.training import checkpoint
    from models.training.pairwise.data import load_data
    from models.training.pairwise.task import PairwiseTask, allowed, answer

    recipe = read_recipe(work / "tiny.toml")
    gathered = load_data(recipe, work / "data", work / "out")
    task = PairwiseTask(recipe, gathered, work / "out")
    state = checkpoint.load(work / "out" / "tiny" / "1.run" / checkpoint.BEST, task.fingerprint)
    assert state is not None
    task.network.load_state_dict(state["network"])
    wanted = answer(task.network, gathered.held_out, allowed(gathered))
    head = PairwiseHead(load_pairwise(made[0]), "biored")
    pairs = [example.pair for example in gathered.held_out]
    found = logits(head, pairs)
    np.testing.assert_allclose(found, wanted[:, : len(head.labels)], atol=0.15)  # bf16 on one side, int8 on the other
    p = ask(head, pairs)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert (head.decide(p) == found.argmax(axis=1)).all()
    again = ask(head, pairs[:7])
    assert (again == p[:7]).all(), "no answer depends on its neighbours"


def test_another_documents_pair_never_teaches_labels_that_its_corpus_lacks(work: Path) -> None:
    """A step on BC5CDR alone leaves the rows of BioRED's own labels as they were, but for the one that CID is a kind of."""
    import torch

    from models.training.pairwise.data import load_data
    from models.training.pairwise.task import PairwiseTask

    recipe = read_recipe(work / "tiny.toml")
    gathered = load_data(recipe, work / "data", work / "out")
    task = PairwiseTask(recipe, gathered, work / "out")
    cdr = [i for i, example in enumerate(gathered.examples) if example.task == 1]
    task.learn(cdr[:8], seed=1)
    moved = task.network.out.weight.grad.abs().sum(dim=1)
    names = gathered.labels.names
    assert {name for name, value in zip(names, moved.tolist(), strict=True) if value} == {"None", "Positive_Correlation", "cid:CID"}
    assert torch.isfinite(moved).all()


def test_pairs_of_one_text_learn_different_answers(work: Path) -> None:
    """Only the question and the markers tell them apart."""
    import torch

    from models.training.pairwise.data import load_data
    from models.training.pairwise.examples import Example
    from models.training.pairwise.task import PairwiseTask, allowed, answer

    recipe = read_recipe(work / "tiny.toml")
    gathered = load_data(recipe, work / "data", work / "out")
    task = PairwiseTask(recipe, gathered, work / "out")
    by_text: dict[str, list[int]] = {}
    for number, example in enumerate(gathered.examples):
        by_text.setdefault(example.pair.text, []).append(number)
    chosen: list[Example] = []
    for numbers in by_text.values():
        own = [gathered.examples[i] for i in numbers]
        related, unrelated = ([e for e in own if bool(e.gold[0]) is said][:2] for said in (True, False))
        if related and unrelated:
            chosen += related + unrelated
    assert len(chosen) >= 8
    part = [gathered.examples.index(e) for e in chosen]
    optimiser = torch.optim.AdamW(task.network.parameters(), lr=3e-3)
    losses = []
    for step in range(80):
        task.network.train()
        optimiser.zero_grad()
        losses.append(sum(float(value) for value in task.learn(part, seed=step).values()))
        optimiser.step()
    assert losses[-1] < losses[0] / 4
    decided = answer(task.network, chosen, allowed(gathered)).argmax(axis=1)
    assert np.mean([label in e.gold for label, e in zip(decided.tolist(), chosen, strict=True)]) > 0.9


def test_leaks_and_strangers_stop_the_job(work: Path, tmp_path: Path) -> None:
    from models.training.pairwise.data import load_data

    recipe = read_recipe(work / "tiny.toml")
    data = tmp_path / "data"
    train, dev = blocks("biored_small.pubtator")[:4], blocks("biored_small.pubtator")[4:]
    for path in ("bc5cdr_pubtator/CDR_TrainingSet.PubTator.txt", "bc5cdr_pubtator/CDR_DevelopmentSet.PubTator.txt"):
        lay(data, path, [(work / "data" / path).read_text(encoding="utf-8")])
    path = "bc5cdr_pubtator/CDR_TestSet.PubTator.txt"
    lay(data, path, [(work / "data" / path).read_text(encoding="utf-8")])
    lay(data, "biored/Train.PubTator", [*train, dev[0]])
    lay(data, "biored/Dev.PubTator", dev)
    assert load_data(recipe, data, work / "out").summary[0]["removed"]["scored"] == 1
    lay(data, "biored/Dev.PubTator", [*dev, train[0]])
    with pytest.raises(LeakedDocument, match=HELD_OUT):
        load_data(recipe, data, work / "out")
    lay(data, "biored/Dev.PubTator", dev)
    lay(data, "biored/Train.PubTator", train[1:])
    with pytest.raises(RecipeError, match="held_out"):
        load_data(recipe, data, work / "out")


def test_evaluation_scores_it_through_the_runtime(work: Path, made: tuple[Path, list[ProgressEvent]], tmp_path: Path) -> None:
    """Against a plain count over the answers, gold relations that are no candidates among the missed."""
    from models.corpora.registry import corpus
    from models.corpora.relations.reading import read_pairs
    from models.evaluation import gold
    from models.evaluation.counts import Counts
    from models.evaluation.pairwise import ask, evaluate_pairwise, stated
    from models.evaluation.pairwise_tables import store_tables
    from models.runtime.pairwise import PairwiseHead, load_pairwise

    result = evaluate_pairwise(made[0], work / "data", sets=["biored/dev"])
    head = PairwiseHead(load_pairwise(made[0]), "biored")
    pairs = read_pairs(corpus("biored"), "dev", work / "data")
    decided = head.decide(ask(head, pairs)).tolist()
    tables = []
    for document in corpus("biored").read("dev", work / "data"):
        own = [
            (p.head.ids[0], p.tail.ids[0], head.labels[k]) for p, k in zip(pairs, decided, strict=True) if p.document == document.pmid and k
        ]
        tables.append(gold.relations(document, own))
    for what in (gold.PAIR, gold.TYPED):
        expected = Counts.total(table[what] for table in tables)
        found = result["relations_gold_entities"]["biored/dev"][what]
        assert (found["tp"], found["fp"], found["fn"]) == expected
    baseline = result["relations_same_sentence"]["biored/dev"][gold.PAIR]
    assert baseline["tp"] + baseline["fp"] == sum(not p.apart for p in pairs)
    page = store_tables(result, tmp_path / "results").read_text(encoding="utf-8")
    assert "tiny@1, int8" in page
    assert "all pairs of a sentence" in page
    told = stated(made[0])
    for name in ("biored/dev", "bc5cdr/test"):
        assert told["relations_gold_entities"].keys() == told["fp32"].keys() >= {name}
    assert told["relations_gold_entities"]["biored/dev"] == result["relations_gold_entities"]["biored/dev"]
    assert "tiny@1, fp32" in store_tables(told, tmp_path / "results").read_text(encoding="utf-8")


def test_extraction_may_ask_the_sibling(made: tuple[Path, list[ProgressEvent]]) -> None:
    from biorelay import Extractor
    from models.runtime.pairwise import Named, PairwiseHead, load_pairwise
    from processors.records import Abstract, EntityType, Section

    text = "Loss of BRCA1 caused breast cancer. Aspirin reduced thrombosis and breast cancer. Naloxone reversed the effect of clonidine."
    abstract = Abstract(id="pubmed:7", title="BRCA1 and BRCA2 in breast cancer", sections=(Section(text=text),))
    alone, both = Extractor.load(), Extractor.load(sibling=made[0])
    entities = both.entities(abstract)
    found = both.relations(entities)
    assert found.provenance.model == f"{alone.artefact.reference}+tiny@1"
    assert found.provenance.generation == alone.artefact.manifest.generation + 1
    head = PairwiseHead(load_pairwise(made[0]), "biored")
    kinds = [kind.value for kind in EntityType]
    spans: dict[str, list[tuple[int, int]]] = {}
    types: dict[str, int] = {}
    for mention in entities.mentions:
        for curie in mention.identifiers:
            spans.setdefault(curie, []).append((mention.start, mention.end))
            types.setdefault(curie, kinds.index(mention.type.value))
    ids = list(spans)
    asked = {number: Named(types[curie], spans[curie]) for number, curie in enumerate(ids)}
    allowed = {frozenset(pair) for pair in head.type_pairs}
    pairs = [(a, b) for a in asked for b in asked if a < b and frozenset((types[ids[a]], types[ids[b]])) in allowed]
    pairs = [(a, b) if types[ids[a]] <= types[ids[b]] else (b, a) for a, b in pairs]
    scores = head.score(entities.text, [span.end for span in entities.sentences], asked, np.array(pairs))
    wanted = {
        (*sorted((ids[a], ids[b])), head.labels[label], round(float(row[label]), 4))
        for (a, b), row, label in zip(pairs, scores, head.decide(scores).tolist(), strict=True)
        if label
    }
    assert {(r.subject.id, r.object.id, r.predicate.value, r.probability) for r in found.relations} == wanted
    assert len(pairs) > 3
