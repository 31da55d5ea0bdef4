"""GAD and EU-ADR as BioBERT's authors published them: ten folds of sentences with `@GENE$` and `@DISEASE$` (Lee et al. 2020).

Each fold's train and test together are the whole corpus, so folds must never be put together: `leaked_concatenation` does so, to show
what comes of it. Labels: "1" a relation, "0" none. In EU-ADR's, "1" is PA, SA and NA: a denied association counts as one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from models.corpora.relations.groups import same_sentence_groups
from models.corpora.relations.pair import End, Pair
from models.corpora.relations.tables import broken, read_rows
from processors.records import EntityType

NUMBERS = range(1, 11)
"""The folds' numbers, which are also their folders' names."""

RELATED = "1"

_MASKS = {"@GENE$": EntityType.GENE, "@DISEASE$": EntityType.DISEASE}
_LABELS = {"1": (RELATED,), "0": ()}
_HEADER = ["index", "sentence", "label"]
_MASK = re.compile("|".join(map(re.escape, _MASKS)))


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold: what to learn from and what to be scored on."""

    number: int
    train: tuple[Pair, ...]
    test: tuple[Pair, ...]


def read_folds(folder: Path, corpus: str) -> list[Fold]:
    """The ten folds of the corpus in `folder`; `Pair.group` names the sentence that a row comes from, the same in all folds.

    Raises `CorpusMissing`, `CorpusBroken`.
    """
    parts = {(n, part): _read(folder / str(n) / f"{part}.tsv", f"{corpus}/fold-{n}/{part}") for n in NUMBERS for part in ("train", "test")}
    texts = sorted({row[2] for rows in parts.values() for row in rows})
    groups = dict(zip(texts, same_sentence_groups(texts), strict=True))
    pairs = {place: tuple(_pair(*row, group=groups[row[2]]) for row in rows) for place, rows in parts.items()}
    return [Fold(n, pairs[n, "train"], pairs[n, "test"]) for n in NUMBERS]


def leaked_concatenation(folds: list[Fold]) -> Fold:
    """LEAKED, for the warning only: all train files together, all test files together, so that every test row is in train, label and all.

    It is the split of 47,970 and 5,330 GAD relations (EU-ADR 3,195 and 355) behind near-perfect published scores.
    """
    return Fold(0, tuple(pair for fold in folds for pair in fold.train), tuple(pair for fold in folds for pair in fold.test))


def _read(path: Path, corpus: str) -> list[tuple[str, int, str, tuple[str, ...]]]:
    """Corpus, line, sentence and labels of each row. A test file has a header and an index, a train file neither."""
    rows = []
    with_index = path.name.startswith("test")
    for line, fields in read_rows(path, (3,) if with_index else (2,)):
        if with_index and line == 1 and fields == _HEADER:
            continue
        *_, sentence, label = fields
        if label not in _LABELS:
            broken(path, line, f"the label {label[:80]!r} is neither 1 nor 0")
        if sorted(_MASK.findall(sentence)) != sorted(_MASKS):
            broken(path, line, "not one @GENE$ and one @DISEASE$")
        rows.append((corpus, line, sentence, _LABELS[label]))
    return rows


def _pair(corpus: str, line: int, sentence: str, labels: tuple[str, ...], *, group: str) -> Pair:
    ends = {found[0]: End(((found.start(), found.end()),), _MASKS[found[0]], found[0]) for found in _MASK.finditer(sentence)}
    return Pair(corpus, str(line), group, sentence, ends["@GENE$"], ends["@DISEASE$"], labels, group=group)
