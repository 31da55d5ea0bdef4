"""What the literature says within a list of entities: drugs that are taken together, the genes of a panel, the variants of a report."""

from collections.abc import Sequence

from graphstore.answers import Edge, Entity, Sentence
from graphstore.contribution import Polarity, evidence_of
from graphstore.errors import GraphBadQuery
from graphstore.rows import edge_of, entity_of, sentence_of
from graphstore.steps import Row, Steps, ask, bounded
from processors.records import Part

MOST = 500
"""The most entities of a list."""
NOTICE = "For research use, not clinical advice."
LONGEST = 512
"""A longer entry is no name."""


class Joined(Part):
    """A relation within the list. `sentences`: the best one, and the surest denial where there is one."""

    subject: Entity
    object: Entity
    edge: Edge
    sentences: tuple[Sentence, ...]


class Gathered(Part):
    """The relations within a list, interactions first, then joint treatments, then the rest, the most papers first.

    `entities` are what the list's entries mean, `unknown` the entries that the graph does not know, as they stand. `bounded`: there
    are more relations than were asked for.
    """

    notice: str = NOTICE
    entities: tuple[Entity, ...]
    unknown: tuple[str, ...]
    relations: tuple[Joined, ...]
    bounded: bool


def among(entries: Sequence[str], *, min_papers: int, limit: int) -> Steps[Gathered]:
    """All relations between the entries, which are CURIEs or whole names; of several entities of a name the best connected is meant.

    `min_papers` counts positive papers; with 0 what is only denied or supposed is there too. Raises `GraphBadQuery` for an empty
    list and one of more than `MOST` entries.
    """
    bounded("limit", limit, 1, 10_000)
    bounded("min_papers", min_papers, 0, 1_000_000)
    wanted = list(dict.fromkeys(text for entry in entries if (text := entry.strip())))
    if not wanted:
        raise GraphBadQuery("the list names nothing", remedy="Give CURIEs or names, one a line.")
    if len(wanted) > MOST:
        raise GraphBadQuery(f"the list has {len(wanted)} entries; the most are {MOST}", remedy="Ask of its parts.")
    meant = yield from _meant([entry for entry in wanted if len(entry) <= LONGEST])
    entities = {entity.id: entity for entity in meant.values()}
    rows = []
    if len(entities) > 1:
        rows = yield from ask("among", curies=sorted(entities), min_papers=min_papers, limit=limit + 1)
    sentences = yield from _sentences(rows[:limit])
    return Gathered(
        entities=tuple(entities.values()),
        unknown=tuple(entry for entry in wanted if entry not in meant),
        relations=tuple(
            Joined(
                subject=entities[row["subject"]],
                object=entities[row["object"]],
                edge=edge_of(row),
                sentences=tuple(sentences.get(row["key"], ())),
            )
            for row in rows[:limit]
        ),
        bounded=len(rows) > limit,
    )


def _meant(entries: Sequence[str]) -> Steps[dict[str, Entity]]:
    """The entity of each entry that the graph knows, in the list's order."""
    by_curie = {row["curie"]: entity_of(row) for row in (yield from ask("entities", curies=sorted(entries)))}
    names = sorted({entry.casefold() for entry in entries if entry not in by_curie})
    by_name: dict[str, Entity] = {}
    rows = yield from ask("named", names=names)
    for row in sorted(rows, key=lambda row: (-row["degree"], row["curie"])):
        by_name.setdefault(row["search"], entity_of(row))
    found = ((entry, by_curie.get(entry) or by_name.get(entry.casefold())) for entry in entries)
    return {entry: entity for entry, entity in found if entity}


def _sentences(rows: Sequence[Row]) -> Steps[dict[str, list[Sentence]]]:
    """By edge: its best sentence, and the surest of those that deny it."""
    found: dict[str, list[Sentence]] = {}
    best = {row["key"]: evidence_of(row["best"]) for row in rows}
    for row in (yield from ask("sentences", ids=sorted(best.values()))):
        found.setdefault(row["key"], []).append(sentence_of(row))
    denied = sorted(row["key"] for row in rows if row["negated"])
    said = yield from ask("evidence", keys=denied, polarity=Polarity.NEGATED.value, limit=1000)
    for row in said:  # the surest first, retracted ones last
        sentences = found.setdefault(row["key"], [])
        if not row["retracted"] and not any(sentence.polarity is Polarity.NEGATED for sentence in sentences):
            sentences.append(sentence_of(row))
    return found
