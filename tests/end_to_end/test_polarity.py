"""From an abstract's words to the graph's counts: what a paper denies or hedges supports nothing."""

from collections import defaultdict
from pathlib import Path

import pytest

from biorelay.demo import samples
from biorelay.extractor import Extractor
from graphstore import Contribution, open_store
from graphstore.contribution import Polarity
from processors.records import Relations, Revision, edge_key

SAID = {
    (True, False): Polarity.NEGATED,
    (True, True): Polarity.NEGATED,
    (False, True): Polarity.SPECULATED,
    (False, False): Polarity.POSITIVE,
}


@pytest.fixture(scope="module")
def extracted() -> list[Relations]:
    extractor = Extractor.load()
    return [extractor.extract(abstract)[1] for abstract in samples(40)]


async def test_denials_and_hedges_are_counted_apart_and_never_as_support(extracted: list[Relations], tmp_path: Path) -> None:
    papers: dict[str, dict[Polarity, set[str]]] = defaultdict(lambda: defaultdict(set))
    for record in extracted:
        for relation in record.relations:
            assert relation.negated is not None
            assert relation.speculated is not None
            key = edge_key(relation.subject.id, relation.predicate, relation.object.id)
            if relation.subject.id != relation.object.id:
                papers[key][SAID[relation.negated, relation.speculated]].add(record.id)
    assert any(said[Polarity.NEGATED] for said in papers.values())
    assert any(said[Polarity.SPECULATED] for said in papers.values())
    async with open_store(tmp_path / "graph") as store:
        await store.apply([Contribution.of(record, Revision(0, i)) for i, record in enumerate(extracted)])
        edges = {edge.key: edge for edge in (await store.snapshot()).edges}
        assert edges.keys() == papers.keys()
        for key, said in papers.items():
            counts = edges[key].counts
            found = (counts.papers, counts.negated, counts.speculated)
            assert found == tuple(len(said[p]) for p in (Polarity.POSITIVE, Polarity.NEGATED, Polarity.SPECULATED))
        only_denied = next(edges[key] for key, said in papers.items() if not said[Polarity.POSITIVE] | said[Polarity.SPECULATED])
        assert await store.evidence(only_denied.subject, only_denied.object, only_denied.predicate, polarity=Polarity.POSITIVE) == []
        (sentence, *_) = await store.evidence(only_denied.subject, only_denied.object, only_denied.predicate)
        assert sentence.polarity is Polarity.NEGATED
        assert not await store.paths(only_denied.subject, only_denied.object, max_hops=1)


def test_the_cues_stand_in_the_evidence_that_they_judge(extracted: list[Relations]) -> None:
    for record in extracted:
        for relation in record.relations:
            shown = relation.evidence
            assert bool(shown.cues) == (relation.negated or relation.speculated)
            for cue in shown.cues:
                assert shown.start <= cue.start < cue.end <= shown.end
                word = shown.text[cue.start - shown.start : cue.end - shown.start]
                assert word == word.strip() != ""
