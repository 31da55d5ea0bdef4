"""What was found, as TRAPI has it: nodes, edges with their sources, papers and sentences, and results that bind them.

An edge's attributes are Biolink's slots. Its sentences are text-mining study results, as Translator's text mining provider has them
(`biolink:has_supporting_study_result`), the surest first; offsets count code points of the sentence. Retracted papers count nowhere and
are not named. What the graph tells besides has attributes of our own, `biorelay:...`, each with a description.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from biorelay.translator import biolink
from biorelay.translator.answering import Answer, each
from biorelay.translator.constraints import AGENT_TYPE, CONFIDENCE, EVIDENCE, KNOWLEDGE_LEVEL
from biorelay.translator.messages import TRAPI, Json
from biorelay.translator.plan import Plan
from graphstore import GraphStore
from graphstore.answers import Edge, Entity, Sentence
from graphstore.contribution import Polarity
from processors.outputs.kgx import INFORES
from processors.records import BIOLINK

PUBLICATIONS: Final = 50
"""Evidence of an edge that is read: the papers named are at most so many, and `evidence_count` tells how many there are."""
SENTENCES: Final = 3
"""Sentences that are quoted for an edge, from different papers."""
PUBMED: Final = "infores:pubmed"
SCORING: Final = (
    "biorelay confidence: for each query edge the highest confidence of its bound edges, multiplied; an edge's confidence is"
    " 1 - exp(-0.6 * sum of -ln(1 - p) over its papers), p being the calibrated probability of a paper's best positive sentence"
)

Said = Mapping[str, Sequence[Sentence]]
"""By key of an edge: its positive sentences."""


async def sentences_of(store: GraphStore, answers: Iterable[Answer]) -> Said:
    """The positive sentences of every edge that is answered with, the surest first, without those of retracted papers."""
    edges = {edge.key: edge for answer in answers for found in answer.edges.values() for edge in found}

    async def of(edge: Edge) -> list[Sentence]:
        found = await store.evidence(edge.subject, edge.object, edge.predicate, polarity=Polarity.POSITIVE, limit=PUBLICATIONS)
        return [sentence for sentence in found if not sentence.retracted]

    return dict(zip(edges, await each(of, edges.values()), strict=True))


def knowledge_graph(answers: Iterable[Answer], entities: Mapping[str, Entity], said: Said) -> Json:
    """TRAPI's knowledge graph of these answers: what they bind and nothing else."""
    nodes: dict[str, Json] = {}
    edges: dict[str, Json] = {}
    for answer in answers:
        for curie in answer.nodes.values():
            nodes.setdefault(biolink.theirs(curie), _node(entities[curie]))
        for found in answer.edges.values():
            for edge in found:
                edges.setdefault(edge_id(edge), _edge(edge, said.get(edge.key, ())))
    return {"nodes": nodes, "edges": edges}


def results(plan: Plan, answers: Iterable[Answer]) -> list[Json]:
    """TRAPI's results, in their order."""
    return [
        {
            "node_bindings": {key: [_bound(plan, key, curie)] for key, curie in answer.nodes.items()},
            "analyses": [
                {
                    "resource_id": INFORES,
                    "edge_bindings": {
                        key: [{"id": edge_id(edge), "attributes": []} for edge in found] for key, found in answer.edges.items()
                    },
                    "score": answer.score,
                    "scoring_method": SCORING,
                }
            ],
        }
        for answer in answers
    ]


def response(
    query_graph: Any,
    *,
    status: str,
    description: str,
    logs: Sequence[Mapping[str, str]] = (),
    graph: Json | None = None,
    found: Sequence[Json] = (),
    version: str = TRAPI,
) -> Json:
    """A TRAPI response; without a graph an empty one."""
    return {
        "message": {
            "query_graph": query_graph,
            "knowledge_graph": graph or {"nodes": {}, "edges": {}},
            "results": list(found),
        },
        "status": status,
        "description": description,
        "logs": list(logs),
        "schema_version": version,
        "biolink_version": biolink.VERSION,
        "workflow": [{"id": "lookup"}],
    }


