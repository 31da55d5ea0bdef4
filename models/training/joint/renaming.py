"""Mention replacement (Dai and Adel 2020, aclanthology.org/2020.coling-main.343): a document told again with other names.

A small corpus is soon known by heart, its names first: a model that has read `doxorubicin` twenty times still overlooks `pemoline`.
So each time a document is read some of its names stand as other names of their type, the same one wherever the name stands; ids,
relations and everything else stay.
"""

import random
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from models.corpora import knowledge
from models.corpora.documents import Document
from models.corpora.errors import CorpusMissing
from processors.records import EntityType

LONGEST = 40  # characters of a name that is drawn
SHORT = 5  # characters; names up to this length, abbreviations mostly, give way to their like
COMPOUNDS = frozenset(("D01", "D02", "D03", "D04", "D09", "D10"))
"""MeSH's branches of inorganic, organic, heterocyclic and polycyclic compounds, carbohydrates and lipids."""

_USABLE = re.compile(r"[A-Za-z0-9][\w' -]*[A-Za-z0-9]")

Pool = Mapping[tuple[str, bool], Sequence[str]]
"""Names to draw, by entity type and whether they are short; sorted, each once."""


def name_pool(documents: Iterable[Document], kb: Path, types: Sequence[str]) -> Pool:
    """The names of some entity types in training documents, and in MeSH, Disease Ontology and Entrez Gene under `kb`.

    Raises `CorpusMissing` where one of their files is not there.
    """
    found: dict[tuple[str, bool], set[str]] = {(kind, short): set() for kind in types for short in (False, True)}
    try:
        for kind, text in _known(kb):
            _add(found, kind, _as_written(text))
    except OSError as error:
        raise CorpusMissing(
            f"names are drawn from the knowledge bases, and one is missing: {error}", remedy="Put it there, or leave [names] out."
        ) from error
    for document in documents:
        for mention in document.mentions:
            _add(found, mention.type, document.text[mention.start : mention.end])
    return {key: sorted(names) for key, names in found.items()}


def _known(kb: Path) -> Iterator[tuple[EntityType, str]]:
    """Names but for weak ones, and for MeSH's proteins and classes of drugs, which corpora do not call chemicals."""
    trees = knowledge.mesh_trees(kb)
    for name in (*knowledge.mesh(kb), *knowledge.diseases(kb), *knowledge.genes(kb)):
        branches = trees.get(name.curies[0].removeprefix("mesh:"), set())
        if name.tier <= knowledge.SYNONYM and (name.kind is not EntityType.CHEMICAL or branches & COMPOUNDS == branches):
            yield name.kind, name.text


def _add(found: Mapping[tuple[str, bool], set[str]], kind: str, text: str) -> None:
    names = found.get((kind, len(text) <= SHORT))
    if names is not None and len(text) <= LONGEST and _USABLE.fullmatch(text):
        names.add(text)


def _as_written(text: str) -> str:
    """`Heart Failure` as `heart failure`; words with capital letters or digits inside stay."""
    return " ".join(word.lower() if word[1:].islower() else word for word in text.split(" "))


def renamed(document: Document, pool: Pool, rng: random.Random, *, share: float) -> Document:
    """The document with about `share` of its names changed; mentions that overlap others keep theirs."""
    names: dict[tuple[str, str], str | None] = {}
    edits: list[tuple[int, int, str]] = []
    reached = 0
    apart = _apart(sorted({(m.start, m.end) for m in document.mentions}))
    for mention in sorted(document.mentions, key=lambda m: (m.start, m.end)):
        if (mention.start, mention.end) not in apart or mention.start < reached:
            continue
        surface = document.text[mention.start : mention.end]
        key = (mention.type, surface.casefold())
        if key not in names:
            choices = pool.get((mention.type, len(surface) <= SHORT), ())
            names[key] = rng.choice(choices) if choices and rng.random() < share else None
        name = names[key]
        if name is not None:
            edits.append((mention.start, mention.end, _in_case_of(surface, name)))
            reached = mention.end
    return _edited(document, edits) if edits else document


def _apart(spans: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the sorted spans that overlap no other one."""
    found, reached = set(), 0
    for at, (start, end) in enumerate(spans):
        if reached <= start and (at + 1 == len(spans) or end <= spans[at + 1][0]):
            found.add((start, end))
        reached = max(reached, end)
    return found


def _in_case_of(surface: str, name: str) -> str:
    """With a capital letter where the old name began a sentence or a heading."""
    return name[0].upper() + name[1:] if surface[:1].isupper() and surface[1:2].islower() else name


def _edited(document: Document, edits: Sequence[tuple[int, int, str]]) -> Document:
    """`edits` are in order and apart, and no mention's edge lies inside one."""
    pieces: list[str] = []
    ends: list[int] = []  # of the edits, in the old text
    shifts = [0]  # by which what stands behind so many edits has moved
    at = 0
    for start, end, name in edits:
        pieces += [document.text[at:start], name]
        at = end
        ends.append(end)
        shifts.append(shifts[-1] + len(name) - (end - start))
    text = "".join([*pieces, document.text[at:]])

    def moved(place: int) -> int:
        return place + shifts[bisect_right(ends, place)]

    title = moved(len(document.title))
    mentions = tuple(replace(m, start=moved(m.start), end=moved(m.end)) for m in document.mentions)
    return replace(document, text=text, title=text[:title], mentions=mentions)
