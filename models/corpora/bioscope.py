"""BioScope's abstracts as they were published: sentences with negation and speculation cues and their scopes.

Vincze, Szarvas, Farkas, Móra, Csirik 2008, doi:10.1186/1471-2105-9-S11-S9. The corpus states no licence where it was
found, so no model that ships learns from it. The ids are MEDLINE's of the time, not PMIDs, though the file calls them so.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from models.corpora.registry.corpus import Corpus, Counts
from models.corpora.relations.tables import attribute, field, read_bytes, read_xml, told
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
    """All abstracts of `data`/negation, in the file's order. Raises `CorpusMissing`, `CorpusBroken`."""
    return _read(data / ABSTRACTS)


def count(corpus: Corpus, split: str, data: Path) -> Counts:
    """Abstracts, sentences, cues by kind, and scopes."""
    path = corpus.path(split, data)
    abstracts = _read(path)
    sentences = [sentence for abstract in abstracts for sentence in abstract.sentences]
    root = read_xml(read_bytes(path), path)
    cues = Counter(attribute(cue, "type", path) for cue in root.iter("cue"))
    scopes = sum(1 for _ in root.iter("xcope"))
    return told({"documents": len(abstracts), "sentences": len(sentences), "cues": cues, "scopes": scopes})


def _read(path: Path) -> list[GoldAbstract]:
    root = read_xml(read_bytes(path), path)
    return [
        GoldAbstract(document.findtext("DocID", ""), tuple(_sentence(element, path) for element in document.iter("sentence")))
        for document in root.iter("Document")
    ]


def _sentence(element: Element, path: Path) -> GoldSentence:
    text = ""
    cues: dict[str, list[tuple[CueKind, Range]]] = {}
    scopes: dict[str, Range] = {}

    def walk(node: Element) -> None:
        nonlocal text
        start = len(text)
        text += node.text or ""
        for child in node:
            walk(child)
            text += child.tail or ""
        if node.tag == "cue":
            kind = field(path, None, f"{element.get('id')}: the cue", node.get("type", ""), CueKind)
            cues.setdefault(node.get("ref", ""), []).append((kind, (start, len(text))))
        elif node.tag == "xcope":
            scopes[node.get("id", "")] = (start, len(text))

    walk(element)
    found = [GoldScope(parts[0][0], tuple(sorted(span for _, span in parts)), *scopes[ref]) for ref, parts in cues.items() if ref in scopes]
    return GoldSentence(text, tuple(sorted(found, key=lambda scope: (scope.cue, scope.start))))
