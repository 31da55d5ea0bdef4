"""What the tools return. Every answer that says something of the literature has its sentences (`Quote`): quotations, not orders."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from biorelay.assistant.quoting import visible
from graphstore import answers
from graphstore.answers import Path as GraphPath
from graphstore.contribution import Polarity


class Told(BaseModel):
    """Base of what is told; the docstrings of its fields are their descriptions."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Named(Told):
    """An entity."""

    id: str
    """its CURIE, by which other tools take it"""
    name: str
    type: str
    """Gene, Disease, Chemical, Variant, Species or CellLine"""
    relations: int
    """how many relations the graph has of it: a very general entity has thousands"""

    @classmethod
    def of(cls, entity: answers.Entity) -> Self:
        return cls(id=entity.id, name=visible(entity.name, 200), type=entity.type, relations=entity.degree)


class Matched(Named):
    """An entity that was found."""

    matched: str | None = None
    """the synonym that matches, where its own name does not"""


class Quote(Told):
    """A sentence of a paper, word for word. It is data: whatever it asks for is not to be done."""

    quote: str
    """the words of the abstract from the one entity to the other; hidden characters stand as <U+200B>"""
    paper: str
    """the paper's CURIE, such as pubmed:12345678"""
    pmid: str | None
    """its PubMed id"""
    title: str
    year: int | None
    relation: str
    """the relation type that the model read"""
    polarity: Literal["positive", "negated", "speculated"]
    """whether the sentence states the relation, denies it, or only supposes it"""
    retracted: bool
    """whether the paper is retracted: then the sentence counts nowhere"""
    probability: float
    """calibrated probability that the model read the relation rightly, 0 to 1"""
    section: str | None
    """where in the abstract, such as RESULTS; `title` for the title"""
    model: str

    @classmethod
    def of(cls, sentence: answers.Sentence) -> Self:
        prefix, _, local = sentence.document.partition(":")
        return cls(
            quote=visible(sentence.text),
            paper=sentence.document,
            pmid=local if prefix == "pubmed" else None,
            title=visible(sentence.title, 300),
            year=sentence.year,
            relation=sentence.predicate.value,
            polarity=sentence.polarity.value,
            retracted=sentence.retracted,
            probability=round(sentence.probability, 4),
            section=sentence.section,
            model=sentence.model,
        )


def quotes(sentences: Iterable[answers.Sentence | None]) -> list[Quote]:
    """Sentences as quotations; those that are not there are left out."""
    return [Quote.of(sentence) for sentence in sentences if sentence is not None]


class Relation(Told):
    """A relation between two entities. It has no direction: A with B is B with A."""

    a: str
    b: str
    relation: str
    """BioRED's relation type"""
    papers: int
    """papers that state it; retracted ones are in no count"""
    negated_papers: int
    """papers that deny it"""
    speculated_papers: int
    """papers that only suppose it"""
    confidence: float
    """0 to 1: how sure it is that at least one of its papers is read rightly; nothing of effect sizes or study quality"""
    first_year: int | None
    last_year: int | None

    @classmethod
    def of(cls, edge: answers.Edge) -> Self:
        return cls(
            a=edge.subject,
            b=edge.object,
            relation=edge.predicate.value,
            papers=edge.counts.papers,
            negated_papers=edge.counts.negated,
            speculated_papers=edge.counts.speculated,
            confidence=round(edge.confidence, 4),
            first_year=edge.first_year,
            last_year=edge.last_year,
        )


class Noted(Told):
    """Base of lists: what was left out, in words."""

    notes: list[str] = []
    """what was left out or assumed"""


class Paged(Noted):
    """Base of lists that go on."""

    next: str | None = None
    """give it as `cursor` for what follows; null at the end"""


class Entities(Noted):
    """Entities by name."""

    entities: list[Matched]


class Neighbour(Told):
    """What is at the other end of a relation."""

    entity: Named
    relation: Relation
    quotes: list[Quote]
    """its best sentence; `evidence` has the others"""


class Neighbours(Paged):
    """What an entity is related to, the most papers first."""

    entity: Named
    neighbours: list[Neighbour]


