"""What systems found in the sets that are scored, kept in files: trained once, scored as often as a table is drawn anew.

A file is `FOLDER/<system>/<corpus>-<split>.jsonl`, one line a document:
`{"pmid": "2234245", "sha256": "<of its text>", "mentions": [[0, 9, "Chemical"], ...]}`. So a system that was trained elsewhere
is scored in the same table by putting such files there and naming it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.corpora.documents import Document
from models.evaluation.baselines.words import Span
from models.evaluation.errors import ResultUnusable
from processors.records import EntityType

Found = Mapping[str, Sequence[Span]]
"""Spans by the document's name."""


def predictions_path(folder: Path, system: str, place: str) -> Path:
    """Where the predictions of a system for a set (`corpus/split`) stand."""
    return folder / system / f"{place.replace('/', '-')}.jsonl"


def read_predictions(path: Path, documents: Sequence[Document]) -> dict[str, list[Span]]:
    """The spans of every document.

    Raises `ResultUnusable`, which names file and line, where a line is no prediction, a document is missing or has another
    text, or a span does not stand in it.
    """
    texts = {d.pmid: d.text for d in documents}
    found: dict[str, list[Span]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ResultUnusable(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            pmid, digest = row["pmid"], row["sha256"]
            spans = [(start, end, EntityType(kind)) for start, end, kind in row["mentions"]]
            fits = pmid in texts and digest == _digest(texts[pmid]) and all(0 <= a < b <= len(texts[pmid]) for a, b, _ in spans)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ResultUnusable(f"{path}, line {number}: no prediction ({error!r})", remedy="Make it anew.") from error
        if not fits:
            raise ResultUnusable(f"{path}, line {number}: it is about another text", remedy="Delete the file, so that it is made anew.")
        found[pmid] = spans
    missing = [pmid for pmid in texts if pmid not in found]
    if missing:
        raise ResultUnusable(f"{path} lacks document {missing[0]}", remedy="Delete the file, so that it is made anew.")
    return found


def write_predictions(path: Path, documents: Sequence[Document], found: Found) -> None:
    """Write them whole or not at all; equal predictions give equal bytes."""
    lines = [
        json.dumps(
            {"pmid": d.pmid, "sha256": _digest(d.text), "mentions": [[a, b, kind.value] for a, b, kind in found[d.pmid]]},
            ensure_ascii=False,
        )
        for d in documents
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    part.replace(path)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
