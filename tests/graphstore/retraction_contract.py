"""Retraction: by the article's own record, by notices, by lists, in whatever order they arrive; and back."""

from itertools import permutations

import pytest

from graphstore import Contribution, GraphStore, GraphUnknownArticle
from processors.records import ChangeKind, LinkKind, Predicate
from tests.graphstore.documents import chain, document, listed, relation, tombstone
from tests.graphstore.looking import AB, counts, kinds


class RetractionContract:
    """Retracted evidence stays visible as retracted and counts no more, in whatever order the links arrive."""

    async def test_own_record(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab")])
        assert await kinds(store, chain(1, 2, "ab", retracted=True)) == [(AB, "vanished", 1, 0)]
        assert await counts(store) == {AB: (0, 0, 0)}
        assert [s.retracted for s in await store.evidence("test:a", "test:b")] == [True]
        assert await store.neighbours("test:a") == []
        assert len(await store.neighbours("test:a", min_papers=0)) == 1
        assert (await store.stats()).retracted == 1

    async def test_own_link(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab", retracted_by=(77,))])
        assert await counts(store) == {AB: (0, 0, 0)}

    @pytest.mark.parametrize("notice_first", [False, True])
    @pytest.mark.parametrize("together", [False, True])
    async def test_notice_in_either_order(self, store: GraphStore, notice_first: bool, together: bool) -> None:
        pair = [chain(1, 1, "ab"), document(2, 2, retracts=(1,))]
        if notice_first:
            pair.reverse()
        for batch in [pair] if together else [[one] for one in pair]:
            await store.apply(batch)
        assert await counts(store) == {AB: (0, 0, 0)}
        assert [(a.id, a.retracted) for a in (await store.snapshot()).articles] == [("pubmed:1", True), ("pubmed:2", False)]

    async def test_change_names_the_notice(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab")])
        (change,) = await store.apply([document(2, 2, retracts=(1,))])
        assert (change.document, change.revision, change.kind) == ("pubmed:2", "0:2", ChangeKind.VANISHED)

    async def test_a_list_of_retractions_is_a_document_of_its_own(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab")])
        await store.apply([listed(1, 2), listed(2, 3)])
        assert await counts(store) == {AB: (0, 0, 0)}
        stats = await store.stats()
        assert (stats.articles, stats.retracted, stats.listed) == (1, 1, 2)
        assert await kinds(store, tombstone("retraction:1", 4)) == [(AB, "appeared", 0, 1)]
        assert (await store.stats()).listed == 1

    @pytest.mark.parametrize("withdrawn", ["deleted", "revised", "failed"])
    async def test_unretract(self, store: GraphStore, withdrawn: str) -> None:
        await store.apply([chain(1, 1, "ab"), document(2, 2, retracts=(1,))])
        gone = {"deleted": tombstone(2, 3), "revised": document(2, 3), "failed": document(2, 3, retracts=(1,), failed=True)}[withdrawn]
        assert await kinds(store, gone) == [(AB, "appeared", 0, 1)]
        assert [s.retracted for s in await store.evidence("test:a", "test:b")] == [False]

    async def test_two_notices_are_two_reasons(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab"), document(2, 2, retracts=(1,)), document(3, 3, retracts=(1,))])
        assert await store.apply([tombstone(2, 4)]) == []
        assert await kinds(store, tombstone(3, 5)) == [(AB, "appeared", 0, 1)]

    async def test_a_revision_of_a_retracted_article_stays_retracted(self, store: GraphStore) -> None:
        await store.apply([document(2, 2, retracts=(1,)), chain(1, 1, "ab")])
        await store.apply([chain(1, 3, "bc")])
        assert await counts(store) == {"test:b|Association|test:c": (0, 0, 0)}
        await store.apply([tombstone(1, 4)])
        await store.apply([chain(1, 5, "ab")])
        assert await counts(store) == {AB: (0, 0, 0)}

    async def test_a_notice_may_change_its_target(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab"), chain(2, 2, "ab"), document(3, 3, retracts=(1,))])
        await store.apply([document(3, 4, retracts=(2,))])
        assert [(a.id, a.retracted) for a in (await store.snapshot()).articles][:2] == [("pubmed:1", False), ("pubmed:2", True)]
        assert await counts(store) == {AB: (1, 0, 0)}

    async def test_retracted_evidence_comes_last(self, store: GraphStore) -> None:
        await store.apply(
            [document(1, 1, relation("a", "b", probability=0.99), retracted=True), document(2, 2, relation("a", "b", probability=0.5))]
        )
        assert [(s.document, s.retracted) for s in await store.evidence("test:b", "test:a")] == [("pubmed:2", False), ("pubmed:1", True)]

    async def test_any_order_of_marks_notices_and_lists(self, store: GraphStore) -> None:
        """Each order is played on documents of its own, then all is withdrawn in the same order: the last to go revives the article."""
        orders = {10 * number: order for number, order in enumerate(permutations(range(4)), start=1)}

        def said(article: int, place: int) -> Contribution:
            one, notice = chain(article, 1, "ab", retracted=True), document(article + 1, 1, retracts=(article,))
            return (one, notice, listed(article, 1), listed(article, 1, "watch/"))[place]

        def taken_back(article: int, place: int) -> Contribution:
            names = (article + 1, f"retraction:{article}", f"retraction:watch/{article}")
            return (chain(article, 2, "ab"), *(tombstone(name, 2) for name in names))[place]

        for turn in range(4):
            assert await store.apply([said(article, order[turn]) for article, order in orders.items()]) == []
        for article in orders:
            assert (await store.paper(f"pubmed:{article}")).retracted_by == (
                f"pubmed:{article}",
                f"pubmed:{article + 1}",
                f"retraction:{article}",
                f"retraction:watch/{article}",
            )
        moved = [await kinds(store, *(taken_back(article, order[turn]) for article, order in orders.items())) for turn in range(4)]
        assert [len(changes) for changes in moved] == [0, 0, 0, len(orders)]
        assert await counts(store) == {AB: (len(orders), 0, 0)}
        assert await store.retracted() == []

    async def test_evidence_says_what_retracts_it(self, store: GraphStore) -> None:
        await store.apply(
            [chain(1, 1, "ab"), chain(2, 2, "ab", retracted=True), document(3, 3, retracts=(1, 2)), listed(1, 4), chain(4, 5, "ab")]
        )
        found = {s.document: s.retracted_by for s in await store.evidence("test:a", "test:b")}
        assert found == {"pubmed:4": (), "pubmed:1": ("pubmed:3", "retraction:1"), "pubmed:2": ("pubmed:2", "pubmed:3")}
        assert [(p.id, p.retracted_by) for p in await store.retracted()] == [
            ("pubmed:1", ("pubmed:3", "retraction:1")),
            ("pubmed:2", ("pubmed:2", "pubmed:3")),
        ]
        assert len(await store.retracted(limit=1)) == 1

    async def test_a_deleted_article_and_a_living_notice(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab"), document(2, 2, retracts=(1,)), tombstone(1, 3)])
        paper = await store.paper("pubmed:1")
        assert (paper.state, paper.retracted, paper.retracted_by, paper.claims) == ("deleted", True, ("pubmed:2",), ())
        assert await store.retracted() == []
        await store.apply([tombstone(2, 4), chain(1, 5, "ab")])
        assert await counts(store) == {AB: (1, 0, 0)}

    async def test_a_retraction_before_the_article(self, store: GraphStore) -> None:
        await store.apply([listed(1, 1)])
        paper = await store.paper("pubmed:1")
        assert (paper.state, paper.retracted, paper.title, paper.evidence) == ("unseen", True, "", 0)
        assert (await store.stats()).retracted == 0
        assert await store.apply([chain(1, 2, "ab")]) == []
        assert await counts(store) == {AB: (0, 0, 0)}

    async def test_concerns_and_corrections_are_shown_and_count_nothing(self, store: GraphStore) -> None:
        kinds_of = {LinkKind.CONCERN_IN: 2, LinkKind.CORRECTED_BY: 3}
        await store.apply(
            [
                chain(1, 1, "ab", links=tuple(kinds_of.items())),
                document(2, 2, links=((LinkKind.CONCERN_ABOUT, 1),)),
                document(4, 4, links=((LinkKind.CORRECTS, 1), (LinkKind.CORRECTS, 4))),
            ]
        )
        assert await counts(store) == {AB: (1, 0, 0)}
        paper = await store.paper("pubmed:1")
        assert (paper.retracted, paper.retracted_by) == (False, ())
        assert [(b.source, b.kind.value, b.target, b.source_title, b.target_title) for b in paper.links] == [
            ("pubmed:2", "concern_about", "pubmed:1", "Title 2", "Title 1"),
            ("pubmed:1", "concern_in", "pubmed:2", "Title 1", "Title 2"),
            ("pubmed:1", "corrected_by", "pubmed:3", "Title 1", ""),
            ("pubmed:4", "corrects", "pubmed:1", "Title 4", "Title 1"),
        ]
        await store.apply([chain(1, 5, "ab"), tombstone(2, 6), document(4, 7, retracts=(1,))])
        assert [(b.source, b.kind.value) for b in (await store.paper("pubmed:1")).links] == [("pubmed:4", "retracts")]
        assert await counts(store) == {AB: (0, 0, 0)}

    async def test_a_paper_shows_its_claims_in_the_order_of_its_text(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(
                    1,
                    1,
                    relation("c", "b", Predicate.BIND, place=40),
                    relation("a", "b", negated=True, cues=(("negation", 2, 6),)),
                    year=1999,
                )
            ]
        )
        paper = await store.paper("pubmed:1")
        assert (paper.id, paper.title, paper.journal, paper.year, paper.state) == ("pubmed:1", "Title 1", "Journal", 1999, "live")
        assert [(c.subject, c.subject_name, c.sentence.predicate.value, c.object, c.object_name) for c in paper.claims] == [
            ("test:a", "A", "Association", "test:b", "B"),
            ("test:b", "B", "Bind", "test:c", "C"),
        ]
        assert [(cue.kind.value, cue.start, cue.end) for cue in paper.claims[0].sentence.cues] == [("negation", 2, 6)]
        assert len((await store.paper("pubmed:1", limit=1)).claims) == 1
        assert (await store.paper("pubmed:1", limit=0)).evidence == 2

    async def test_an_article_that_was_never_there(self, store: GraphStore) -> None:
        with pytest.raises(GraphUnknownArticle, match="no article pubmed:404"):
            await store.paper("pubmed:404")
