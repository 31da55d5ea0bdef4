"""What is written as BioC, the bioc package reads, and so do we: XML and JSON alike."""

import io
from pathlib import Path

import bioc
import pytest
from bioc import biocjson
from hypothesis import given, settings

from processors.errors import UnknownFormat
from processors.outputs import OUTPUTS, open_output
from processors.outputs.bioc import document_name
from processors.records import Abstract, Article, Entities, Mention, Relations
from processors.sources import read
from processors.sources.bioc import read_annotated_bioc
from tests.processors.outputs.documents import PROVENANCE, extracted, linked

GOLDEN = Path(__file__).parents[2] / "golden"
Pair = tuple[Entities, Relations]


def written(form: str, pairs: list[Pair]) -> bytes:
    output = open_output(form)
    return output.begin() + b"".join(output.write(*pair) for pair in pairs) + output.end()


def collection_of(form: str, value: bytes) -> bioc.BioCCollection:
    return biocjson.loads(value.decode()) if form == "bioc-json" else bioc.biocxml.load(io.BytesIO(value))


@pytest.mark.parametrize("form", ["bioc", "bioc-json"])
@given(pair=extracted())
@settings(deadline=None, max_examples=150)
def test_what_the_pipeline_writes_reads_back(tmp_path_factory: pytest.TempPathFactory, form: str, pair: Pair) -> None:
    entities, relations = pair
    value = written(form, [pair])
    path = tmp_path_factory.getbasetemp() / f"pipeline.{form}"
    path.write_bytes(value)
    (document,) = read_annotated_bioc(path)
    assert not document.problems
    assert document.abstract.id == entities.id
    text = document.abstract.text
    assert len(text) == len(entities.text)
    assert all(old == new or (new == " " and form == "bioc") for old, new in zip(entities.text, text, strict=True))
    key = sorted(range(len(entities.mentions)), key=lambda i: (entities.mentions[i].start, entities.mentions[i].end))
    assert [(m.start, m.end, m.type, m.curies) for m in document.mentions] == [
        (m.start, m.end, m.type, linked(m.identifiers)) for m in (entities.mentions[i] for i in key)
    ]
    as_curie = {identifier: curie for m in document.mentions for identifier, curie in zip(m.identifiers, m.curies, strict=True)}
    assert [(as_curie.get(r.subject, r.subject), r.predicate, as_curie.get(r.object, r.object)) for r in document.relations] == [
        (r.subject.id, r.predicate, r.object.id) for r in relations.relations
    ]
    (theirs,) = collection_of(form, value).documents
    assert [passage.text or "" for passage in theirs.passages] == [document.abstract.title, *(s.text for s in document.abstract.sections)]
    assert len(theirs.relations) == len(relations.relations)
    for relation, ours in zip(theirs.relations, relations.relations, strict=True):
        assert [node.role for node in relation.nodes] == ["subject", "object"]
        shown = {mention.id: mention.identifiers for mention in entities.mentions}
        assert [end.id in shown[node.refid] for end, node in zip((ours.subject, ours.object), relation.nodes, strict=True)] == [True, True]


def test_a_relation_says_all_that_its_record_says() -> None:
    relations = Relations.from_bytes((GOLDEN / "biorelay.relations/1/cues.json").read_bytes())
    (relation,) = relations.relations
    text = f"{relations.article.title} {relation.evidence.text}"
    mentions = [
        Mention(
            id=f"T{n}", start=span.start, end=span.end, text=text[span.start : span.end], type=end.type, identifiers=(end.id,), score=0.5
        )
        for n, (end, span) in enumerate([(relation.subject, relation.evidence.subject), (relation.object, relation.evidence.object)], 1)
    ]
    article = Article(title=relations.article.title, journal="J & Sons", year=2001, retracted=True)
    entities = Entities(id=relations.id, article=article, text=text, mentions=tuple(mentions), provenance=PROVENANCE)
    for form in ("bioc", "bioc-json"):
        value = written(form, [(entities, relations)])
        (document,) = collection_of(form, value).documents
        assert document.passages[0].infons == {"type": "title", "journal": "J & Sons", "year": "2001", "retracted": "True"}
        (shown,) = document.relations
        assert shown.infons == {
            "type": "Negative_Correlation",
            "entity1": "MESH:D003000",
            "entity2": "MESH:D009270",
            "subject": "mesh:D003000",
            "object": "mesh:D009270",
            "biolink": "biolink:negatively_correlated_with",
            "probability": "0.625",
            "negated": "true",
            "speculated": "true",
            "evidence": "55:90",
            "cues": "speculation 64:67; negation 68:71",
        }
        assert [(node.refid, node.role) for node in shown.nodes] == [("T1", "subject"), ("T2", "object")]
        (abstract,) = read(io.BytesIO(value))
        assert isinstance(abstract, Abstract)
        assert (abstract.text, abstract.journal, abstract.published) == (text, "J & Sons", "2001")


@pytest.mark.parametrize("form", ["bioc", "bioc-json"])
def test_many_documents_are_one_valid_collection_whose_bytes_hold_no_clock(form: str) -> None:
    entities = [
        Entities(id=f"pubmed:{n}", article=Article(title="A title."), text=f"A title. Words {n}.", provenance=PROVENANCE)
        for n in range(1, 4)
    ]
    pairs = [(one, Relations(id=one.id, provenance=PROVENANCE)) for one in entities]
    value = written(form, pairs)
    collection = collection_of(form, value)
    assert [document.id for document in collection.documents] == ["1", "2", "3"]
    assert (collection.source, collection.date or "") == ("biorelay", "")
    bioc.validate(collection)
    read_back = [outcome.text for outcome in read(io.BytesIO(value)) if isinstance(outcome, Abstract)]
    assert read_back == [one.text for one in entities]
    assert not list(read(io.BytesIO(written(form, []))))


@pytest.mark.parametrize(
    ("curie", "name"),
    [
        ("pubmed:12", "12"),
        ("pmc:PMC12", "PMC12"),
        ("doi:10.1000/x", "10.1000/x"),
        ("doi:10.1000/X", "doi:10.1000/X"),
        ("local:12", "local:12"),
        ("local:my note", "my note"),
    ],
)
def test_a_document_is_called_as_others_call_it_where_that_reads_back(curie: str, name: str) -> None:
    assert document_name(curie) == name


def test_every_format_is_found_by_its_name_and_any_other_is_refused() -> None:
    assert {"jsonl", "pubtator", "bioc", "bioc-json", "kgx"} <= set(OUTPUTS)
    with pytest.raises(UnknownFormat, match="docx") as caught:
        open_output("docx")
    assert "bioc-json" in str(caught.value.remedy)
