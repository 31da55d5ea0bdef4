"""The EU-ADR corpus as it was published: pairs of a sentence, judged by several annotators.

van Mulligen et al. 2012, doi:10.1016/j.jbi.2012.04.004; ODbL. Labels: PA, NA and SA, a stated, denied and supposed association; FA, no
association, is no label.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from models.corpora.registry.corpus import Corpus, Counts
from models.corpora.relations.pair import End, Pair, sentence_group
from models.corpora.relations.render import masked
from models.corpora.relations.tables import broken, decoded, field, offset, told
from processors.records import EntityType

FOLDER = Path("euadr") / "original_ibi"
FILES = ("drug_disease", "drug_target", "target_disease")

COLUMNS = (
    "ASSOCIATION_TYPE",
    "PMID",
    *(f"ENTITY{number}_{name}" for number in (1, 2) for name in ("TEXT", "INI", "END", "TYPE")),
    "SENTENCE",
)

TYPES: Mapping[str, EntityType] = {
    "Chemicals & Drugs": EntityType.CHEMICAL,
    "Diseases & Disorders": EntityType.DISEASE,
    "Genes & Molecular Sequences": EntityType.GENE,
    "SNP & Sequence variations": EntityType.VARIANT,
}


class Association(StrEnum):
    """How a sentence relates its pair. A false one states no relation at all."""

    POSITIVE = "PA"
    NEGATIVE = "NA"
    SPECULATIVE = "SA"
    FALSE = "FA"


def association(pair: Pair) -> Association:
    """The class of one of this corpus's pairs."""
    return Association(pair.labels[0]) if pair.labels else Association.FALSE


def pairs(corpus: Corpus, split: str, data: Path) -> list[Pair]:
    """Every pair of the split. Raises `CorpusMissing`, `CorpusBroken`."""
    return list(_read(corpus.path(split, data), f"{corpus.name}/{split}"))


def count(corpus: Corpus, split: str, data: Path) -> Counts:
    """Documents, different sentences, pairs, and relations by class."""
    found = pairs(corpus, split, data)
    numbers = {"documents": len({p.document for p in found}), "sentences": len({p.text for p in found}), "pairs": len(found)}
    return told({**numbers, "relations": Counter(label for pair in found for label in pair.labels)})


def read_euadr(data: Path) -> list[Pair]:
    """The pairs of all three files under `data`/euadr. Raises `CorpusMissing`, `CorpusBroken`."""
    return [pair for name in FILES for pair in _read(data / FOLDER / f"EUADR_{name}.csv", f"eu-adr-original/{name}")]


def papers(data: Path) -> Mapping[str, str]:
    """PMIDs by masked sentence: where the rows of the masked folds come from. Raises as `read_euadr`."""
    found = _read(data / FOLDER / "EUADR_target_disease.csv", "eu-adr-original/target_disease")
    return {masked(pair).text.replace("@VARIANT$", "@GENE$"): pair.document for pair in found}


def _read(path: Path, corpus: str) -> Iterator[Pair]:
    text = decoded(path, "cp1252")  # one file holds a letter of Western Europe
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t")
    try:
        for row in reader:
            line = reader.line_num
            if lacking := [name for name in COLUMNS if row.get(name) is None]:
                broken(path, line, f"no column {lacking[0]}")
            class_ = field(path, line, "the association", row["ASSOCIATION_TYPE"], Association)
            head, tail = (_end(path, line, row, number) for number in (1, 2))
            labels = () if class_ is Association.FALSE else (class_.value,)
            sentence = row["SENTENCE"]
            yield Pair(corpus, f"line {line}", row["PMID"], sentence, head, tail, labels, group=sentence_group(sentence))
    except csv.Error as error:
        broken(path, reader.line_num, str(error))


def _end(path: Path, line: int, row: Mapping[str, str], number: int) -> End:
    start, end = (field(path, line, "the offset", row[f"ENTITY{number}_{name}"], offset) for name in ("INI", "END"))
    words, kind = row[f"ENTITY{number}_TEXT"], row[f"ENTITY{number}_TYPE"]
    if start >= end or row["SENTENCE"][start:end] != words:
        broken(path, line, f"{words[:80]!r} is not at {start}-{end}")
    return End(((start, end),), field(path, line, "the type", kind, TYPES.__getitem__), kind)
