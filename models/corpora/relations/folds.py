"""GAD and EU-ADR as BioBERT's authors published them: ten folds of sentences with `@GENE$` and `@DISEASE$` (Lee et al. 2020).

Each fold's train and test together are the whole corpus, so folds must never be put together: `leaked_concatenation` does so, to show
what comes of it. Labels: "1" a relation, "0" none. In EU-ADR's, "1" is PA, SA and NA: a denied association counts as one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.corpora.registry.corpus import Corpus, Counts
from models.corpora.relations.groups import same_sentence_groups
from models.corpora.relations.pair import End, Pair
from models.corpora.relations.tables import broken, read_rows, told
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


def pairs(corpus: Corpus, split: str, data: Path) -> list[Pair]:
    """Both parts of one fold, `Pair.corpus` naming the part: `gad/fold-1/train`. Raises `CorpusMissing`, `CorpusBroken`."""
    parts = [(f"{corpus.name}/{split}/{path.stem}", _rows(path)) for path in corpus.paths(split, data)]
    return _pairs(parts, {})


def count(corpus: Corpus, split: str, data: Path) -> Counts:
    """Rows and relations of the parts of one fold."""
    parts = {path.stem: _rows(path) for path in corpus.paths(split, data)}
    relations = {name: sum(bool(row.labels) for row in rows) for name, rows in parts.items()}
    return told({"rows": {name: len(rows) for name, rows in parts.items()}, "relations": relations})


def read_folds(folder: Path, corpus: str, papers: Mapping[str, str] | None = None) -> list[Fold]:
    """The ten folds of the corpus in `folder`; `Pair.group` names the sentence that a row comes from, the same in all folds.

    `papers`: PMIDs by row, where they are known (`euadr.papers`); else a row's document is its group.
    Raises `CorpusMissing`, `CorpusBroken`.
    """
    parts = [(f"{corpus}/fold-{n}/{part}", _rows(folder / str(n) / f"{part}.tsv")) for n in NUMBERS for part in ("train", "test")]
    found = _pairs(parts, papers or {})
    by_part: dict[str, list[Pair]] = {name: [] for name, _ in parts}
    for pair in found:
        by_part[pair.corpus].append(pair)
    lists = [tuple(part) for part in by_part.values()]
    return [Fold(n, lists[2 * i], lists[2 * i + 1]) for i, n in enumerate(NUMBERS)]


def leaked_concatenation(folds: Sequence[Fold]) -> Fold:
    """LEAKED, for the warning only: all train files together, all test files together, so that every test row is in train, label and all.

    It is the split of 47,970 and 5,330 GAD relations (EU-ADR 3,195 and 355) behind near-perfect published scores.
    """
    return Fold(0, tuple(pair for fold in folds for pair in fold.train), tuple(pair for fold in folds for pair in fold.test))


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    sentence: str
    labels: tuple[str, ...]


def _rows(path: Path) -> list[_Row]:
    """A test file has a header and an index, a train file neither."""
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
        rows.append(_Row(line, sentence, _LABELS[label]))
    return rows


def _pairs(parts: Sequence[tuple[str, Sequence[_Row]]], papers: Mapping[str, str]) -> list[Pair]:
    texts = sorted({row.sentence for _, rows in parts for row in rows})
    groups = dict(zip(texts, same_sentence_groups(texts), strict=True))
    found = []
    for corpus, rows in parts:
        for row in rows:
            ends = {m[0]: End(((m.start(), m.end()),), _MASKS[m[0]], m[0]) for m in _MASK.finditer(row.sentence)}
            group = groups[row.sentence]
            document = papers.get(row.sentence, f"group {group}")
            found.append(
                Pair(corpus, f"line {row.line}", document, row.sentence, ends["@GENE$"], ends["@DISEASE$"], row.labels, group=group)
            )
    return found
