"""A graph of relations that are drawn by lot, for looking at how the explorer's page shows a large one."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from graphstore import open_store
from graphstore.contribution import Contribution
from processors.records import Article, EntityType, Evidence, Participant, Predicate, Provenance, Relation, Relations, Revision, Span

SEED = 9
ENTITIES = 900
"""At most, of one view."""
BATCH = 200
VIEW = "large"
PROVENANCE = Provenance(software="drawn", model="drawn@1", generation=1, vocabulary="drawn@1")


def documents(relations: int) -> Iterator[Relations]:
    """Papers that state so many distinct relations together; entities with a small number have many."""
    lot = random.Random(SEED)  # noqa: S311
    types, predicates = list(EntityType), list(Predicate)
    entities = min(ENTITIES, max(30, relations // 4))
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < relations:
        a, c = (int(entities * lot.random() ** 2) for _ in range(2))
        if a != c:
            pairs.add((min(a, c), max(a, c)))
    paper = 0
    for a, c in sorted(pairs):
        predicate = lot.choice(predicates)
        for _ in range(lot.choice((1, 1, 1, 2, 4))):
            paper += 1
            yield _document(paper, (a, types[a % len(types)]), predicate, (c, types[c % len(types)]), lot)


def _document(number: int, a: tuple[int, EntityType], predicate: Predicate, c: tuple[int, EntityType], lot: random.Random) -> Relations:
    text = f"entity {a[0]} and entity {c[0]}"
    first = len(f"entity {a[0]}")
    spans = Span(start=0, end=first), Span(start=first + len(" and "), end=len(text))
    subject, object_ = (
        Participant(id=f"drawn:E{place:04}", name=f"entity {place}", type=type_, spans=(span,))
        for (place, type_), span in zip((a, c), spans, strict=True)
    )
    relation = Relation(
        subject=subject,
        object=object_,
        predicate=predicate,
        probability=round(lot.uniform(0.3, 0.99), 4),
        negated=lot.random() < 0.05,
        evidence=Evidence(start=0, end=len(text), text=text, subject=spans[0], object=spans[1]),
    )
    article = Article(title=text, year=lot.randint(1985, 2024))
    return Relations(id=f"drawn:P{number}", article=article, relations=(relation,), provenance=PROVENANCE)


async def lay(folder: Path, relations: int) -> Path:
    """An embedded graph of so many relations in `folder / "graph"`, and a file of views that shows it all."""
    found = list(documents(relations))
    async with open_store(folder / "graph") as store:
        for start in range(0, len(found), BATCH):
            await store.apply([Contribution.of(one, Revision(0, 0)) for one in found[start : start + BATCH]], outbox=False)
    ids = sorted({end.id for one in found for relation in one.relations for end in (relation.subject, relation.object)})
    views = folder / "views.toml"
    shown = f"ids = {json.dumps(ids)}\nmax_edges = 10000\nmin_papers = 0\n"
    views.write_text(f'[[view]]\nname = "{VIEW}"\ntitle = "{relations} relations"\n[view.show]\n{shown}', encoding="utf-8")
    return views
