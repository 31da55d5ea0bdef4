"""PubTator files as gold documents, through the reader that ingest uses."""

import logging
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from models.corpora.documents import Document, GoldMention, relation_key
from models.corpora.registry.corpus import Corpus, Counts
from processors.errors import RecordError
from processors.records import EntityType
from processors.sources.pubtator import AnnotatedDocument, read_annotated

log = logging.getLogger(__name__)


def read(corpus: Corpus, split: str, data: Path) -> list[Document]:
    """The documents of a split. Raises `RecordError` or `SourceError` where a file is broken, with file and line."""
    return [d for path in corpus.paths(split, data) for d in read_documents(path, f"{corpus.name}/{split}", corpus.types)]


def count(corpus: Corpus, split: str, data: Path) -> Counts:
    """Documents as they stand in the files, mentions and relations by label, and `refused` lines. Raises as `read` does."""
    documents = refused = 0
    mentions: Counter[str] = Counter()
    relations: Counter[str] = Counter()
    for path in corpus.paths(split, data):
        for annotated in _read_whole(path):
            documents += 1
            refused += len(annotated.problems)
            mentions.update(m.label for m in annotated.mentions)
            relations.update(r.label for r in annotated.relations)
    counts: Counts = {
        "documents": documents,
        "mentions": dict(sorted(mentions.items())),
        "relations": dict(sorted(relations.items())),
        "refused": refused,
    }
    return {name: number for name, number in counts.items() if number}


def read_documents(path: Path, corpus: str, types: Mapping[str, EntityType]) -> list[Document]:
    """Read a PubTator file; `types` maps the file's type names, and mentions of other types are left out.

    A document that stands twice is read once, its first annotations counting; the passages of one article, which share its
    PMID and have each their text, are documents of their own. A relation of an entity with itself is left out.
    Lines that the reader refuses (mentions not at their offsets) are left out, and their number is logged. Raises `RecordError`,
    with file and line, where it refuses more lines than it reads.
    """
    documents: dict[tuple[str, str], Document] = {}
    refused = 0
    for annotated in _read_whole(path):
        refused += len(annotated.problems)
        title, text = annotated.abstract.title, annotated.abstract.text
        pmid = annotated.abstract.id.partition(":")[2]
        mentions = {GoldMention(m.start, m.end, types[m.label], m.identifiers) for m in annotated.mentions if m.label in types}
        relations = {relation_key(r.subject, r.object): r.label for r in annotated.relations if r.subject != r.object}
        novel = {relation_key(r.subject, r.object): r.novel for r in annotated.relations if r.subject != r.object and r.novel is not None}
        ordered = tuple(sorted(mentions, key=lambda m: (m.start, m.end, m.type)))
        documents.setdefault((pmid, text), Document(corpus, pmid, title, text, ordered, relations, novel))
    if refused:
        log.info("%s: %d lines do not fit their text and are left out", corpus, refused)
    return list(documents.values())


def _read_whole(path: Path) -> list[AnnotatedDocument]:
    """Raises `RecordError` where most annotations do not fit: such a file is damaged, or counts its offsets otherwise."""
    documents = list(read_annotated(path))
    refused = [problem for document in documents for problem in document.problems]
    if len(refused) > sum(len(document.mentions) + len(document.relations) for document in documents):
        raise RecordError(f"{refused[0]}; {len(refused):,} lines are like this", remedy="Most annotations do not fit: take a sound copy.")
    return documents
