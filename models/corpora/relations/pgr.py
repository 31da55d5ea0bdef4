"""PGR: genes and phenotypes of the Human Phenotype Ontology in sentences of abstracts (Sousa et al. 2019, doi:10.18653/v1/N19-1152).

Silver: a pair is related where the ontology's annotations relate gene and phenotype. The test set was checked by hand, and the check
decides here: a label that it calls incorrect is turned round, one that it is uncertain of is left out.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

from models.corpora.registry.corpus import Corpus, Counts
from models.corpora.relations.pair import End, Pair, sentence_group
from models.corpora.relations.tables import field, offset, read_rows, told
from processors.records import EntityType

log = logging.getLogger(__name__)

LABEL = "related"

_HEADER = ["FILE_ID", "SENTENCE", "GENE", "PHENOTYPE", "GENE_ID", "PHENOTYPE_ID"]
_RELATED = {"true": True, "false": False}
_CHECKED = {"C": False, "I": True}  # whether the label is to be turned round


def pairs(corpus: Corpus, split: str, data: Path) -> list[Pair]:
    """Every row whose two names stand at their offsets. Raises `CorpusMissing`, `CorpusBroken`."""
    found: list[Pair] = []
    misplaced = 0
    for line, row, related in _rows(corpus.path(split, data)):
        ends = [_end(row, i) for i in (0, 1)]
        if None in ends or related is None:
            misplaced += related is not None
            continue
        gene, phenotype = (end for end in ends if end is not None)
        labels = (LABEL,) if related else ()
        group = sentence_group(row[1])
        found.append(Pair(f"{corpus.name}/{split}", f"line {line}", row[0], row[1], gene, phenotype, labels, group=group))
    if misplaced:
        log.info("%s/%s: %d rows do not fit their text and are left out", corpus.name, split, misplaced)
    return found


def count(corpus: Corpus, split: str, data: Path) -> Counts:
    """Rows, documents, pairs and relations; `silver` relations before the check by hand, and `misplaced` rows."""
    path = corpus.path(split, data)
    rows = list(_rows(path))
    found = pairs(corpus, split, data)
    counts: dict[str, int | dict[str, int]] = {
        "documents": len({row[0] for _, row, _ in rows}),
        "rows": len(rows),
        "pairs": len(found),
        "relations": {LABEL: sum(bool(pair.labels) for pair in found)},
        "silver": sum(_RELATED[row[10].lower()] for _, row, _ in rows),
        "misplaced": sum(None in (_end(row, 0), _end(row, 1)) for _, row, _ in rows),
    }
    return told(counts)


def _rows(path: Path) -> Iterator[tuple[int, list[str], bool | None]]:
    """Line, fields, and whether related; None where the check by hand could not tell."""
    for line, row in read_rows(path, (11, 12)):
        if line == 1 and row[:6] == _HEADER:
            continue
        related = field(path, line, "the relation", row[10].lower(), _RELATED.__getitem__)
        for place in row[6:10]:
            field(path, line, "the offset", place, offset)
        if len(row) == 11:
            yield line, row, related
        elif row[11] == "U":
            yield line, row, None
        else:
            yield line, row, related != field(path, line, "the check", row[11], _CHECKED.__getitem__)


def _end(row: list[str], number: int) -> End | None:
    """The gene or the phenotype; None where the text at its offsets is another."""
    start, end = (int(place) for place in row[6 + 2 * number : 8 + 2 * number])
    if start >= end or row[1][start:end] != row[2 + number]:
        return None
    type_, kind = ((EntityType.GENE, "gene"), (EntityType.DISEASE, "phenotype"))[number]
    return End(((start, end),), type_, kind, (row[4 + number],))
