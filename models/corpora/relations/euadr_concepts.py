"""The concept ids that EU-ADR's annotators gave its mentions: the annotated documents beside the tables of pairs.

A line of a document: relation kind, chosen or not, `concept`, words, start, end, annotators, ids, number, type; tabs between. The ids
are written as a Python list; those that begin with `sda/` number the mention inside its document and name no concept.
"""

import ast
from collections.abc import Mapping
from pathlib import Path

from models.corpora.errors import CorpusMissing
from models.corpora.relations.tables import broken, decoded

FOLDER = Path("euadr") / "original_docs"


def concepts(folder: Path) -> Mapping[tuple[str, str], str]:
    """(PMID, lower-cased words) -> the concept, of several ids the first in alphabetical order. Mentions without an id are not there.

    `folder` holds the documents as PMID.txt. Raises `CorpusMissing` where there are none, and `CorpusBroken`.
    """
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise CorpusMissing(f"no annotated documents (PMID.txt) are in {folder}", remedy="Name EU-ADR's folder original_docs.")
    found: dict[tuple[str, str], set[str]] = {}
    for path in files:
        for number, line in enumerate(decoded(path, "cp1252").splitlines(), start=1):
            fields = line.split("\t")
            if len(fields) > 7 and fields[2] == "concept":
                ids = _ids(path, number, fields[7])
                found.setdefault((path.stem, fields[3].casefold()), set()).update(ids)
    return {mention: min(ids) for mention, ids in found.items() if ids}


def _ids(path: Path, number: int, text: str) -> list[str]:
    try:
        ids = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        ids = None
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        broken(path, number, f"no list of ids: {text[:80]!r}")
    return [one for one in ids if not one.startswith("sda/")]
