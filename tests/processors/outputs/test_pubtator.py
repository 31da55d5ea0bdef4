"""What is written as PubTator reads back."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processors.linking import local_curie
from processors.outputs.pubtator import identifier_column, write_pubtator
from processors.records import Article, Entities, EntityType, Relations
from processors.sources.pubtator import read_annotated
from tests.processors.outputs.documents import PROVENANCE, WORDS, extracted, linked


def test_what_is_not_linked_is_written_as_others_write_it() -> None:
    code, other = local_curie("pubmed:1", EntityType.VARIANT, "c|SUB|C|643|T"), local_curie("pubmed:1", EntityType.VARIANT, "odd one")
    assert identifier_column((code,), EntityType.VARIANT) == "c|SUB|C|643|T"
    assert identifier_column((other,), EntityType.VARIANT) == "-"
    assert identifier_column((local_curie("pubmed:1", EntityType.GENE, "odd"),), EntityType.GENE) == "-"
    assert identifier_column(("ncbigene:672", local_curie("pubmed:1", EntityType.GENE, "odd")), EntityType.GENE) == "672"


@given(extracted())
@settings(deadline=None, max_examples=200)
def test_what_the_pipeline_writes_reads_back(tmp_path_factory: pytest.TempPathFactory, pair: tuple[Entities, Relations]) -> None:
    entities, relations = pair
    written = write_pubtator(entities, relations)
    if "\0" in written:
        return  # PubTator cannot hold it
    path = tmp_path_factory.getbasetemp() / "pipeline.pubtator"
    path.write_bytes(written.encode())
    (document,) = read_annotated(path)
    assert not document.problems
    assert document.abstract.id == entities.id
    assert len(document.abstract.text) == len(entities.text)
    kept = [(m.start, m.end, m.type, m.curies) for m in document.mentions]
    assert kept == [(m.start, m.end, m.type, linked(m.identifiers)) for m in entities.mentions]
    as_curie = {identifier: curie for m in document.mentions for identifier, curie in zip(m.identifiers, m.curies, strict=True)}
    assert [(as_curie[r.subject], r.predicate, as_curie[r.object]) for r in document.relations] == [
        (r.subject.id, r.predicate, r.object.id) for r in relations.relations if len(linked((r.subject.id, r.object.id))) == 2
    ]


@given(WORDS, st.just("") | WORDS)
@example("𝛼", "e\u0301\u200b")
@example("a\tb\nc", "\u2028")
@settings(deadline=None)
def test_texts_read_back_with_breaks_as_spaces(tmp_path_factory: pytest.TempPathFactory, title: str, body: str) -> None:
    text = f"{title} {body}"
    written = write_pubtator(Entities(id="pubmed:1", article=Article(title=title), text=text, provenance=PROVENANCE))
    if "\0" in written:
        return
    path = tmp_path_factory.getbasetemp() / "texts.pubtator"
    path.write_bytes(written.encode())
    (document,) = read_annotated(path)
    again = document.abstract.text
    assert len(again) == len(text)
    assert all(old == new or (new == " " and old.isspace()) for old, new in zip(text, again, strict=True))


def test_a_failed_document_is_written_without_annotations() -> None:
    entities = Entities(id="pubmed:1", text="A title. Words.", article=Article(title="A title."), provenance=PROVENANCE)
    assert write_pubtator(entities) == "1|t|A title.\n1|a|Words.\n\n"
