"""The shape of PubMed's XML files, for the scanner that cuts them into records."""

import re

from processors.records import Curie
from processors.sources.xml_scan import Shape

_PMID = re.compile(rb"<(?:MedlineCitation|BookDocument)[^<>]*>\s*<PMID[^<>]*>\s*0*([1-9][0-9]{0,11})\s*</PMID")


def _pubmed_id(head: bytes) -> Curie | None:
    found = _PMID.search(head)
    return f"pubmed:{int(found[1])}" if found else None


PUBMED = Shape(
    name="PubMed",
    tags=frozenset({b"PubmedArticle", b"PubmedBookArticle", b"DeleteCitation", b"DeleteDocument"}),
    roots=frozenset({b"PubmedArticleSet", b"PubmedBookArticleSet", b"MedlineCitationSet"}),
    identify=_pubmed_id,
    rooted={b"MedlineCitation": b"MedlineCitationSet"},  # the baseline's shape until 2015
)
