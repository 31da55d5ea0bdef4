"""BioRED as NCBI gives it three times over: PubTator, BioC XML and BioC JSON hold the same (needs BIORELAY_DATA)."""

import os
from pathlib import Path

import pytest

from processors.errors import UnknownFormat
from processors.records import Abstract
from processors.sources import read
from processors.sources.annotated import read_annotated

DATA = Path(os.environ.get("BIORELAY_DATA", ""))
needs_data = pytest.mark.skipif(not os.environ.get("BIORELAY_DATA"), reason="BIORELAY_DATA is not set")


@needs_data
@pytest.mark.parametrize(("split", "form"), [("Dev", "XML"), ("Dev", "JSON"), ("Train", "XML")])
def test_a_bioc_corpus_equals_its_pubtator_twin(split: str, form: str) -> None:
    wanted = list(read_annotated(DATA / f"biored/{split}.PubTator"))
    found = list(read_annotated(DATA / f"biored/{split}.BioC.{form}"))
    assert [(d.abstract.id, d.abstract.title, d.abstract.abstract) for d in found] == [
        (d.abstract.id, d.abstract.title, d.abstract.abstract) for d in wanted
    ]
    for bioc, pubtator in zip(found, wanted, strict=True):
        assert not bioc.problems
        assert sorted(bioc.mentions, key=repr) == sorted(pubtator.mentions, key=repr)
        assert bioc.relations == pubtator.relations
    texts = [outcome.text for outcome in read(DATA / f"biored/{split}.BioC.{form}") if isinstance(outcome, Abstract)]
    assert texts == [document.abstract.text for document in wanted]


@needs_data
def test_gnormplus_samples_have_every_annotation_at_its_place() -> None:
    for path in sorted((DATA / "bioc_pubtator_samples/jcore").glob("*.xml")):
        documents = list(read_annotated(path))
        assert documents
        for document in documents:
            assert document.mentions
            assert not document.problems
            assert all(document.abstract.text[m.start : m.end] == m.text for m in document.mentions)


def test_a_file_without_annotations_is_refused_by_its_format(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<PubmedArticleSet></PubmedArticleSet>")
    with pytest.raises(UnknownFormat, match=r"a.xml is pubmed-xml"):
        read_annotated(path)
