"""AIMed, BioInfer, IEPA and LLL: protein interactions in one XML format (Pyysalo et al. 2008, doi:10.1186/1471-2105-9-S3-S6).

Every pair of a sentence's proteins is a candidate. As in the masked tables that go with the XML, a mention in several parts takes no
part in a pair, and two at one place count as one. The order of
two ends is that of the text: LLL tells agents and targets of interactions only, so their order would give the label away.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from models.corpora.registry.corpus import Corpus, Counts
from models.corpora.relations.pair import Pair
from models.corpora.relations.sentences import Parts, Sentence, fits, read_parts
from models.corpora.relations.tables import attribute, broken, read_bytes, read_xml, told
from processors.records import EntityType

LABEL = "PPI"


def pairs(corpus: Corpus, split: str, data: Path) -> list[Pair]:
    """Every candidate pair of the split, head before tail in the text. Raises `CorpusMissing`, `CorpusBroken`."""
    found = []
    for sentence, interactions in _sentences(corpus.path(split, data), f"{corpus.name}/{split}"):
        whole = _whole(sentence)
        place = {mention.id: mention.parts for mention in sentence.mentions}
        related = {frozenset(place[end] for end in ends) for ends in interactions}
        for a, b in combinations(whole, 2):
            labels = (LABEL,) if frozenset((a.parts, b.parts)) in related else ()
            found.append(sentence.pair(f"{a.id}.{b.id.rpartition('.')[2]}", a, b, labels))
    return found


def count(corpus: Corpus, split: str, data: Path) -> Counts:
    """Documents and sentences, mentions by type, pairs and relations; `misplaced` mentions, `partitioned` ones and `doubled` ones."""
    numbers: Counter[str] = Counter()
    mentions: Counter[str] = Counter()
    path = corpus.path(split, data)
    documents = set()
    for sentence, _ in _sentences(path, corpus.name):
        documents.add(sentence.document)
        numbers["sentences"] += 1
        mentions.update(m.kind for m in sentence.mentions)
        numbers["misplaced"] += sum(not fits(m, sentence.text) for m in sentence.mentions)
        numbers["partitioned"] += sum(len(m.parts) > 1 for m in sentence.mentions)
        numbers["doubled"] += sum(len(m.parts) == 1 for m in sentence.mentions) - len(_whole(sentence))
    found = pairs(corpus, split, data)
    rest: dict[str, int | dict[str, int]] = {
        "mentions": mentions,
        "pairs": len(found),
        "relations": {LABEL: sum(bool(p.labels) for p in found)},
    }
    return told({"documents": len(documents), **numbers, **rest})


def _whole(sentence: Sentence) -> list[Parts]:
    """The mentions in one part, in the text's order, one of each place."""
    places = {m.parts: m for m in reversed(sentence.mentions) if len(m.parts) == 1}
    return sorted(places.values(), key=lambda m: (*m.parts[0], m.id))


def _sentences(path: Path, corpus: str) -> Iterator[tuple[Sentence, list[tuple[str, str]]]]:
    for document in read_xml(read_bytes(path), path).iter("document"):
        pmid = document.get("PMID") or attribute(document, "origId", path)
        for element in document.iter("sentence"):
            text = attribute(element, "text", path)
            kinds = [(e, e.get("type") or "protein") for e in element.iter("entity")]
            mentions = [
                read_parts(e, path, length=len(text), between=",", closed=False, type_=EntityType.GENE, kind=kind) for e, kind in kinds
            ]
            known = {m.id for m in mentions}
            ends = [(attribute(i, "e1", path), attribute(i, "e2", path)) for i in element.iter("interaction")]
            if strange := [end for pair in ends for end in pair if end not in known]:
                broken(path, None, f"{element.get('id')}: {strange[0][:80]} is no entity of its sentence")
            yield Sentence(corpus, attribute(element, "id", path), pmid, text, mentions), ends
