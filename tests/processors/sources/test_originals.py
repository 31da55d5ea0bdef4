"""Every file of the public originals is read, or refused by file, record and reason (needs BIORELAY_DATA)."""

import os
from collections import Counter
from pathlib import Path

import pytest

from processors.records import Abstract
from processors.sources import Problem, read

DATA = os.environ.get("BIORELAY_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="BIORELAY_DATA is not set")

# folder: (abstracts read, of these with an abstract text, refused)
COUNTS = {
    "pubmed_xml/baseline_samples": (439, 325, 0),
    "pubmed_xml/biopython": (6, 5, 0),
    "pubmed_xml/efetch": (109, 97, 0),
    "pubmed_xml/jabref_edge_cases": (10, 6, 3),
    "pubmed_xml": (1, 1, 0),
    "pubmed_xml/medline_nbib": (6, 6, 0),
    "pubmed_xml/pmc_nxml": (2, 2, 0),
    "bioc_pubtator_samples": (162, 162, 0),
    "bioc_pubtator_samples/jcore": (13, 13, 0),
}
REFUSED = {
    "MedlineImporterTestBookArticleSet.xml": "pubmed:21413195, line 67: the record has neither a title nor an abstract",
    "MedlineImporterTestMalformedEntry.xml": "record 1, line 2: the record has no end tag </PubmedArticle>",
    "MedlineImporterTestMinimalEntry.xml": "record 1, line 2: the record has no PMID",
}


@pytest.mark.parametrize("folder", COUNTS)
def test_a_folder_is_read_whole_or_refused_by_name(folder: str) -> None:
    seen: Counter[str] = Counter()
    for path in sorted(path for path in Path(DATA or "").joinpath(folder).iterdir() if path.is_file()):
        for outcome in read(path):
            if isinstance(outcome, Problem):
                seen["refused"] += 1
                assert outcome.file == path.name
                assert REFUSED[path.name] in str(outcome)
                continue
            assert isinstance(outcome, Abstract)
            seen["read"] += 1
            seen["with text"] += bool(outcome.sections)
            assert Abstract.from_bytes(outcome.to_bytes()) == outcome
            assert outcome.text == f"{outcome.title} {outcome.abstract}"
            assert outcome.published or "pubmed_xml" not in folder
    assert (seen["read"], seen["with text"], seen["refused"]) == COUNTS[folder]
