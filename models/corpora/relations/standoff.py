"""ChemProt (BioCreative VI) and DrugProt (BioCreative VII): abstracts, mentions and relations in three tables, joined by PMID.

Krallinger et al. 2017; Miranda-Escalada et al. 2021, doi:10.1093/database/baad080. Offsets count code points of the title, one separator
and the abstract. Only relations are given: candidates without one are made by `candidates`.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.corpora.documents import Document
from models.corpora.registry.corpus import Corpus, Counts
from models.corpora.relations.annotated import Annotated, Mention, candidates
from models.corpora.relations.pair import Pair
from models.corpora.relations.tables import broken, field, offset, read_rows, told
from processors.records import EntityType

log = logging.getLogger(__name__)

KINDS: Mapping[str, EntityType] = {
    "CHEMICAL": EntityType.CHEMICAL,
    "GENE": EntityType.GENE,
    "GENE-Y": EntityType.GENE,  # can be normalised
    "GENE-N": EntityType.GENE,  # cannot
}

ENDS = (EntityType.CHEMICAL, EntityType.GENE)
"""Head and tail of every relation."""

GROUPS: Mapping[str, str] = {
    "UNDEFINED": "CPR:0",
    "PART-OF": "CPR:1",
    **dict.fromkeys(("REGULATOR", "DIRECT-REGULATOR", "INDIRECT-REGULATOR"), "CPR:2"),
    **dict.fromkeys(("UPREGULATOR", "ACTIVATOR", "INDIRECT-UPREGULATOR"), "CPR:3"),
    **dict.fromkeys(("DOWNREGULATOR", "INHIBITOR", "INDIRECT-DOWNREGULATOR"), "CPR:4"),
    **dict.fromkeys(("AGONIST", "AGONIST-ACTIVATOR", "AGONIST-INHIBITOR"), "CPR:5"),
    "ANTAGONIST": "CPR:6",
    **dict.fromkeys(("MODULATOR", "MODULATOR-ACTIVATOR", "MODULATOR-INHIBITOR"), "CPR:7"),
    "COFACTOR": "CPR:8",
    **dict.fromkeys(("SUBSTRATE", "PRODUCT-OF", "SUBSTRATE_PRODUCT-OF"), "CPR:9"),
    "NOT": "CPR:10",
}
"""ChemProt's relation types and their groups."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The three tables of a split. Abstracts may come from several files, and some documents may have none."""

    abstracts: Sequence[Path]
    entities: Path
    relations: Path


def tables_of(corpus: Corpus, split: str, data: Path) -> Tables:
    """The split's files, told apart by how their names end. Raises `CorpusUnknown`, `CorpusMissing`."""
    paths = corpus.paths(split, data)
    entities, relations = (next(p for p in paths if p.name.endswith(f"_{name}.tsv")) for name in ("entities", "relations"))
    return Tables(tuple(p for p in paths if p not in (entities, relations)), entities, relations)


def annotated(corpus: Corpus, split: str, data: Path) -> tuple[Annotated, ...]:
    """The split's documents that have a text, with mentions and relations. Raises `CorpusMissing`, `CorpusBroken`."""
    return read_standoff(tables_of(corpus, split, data), f"{corpus.name}/{split}").documents


def read(corpus: Corpus, split: str, data: Path) -> list[Document]:
    """The same as gold documents of mentions."""
    return [document.document() for document in annotated(corpus, split, data)]


def pairs(corpus: Corpus, split: str, data: Path) -> list[Pair]:
    """Every chemical and gene of one sentence. Raises `CorpusMissing`, `CorpusBroken`."""
    return [pair for document in annotated(corpus, split, data) for pair in candidates(document, *ENDS)]


def count(corpus: Corpus, split: str, data: Path) -> Counts:
    """Documents, mentions by type and relations by type as they stand in the files; those `without_text`, and `misplaced` mentions."""
    found = read_standoff(tables_of(corpus, split, data), corpus.name)
    return told(
        {
            "documents": len(found.documents) + found.without_text,
            "without_text": found.without_text,
            "mentions": found.mentions,
            "relations": found.relations,
            "misplaced": found.misplaced,
        }
    )


