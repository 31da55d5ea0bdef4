"""What the scorers see of statements, and the measures over it, against plain Python."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore.confidence import confidence, share
from graphstore.measures import Measure
from graphstore.networks import Network
from models.evaluation.discovery.known import Known, Mentions, Statement
from models.evaluation.discovery.scorers import baselines, measured

NODES = [f"n{n}" for n in range(12)]
STATEMENTS = st.lists(
    st.builds(
        lambda pmid, a, b, predicate, p: Statement(pmid, a, "Gene", b, "Gene", predicate, p),
        st.integers(1, 9),
        st.sampled_from(NODES),
        st.sampled_from(NODES),
        st.sampled_from(["Bind", "Association"]),
        st.floats(0.1, 1.0),
    ),
    min_size=1,
    max_size=60,
)


def test_a_document_counts_once_with_its_best_probability() -> None:
    rows = [
        Statement(1, "b", "Gene", "a", "Disease", "Bind", 0.5),
        Statement(1, "a", "Disease", "b", "Gene", "Association", 0.8),
        Statement(2, "a", "Disease", "b", "Gene", "Bind", 0.25),
        Statement(3, "c", "Gene", "c", "Gene", "Bind", 0.9),
    ]
    known = Known.of(rows)
    assert known.network.ids == ("a", "b")
    assert (known.network.weights.tolist(), known.ways.tolist()) == ([2.0], [2])
    assert known.confidence[0] == pytest.approx(confidence(share(0.8) + share(0.25)))


@given(STATEMENTS)
def test_the_measures_are_sums_over_common_neighbours(rows) -> None:
    known = Known.of(rows)
    network = known.network
    place = {tuple(edge): number for number, edge in enumerate(network.edges.tolist())}
    near = {node: set(network.neighbours(node).tolist()) for node in range(len(network.ids))}
    pairs = np.array(list(combinations(range(len(network.ids)), 2)), dtype=np.int64).reshape(-1, 2)[:, ::-1]
    found = measured(known, pairs)
    for number, (a, c) in enumerate(pairs.tolist()):
        middles = [(b, place[min(a, b), max(a, b)], place[min(b, c), max(b, c)]) for b in near[a] & near[c]]
        assert found[Measure.LINKING_TERMS][number] == len(middles)
        assert found[Measure.PATH_COUNT][number] == sum(known.ways[i] * known.ways[j] for _, i, j in middles)
        wanted = sum(1 / math.log(max(len(near[b]), 2)) for b, _, _ in middles)
        assert found[Measure.ADAMIC_ADAR][number] == pytest.approx(wanted)
        papers = sum(min(network.weights[i], network.weights[j]) / math.sqrt(len(near[b])) for b, i, j in middles)
        assert found[Measure.DAMPED_PAPERS][number] == pytest.approx(papers)
        missed = math.prod(1 - known.confidence[i] * known.confidence[j] for _, i, j in middles)
        assert found[Measure.CONFIDENCE_PRODUCT][number] == pytest.approx(1 - missed)


@given(STATEMENTS, st.integers(0, 99))
def test_a_permuted_edge_keeps_what_belongs_to_it(rows, seed) -> None:
    known = Known.of(rows)
    drawn = known.permuted(np.random.default_rng(seed))

    def belongings(of: Known) -> list[tuple[float, float, int]]:
        return sorted(zip(of.network.weights.tolist(), of.confidence.tolist(), of.ways.tolist(), strict=True))

    assert belongings(drawn) == belongings(known)
    assert (drawn.network.degrees == known.network.degrees).all()


def test_documents_that_name_both_are_counted() -> None:
    network = Network.of([("a", "Gene", "b", "Gene", 1.0), ("c", "Gene", "d", "Gene", 1.0)])
    mentions = Mentions({1: ["a", "c", "c"], 2: ["c", "a", "stranger"], 3: ["a"]}, network)
    pairs = np.array([[0, 2], [2, 0], [0, 1], [2, 3]])
    assert mentions.together(network, pairs).tolist() == [2, 2, 0, 0]
    assert Mentions({}, network).together(network, pairs).tolist() == [0, 0, 0, 0]


def test_the_baselines_score_every_pair() -> None:
    network = Network.of([("a", "Gene", "b", "Gene", 1.0), ("b", "Gene", "c", "Gene", 1.0), ("c", "Gene", "d", "Gene", 1.0)])
    pairs = np.array([[0, 3], [0, 2]])
    scores = {scorer.name: scorer.score(network, pairs) for scorer in baselines(Mentions({1: ["a", "d"]}, network), seed=1)}
    assert list(scores) == ["random", "degree product", "co-occurrence", "three steps"]
    assert scores["degree product"].tolist() == [1, 2]
    assert scores["co-occurrence"].tolist() == [1, 0]
    assert scores["three steps"].tolist() == [pytest.approx(0.5), 0]
    assert [scorer.name for scorer in baselines(None, seed=1)] == ["random", "degree product", "three steps"]
