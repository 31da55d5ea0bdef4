"""The whole graph as one sorted value, so that two stores can be compared."""

from graphstore.answers import ArticleLine, EntityLine, EvidenceLine, LinkLine, Marker, Snapshot
from graphstore.contribution import State
from graphstore.rows import edge_of
from graphstore.steps import Steps, ask
from processors.records import LinkKind


def snapshot(*, markers: bool) -> Steps[Snapshot]:
    """Everything that live documents contribute; on request also how new each document's state is."""
    articles = yield from ask("all_articles")
    entities = yield from ask("all_entities")
    edges = yield from ask("all_edges")
    evidence = yield from ask("all_evidence")
    links = yield from ask("all_links")
    return Snapshot(
        articles=tuple(
            ArticleLine(id=a["id"], title=a["title"], journal=a["journal"] or None, year=a["year"] or None, retracted=a["retracted"])
            for a in sorted(articles, key=lambda row: row["id"])
            if a["state"] == State.LIVE
        ),
        entities=tuple(
            EntityLine(id=e["curie"], name=e["name"], type=e["type"], degree=e["degree"])
            for e in sorted(entities, key=lambda row: row["curie"])
        ),
        edges=tuple(sorted((edge_of(row) for row in edges), key=lambda edge: edge.key)),
        evidence=tuple(
            EvidenceLine(
                id=e["id"],
                document=e["document"],
                key=e["key"],
                polarity=e["polarity"],
                probability=e["probability"],
                text=e["sentence"],
                retracted=e["retracted"],
            )
            for e in sorted(evidence, key=lambda row: row["id"])
        ),
        links=tuple(
            LinkLine(source=s, kind=LinkKind(k), target=t) for s, k, t in sorted((x["source"], x["kind"], x["target"]) for x in links)
        ),
        markers=tuple(
            Marker(id=a["id"], epoch=a["epoch"], offset=a["offset"], generation=a["generation"], state=a["state"])
            for a in sorted(articles, key=lambda row: row["id"])
        )
        if markers
        else (),
    )
