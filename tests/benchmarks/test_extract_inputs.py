"""The documents of the speed benchmarks, and the texts that their peers classify."""

import gzip
from itertools import islice
from pathlib import Path

import pytest

from benchmarks import inputs
from benchmarks.peers_inputs import asked, candidates, sentence_loss, type_pairs
from biorelay.extractor import Extractor
from biorelay.samples import BC5CDR_TEST
from models.corpora.abstracts import ABSTRACTS
from models.corpora.documents import Document, GoldMention
from models.runtime.artefact import TOKENIZER
from models.runtime.encoder import Encoder
from models.runtime.pairs import build_pairs
from models.runtime.relation_head import RelationHead
from models.runtime.tokenizer import PieceTokenizer
from processors.ner import entity_types
from processors.records import Abstract, EntityType
from processors.relations import group_mentions
from processors.sources import read

WORDS = " ".join(["Aspirin lowers the pressure."] * 10)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four abstracts, one of them twice and one without a title; a set of tokenised ones that is not there."""
    rows = [("1", "One", WORDS), ("2", "Two", WORDS), ("1", "One", WORDS), ("3", "", WORDS), ("x", "Four", WORDS)]
    text = "pubmedID,title,abstract\n" + "".join(",".join(row) + "\n" for row in rows)
    path = tmp_path / "abstracts/cohen_2006/A.csv.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(text.encode()))
    monkeypatch.setattr(inputs, "ABSTRACTS", {name: ABSTRACTS[name] for name in ("cohen-2006", "nicta-piboso")})
    return tmp_path


def test_the_same_abstracts_are_drawn_each_time_and_none_twice(data: Path) -> None:
    drawn = inputs.abstracts(data, 3)
    assert {abstract.text for abstract in drawn} == {f"{title} {WORDS}" for title in ("One", "Two", "Four")}
    assert [abstract for abstract in drawn if not abstract.id.startswith(("pubmed:", "drawn:"))] == []
    assert inputs.abstracts(data, 3) == drawn
    assert inputs.abstracts(data, 2) == inputs.abstracts(data, 2)


def test_more_than_there_are_cannot_be_drawn(data: Path) -> None:
    with pytest.raises(ValueError, match="holds 3 abstracts, 4 are asked for"):
        inputs.abstracts(data, 4)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor.load()


@pytest.fixture(scope="module")
def documents() -> list[Abstract]:
    return list(islice((record for record in read(BC5CDR_TEST) if isinstance(record, Abstract)), 12))


def test_the_peers_candidates_are_ours(extractor: Extractor, documents: list[Abstract]) -> None:
    head, encoder = RelationHead(extractor.artefact), Encoder(extractor.artefact)
    allowed = type_pairs(extractor.artefact.manifest.relations.type_pairs)
    for document in documents:
        entities = extractor.entities(document)
        encoded = encoder.encode(entities.text)
        named = group_mentions(entities.mentions, encoded.offsets, [s.end for s in entities.sentences], entity_types(extractor.artefact))
        ours = build_pairs(encoded.hidden, named.tokens, head.type_pairs)
        spans = [
            {(mention.start, mention.end) for mention in entities.mentions if curie in mention.identifiers} for curie in named.entities
        ]
        expected = [{frozenset(spans[a]), frozenset(spans[b])} for a, b in ours.pairs.tolist()]
        found = [{frozenset((m.start, m.end) for m in side) for side in pair} for pair in candidates(entities.mentions, allowed)]
        assert sorted(map(_key, found)) == sorted(map(_key, expected))


def _key(pair: set[frozenset[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    return sorted(sorted(side) for side in pair)


def test_the_pieces_of_a_question_are_those_that_are_read(extractor: Extractor, documents: list[Abstract]) -> None:
    words = PieceTokenizer(extractor.artefact.path(TOKENIZER))
    allowed = type_pairs(extractor.artefact.manifest.relations.type_pairs)
    asked_of = 0
    for document in documents:
        entities = extractor.entities(document)
        made = asked(entities, words.cut(entities.text).offsets, allowed, window=128, overlap=32)
        questions = (*made.sentences, *made.whole[:3])
        asked_of += len(questions)
        assert [q.pieces for q in questions] == [min(128, len(words.cut(q.text).ids) + 2) for q in questions]
        assert all(q.text.count("$") >= 2 and q.text.count("#") >= 2 for q in questions)
        assert made.pairs == len(made.whole) == len(list(candidates(entities.mentions, allowed)))
        assert all(q.text.replace("$ ", "").replace(" $", "").replace("# ", "").replace(" #", "") in entities.text for q in made.sentences)
    assert asked_of > 50


def test_a_relation_is_lost_to_sentences_where_no_sentence_names_both() -> None:
    text = "A title. Aspirin helps gout. It is cheap. Gout hurts. Codeine is dear."
    at = [("a", "Aspirin"), ("g", "gout"), ("g", "Gout"), ("c", "Codeine")]
    mentions = tuple(GoldMention(text.index(w), text.index(w) + len(w), EntityType.CHEMICAL, (key,)) for key, w in at)
    relations = {("a", "g"): "Association", ("c", "g"): "Association", ("a", "never-named"): "Association"}
    document = Document("biored/dev", "1", "A title.", text, mentions, relations)
    assert sentence_loss([document]) == {"relations": 2, "never_in_one_sentence": 1, "share": 0.5}
    assert sentence_loss([]) == {"relations": 0, "never_in_one_sentence": 0, "share": None}
