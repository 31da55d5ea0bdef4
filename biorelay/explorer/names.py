"""Search with completion: the graph's own names, and the vocabulary's synonyms of what the graph holds."""

import asyncio

from biorelay.explorer.state import State
from graphstore.answers import Entity
from graphstore.rows import entity_of
from graphstore.steps import ask
from processors.normalisation import exact_key
from processors.synonyms import Synonyms

LOOKED_AT = 300
"""Synonyms of each type that begin as what is typed does."""
SHORTEST = 2
"""Fewer characters begin too many synonyms."""


class Match(Entity):
    """An entity that was found. `matched` is the synonym that begins as the text does, where its own name does not hold it."""

    matched: str | None = None


async def search(shared: State, text: str, *, limit: int) -> list[Match]:
    """The graph's entities by CURIE, name or synonym: whole names first, then what begins so, then by their degree."""
    store = shared.store
    text = _curie(text)
    meant = _meant(await shared.synonyms(), text)
    named, rows = await asyncio.gather(
        store.find(text, limit=limit), store._run(lambda: ask("entities", curies=sorted(meant)), write=False)
    )
    found = {entity.id: Match(**entity.model_dump()) for entity in named}
    if text not in found:
        for row in rows:
            found.setdefault(row["curie"], Match(**entity_of(row).model_dump(), matched=meant[row["curie"]]))
    key = exact_key(text)
    return sorted(found.values(), key=lambda match: _rank(match, text.casefold(), key))[:limit]


def _curie(text: str) -> str:
    """A CURIE with its prefix as we write it: `MESH:D003000` is `mesh:D003000`; any other text as it is."""
    prefix, colon, rest = text.partition(":")
    return f"{prefix.lower()}:{rest}" if colon and rest and " " not in text else text


def _meant(synonyms: Synonyms | None, text: str) -> dict[str, str]:
    """By CURIE: the shortest synonym that begins as the text does."""
    found: dict[str, str] = {}
    if synonyms is None or len(exact_key(text)) < SHORTEST:
        return found
    for name, candidate in synonyms.beginning(text, most=LOOKED_AT):
        if len(candidate.curies) == 1:
            old = found.setdefault(candidate.curies[0], name)
            if (len(name), name) < (len(old), old):
                found[candidate.curies[0]] = name
    return found


def _rank(match: Match, text: str, key: str) -> tuple[int, int, str]:
    name = match.name.casefold()
    if name == text or match.id.casefold() == text or (match.matched is not None and exact_key(match.matched) == key):
        place = 0
    elif match.matched is not None or name.startswith(text):
        place = 1
    else:
        place = 2
    return place, -match.degree, match.id
