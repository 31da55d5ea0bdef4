"""What the graph answers: entities, edges, sentences, paths. Frozen, and JSON by `model_dump_json`."""

from graphstore.contribution import Polarity, State
from processors.records import Counts, Cue, LinkKind, Part, Predicate, Span


class Entity(Part):
    """A node: its CURIE, and the name and type that its edges' evidence gives it. `degree` counts its edges."""

    id: str
    name: str
    type: str
    degree: int


class Sentence(Part):
    """One evidence of an edge. Spans count code points of the document's text and lie inside `span`.

    `cues` are the words for which it is negated or speculated. `section` and `novel` (the probability that it is the paper's own
    finding) are None where the record does not tell them. `retracted_by` names the records that retract the paper, its own among
    them where that says so: until all of them are taken back, the sentence counts nowhere.
    """

    id: str
    document: str
    title: str
    year: int | None
    text: str
    span: Span
    subject: Span
    object: Span
    predicate: Predicate
    polarity: Polarity
    negated: bool | None
    speculated: bool | None
    probability: float
    model: str
    vocabulary: str | None
    retracted: bool
    cues: tuple[Cue, ...] = ()
    section: str | None = None
    novel: float | None = None
    retracted_by: tuple[str, ...] = ()


class Claim(Part):
    """What a paper states: a sentence, and the entities that it relates as the paper names them."""

    subject: str
    subject_name: str
    object: str
    object_name: str
    sentence: Sentence


class Bond(Part):
    """A link between two articles, as the record of `source` states it; the titles are empty where the graph has not met them."""

    source: str
    source_title: str
    kind: LinkKind
    target: str
    target_title: str


class Paper(Part):
    """How an article stands: what retracts it, its links to and from others, and what it states.

    `state` is `unseen` where only links of others name it, `deleted` or `failed` where it contributes nothing now.
    `claims` are at most as many as were asked for, out of `evidence`.
    """

    id: str
    title: str
    journal: str | None
    year: int | None
    state: State
    retracted: bool
    retracted_by: tuple[str, ...]
    links: tuple[Bond, ...] = ()
    evidence: int = 0
    claims: tuple[Claim, ...] = ()


class Edge(Part):
    """A relation between two entities, with its counts. The years are those of all papers that count, whatever their polarity.

    `probability` is that of the best evidence that counts; None where all evidence is retracted. `confidence` (0 to 1) sums the
    papers that state it positively, and is 0 where there is none (`graphstore.confidence`).
    """

    key: str
    subject: str
    predicate: Predicate
    object: str
    counts: Counts
    confidence: float
    first_year: int | None
    last_year: int | None
    probability: float | None


class Neighbour(Part):
    """An edge of an entity, and the entity at its other end."""

    entity: Entity
    edge: Edge


class Step(Part):
    """One step of a path, with the best sentence behind it."""

    source: Entity
    target: Entity
    edge: Edge
    sentence: Sentence | None


class Path(Part):
    """A way through the graph. `score`: the fewest papers of any step, times 1/sqrt(degree) of every entity passed on the way."""

    steps: tuple[Step, ...]
    score: float


class Finding(Part):
    """An answer of open discovery: an entity that A has no edge with, reached through `links` of A's neighbours.

    `score` is the sum of its two-step paths' scores, in millionths rounded down; `paths` are the best of them.
    """

    entity: Entity
    score: float
    links: int
    paths: tuple[Path, ...]


class Stats(Part):
    """How much the graph holds. `edges` have at least one positive paper; `listed` are entries of retraction lists."""

    articles: int
    retracted: int
    listed: int
    entities: int
    edges: int
    evidence: int
    outbox: int


class ArticleLine(Part):
    """An article in a snapshot."""

    id: str
    title: str
    journal: str | None
    year: int | None
    retracted: bool


class EntityLine(Part):
    """An entity in a snapshot."""

    id: str
    name: str
    type: str
    degree: int


class EvidenceLine(Part):
    """An evidence in a snapshot: its id is a hash of all it says."""

    id: str
    document: str
    key: str
    polarity: Polarity
    probability: float
    text: str
    retracted: bool


class LinkLine(Part):
    """A link between two articles in a snapshot, as the record of `source` states it."""

    source: str
    kind: LinkKind
    target: str


class Marker(Part):
    """How new the graph's state of a document is; kept after deletion."""

    id: str
    epoch: int
    offset: int
    generation: int
    state: State


class Snapshot(Part):
    """The whole graph, each part sorted: two stores hold the same graph where their snapshots are equal.

    `markers` are filled on request only: they name message offsets, which a graph loaded from files does not share.
    """

    articles: tuple[ArticleLine, ...]
    entities: tuple[EntityLine, ...]
    edges: tuple[Edge, ...]
    evidence: tuple[EvidenceLine, ...]
    links: tuple[LinkLine, ...] = ()
    markers: tuple[Marker, ...] = ()
