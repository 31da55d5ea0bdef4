"""TRAPI's messages (https://github.com/NCATSTranslator/ReasonerAPI, version 1.6) as far as we read and write them.

What is read is checked here; what is written is described here, for OpenAPI, and built as plain JSON by `knowledge`.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

TRAPI: Final = "1.6.0"

Category = Annotated[str, Field(pattern=r"^biolink:[A-Z][a-zA-Z_]*$", max_length=200)]
PredicateName = Annotated[str, Field(pattern=r"^biolink:[a-z][a-z_]*$", max_length=200)]
Identifier = Annotated[str, Field(min_length=1, max_length=512)]
Json = dict[str, Any]


class Read(BaseModel):
    """What a client sends. Properties that TRAPI does not know are let through and told in the log."""

    model_config = ConfigDict(extra="allow", strict=True)


class AttributeConstraint(Read):
    """A condition on an attribute of a node or an edge."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    operator: Literal["==", "===", ">", "<", "matches"]
    value: Any
    negated: bool = Field(False, alias="not")
    unit_id: Any = None
    unit_name: Any = None


class Qualifier(Read):
    """A qualifier and its value."""

    qualifier_type_id: Annotated[str, Field(pattern=r"^biolink:[a-z][a-z_]*$", max_length=200)]
    qualifier_value: str


class QualifierConstraint(Read):
    """Qualifiers that an edge must have."""

    qualifier_set: list[Qualifier] = []


class QNode(Read):
    """An entity that is asked for, or that is given by `ids`."""

    ids: Annotated[list[Identifier] | None, Field(min_length=1)] = None
    categories: Annotated[list[Category] | None, Field(min_length=1, max_length=100)] = None
    set_interpretation: Literal["BATCH", "ALL", "MANY", "COLLATE"] | None = None
    member_ids: list[Identifier] = []
    constraints: list[AttributeConstraint] = []


class QEdge(Read):
    """A relation that is asked for."""

    subject: str
    object: str
    knowledge_type: str | None = None
    predicates: Annotated[list[PredicateName] | None, Field(min_length=1, max_length=100)] = None
    attribute_constraints: Annotated[list[AttributeConstraint], Field(max_length=100)] = []
    qualifier_constraints: list[QualifierConstraint] = []


class QueryGraph(Read):
    """What is asked. `paths` are a Pathfinder query's, which is not answered."""

    nodes: dict[str, QNode]
    edges: dict[str, QEdge] | None = None
    paths: Json | None = None


class QueryMessage(Read):
    """The message of a query; knowledge graph and results that come along are not looked at."""

    query_graph: QueryGraph | None = None


class Operation(Read):
    """A step of a workflow."""

    id: str


class Query(Read):
    """A request of /query."""

    message: QueryMessage
    log_level: Literal["ERROR", "WARNING", "INFO", "DEBUG"] | None = None
    workflow: list[Operation] | None = None
    submitter: str | None = None
    bypass_cache: bool | None = None


class Attribute(BaseModel):
    """Something that is said of a node or an edge."""

    attribute_type_id: str
    value: Any
    value_type_id: str | None = None
    attribute_source: str | None = None
    value_url: str | None = None
    description: str | None = None
    attributes: "list[Attribute] | None" = None


class KNode(BaseModel):
    """An entity of the answer."""

    categories: list[str]
    name: str | None = None
    attributes: list[Attribute]


class RetrievalSource(BaseModel):
    """Where an edge comes from."""

    resource_id: str
    resource_role: Literal["primary_knowledge_source", "aggregator_knowledge_source", "supporting_data_source"]
    upstream_resource_ids: list[str] | None = None


class KEdge(BaseModel):
    """A relation of the answer, which papers state positively."""

    subject: str
    predicate: str
    object: str
    sources: list[RetrievalSource]
    attributes: list[Attribute]


class KnowledgeGraph(BaseModel):
    """Entities and relations of the answer by their ids."""

    nodes: dict[str, KNode]
    edges: dict[str, KEdge]


class NodeBinding(BaseModel):
    """An entity in a node's place. `query_id`: how the client wrote its identifier, where that differs."""

    id: str
    query_id: str | None = None
    attributes: list[Attribute]


class EdgeBinding(BaseModel):
    """A relation in an edge's place."""

    id: str
    attributes: list[Attribute]


class Analysis(BaseModel):
    """The relations of a result, and how sure they are: `score` lies between 0 and 1."""

    resource_id: str
    edge_bindings: dict[str, list[EdgeBinding]]
    score: float
    scoring_method: str


class Result(BaseModel):
    """One answer."""

    node_bindings: dict[str, list[NodeBinding]]
    analyses: list[Analysis]


class Message(BaseModel):
    """The query, and what answers it."""

    query_graph: Json | None
    knowledge_graph: KnowledgeGraph
    results: list[Result]


class LogEntry(BaseModel):
    """Something worth knowing about how the query was answered."""

    timestamp: str
    level: Literal["ERROR", "WARNING", "INFO", "DEBUG"]
    code: str
    message: str


class Response(BaseModel):
    """An answer of /query; where `status` is not `Success`, `description` says why and `logs` how to mend it."""

    message: Message
    status: str
    description: str
    logs: list[LogEntry]
    schema_version: str
    biolink_version: str
    workflow: list[Json] | None = None
