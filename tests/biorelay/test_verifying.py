"""Verdicts on pairs: with the shipped model on real sentences, and with given relations where every case matters."""

from collections.abc import Iterator

import pytest

from biorelay import Extractor
from biorelay.refusals import BadInput
from biorelay.sought import Sought, sought
from biorelay.verifying import Pair, Search, Verdict, Verified, verify, without
from processors.errors import RecordError
from processors.records import (
    Abstract,
    Article,
    Entities,
    EntityType,
    Evidence,
    Mention,
    Participant,
    Predicate,
    Provenance,
    Relation,
    Relations,
    Section,
    Span,
)
from processors.sources import Deletion
from processors.vocabulary import Vocabulary

PROVENANCE = Provenance(software="1", model="given@1", generation=1)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.open()


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    found = Extractor.load()
    yield found
    found.close()


def abstract(number: int, title: str, text: str = "", *, retracted: bool = False) -> Abstract:
    return Abstract(id=f"pubmed:{number}", title=title, sections=(Section(text=text),), published="2001", retracted=retracted)


class Given:
    """An extractor whose answers follow from a text's first word: `yes`, `no`, `may` or anything else for a pair side by side."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def entities(self, document: Abstract) -> Entities:
        self.read.append(document.id)
        if "broken" in document.text:
            raise RecordError("cannot be read")
        found: list[Mention] = []
        for name, curie, kind in (("aspirin", "mesh:D001241", EntityType.CHEMICAL), ("asthma", "mesh:D001249", EntityType.DISEASE)):
            if (start := document.text.find(name)) >= 0:
                end = start + len(name)
                found.append(Mention(id=f"T{len(found)}", start=start, end=end, text=name, type=kind, identifiers=(curie,), score=1.0))
        return Entities(id=document.id, article=Article.of(document), text=document.text, mentions=tuple(found), provenance=PROVENANCE)

    def relations(self, entities: Entities) -> Relations:
        word = entities.text.split()[0]
        ends = [
            Participant(id=m.identifiers[0], name=m.text, type=m.type, spans=(Span(start=m.start, end=m.end),)) for m in entities.mentions
        ]
        related = []
        if word in {"yes", "no", "may", "both"}:
            for negated in (False, True) if word == "both" else (word == "no",):
                shown = Evidence(start=0, end=len(entities.text), text=entities.text, subject=ends[0].spans[0], object=ends[1].spans[0])
                related.append(
                    Relation(
                        subject=ends[0],
                        object=ends[1],
                        predicate=Predicate.ASSOCIATION,
                        probability=0.8,
                        negated=negated,
                        speculated=word == "may",
                        evidence=shown,
                    )
                )
        return Relations(id=entities.id, article=entities.article, relations=tuple(related), provenance=PROVENANCE)


def given(vocabulary: Vocabulary, *documents: Abstract | Deletion, most: int = 10) -> Verified:
    (found,) = verify([aspirin_asthma(vocabulary)], documents, Given(), vocabulary, most=most)  # type: ignore[arg-type]
    return found


def aspirin_asthma(vocabulary: Vocabulary) -> Pair:
    return Pair(sought("aspirin", vocabulary), sought("asthma", vocabulary))


@pytest.mark.parametrize(
    ("words", "verdict", "counts"),
    [
        (["yes"], Verdict.SUPPORTED, (1, 0, 0, 1)),
        (["yes", "yes", "no"], Verdict.SUPPORTED, (2, 1, 0, 3)),
        (["yes", "no"], Verdict.SUPPORTED, (1, 1, 0, 2)),
        (["yes", "no", "no"], Verdict.CONTRADICTED, (1, 2, 0, 3)),
        (["no", "may"], Verdict.CONTRADICTED, (0, 1, 1, 2)),
        (["both"], Verdict.SUPPORTED, (1, 0, 0, 1)),
        (["may", "beside"], Verdict.CO_MENTIONED, (0, 0, 1, 2)),
        (["beside"], Verdict.CO_MENTIONED, (0, 0, 0, 1)),
        ([], Verdict.UNSEEN, (0, 0, 0, 0)),
    ],
)
def test_the_verdict_counts_papers(vocabulary: Vocabulary, words: list[str], verdict: Verdict, counts: tuple[int, ...]) -> None:
    documents = [abstract(n, f"{word} aspirin and asthma.") for n, word in enumerate(words, start=1)]
    found = given(vocabulary, *documents, abstract(99, "yes aspirin and migraine."), abstract(98, "asthma"))
    assert found.verdict is verdict
    assert (found.papers, found.negated, found.speculated, found.co_mentioned) == counts
    assert (found.documents, found.named, found.read, found.bounded) == (len(words) + 2, len(words), len(words), False)


def test_a_retracted_paper_counts_nowhere(vocabulary: Vocabulary) -> None:
    found = given(vocabulary, abstract(1, "yes aspirin and asthma.", retracted=True), abstract(2, "no aspirin and asthma."))
    assert (found.verdict, found.papers, found.negated, found.co_mentioned) == (Verdict.CONTRADICTED, 0, 1, 1)
    assert [(s.document, s.retracted, s.retracted_by) for s in found.sentences] == [
        ("pubmed:2", False, ()),
        ("pubmed:1", True, ("pubmed:1",)),
    ]
    later = without(found, {"pubmed:2": ("retraction:2",)})
    assert (later.verdict, later.negated, later.co_mentioned) == (Verdict.UNSEEN, 0, 0)
    assert later.sentences[-1].retracted_by or later.sentences[0].retracted_by
    assert without(found, {"pubmed:7": ("retraction:7",)}) == found


def test_a_later_version_replaces_and_a_deletion_removes(vocabulary: Vocabulary) -> None:
    found = given(
        vocabulary,
        abstract(1, "yes aspirin and asthma."),
        abstract(2, "yes aspirin and asthma."),
        abstract(3, "yes aspirin and asthma."),
        abstract(2, "no aspirin and asthma."),
        abstract(3, "about something else"),
        Deletion("pubmed:1", "a file"),
        Deletion("pubmed:77", "a file"),
    )
    assert (found.verdict, found.negated, found.documents, found.named) == (Verdict.CONTRADICTED, 1, 2, 1)


def test_the_nearest_are_read_and_the_bound_is_told(vocabulary: Vocabulary) -> None:
    documents = [abstract(n, f"yes aspirin {'and so on ' * n} asthma.") for n in range(30, 0, -1)]
    reader = Given()
    (found,) = verify([aspirin_asthma(vocabulary)], documents, reader, vocabulary, most=3)  # type: ignore[arg-type]
    assert sorted(reader.read) == ["pubmed:1", "pubmed:2", "pubmed:3"]
    assert (found.named, found.read, found.bounded, found.papers) == (30, 3, True, 3)
    with pytest.raises(ValueError, match="at least 1"):
        Search([aspirin_asthma(vocabulary)], vocabulary, most=0)


def test_many_pairs_share_one_pass_and_each_document_is_read_once(vocabulary: Vocabulary) -> None:
    a, b, c = (sought(name, vocabulary) for name in ("aspirin", "asthma", "migraine"))
    reader = Given()
    found = verify(
        [Pair(a, b), Pair(b, a), Pair(a, c)],
        [abstract(1, "yes aspirin and asthma or migraine."), abstract(2, "x migraine and aspirin")],
        reader,  # type: ignore[arg-type]
        vocabulary,
    )
    assert [one.verdict for one in found] == [Verdict.SUPPORTED, Verdict.SUPPORTED, Verdict.CO_MENTIONED]
    assert reader.read == ["pubmed:1", "pubmed:2"]
    assert verify([], [abstract(1, "aspirin")], reader, vocabulary) == []  # type: ignore[arg-type]


def test_one_that_cannot_be_read_costs_itself_only(vocabulary: Vocabulary) -> None:
    documents = [abstract(1, "yes aspirin and asthma, broken"), abstract(2, "yes aspirin and asthma.")]
    refused: list[str] = []
    (found,) = verify(
        [aspirin_asthma(vocabulary)],
        documents,
        Given(),  # type: ignore[arg-type]
        vocabulary,
        on_error=lambda id_, _: refused.append(id_),
    )
    assert (refused, found.papers) == (["pubmed:1"], 1)
    with pytest.raises(RecordError):
        verify([aspirin_asthma(vocabulary)], documents, Given(), vocabulary)  # type: ignore[arg-type]


def test_entities_that_were_found_before_are_not_sought_again(vocabulary: Vocabulary) -> None:
    reader = Given()
    entities = reader.entities(abstract(1, "no aspirin and asthma."))
    reader.read.clear()
    (found,) = verify([aspirin_asthma(vocabulary)], [entities], reader, vocabulary)  # type: ignore[arg-type]
    assert (found.verdict, reader.read) == (Verdict.CONTRADICTED, [])


def test_the_shipped_model_on_real_sentences(extractor: Extractor, vocabulary: Vocabulary) -> None:
    documents = [
        abstract(
            1,
            "Lack of association of C-C chemokine receptor 5 deletion status with rheumatoid arthritis.",
            "There was no significant association between the CCR5 status and disease severity in rheumatoid arthritis (RA).",
        ),
        abstract(
            2, "Naloxone reverses the antihypertensive effect of clonidine.", "In hypertensive rats clonidine lowered blood pressure."
        ),
    ]
    pairs = [
        Pair(sought(one, vocabulary), sought(other, vocabulary))
        for one, other in (("CCR5", "rheumatoid arthritis"), ("hypertension", "clonidine"), ("clonidine", "rheumatoid arthritis"))
    ]
    found = verify(pairs, documents, extractor, vocabulary)
    assert [one.verdict for one in found] == [Verdict.CONTRADICTED, Verdict.SUPPORTED, Verdict.UNSEEN]
    assert all(s.negated and s.cues and s.year == 2001 for s in found[0].sentences)
    assert found[1].sentences[0].document == "pubmed:2"
    assert 0 < found[1].sentences[0].probability <= 1


def test_a_name_that_the_recogniser_overlooks_or_cannot_link_is_seen(extractor: Extractor, vocabulary: Vocabulary) -> None:
    pair = Pair(Sought("", "zorblaxinib", EntityType.CHEMICAL), sought("hypertension", vocabulary))
    (found,) = verify([pair], [abstract(1, "Zorblaxinib reduces hypertension in patients.")], extractor, vocabulary)
    assert found.verdict in {Verdict.SUPPORTED, Verdict.CO_MENTIONED}
    assert found.co_mentioned == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mesh:D006973", Sought("mesh:D006973", "Hypertension")),
        ("doid:10763", Sought("mesh:D006973", "Hypertension")),
        (" hypertension ", Sought("mesh:D006973", "Hypertension", EntityType.DISEASE)),
        ("pklr", Sought("ncbigene:5313", "PKLR", EntityType.GENE)),
        ("mesh:D99999999", Sought("mesh:D99999999", "D99999999")),
        ("no such thing as this", Sought("", "no such thing as this")),
        ("local:pubmed:1#Gene:abc", Sought("local:pubmed:1#Gene:abc", "abc", EntityType.GENE)),
        ("C18:1", Sought("", "C18:1")),
        ("HLA-DRB1*04:01", Sought("", "HLA-DRB1*04:01")),
        ("caffeine:", Sought("mesh:D002110", "Caffeine", EntityType.CHEMICAL)),
    ],
)
def test_what_is_sought(vocabulary: Vocabulary, text: str, wanted: Sought) -> None:
    assert sought(text, vocabulary) == wanted


@pytest.mark.parametrize("text", ["", "  ", "mesh:", ":D006973", "MESH:D006973", "mesh: ", "FOO:BAR"])
def test_what_cannot_be_sought(vocabulary: Vocabulary, text: str) -> None:
    with pytest.raises(BadInput):
        sought(text, vocabulary)
