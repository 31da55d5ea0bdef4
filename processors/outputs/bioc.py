"""Writing BioC, XML and JSON, through the `bioc` package; `processors.sources.bioc` and PubTator's tools read it.

A document has two passages, `title` and `abstract`, whose offsets are ours. An annotation has PubTator's infons (`type`,
`identifier`, `-` where it is not linked) and its `score`. A relation refers to the two mentions of its evidence as nodes with the
roles `subject` and `object`; its infons are BioRED's (`type`, `entity1`, `entity2`) and everything else that the record says:
`subject` and `object` (CURIEs), `biolink`, `probability`, `novel` (Novel or No), `negated`, `speculated`,
`evidence` (start:end in the document), its `section`, `cues`.
XML has no room for control characters inside a text: each becomes one space, so offsets stay.
"""

import json
import re
from collections.abc import Sequence

from bioc import BioCAnnotation, BioCCollection, BioCDocument, BioCLocation, BioCNode, BioCPassage, BioCRelation
from bioc.biocjson.encoder import BioCJSONEncoder
from bioc.biocxml.encoder import encode_document
from lxml import etree

from processors.outputs.pubtator import identifier_column, split_text
from processors.records import BIOLINK, Curie, Entities, Mention, Relation, Relations
from processors.sources.identifiers import document_id

SOURCE = "biorelay"

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BioCXml:
    """A collection as XML, one document after another."""

    def begin(self) -> bytes:
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<collection><source>{SOURCE}</source><date></date><key></key>\n'.encode()

    def write(self, entities: Entities, relations: Relations) -> bytes:
        written: bytes = etree.tostring(
            encode_document(_for_xml(to_document(entities, relations))), encoding="UTF-8", xml_declaration=False
        )
        return written + b"\n"

    def end(self) -> bytes:
        return b"</collection>\n"


class BioCJson:
    """A collection as JSON, one document a line."""

    def __init__(self) -> None:
        self._is_first = True

    def begin(self) -> bytes:
        head = BioCCollection()
        head.source, head.date = SOURCE, ""  # not today's: what is written depends on the documents only
        return self._json(head).removesuffix("]}").encode() + b"\n"

    def write(self, entities: Entities, relations: Relations) -> bytes:
        comma, self._is_first = "" if self._is_first else ",\n", False
        return (comma + self._json(to_document(entities, relations))).encode("utf-8", "replace")

    def end(self) -> bytes:
        return b"\n]}\n"

    def _json(self, part: BioCCollection | BioCDocument) -> str:
        return json.dumps(part, cls=BioCJSONEncoder, ensure_ascii=False)


def to_document(entities: Entities, relations: Relations) -> BioCDocument:
    """A document's text, mentions and relations as the `bioc` package's model; without annotations where it failed."""
    document = BioCDocument()
    document.id = document_name(entities.id)
    title, abstract = split_text(entities.text, entities.article.title)
    document.add_passage(_passage("title", 0, title))
    if abstract:
        document.add_passage(_passage("abstract", len(title) + 1, abstract))
    article = {"journal": entities.article.journal, "year": entities.article.year, "retracted": entities.article.retracted or None}
    document.passages[0].infons |= {key: str(value) for key, value in article.items() if value is not None}
    for mention in entities.mentions:
        passage = next((p for p in reversed(document.passages) if p.offset <= mention.start), document.passages[0])
        passage.add_annotation(_annotation(mention))
    for number, relation in enumerate(relations.relations, start=1):
        document.add_relation(_relation(f"R{number}", relation, entities.mentions))
    return document


def document_name(id_: Curie) -> str:
    """A document's id as BioC's files have it: the bare PMID, `PMC123`, a DOI; a whole CURIE where that would not read back."""
    short = id_.partition(":")[2]
    return short if document_id(short) == id_ else id_


def _passage(type_: str, offset: int, text: str) -> BioCPassage:
    passage = BioCPassage()
    passage.offset, passage.text = offset, text
    passage.infons = {"type": type_}
    return passage


def _annotation(mention: Mention) -> BioCAnnotation:
    annotation = BioCAnnotation()
    annotation.id, annotation.text = mention.id, mention.text
    annotation.infons = {
        "type": mention.type.value,
        "identifier": identifier_column(mention.identifiers, mention.type),
        "score": str(mention.score),
        **({} if mention.link_score is None else {"link_score": str(mention.link_score)}),
    }
    annotation.add_location(BioCLocation(mention.start, mention.end - mention.start))
    return annotation


def _relation(id_: str, relation: Relation, mentions: Sequence[Mention]) -> BioCRelation:
    written = BioCRelation()
    written.id = id_
    entities = [identifier_column((end.id,), end.type) for end in (relation.subject, relation.object)]
    polarity = {"negated": relation.negated, "speculated": relation.speculated}
    evidence = relation.evidence
    cues = "; ".join(f"{cue.kind} {cue.start}:{cue.end}" for cue in evidence.cues)
    written.infons = {
        "type": relation.predicate.value,
        **({} if "-" in entities else {"entity1": entities[0], "entity2": entities[1]}),
        "subject": relation.subject.id,
        "object": relation.object.id,
        "biolink": BIOLINK[relation.predicate],
        "probability": str(relation.probability),
        **({} if relation.novel is None else {"novel": "Novel" if relation.novel >= 0.5 else "No"}),
        **{key: str(value).lower() for key, value in polarity.items() if value is not None},
        "evidence": f"{evidence.start}:{evidence.end}",
        **({} if evidence.section is None else {"section": evidence.section}),
        **({"cues": cues} if cues else {}),
    }
    for role, end, span in (("subject", relation.subject, evidence.subject), ("object", relation.object, evidence.object)):
        named = [mention for mention in mentions if end.id in mention.identifiers]
        shown = next((mention for mention in named if (mention.start, mention.end) == (span.start, span.end)), None)
        if node := shown or (named[0] if named else None):
            written.add_node(BioCNode(node.id, role))
    return written


def _for_xml(document: BioCDocument) -> BioCDocument:
    """The document, with a space wherever XML has no way to write a character."""
    annotations = [annotation for passage in document.passages for annotation in passage.annotations]
    for named in (document, *annotations):
        named.id = _flat(named.id)
    for node in (node for relation in document.relations for node in relation.nodes):
        node.refid = _flat(node.refid)
    for part in (*document.passages, *annotations):
        part.text = _flat(part.text)
    for part in (*document.passages, *annotations, *document.relations):
        part.infons = {key: _flat(text) for key, text in part.infons.items()}
    return document


def _flat(text: str) -> str:
    return _NOT_XML.sub(" ", text)
