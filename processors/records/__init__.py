"""The records that travel: one pydantic model for each topic's value.

Offsets are Unicode code points into the document's text, which is
`title + " " + abstract` (PubTator's convention); `text[start:end] == mention.text` always.
Every record is one JSON object with a `schema` field such as `biorelay.relations/1`.
One message carries a document's whole answer, so a newer one replaces an older one.
Records hold no clock: derived bytes depend on the input, the models and the vocabularies only.
"""

from processors.records.abstract import RETRACTED_TYPE, Abstract, Heading, Link, LinkKind, MeshHeading, Section
from processors.records.base import Count, Curie, Part, PartialDate, Probability, Record, Revision, is_curie
from processors.records.entities import Article, Entities, Mention, Provenance, Span, Status
from processors.records.graph import Change, ChangeKind, Counts
from processors.records.kinds import BIOLINK, UNDIRECTED, EntityType, Predicate, edge_key
from processors.records.questions import Discovery, DiscoveryEntity, DiscoveryKind, DiscoveryStep, Question, QuestionStep
from processors.records.relations import Cue, CueKind, Evidence, Participant, Relation, Relations

RECORDS: tuple[type[Record], ...] = (Abstract, Entities, Relations, Change, Question, Discovery)
"""Every record that travels on a topic."""

__all__ = [
    "BIOLINK",
    "RECORDS",
    "RETRACTED_TYPE",
    "UNDIRECTED",
    "Abstract",
    "Article",
    "Change",
    "ChangeKind",
    "Count",
    "Counts",
    "Cue",
    "CueKind",
    "Curie",
    "Discovery",
    "DiscoveryEntity",
    "DiscoveryKind",
    "DiscoveryStep",
    "Entities",
    "EntityType",
    "Evidence",
    "Heading",
    "Link",
    "LinkKind",
    "Mention",
    "MeshHeading",
    "Part",
    "PartialDate",
    "Participant",
    "Predicate",
    "Probability",
    "Provenance",
    "Question",
    "QuestionStep",
    "Record",
    "Relation",
    "Relations",
    "Revision",
    "Section",
    "Span",
    "Status",
    "edge_key",
    "is_curie",
]
