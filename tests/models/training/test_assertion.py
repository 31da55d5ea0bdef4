"""The assertion tagger on sentences of its own: labels and scopes as BioScope draws them, learned, found again."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from models.corpora.bioscope import GoldScope, GoldSentence, read_bioscope
from models.evaluation.polarity_tables import beside_rules, read_tagger, table
from models.evaluation.results import Kind
from models.runtime.artefact import TOKENIZER, find_artefact
from models.runtime.tokenizer import PieceTokenizer
from models.training.assertion.examples import KINDS, CueScope, ExampleMaker
from processors.records import CueKind

CUE = '<cue type="negation" ref="X{n}.3">'
SENTENCES = (
    'The drug <xcope id="X{n}.1"><cue type="negation" ref="X{n}.1">did not</cue> inhibit the kinase</xcope>.',
    'These data <xcope id="X{n}.2"><cue type="speculation" ref="X{n}.2">suggest</cue> that it binds DNA</xcope>.',
    f'It was <xcope id="X{{n}}.3">{CUE}neither</cue> fast {CUE}nor</cue> safe</xcope>.',
    "Cells were grown in serum.",
)


def write_bioscope(data: Path) -> Path:
    """A BioScope of two dozen abstracts in a data folder."""
    documents = []
    for number in range(24):
        sentences = "".join(f'<sentence id="S{number}.{k}">{s.format(n=number)}</sentence>' for k, s in enumerate(SENTENCES))
        part = f'<DocumentPart type="Text">{sentences}</DocumentPart>'
        documents.append(f'<Document type="Biological_abstract"><DocID type="PMID">{number}</DocID>{part}</Document>')
    (data / "negation").mkdir()
    xml = f'<?xml version="1.0" encoding="UTF-8"?><Annotation><DocumentSet>{"".join(documents)}</DocumentSet></Annotation>'
    (data / "negation" / "bioscope_abstracts.xml.gz").write_bytes(gzip.compress(xml.encode(), mtime=0))
    return data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bioscope(tmp_path_factory.mktemp("bioscope"))


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    return ExampleMaker(PieceTokenizer(find_artefact() / TOKENIZER), window=64)


def test_a_scope_beside_its_cue_is_not_learned(maker: ExampleMaker) -> None:
    text = "It was not found in cells."
    within = GoldScope(CueKind.NEGATION, ((7, 10),), 7, 25)
    example = maker.make(GoldSentence(text, (within, GoldScope(CueKind.NEGATION, ((7, 10),), 11, 25))))
    assert len(example.scopes) == 1
    assert (example.labels > 0).sum() == 1


def test_labels_and_scopes_are_the_golds(data: Path, maker: ExampleMaker) -> None:
    for sentence in read_bioscope(data)[0].sentences:
        example = maker.make(sentence)
        assert len(example.scopes) == len(sentence.scopes)
        for gold, scope in zip(sentence.scopes, example.scopes, strict=True):
            assert KINDS[scope.kind] is gold.kind
            assert (example.offsets[scope.start, 0], example.offsets[scope.end - 1, 1]) == (gold.start, gold.end)
            for start, end in gold.cue:
                pieces = (example.offsets[:, 0] < end) & (example.offsets[:, 1] > start)
                assert (example.labels[pieces, scope.kind] > 0).all()
        assert (example.labels == 1).sum() == sum(len(scope.cue) for scope in sentence.scopes)


def test_a_sentence_longer_than_the_window_is_cut_off(maker: ExampleMaker) -> None:
    text = "word " * 100 + "not here"
    example = maker.make(GoldSentence(text, (GoldScope(CueKind.NEGATION, ((500, 503),), 500, len(text)),)))
    assert len(example.ids) == 62
    assert example.scopes == ()
    assert not example.labels.any()


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(600)
def test_a_tagger_learns_finds_and_is_scored(data: Path, tmp_path: Path) -> None:
    import models.training
    from models.training import run
    from tests.models.training.checkpoints import write_checkpoint

    encoder = write_checkpoint("bert-fast", tmp_path / "given")
    shipped = (Path(models.training.__file__).with_name("recipes") / "bioscope.toml").read_text(encoding="utf-8")
    head, _, _ = shipped.partition("[encoder]")
    recipe = tmp_path / "bioscope.toml"
    head = head.replace("passes = 8", "passes = 40").replace("checkpoints = 10", "checkpoints = 1")
    optimiser = "[optimiser]\nencoder_rate = 3e-3\nhead_rate = 1e-2\ntokens_per_step = 400\n"
    recipe.write_text(f'{head}[encoder]\nfolder = "{encoder}"\nlicence = "MIT"\nwindow = 64\noverlap = 8\n{optimiser}', encoding="utf-8")
    folder = run(recipe, data, tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["abstracts"]["scored"] + manifest["abstracts"]["learned"] + manifest["abstracts"]["carved"] == 24
    scores = beside_rules(manifest, data)
    for kind in ("negation", "speculation"):
        tagger, beside = scores["tagger"][kind], scores["rules"][kind]
        assert tagger["cue"]["f1"] > 90, kind
        assert tagger["scope"]["f1"] > 80, kind
        assert beside["cue"]["tp"] + beside["cue"]["fn"] == tagger["cue"]["tp"] + tagger["cue"]["fn"]
    assert read_tagger(folder) == manifest
    assert read_tagger(folder / "elsewhere") is None
    assert read_tagger(find_artefact()) is None
    made = table(manifest, scores)
    assert [row.kind for row in made.rows] == [Kind.OURS, Kind.OURS, Kind.OURS, Kind.BASELINE]
    assert all(set(row.figures) == set(made.columns) for row in made.rows)


@pytest.mark.torch
def test_a_scope_holds_its_cue() -> None:
    import torch

    from models.training.assertion.network import Tagger

    class Stub(torch.nn.Module):
        class config:  # noqa: N801  as transformers names it
            hidden_size = 8

    torch.manual_seed(1)
    tagger = Tagger(Stub(), width=6, dropout=0.0).eval()
    for first, stop in ((0, 1), (3, 5), (9, 10)):
        logits = tagger.scope(torch.randn(10, 8), CueScope(0, first, stop, first, stop).kind, first, stop).detach().numpy()
        start, end = np.argmax(logits[:, 0]), np.argmax(logits[:, 1])
        assert start <= first
        assert end >= stop - 1
