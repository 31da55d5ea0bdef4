"""Tables of identifiers that mean the same, for imports whose own identifiers the literature does not use."""

from collections.abc import Sequence
from pathlib import Path

from graphstore.errors import GraphBadImport
from graphstore.imports.prefixes import normalised
from graphstore.imports.reading import size_of, text_lines

SSSOM = ("subject_id", "object_id")


def read_mapping(files: Sequence[Path]) -> dict[str, str]:
    """By identifier: the one to write instead, both in our prefixes. The first line that names an identifier counts.

    A table apart by tabs: SSSOM's columns `subject_id` and `object_id` where its header has them, else the first and the last cell of
    each line. Lines whose cells are no CURIEs, such as a header, are passed over, and so are SSSOM's comments (`#`).
    Raises `GraphBadImport` where a file cannot be read or maps nothing.
    """
    found: dict[str, str] = {}
    for file in files:
        size_of(file)
        before, places = len(found), (0, -1)
        for _, line in text_lines(file):
            if line.startswith("#"):
                continue
            cells = [cell.strip().strip('"') for cell in line.split("\t")]
            if set(SSSOM) <= set(cells):
                places = (cells.index(SSSOM[0]), cells.index(SSSOM[1]))
                continue
            theirs, ours = (normalised(cells[place]) if len(cells) > max(places) else None for place in places)
            if theirs and ours and theirs != ours:
                found.setdefault(theirs, ours)
        if len(found) == before:
            raise GraphBadImport(f"{file} maps no identifier", remedy="Write two CURIEs on each line, apart by a tab.")
    return found