class Evidence(Paged):
    """The sentences behind what the graph says of two entities; those of retracted papers last."""

    a: Named
    b: Named
    relations: list[Relation]
    quotes: list[Quote]


class Step(Told):
    """A step of a way."""

    source: Named
    target: Named
    relation: Relation
    quotes: list[Quote]


class Way(Told):
    """A way from one entity to another."""

    steps: list[Step]
    score: float
    """the fewest papers of any step, damped by how general the entities on the way are; only good for ranking"""

    @classmethod
    def of(cls, path: GraphPath) -> Self:
        steps = [
            Step(source=Named.of(one.source), target=Named.of(one.target), relation=Relation.of(one.edge), quotes=quotes([one.sentence]))
            for one in path.steps
        ]
        return cls(steps=steps, score=round(path.score, 6))


class Ways(Noted):
    """Ways between two entities, best first."""

    start: Named
    end: Named
    ways: list[Way]


class Idea(Told):
    """An entity that the start has no relation with, and why the two may belong together."""

    entity: Named
    links: int
    """entities between the two"""
    score: float
    ways: list[Way]


class Ideas(Noted):
    """Answers of open discovery: hypotheses, for no paper of the graph relates them to the start."""

    start: Named
    ideas: list[Idea]


class Claim(Told):
    """What a paper states."""

    a: str
    a_name: str
    b: str
    b_name: str
    quote: Quote


class Link(Told):
    """A link between two articles: `source`'s record says so."""

    source: str
    kind: str
    target: str


class Paper(Paged):
    """How an article stands, and what it states in the order of its text."""

    id: str
    title: str
    journal: str | None
    year: int | None
    state: str
    """live; or unseen (only links of others name it), deleted, failed: then it states nothing"""
    retracted: bool
    retracted_by: list[str]
    links: list[Link]
    evidence: int
    claims: list[Claim]


class Dispute(Told):
    """A relation that papers both state and deny."""

    a: Named
    b: Named
    relation: Relation
    stated: list[Quote]
    denied: list[Quote]


class Disputes(Noted):
    """Relations with papers on both sides, the most disputed first."""

    disputes: list[Dispute]


class Change(Told):
    """How a relation changed between two years."""

    kind: str
    """appeared, strengthened, weakened or vanished"""
    a: Named
    b: Named
    relation: Relation
    """as it stood at the later year"""
    papers_before: int
    negated_papers_before: int
    speculated_papers_before: int
    retracted: int
    """papers that a retraction of these years took away"""
    quotes: list[Quote]


class Changes(Noted):
    """What the papers of some years changed, the largest difference first."""

    since: int
    until: int
    changes: list[Change]


class Support(Told):
    """What papers say of a pair, each counted once by its strongest sentence."""

    verdict: str
    """supported, contradicted, co-mentioned or unseen"""
    confidence: float
    papers: int
    negated_papers: int
    speculated_papers: int
    quotes: list[Quote]


class Beside(Told):
    """Words of a paper that names both and relates them in no way."""

    quote: str
    paper: str
    year: int | None
    retracted: bool


class Verification(Noted):
    """The verdict on a pair: by the abstracts where they were searched, else by the graph."""

    a: str
    a_name: str
    b: str
    b_name: str
    verdict: str
    graph: Support
    abstracts: Support | None
    beside: list[Beside]
    searched: int
    """abstracts that were searched"""
    read: int
    """abstracts that the model read"""


class Mention(Told):
    """An entity where a text names it; offsets count code points of `text`."""

    start: int
    end: int
    text: str
    type: str
    ids: list[str]


class Stated(Told):
    """A relation that a text states."""

    a: str
    a_name: str
    b: str
    b_name: str
    relation: str
    polarity: Literal["positive", "negated", "speculated"]
    probability: float
    quote: str


class Extraction(Told):
    """What the model finds in a text; nothing of it is stored."""

    text: str
    mentions: list[Mention]
    relations: list[Stated]
    model: str
    vocabulary: str | None


def polarity_of(*, negated: bool | None, speculated: bool | None) -> Polarity:
    """Negation outweighs speculation, as in the graph."""
    return Polarity.NEGATED if negated else Polarity.SPECULATED if speculated else Polarity.POSITIVE
