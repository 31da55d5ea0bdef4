"""Graphs in folders for tests of what reads them: one of really extracted samples, and one made by hand where every number is known."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

from biorelay.extractor import Extractor
from biorelay.samples import BC5CDR_TEST
from graphstore import Contribution, open_store
from processors.records import Abstract, Article, Evidence, Participant, Predicate, Provenance, Relation, Relations, Revision, Span
from processors.sources import read

SAMPLES = 40


@cache
def samples() -> tuple[Relations, ...]:
    """What the shipped model finds in the first samples that come with the package; read once in a process."""
    extractor = Extractor.load()
    abstracts = (one for one in read(BC5CDR_TEST) if isinstance(one, Abstract))
    return tuple(relations for _, relations in extractor.extract_many(islice(abstracts, SAMPLES)))


async def fill(folder: Path, documents: Iterable[Relations]) -> None:
    """Write a graph of these documents into a folder."""
    batch = [Contribution.of(document, Revision(0, 0)) for document in documents]
    async with open_store(f"ladybug:{folder}") as store:
        for start in range(0, len(batch), 100):
            await store.apply(batch[start : start + 100], outbox=False)


def says(
    document: str,
    *triples: tuple[str, str, str],
    year: int | None = 2001,
    probability: float = 0.9,
    negated: bool = False,
    speculated: bool = False,
    retracted: bool = False,
    sentence: str = "{} and {}.",
    title: str = "",
) -> Relations:
    """A document that states `("mesh:D1 aspirin Chemical", "Bind", "mesh:D2 asthma Disease")`; the sentence takes both names."""
    found = []
    for subject, predicate, object_ in triples:
        ends = [one.split(" ") for one in (subject, object_)]
        (a, a_name, a_type), (b, b_name, b_type) = ends
        text = sentence.format(a_name, b_name)
        spans = [Span(start=text.index(name), end=text.index(name) + len(name)) for name in (a_name, b_name)]
        found.append(
            Relation(
                subject=Participant(id=a, name=a_name, type=a_type, spans=(spans[0],)),
                object=Participant(id=b, name=b_name, type=b_type, spans=(spans[1],)),
                predicate=Predicate(predicate),
                probability=probability,
                negated=negated,
                speculated=speculated,
                evidence=Evidence(start=0, end=len(text), text=text, subject=spans[0], object=spans[1]),
            )
        )
    provenance = Provenance(software="1", model="test@1", generation=1)
    article = Article(title=title or f"Title of {document}", year=year, retracted=retracted)
    return Relations(id=document, article=article, relations=tuple(found), provenance=provenance)


ASPIRIN, HEPARIN, CELECOXIB = "mesh:D001241 aspirin Chemical", "mesh:D006493 heparin Chemical", "mesh:D000068579 celecoxib Chemical"
BLEEDING, STROKE, ASTHMA = "mesh:D006470 bleeding Disease", "mesh:D020521 stroke Disease", "mesh:D001249 asthma Disease"
COX1, COX2, FAMILY = "ncbigene:5742 PTGS1 Gene", "ncbigene:5743 PTGS2 Gene", "fplx:PTGS PTGS Gene"
LOCAL = "local:pubmed:9#Chemical:xyz xyz Chemical"


def made() -> Sequence[Relations]:
    """A graph whose every number is known. Aspirin binds PTGS1 (2 papers) and PTGS2 (1, and 1 denies it)."""
    return (
        says("pubmed:1", (ASPIRIN, "Bind", COX1), (COX1, "Association", BLEEDING), year=1990),
        says("pubmed:2", (ASPIRIN, "Bind", COX1), (ASPIRIN, "Positive_Correlation", BLEEDING), year=2000, probability=0.8),
        says("pubmed:3", (ASPIRIN, "Bind", COX2), (COX2, "Association", STROKE), year=2005),
        says("pubmed:4", (ASPIRIN, "Bind", COX2), year=2006, negated=True, sentence="{} does not bind {}."),
        says("pubmed:5", (CELECOXIB, "Bind", COX2), (COX2, "Association", BLEEDING), year=2010),
        says("pubmed:6", (ASPIRIN, "Negative_Correlation", STROKE), year=2011),
        says("pubmed:7", (HEPARIN, "Positive_Correlation", ASTHMA), year=2012, negated=True, sentence="{} does not cause {}."),
        says("pubmed:8", (CELECOXIB, "Positive_Correlation", ASTHMA), year=2013, retracted=True),
        says("pubmed:9", (LOCAL, "Association", BLEEDING), (ASPIRIN, "Association", FAMILY), year=2014),
        says("pubmed:10", (HEPARIN, "Cotreatment", ASPIRIN), year=2015),
        says("pubmed:11", (HEPARIN, "Positive_Correlation", BLEEDING), year=None, speculated=True, sentence="{} may cause {}."),
    )
