"""The EU-ADR corpus as it was published: pairs of a sentence, judged by several annotators.

van Mulligen et al. 2012, doi:10.1016/j.jbi.2012.04.004; ODbL. Read for measuring only.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.corpora.errors import CorpusMissing

FOLDER = Path("euadr") / "original_ibi"
FILES = ("drug_disease", "drug_target", "target_disease")


class Association(StrEnum):
    """How a sentence relates its pair. A false one states no relation at all."""

    POSITIVE = "PA"
    NEGATIVE = "NA"
    SPECULATIVE = "SA"
    FALSE = "FA"


@dataclass(frozen=True, slots=True)
class GoldPair:
    """Two names in a sentence; the ranges are code points of the sentence."""

    file: str
    pmid: str
    association: Association
    sentence: str
    first: tuple[int, int]
    second: tuple[int, int]


def read_euadr(data: Path) -> list[GoldPair]:
    """The pairs of all three files under `data`/euadr. Raises `CorpusMissing` where one is missing or is not the corpus's."""
    return [pair for name in FILES for pair in _read(data / FOLDER / f"EUADR_{name}.csv", name)]


def _read(path: Path, name: str) -> Iterator[GoldPair]:
    try:
        with path.open(encoding="cp1252", newline="") as stream:  # one file holds a letter of Western Europe
            for row in csv.DictReader(stream, delimiter="\t"):
                first, second = ((int(row[f"ENTITY{i}_INI"]), int(row[f"ENTITY{i}_END"])) for i in (1, 2))
                yield GoldPair(name, row["PMID"], Association(row["ASSOCIATION_TYPE"]), row["SENTENCE"], first, second)
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise CorpusMissing(f"{path}: {error}", remedy="Name the folder that holds euadr/original_ibi with --data.") from error
