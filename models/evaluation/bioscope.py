"""BioScope's abstracts as they were published: sentences with negation and speculation cues and their scopes.

Vincze, Szarvas, Farkas, Móra, Csirik 2008, doi:10.1186/1471-2105-9-S11-S9. The corpus states no licence where it was
found: it is read for measuring only, and nothing of it is shipped or trained on.
"""

import gzip
import hashlib
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from models.corpora.errors import CorpusMissing
from processors.records import CueKind

Range = tuple[int, int]

ABSTRACTS = Path("negation") / "bioscope_abstracts.xml.gz"
"""Where the abstracts lie in the corpora's folder."""


@dataclass(frozen=True, slots=True)
class GoldScope:
    """A cue, in one part or several ("either ... or"), and what it bears on; the scope holds its cue. Ranges of the sentence's text."""

    kind: CueKind
    cue: tuple[Range, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GoldSentence:
    text: str
    scopes: tuple[GoldScope, ...]


@dataclass(frozen=True, slots=True)
class GoldAbstract:
    id: str
    sentences: tuple[GoldSentence, ...]

    @property
    def held_out(self) -> bool:
        """Whether the abstract is in the half that is reported, which no rule was written from: by a hash of its id."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 1


def read_bioscope(data: Path) -> list[GoldAbstract]:
    """All abstracts of `data`/negation, in the file's order. Raises `CorpusMissing` where the file is missing or no XML."""
    path = data / ABSTRACTS
    try:
        with gzip.open(path) as stream:
            root = ET.parse(stream).getroot()  # noqa: S314 - a corpus that its user chose, for measuring
    except (OSError, ET.ParseError) as error:
        raise CorpusMissing(f"{path}: {error}") from error
    return [
        GoldAbstract(document.findtext("DocID", ""), tuple(_sentence(element) for element in document.iter("sentence")))
        for document in root.iter("Document")
    ]


def _sentence(element: ET.Element) -> GoldSentence:
    text = ""
    cues: dict[str, list[tuple[CueKind, Range]]] = {}
    scopes: dict[str, Range] = {}

    def walk(node: ET.Element) -> None:
        nonlocal text
        start = len(text)
        text += node.text or ""
        for child in node:
            walk(child)
            text += child.tail or ""
        if node.tag == "cue":
            cues.setdefault(node.get("ref", ""), []).append((CueKind(node.get("type", "")), (start, len(text))))
        elif node.tag == "xcope":
            scopes[node.get("id", "")] = (start, len(text))

    walk(element)
    found = [GoldScope(parts[0][0], tuple(sorted(span for _, span in parts)), *scopes[ref]) for ref, parts in cues.items() if ref in scopes]
    return GoldSentence(text, tuple(sorted(found, key=lambda scope: (scope.cue, scope.start))))