def edge_id(edge: Edge) -> str:
    """The id of an edge's positive statement: the same in every answer, and that of the KGX export (`graphstore.exporting`)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{INFORES}|{edge.key}|{Polarity.POSITIVE}").urn


def _bound(plan: Plan, key: str, curie: str) -> Json:
    theirs = biolink.theirs(curie)
    asked = (plan.nodes[key].pinned or {}).get(curie, theirs)
    return {"id": theirs, "attributes": []} | ({"query_id": asked} if asked != theirs else {})


def _node(entity: Entity) -> Json:
    return {
        "categories": [biolink.category(entity.id, entity.type)],
        "name": entity.name or None,
        "attributes": [_attribute("biorelay:degree", entity.degree, "relations that the graph has of it, whatever papers say of them")],
    }


def _edge(edge: Edge, said: Sequence[Sentence]) -> Json:
    papers = list(dict.fromkeys(biolink.theirs(sentence.document) for sentence in said))
    counts = edge.counts
    attributes = [
        _attribute("biolink:knowledge_level", KNOWLEDGE_LEVEL),
        _attribute("biolink:agent_type", AGENT_TYPE),
        _attribute("biolink:negated", value=False),
        _attribute(CONFIDENCE, edge.confidence, "0 to 1, from the papers that state it; see the analysis's scoring_method"),
        _attribute(EVIDENCE, counts.papers, "papers that state it positively; retracted ones are not counted"),
        _attribute("biolink:original_predicate", f"biorelay:{edge.predicate}", "BioRED's relation type; it has no direction"),
        _attribute("biorelay:negated_papers", counts.negated, "papers that deny it"),
        _attribute("biorelay:speculated_papers", counts.speculated, "papers that only suppose it"),
    ]
    years = (("biorelay:first_year", edge.first_year, "earliest"), ("biorelay:last_year", edge.last_year, "latest"))
    attributes += [_attribute(name, year, f"year of the {which} paper that says anything of it") for name, year, which in years if year]
    if papers:
        more = f"{len(papers)} of {counts.papers}, the surest" if len(papers) < counts.papers else None
        attributes.append(_attribute("biolink:publications", papers, more) | {"value_type_id": "linkml:Uriorcurie"})
    attributes += [_study(sentence) for sentence in _apart(said)[:SENTENCES]]
    return {
        "subject": biolink.theirs(edge.subject),
        "predicate": BIOLINK[edge.predicate],
        "object": biolink.theirs(edge.object),
        "sources": [
            {"resource_id": INFORES, "resource_role": "primary_knowledge_source", "upstream_resource_ids": [PUBMED]},
            {"resource_id": PUBMED, "resource_role": "supporting_data_source"},
        ],
        "attributes": attributes,
    }


def _apart(said: Sequence[Sentence]) -> list[Sentence]:
    """The first sentence of each paper."""
    first: dict[str, Sentence] = {}
    for sentence in said:
        first.setdefault(sentence.document, sentence)
    return list(first.values())


def _study(sentence: Sentence) -> Json:
    """A sentence as a text-mining study result."""
    start = sentence.span.start
    parts = [
        _attribute("biolink:supporting_text", sentence.text),
        _attribute("biolink:publications", [biolink.theirs(sentence.document)]) | {"value_type_id": "linkml:Uriorcurie"},
        _attribute("biolink:subject_location_in_text", [sentence.subject.start - start, sentence.subject.end - start]),
        _attribute("biolink:object_location_in_text", [sentence.object.start - start, sentence.object.end - start]),
        _attribute("biolink:extraction_confidence_score", sentence.probability, "calibrated probability of the relation, 0 to 1"),
        _attribute("biorelay:model", sentence.model, "the model that read the sentence"),
    ]
    if sentence.year:
        parts.append(_attribute("biolink:supporting_document_year", sentence.year))
    if sentence.section:
        parts.append(_attribute("biolink:supporting_text_section_type", sentence.section))
    result = _attribute("biolink:has_supporting_study_result", f"biorelay:{sentence.id}", "a sentence that states the relation")
    return result | {"value_type_id": "biolink:TextMiningStudyResult", "attributes": parts}


def _attribute(name: str, value: Any, description: str | None = None) -> Json:
    told = {"attribute_type_id": name, "value": value, "attribute_source": INFORES}
    return told | ({"description": description} if description else {})
