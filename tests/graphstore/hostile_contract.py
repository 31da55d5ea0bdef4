"""Identifiers, names and sentences that mean harm to a query, a path, a terminal or a page are stored and told as they are."""

import pytest

from graphstore import Contribution, GraphBadQuery, GraphStore
from graphstore.errors import GraphUnknownArticle, GraphUnknownEntity
from processors.records import Article, Provenance, Relations, Revision
from tests.graphstore.documents import chain, relation, tombstone

HARM = {
    "cypher": "}) DETACH DELETE n //",
    "quotes": "' OR 1=1 // \" `x` \\",
    "parameter": "$curie {curies} ${x} %s",
    "path": "../../../etc/passwd",
    "address": "file:///etc/passwd",
    "script": "<script>alert(1)</script>&amp;<!--",
    "formula": "=cmd|' /C calc'!A0",
    "escape": "x\x1b[31m\x07\x9b2J\ry",
    "lines": "a\nERROR b\u2028c\x85d",
    "direction": "a\u202eb\u2066c\u200dd\ufeffe",
    "null": "a\x00b",
    "scripts": "\U0001f9ec\U00010400 e\u0301\u0301 \u0130 \ufb01 \ufffe",
    "long": "x" * 500,
    "bars": "a|b\tc,d;e",
}
"""What every text of a record may hold."""


def _line(harm: str) -> str:
    """What of it an identifier can hold: a CURIE is one line of at most 512 characters."""
    return " ".join(harm.split("\n"))


def _contribution(harm: str) -> Contribution:
    """One document whose every text holds it."""
    one = relation("a", "b", names=(harm, f"{harm}'"))
    ends = {
        "subject": one.subject.model_copy(update={"id": f"x:{_line(harm)}"}),
        "object": one.object.model_copy(update={"id": f"y:{_line(harm)}"}),
        "evidence": one.evidence.model_copy(update={"text": harm, "section": harm}),
    }
    provenance = Provenance(software="0", model=harm, generation=1, vocabulary=harm)
    article = Article(title=harm, journal=harm, year=2000)
    record = Relations(id=f"local:{_line(harm)}", article=article, relations=(one.model_copy(update=ends),), provenance=provenance)
    return Contribution.of(Relations.from_bytes(record.to_bytes()), Revision(0, 1))


class HostileContract:
    """Nothing is executed, nothing is lost."""

    @pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
    async def test_a_harmful_text_is_a_text(self, store: GraphStore, harm: str) -> None:
        await store.apply([chain(9, 9, "ab")])
        before = await store.snapshot()
        await store.apply([_contribution(harm)])
        document, subject, object_ = (f"{prefix}:{_line(harm)}" for prefix in ("local", "x", "y"))
        (sentence,) = await store.evidence(subject, object_)
        assert (sentence.text, sentence.title) == (harm, harm)
        assert {one.id for one in await store.find(subject)} == {subject}
        (neighbour,) = await store.neighbours(subject)
        assert neighbour.entity.id == object_
        paper = await store.paper(document)
        assert paper.title == harm
        await store.apply([tombstone(document, 2)])
        assert await store.snapshot() == before

    @pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
    async def test_a_harmful_question_finds_nothing_and_does_nothing(self, store: GraphStore, harm: str) -> None:
        await store.apply([chain(1, 1, "abc")])
        before = await store.snapshot()
        assert await store.find(harm) == []
        for asked in (
            store.neighbours(f"x:{harm}"),
            store.paths(f"x:{harm}", "test:a"),
            store.discover_open(f"x:{harm}"),
            store.resolve(harm),
            store.evidence(f"x:{harm}", "test:a"),
        ):
            with pytest.raises(GraphUnknownEntity):
                await asked
        with pytest.raises(GraphUnknownArticle):
            await store.paper(f"x:{harm}")
        assert await store.snapshot() == before

    async def test_half_a_character_is_no_text_for_a_question(self, store: GraphStore) -> None:
        for asked in (store.find("\ud800"), store.neighbours("x:\udcff"), store.paper("x:\udcff"), store.evidence("x:\ud800", "x:a")):
            with pytest.raises(GraphBadQuery):
                await asked
