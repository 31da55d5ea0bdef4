"""The recogniser's mentions stand where they say, in order, apart, and linked."""

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from biorelay.extractor import Extractor
from models.runtime.artefact import Artefact
from models.runtime.encoder import Encoder
from models.runtime.errors import ArtefactError, TextTooLong
from processors.ner import Recogniser
from processors.records import Abstract, Entities, EntityType, Section

NAMES = (
    "BRCA1", "p53", "breast cancer", "tamoxifen", "Parkinson's disease", "c.76A>T", "rs1801133", "Homo sapiens", "mice", "HeLa", "IL-6",
    "cocaine-induced seizures", "non-small-cell lung carcinoma", "(TNF-\u03b1)", "\u03b2-catenin", "Sj\u00f6gren's syndrome", "na\u00efve",
)  # fmt: skip
ODD = (
    "\U0001f9ec", "\U00010400", "e\u0301", "\u0301", "\u0327\u0301", "\u200b", "\u200d", "\ufeff", "\u202e\u05e9\u05dc\u05d5\u05dd\u202c",
    "\u0633\u0631\u0637\u0627\u0646",
    "\u764c\u75c7", "\ud55c\uad6d", "\u0e21\u0e30\u0e40\u0e23\u0e47\u0e07", "\x00", "\x07", "\x1f", "\x7f", "\u2028", "\r\n", "\t",
    "\u0130", "\ufb01", "\u00bd", "\u1d2c", "\u20dd", "\u0928\u093f", "\ufffd",
)  # fmt: skip
WORDS = st.one_of(st.sampled_from(NAMES), st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
JOINTS = st.sampled_from([" ", "", "-", ", ", ". ", "/", " and ", "\u200b", "\u0301 ", "\u00a0"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.tuples(WORDS, JOINTS), max_size=14))
    return "".join(word + joint for word, joint in words)


def abstract(title: str, text: str = "", name: str = "pubmed:1") -> Abstract:
    return Abstract(id=name, title=title, sections=(Section(text=text),) if text else ())


def check(entities: Entities) -> None:
    text = entities.text
    for number, mention in enumerate(entities.mentions, start=1):
        assert mention.id == f"T{number}"
        assert text[mention.start : mention.end] == mention.text
        assert mention.text.strip() == mention.text != ""
        assert mention.identifiers
        assert 0 <= mention.score <= 1
        assert mention.score == round(mention.score, 4)
    assert all(a.end <= b.start for a, b in itertools.pairwise(entities.mentions))
    assert "".join(text[s.start : s.end] for s in entities.sentences) == text


@given(texts(), texts())
@settings(max_examples=150, deadline=None)
@example("BRCA1\u0301 and breast\u200bcancer", "\U0001f9ec\U0001f9ecBRCA1\U0001f9ec")
@example("", "")
@example(" \u0301BRCA1", "\u202ep53\u202c")
def test_every_mention_stands_where_it_says(extractor: Extractor, title: str, text: str) -> None:
    document = abstract(title, text)
    entities = extractor.entities(document)
    assert entities.text == document.text
    check(entities)
    assert Entities.from_bytes(entities.to_bytes()) == entities


@given(st.integers(1, 150), st.sampled_from(NAMES), st.sampled_from(ODD))
@settings(max_examples=5, deadline=None)
def test_mentions_of_many_windows_stand_where_they_say(extractor: Extractor, times: int, name: str, odd: str) -> None:
    check(extractor.entities(abstract("A title", f"{name} was seen in {odd} patients. " * times)))


def test_plain_names_are_found(extractor: Extractor) -> None:
    title = "Tamoxifen lowers the risk of breast cancer in women with BRCA1 mutations"
    entities = extractor.entities(abstract(title, "Tamoxifen was given to 20 patients with breast cancer."))
    found = {(m.text.lower(), m.type) for m in entities.mentions}
    assert {("tamoxifen", EntityType.CHEMICAL), ("breast cancer", EntityType.DISEASE), ("brca1", EntityType.GENE)} <= found
    assert entities.sentences[0].end == len(title) + 1
    assert entities.provenance == extractor.provenance


@pytest.mark.parametrize(("title", "text"), [("", ""), (" ", ""), ("", "\n \n"), ("\u200b", "\x00")])
def test_an_empty_document_has_no_mentions(extractor: Extractor, title: str, text: str) -> None:
    entities = extractor.entities(abstract(title, text))
    assert entities.mentions == ()
    assert extractor.relations(entities).relations == ()


def test_a_document_above_the_limit_is_refused(extractor: Extractor) -> None:
    with pytest.raises(TextTooLong) as raised:
        extractor.entities(abstract("x", "word " * 50_000))
    assert raised.value.code == "text.too-long"
    assert raised.value.action == "dead-letter"


def test_types_that_are_not_ours_are_refused(extractor: Extractor) -> None:
    artefact = extractor.artefact
    ner = artefact.manifest.ner
    spec = ner.model_copy(
        update={
            "types": ("Gene", "Disease", "Chemical", "Variant", "Species", "Planet"),
            "heads": tuple((g, "Planet" if t == "CellLine" else t) for g, t in ner.heads),
        }
    )
    strange = Artefact(artefact.folder, artefact.manifest.model_copy(update={"ner": spec}))
    with pytest.raises(ArtefactError, match="Planet"):
        Recogniser(Encoder(strange), extractor.linker, extractor.provenance)
