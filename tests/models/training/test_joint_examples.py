"""Labels, masking, entities and the order of steps; with the shipped tokeniser, without torch."""

from pathlib import Path

import numpy as np
import pytest

from models.corpora.documents import LABELS, Document, GoldMention
from models.corpora.registry import corpus
from models.runtime.artefact import TOKENIZER, find_artefact
from models.runtime.tokenizer import PieceTokenizer
from models.training.joint.examples import IGNORED, Example, ExampleMaker, columns, ner_heads, pair_inputs, pair_labels, type_pair_indices
from models.training.plan import halves, padded_pieces, plan
from processors.records import EntityType
from tests.models.corpora.conftest import small_data

HEADS = ner_heads(["biored", "bc5cdr", "ncbi-disease"])
TYPE_PAIRS = type_pair_indices(
    [("Gene", "Gene"), ("Gene", "Disease"), ("Gene", "Chemical"), ("Disease", "Chemical"), ("Chemical", "Chemical")]
)


@pytest.fixture(scope="module")
def tokenizer() -> PieceTokenizer:
    return PieceTokenizer(find_artefact() / TOKENIZER)


@pytest.fixture(scope="module")
def maker(tokenizer: PieceTokenizer) -> ExampleMaker:
    return ExampleMaker(tokenizer, HEADS, window=128, overlap=32)


@pytest.fixture(scope="module")
def examples(maker: ExampleMaker, tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    data = small_data(tmp_path_factory.mktemp("data"))
    return [maker.make(d) for name in ("biored", "bc5cdr", "ncbi-disease") for d in corpus(name).read("train", data)]


def test_labels_spell_the_mentions(examples: list[Example]) -> None:
    for example in examples:
        text = example.document.text
        for k, (source, kind) in enumerate(HEADS):
            if source != example.document.corpus.partition("/")[0]:
                continue
            labels = example.labels[:, k]
            found = set()
            for first in np.flatnonzero(labels == 1).tolist():
                stop = first + 1
                while stop < len(labels) and labels[stop] == 2:
                    stop += 1
                found.add(text[example.offsets[first, 0] : example.offsets[stop - 1, 1]])
            gold = {text[m.start : m.end] for m in example.document.mentions if m.type == kind}
            assert found <= gold | {word for name in gold for word in name.split()}
            assert len(gold - found) <= len(gold) // 5  # a mention inside a piece, or inside another mention


def test_a_corpus_says_nothing_to_the_heads_of_another(examples: list[Example]) -> None:
    assert len(HEADS) == 6 + 2 + 1
    for example in examples:
        for k, (source, _) in enumerate(HEADS):
            masked = example.labels[:, k] == IGNORED
            assert masked.all() if source != example.document.corpus.partition("/")[0] else not masked.any()


def test_columns_of_a_guideline() -> None:
    assert columns(HEADS, "biored") == list(range(18))
    with pytest.raises(ValueError, match="ncbi-disease"):
        columns(HEADS, "ncbi-disease")


def test_of_mentions_that_overlap_the_longest_is_labelled(maker: ExampleMaker) -> None:
    text = "breast cancer cells here"
    mentions = (GoldMention(0, 13, EntityType.DISEASE, ()), GoldMention(7, 13, EntityType.DISEASE, ()))
    labels = maker.make(Document("biored/train", "1", text, text + " ", mentions)).labels[:, HEADS.index(("biored", "Disease"))]
    assert labels.tolist() == [1, 2, 0, 0]


def test_gold_relations_stand_at_their_pairs(examples: list[Example]) -> None:
    for example in examples:
        if example.entities is None:
            assert example.document.corpus == "ncbi-disease/train"
            continue
        inputs = pair_inputs(example, np.zeros((len(example.ids), 0), np.float32), TYPE_PAIRS)
        labels, cid, novel = pair_labels(example, inputs.pairs)
        ids = example.entities.ids
        if example.document.corpus == "biored/train":
            assert (cid == IGNORED).all()
            assert ((novel != IGNORED) == (labels > 0)).all()
            assert set(novel[labels > 0].tolist()) <= {0, 1}
            found = {
                (frozenset((ids[a], ids[b])), LABELS[k]) for (a, b), k in zip(inputs.pairs.tolist(), labels.tolist(), strict=True) if k
            }
            gold = {(frozenset(pair), kind) for pair, kind in example.document.relations.items()}
            assert found <= gold
            kinds = {m.type for m in example.document.mentions}
            assert EntityType.VARIANT in kinds or found == gold
        else:
            assert (labels == IGNORED).all()
            assert (novel == IGNORED).all()
            assert int(cid.sum()) == len(example.document.relations)


def test_a_plan_reads_every_document_as_often_as_it_says(examples: list[Example]) -> None:
    passes = [3 if e.document.corpus.startswith("biored") else 1 for e in examples]
    shapes = [e.shape for e in examples]
    steps = plan(shapes, passes, tokens_per_step=512, seed=7)
    read = [i for step in steps for i in step]
    assert [read.count(i) for i in range(len(examples))] == passes
    assert all(len(step) == 1 or padded_pieces(shapes, step) <= 512 for step in steps)
    assert steps == plan(shapes, passes, tokens_per_step=512, seed=7)
    assert steps != plan(shapes, passes, tokens_per_step=512, seed=8)


def test_halves_share_a_step(examples: list[Example]) -> None:
    shapes = [e.shape for e in examples]
    everything = list(range(len(shapes)))
    parts = halves(shapes, everything, 2)
    assert sorted(i for part in parts for i in part) == everything
    sizes = [sum(shapes[i].pieces for i in part) for part in parts]
    assert max(sizes) - min(sizes) <= max(s.pieces for s in shapes)
    assert halves(shapes, [4], 2) == [[4]]


def test_windows_cover_long_documents(maker: ExampleMaker, examples: list[Example]) -> None:
    long = max(examples, key=lambda e: len(e.ids))
    assert len(long.windows) > 1
    assert long.shape.pieces == sum(w.end - w.start + 2 for w in long.windows)
    assert Path(long.document.corpus).name == "train"
