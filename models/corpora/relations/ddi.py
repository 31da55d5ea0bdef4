"""DDI-2013: drug interactions in DrugBank's texts and MEDLINE's abstracts, a zip of XML as it was published.

Herrero-Zazo et al. 2013, doi:10.1016/j.jbi.2013.07.011; CC BY-NC 4.0. Every pair of a sentence's drugs is given, most of them without an
interaction. Offsets count to the last letter, not behind it.
"""

import logging
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from models.corpora.errors import CorpusMissing
from models.corpora.registry.corpus import Corpus, Counts
from models.corpora.relations.pair import Pair
from models.corpora.relations.sentences import Sentence, fits, read_parts
from models.corpora.relations.tables import attribute, broken, read_xml, told
from processors.records import EntityType

log = logging.getLogger(__name__)

FOLDERS = {
    "train": "DDICorpus/Train/",
    "test": "DDICorpus/Test/Test for DDI Extraction task/",
    "test-ner": "DDICorpus/Test/Test for DrugNER task/",
}
"""Where a split lies in the zip; each has a folder for DrugBank and one for MedLine."""

UNTYPED = "untyped"
"""The label of a pair that interacts and has no type: there is one."""

_LARGEST = 4 << 20  # bytes of one XML file


def pairs(corpus: Corpus, split: str, data: Path) -> list[Pair]:
    """Every pair of the split. Raises `CorpusMissing`, `CorpusBroken`."""
    found = []
    misplaced = 0
    for place, document in _documents(corpus.path(split, data), split):
        for sentence, element in _sentences(document, f"{corpus.name}/{split}", place):
            mentions = {mention.id: mention for mention in sentence.mentions}
            misplaced += sum(not fits(m, sentence.text) for m in sentence.mentions)
            for pair in element.iter("pair"):
                ends = [attribute(pair, name, place) for name in ("e1", "e2")]
                if not all(end in mentions for end in ends):
                    broken(place, None, f"the pair {pair.get('id')} has an end that is no entity of its sentence")
                labels = (pair.get("type") or UNTYPED,) if _interacts(pair, place) else ()
                found.append(sentence.pair(attribute(pair, "id", place), mentions[ends[0]], mentions[ends[1]], labels))
    if misplaced:
        log.info("%s/%s: %d mentions have other words at their offsets", corpus.name, split, misplaced)
    return found


def count(corpus: Corpus, split: str, data: Path) -> Counts:
    """Documents, sentences, mentions by type, pairs, relations by type; `misplaced` mentions that are not at their offsets."""
    numbers: Counter[str] = Counter()
    mentions: Counter[str] = Counter()
    for place, document in _documents(corpus.path(split, data), split):
        numbers["documents"] += 1
        for sentence, _ in _sentences(document, corpus.name, place):
            numbers["sentences"] += 1
            mentions.update(m.kind for m in sentence.mentions)
            numbers["misplaced"] += sum(not fits(m, sentence.text) for m in sentence.mentions)
    found = pairs(corpus, split, data)
    relations = Counter(label for pair in found for label in pair.labels)
    rest: dict[str, int | dict[str, int]] = {"mentions": mentions, "pairs": len(found), "relations": relations}
    return told({**numbers, **rest})


def _documents(path: Path, split: str) -> Iterator[tuple[str, Element]]:
    """The split's documents by name, each with its place in the zip."""
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        broken(path, None, f"not a whole zip file: {error}")
    with archive:
        names = sorted(name for name in archive.namelist() if name.startswith(FOLDERS[split]) and name.endswith(".xml"))
        if not names:
            raise CorpusMissing(f"{path} has no XML file under {FOLDERS[split]}", remedy="Get the zip of the official release.")
        for name in names:
            place = f"{path}!{name}"
            if archive.getinfo(name).file_size > _LARGEST:
                broken(place, None, f"larger than {_LARGEST} bytes")
            try:
                data = archive.read(name)
            except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
                broken(place, None, f"cannot be unpacked: {error}")
            yield place, read_xml(data, place)


def _sentences(document: Element, corpus: str, place: str) -> Iterator[tuple[Sentence, Element]]:
    for element in document.iter("sentence"):
        text = attribute(element, "text", place).rstrip()
        kinds = [(e, attribute(e, "type", place)) for e in element.iter("entity")]
        mentions = [
            read_parts(e, place, length=len(text), between=";", closed=True, type_=EntityType.CHEMICAL, kind=kind) for e, kind in kinds
        ]
        yield Sentence(corpus, attribute(element, "id", place), attribute(document, "id", place), text, mentions), element


def _interacts(pair: Element, place: str) -> bool:
    said = attribute(pair, "ddi", place)
    if said not in ("true", "false"):
        broken(place, None, f"the pair {pair.get('id')} says {said[:80]!r}, neither true nor false")
    return said == "true"
