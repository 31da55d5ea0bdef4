"""A graph of really extracted abstracts: those of the shipped sample that the tests here ask about, and two that test the page.

The sample tells no years; its abstracts get those from 1990 to 2009 in turn, so that there is something to slide over.
"""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

from biorelay import Extractor, open_graph
from biorelay.samples import BC5CDR_TEST
from graphstore.contribution import Contribution
from processors.records import Abstract, Revision, Section

WORDS = ("lithium", "cyclophosphamide", "haloperidol", "scopolamine", "picrotoxin")
FIRST_YEAR, YEARS = 1990, 20
SCRIPT = "<script>window.stolen = 1</script><img src=x onerror='window.stolen = 2'>"
HOSTILE = Abstract(
    id="pubmed:99999901",
    title=f"{SCRIPT} \u202eLithium\u202c and \U0001d6fc\u200b tremor \U0001f9ea",
    sections=(
        Section(text="\U0001f9ea\U0001f9ea Lithium caused tremor in 12 patients \U0001d6fc."),
        Section(text="Lithium-induced tremor resolved upon withdrawal of lithium."),
    ),
    published="2012",
)
RETRACTED = Abstract(
    id="pubmed:99999902",
    title="Haloperidol-induced catalepsy in rats.",
    sections=(Section(text="Haloperidol induced catalepsy in all rats. Scopolamine reduced haloperidol-induced catalepsy."),),
    published="2011",
    publication_types=("Retracted Publication",),
    retracted=True,
)


def abstracts() -> Iterator[Abstract]:
    """Some sixty abstracts, none twice."""
    with gzip.open(BC5CDR_TEST, "rb") as lines:
        some = [abstract for abstract in map(Abstract.from_bytes, lines) if any(word in abstract.text.lower() for word in WORDS)]
    for place, abstract in enumerate(sorted(some, key=lambda one: one.id)):
        yield abstract.model_copy(update={"published": str(FIRST_YEAR + place % YEARS)})
    yield HOSTILE
    yield RETRACTED


async def fill(folder: Path, extractor: Extractor, documents: Iterable[Abstract]) -> int:
    """An embedded graph of what the extractor finds in the documents; how many there were."""
    found = [Contribution.of(relations, Revision(0, 0)) for _, relations in extractor.extract_many(documents)]
    async with open_graph(folder) as graph:
        await graph.apply(found)
    return len(found)
