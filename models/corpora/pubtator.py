"""PubTator files as gold documents, through the reader that ingest uses."""

import logging
from collections.abc import Mapping
from pathlib import Path

from models.corpora.documents import Document, GoldMention, relation_key
from processors.records import EntityType
from processors.sources.pubtator import read_annotated

log = logging.getLogger(__name__)


def read_documents(path: Path, corpus: str, types: Mapping[str, EntityType]) -> list[Document]:
    """Read a PubTator file; `types` maps the file's type names, and mentions of other types are left out.

    A PMID that stands twice is read once; a relation of an entity with itself is left out.
    Lines that the reader refuses (mentions not at their offsets) are left out, and their number is logged.
    """
    documents: dict[str, Document] = {}
    refused = 0
    for annotated in read_annotated(path):
        refused += len(annotated.problems)
        pmid = annotated.abstract.id.partition(":")[2]
        mentions = {GoldMention(m.start, m.end, types[m.label], m.identifiers) for m in annotated.mentions if m.label in types}
        relations = {relation_key(r.subject, r.object): r.label for r in annotated.relations if r.subject != r.object}
        ordered = tuple(sorted(mentions, key=lambda m: (m.start, m.end, m.type)))
        documents.setdefault(pmid, Document(corpus, pmid, annotated.abstract.title, annotated.abstract.text, ordered, relations))
    if refused:
        log.info("%s: %d lines do not fit their text and are left out", corpus, refused)
    return list(documents.values())
