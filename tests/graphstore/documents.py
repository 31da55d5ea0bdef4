"""Small documents for the graph, built from a few letters."""

import random
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from graphstore import Contribution
from processors.records import (
    Article,
    Cue,
    CueKind,
    EntityType,
    Evidence,
    Link,
    LinkKind,
    Participant,
    Predicate,
    Provenance,
    Relation,
    Relations,
    Revision,
    Span,
    Status,
)

TYPES = list(EntityType)


def participant(letter: str, name: str | None = None) -> Participant:
    """Entity `test:<letter>`; its type follows from its first letter, its name is the letter unless given."""
    kind = TYPES[ord(letter[0]) % len(TYPES)]
    return Participant(id=f"test:{letter}", name=name or letter.upper(), type=kind, spans=(Span(start=0, end=1),))


def relation(
    subject: str,
    object_: str,
    predicate: Predicate = Predicate.ASSOCIATION,
    *,
    probability: float = 0.9,
    negated: bool | None = None,
    speculated: bool | None = None,
    place: int = 0,
    names: tuple[str | None, str | None] = (None, None),
    cues: tuple[tuple[str, int, int], ...] = (),
) -> Relation:
    text = f"{subject} with {object_}"
    return Relation(
        subject=participant(subject, names[0]),
        object=participant(object_, names[1]),
        predicate=predicate,
        probability=probability,
        negated=negated,
        speculated=speculated,
        evidence=Evidence(
            start=place,
            end=place + len(text),
            text=text,
            subject=Span(start=place, end=place + len(subject)),
            object=Span(start=place + len(text) - len(object_), end=place + len(text)),
            cues=tuple(Cue(kind=CueKind(kind), start=start, end=end) for kind, start, end in cues),
        ),
    )


def document(
    number: int,
    offset: int,
    *relations: Relation,
    generation: int = 1,
    year: int | None = 2000,
    retracted: bool = False,
    retracts: tuple[int, ...] = (),
    retracted_by: tuple[int, ...] = (),
    links: tuple[tuple[LinkKind, int], ...] = (),
    failed: bool = False,
    model: str = "mini@1",
) -> Contribution:
    """Document `pubmed:<number>` as published at the offset."""
    ties = [(LinkKind.RETRACTS, n) for n in retracts] + [(LinkKind.RETRACTED_BY, n) for n in retracted_by] + list(links)
    record = Relations(
        id=f"pubmed:{number}",
        status=Status.FAILED if failed else Status.OK,
        article=Article(
            title=f"Title {number}",
            journal="Journal",
            year=year,
            retracted=retracted,
            links=tuple(Link(kind=kind, target=f"pubmed:{n}") for kind, n in ties),
        ),
        relations=relations,
        provenance=Provenance(software="0.1.0", model=model, generation=generation, vocabulary="words@1"),
    )
    return Contribution.of(record, Revision(0, offset))


def tombstone(number: int | str, offset: int) -> Contribution:
    document = number if isinstance(number, str) else f"pubmed:{number}"
    return Contribution(document, Revision(0, offset), 0, None)


def listed(number: int, offset: int, name: str = "") -> Contribution:
    """The entry of a retraction list for `pubmed:<number>`, as the agents send it on."""
    links = (Link(kind=LinkKind.RETRACTS, target=f"pubmed:{number}"),)
    provenance = Provenance(software="0.1.0", model="mini@1", generation=1, vocabulary="words@1")
    record = Relations(id=f"retraction:{name}{number}", article=Article(links=links), provenance=provenance)
    return Contribution.of(record, Revision(0, offset))


def chain(number: int, offset: int, letters: str, **options: Any) -> Contribution:
    """A document that relates each letter to the next one."""
    return document(number, offset, *(relation(x, y) for x, y in pairwise(letters)), **options)


def random_contribution(rng: random.Random, *, documents: int = 12, letters: str = "abcdefgh", offsets: int = 60) -> Contribution:
    """Anything that can happen to a document: new, revised, another generation, failed, deleted, retracted, a notice of others."""
    number, offset = rng.randrange(documents), rng.randrange(offsets)
    kind = rng.random()
    if kind < 0.15:
        return tombstone(number, offset)
    relations = [
        relation(
            *rng.sample(letters, 2),
            predicate=rng.choice((Predicate.ASSOCIATION, Predicate.BIND)),
            probability=rng.choice((0.5, 0.75, 0.875)),
            negated=rng.choice((None, False, True)),
            speculated=rng.choice((None, False, True)),
            place=rng.randrange(2),
            names=(rng.choice((None, None, None, "Other")), rng.choice((None, None, None, "Zeta"))),
        )
        for _ in range(rng.randrange(6))
    ]
    return document(
        number,
        offset,
        *relations,
        generation=rng.randrange(3),
        year=rng.choice((None, 1990, 2005, 2020)),
        retracted=rng.random() < 0.1,
        retracts=tuple(rng.sample(range(documents), rng.choice((0, 0, 0, 1, 2)))),
        retracted_by=(rng.randrange(documents),) if rng.random() < 0.05 else (),
        links=((rng.choice((LinkKind.CONCERN_ABOUT, LinkKind.CORRECTED_BY)), rng.randrange(documents)),) if rng.random() < 0.1 else (),
        failed=0.15 <= kind < 0.25,
    )


_relations = st.builds(
    relation,
    st.sampled_from("abc"),
    st.sampled_from("abd"),
    predicate=st.sampled_from((Predicate.ASSOCIATION, Predicate.BIND)),
    probability=st.sampled_from((0.5, 0.75)),
    negated=st.sampled_from((None, True)),
    speculated=st.sampled_from((None, True)),
    place=st.integers(0, 1),
    names=st.tuples(st.sampled_from((None, "Other")), st.sampled_from((None, "Zeta"))),
)
_documents = st.builds(
    lambda number, offset, relations, **rest: document(number, offset, *relations, **rest),
    number=st.integers(0, 3),
    offset=st.integers(0, 9),
    relations=st.lists(_relations, max_size=4),
    generation=st.integers(0, 1),
    year=st.sampled_from((None, 1990, 2020)),
    retracted=st.sampled_from((False, False, True)),
    retracts=st.lists(st.integers(0, 3), max_size=2).map(tuple),
    failed=st.sampled_from((False, False, False, True)),
)
contributions = st.one_of(_documents, _documents, _documents, st.builds(tombstone, st.integers(0, 3), st.integers(0, 9)))
"""Contributions to few documents, entities and revisions, so that they meet."""
