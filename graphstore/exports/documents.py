"""The graph's documents as PubTator and BioC: the sentences that state a relation, at their true offsets.

The graph holds no whole texts. What it does not hold is blank, so that every offset is that of the document's own text
(`title + " " + abstract`), and the file can be laid over PubTator's or another one of the same document. Documents that state nothing,
and retracted ones, are left out; what `biorelay extract` writes holds whole texts and all mentions.
"""

from collections import defaultdict
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from graphstore.exports.writing import Written, whole
from graphstore.rows import sentence_of
from graphstore.steps import Row
from graphstore.store import GraphStore
from processors.outputs import open_output
from processors.records import (
    Article,
    Curie,
    Entities,
    EntityType,
    Evidence,
    Mention,
    Participant,
    Provenance,
    Relation,
    Relations,
    Span,
)

SUFFIXES = {"pubtator": ".pubtator", "bioc": ".bioc.xml", "bioc-json": ".bioc.json"}


async def export_documents(store: GraphStore, form: str, out: Path, *, advance: Callable[[int], None]) -> Written:
    """Write every document that states something, in order of their ids; `nodes` of the answer are documents, `edges` statements.

    `form` is one of `SUFFIXES`. `advance` is told how many documents are written. The file appears when it is whole.
    """
    output = open_output(form)
    documents = statements = 0
    place = out if out.suffix else out.with_name(out.name + SUFFIXES[form])
    with whole(place) as sink:
        sink.write(output.begin())
        async for page in store.document_pages():
            for article, rows in page:
                entities, relations = records(article, rows)
                sink.write(output.write(entities, relations))
                documents += 1
                statements += len(rows)
            advance(documents)
        sink.write(output.end())
    return Written((place,), documents, statements)


def records(article: Row, rows: list[Row]) -> tuple[Entities, Relations]:
    """A document's records from what the graph holds of it: its text with blanks, and what it states."""
    told = Article(title=article["title"], journal=article["journal"] or None, year=article["year"] or None)
    length = max([len(told.title), *(row["sentence_start"] + len(row["sentence"]) for row in rows)])
    text = list(told.title.ljust(length))
    named: dict[tuple[int, int, str], set[Curie]] = defaultdict(set)
    for row in rows:
        text[row["sentence_start"] : row["sentence_start"] + len(row["sentence"])] = row["sentence"]
        for end in ("subject", "object"):
            kind = row[f"{end}_label"].partition("|")[0]
            named[row[f"{end}_start"], row[f"{end}_end"], kind].add(row[end])
    whole_text = "".join(text)
    mentions = tuple(
        Mention(
            id=f"T{number}",
            start=start,
            end=end,
            text=whole_text[start:end],
            type=EntityType(kind),
            identifiers=tuple(sorted(curies)),
            score=1.0,
        )
        for number, ((start, end, kind), curies) in enumerate(sorted(named.items()), start=1)
    )
    provenance = Provenance(
        software=_version(), model=rows[0]["model"], generation=max(article["generation"], 0), vocabulary=rows[0]["vocabulary"] or None
    )
    entities = Entities(id=article["id"], article=told, text=whole_text, mentions=mentions, provenance=provenance)
    return entities, Relations(id=article["id"], article=told, relations=tuple(map(_relation, rows)), provenance=provenance)


def _relation(row: Row) -> Relation:
    said = sentence_of(row)
    return Relation(
        subject=_participant(row, "subject"),
        object=_participant(row, "object"),
        predicate=said.predicate,
        probability=said.probability,
        negated=said.negated,
        speculated=said.speculated,
        evidence=Evidence(start=said.span.start, end=said.span.end, text=said.text, subject=said.subject, object=said.object),
    )


def _participant(row: Row, end: str) -> Participant:
    kind, _, name = row[f"{end}_label"].partition("|")
    return Participant(id=row[end], name=name, type=EntityType(kind), spans=(Span(start=row[f"{end}_start"], end=row[f"{end}_end"]),))


def _version() -> str:
    try:
        return version("biorelay")
    except PackageNotFoundError:
        return "0"