@dataclass(frozen=True, slots=True)
class Standoff:
    """A split as read: the documents with a text, and what could not be placed in one."""

    documents: tuple[Annotated, ...]
    without_text: int  # documents whose abstract no file gives
    mentions: Mapping[str, int]  # by type; of all documents, those without a text too
    relations: Mapping[str, int]  # by type, as said of mentions
    misplaced: int  # mentions that are not at their offsets


def read_standoff(tables: Tables, corpus: str) -> Standoff:
    """Read a split, documents in the order of the abstracts. A relation with a misplaced mention is left out with it.

    Raises `CorpusMissing`, and `CorpusBroken` with file and line for a line that is not what the format says.
    """
    texts = _texts(tables.abstracts)
    mentions: dict[str, dict[str, Mention]] = defaultdict(dict)
    kinds: Counter[str] = Counter()
    misplaced = 0
    for line, (pmid, number, kind, start, end, words) in read_rows(tables.entities, (6,)):
        place = (field(tables.entities, line, "the offset", start, offset), field(tables.entities, line, "the offset", end, offset))
        type_ = field(tables.entities, line, "the type", kind, KINDS.__getitem__)
        if number in mentions[pmid]:
            broken(tables.entities, line, f"the mention {pmid} {number} stands twice")
        mentions[pmid][number] = Mention(number, *place, type_, kind)
        kinds[kind] += 1
        if pmid in texts and not (place[0] < place[1] and " ".join(texts[pmid])[slice(*place)] == words):
            misplaced += 1
            mentions[pmid][number] = Mention(number, 0, 0, type_, kind)
    links, labels_seen = _links(tables.relations, mentions)
    documents = []
    for pmid, (title, abstract) in texts.items():
        if pmid not in mentions:
            continue
        placed = tuple(sorted((m for m in mentions[pmid].values() if m.end), key=lambda m: (m.start, m.end, m.id)))
        known = {m.id for m in placed}
        found = {pair: tuple(sorted(labels)) for pair, labels in links[pmid].items() if known.issuperset(pair)}
        documents.append(Annotated(corpus, pmid, title, f"{title} {abstract}", placed, found))
    without = len(mentions.keys() - texts.keys())
    if misplaced or without:
        log.info("%s: %d mentions are not at their offsets, %d documents have no text; both are left out", corpus, misplaced, without)
    return Standoff(tuple(documents), without, kinds, labels_seen, misplaced)


def _texts(paths: Sequence[Path]) -> dict[str, tuple[str, str]]:
    """Title and abstract by PMID; where several files give one, the first does."""
    texts: dict[str, tuple[str, str]] = {}
    for path in paths:
        here: set[str] = set()
        for line, (pmid, title, abstract) in read_rows(path, (3,)):
            if pmid in here:
                broken(path, line, f"the document {pmid} stands twice")
            here.add(pmid)
            texts.setdefault(pmid, (title, abstract))
    return texts


def _links(path: Path, mentions: Mapping[str, Mapping[str, Mention]]) -> tuple[dict[str, dict[tuple[str, str], set[str]]], Counter[str]]:
    """Labels by PMID and (chemical, gene), and the lines by label. ChemProt's have a group and Y or N between PMID and type."""
    links: dict[str, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    seen: Counter[str] = Counter()
    for line, fields in read_rows(path, (4, 6)):
        pmid, label = fields[0], fields[1] if len(fields) == 4 else fields[3]
        if len(fields) == 6 and GROUPS.get(label) != fields[1]:
            broken(path, line, f"the type {label[:80]!r} is not of the group {fields[1][:80]!r}")
        ends = tuple(argument.removeprefix(f"Arg{i}:") for i, argument in enumerate(fields[-2:], 1))
        if not all(end in mentions.get(pmid, ()) for end in ends):
            broken(path, line, f"{fields[-2][:80]} or {fields[-1][:80]} is no mention of document {pmid[:80]}")
        links[pmid][ends[0], ends[1]].add(label)
        seen[label] += 1
    return links, seen
