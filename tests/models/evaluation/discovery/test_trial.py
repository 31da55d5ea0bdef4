"""Trials by time and by held-out edges on graphs that can be counted by hand; significance and Swanson's pattern on planted ones."""

import numpy as np
import pytest

from models.evaluation.discovery.cases import Case, in_texts, worked
from models.evaluation.discovery.known import Known, Statement
from models.evaluation.discovery.scorers import Scorer
from models.evaluation.discovery.significance import benjamini_hochberg, significance
from models.evaluation.discovery.sources import Dated
from models.evaluation.discovery.trial import Trial, open_pairs

KINDS = {"c": "Chemical", "d": "Disease", "g": "Gene"}


def said(pmid: int, a: str, b: str, predicate: str = "Association", p: float = 0.5, sentence: str = "") -> Statement:
    return Statement(pmid, a, KINDS[a[0]], b, KINDS[b[0]], predicate, p, sentence)


OLD = [
    said(1, "c1", "g1"),
    said(2, "g1", "d1"),
    said(3, "c2", "g1"),
    said(4, "c2", "d2"),
    said(5, "c3", "d3"),
    said(6, "c3", "d3"),
    said(7, "c2", "c3"),
]
NEW = [said(8, "c1", "d1"), said(9, "c1", "c9"), said(10, "c1", "g1"), said(10, "c1", "d3")]


def ids(trial: Trial, pairs) -> set[tuple[str, str]]:
    return {(trial.known.network.ids[a], trial.known.network.ids[b]) for a, b in pairs.tolist()}


def test_the_newest_documents_are_what_comes_later() -> None:
    trial = Trial.by_time("t", [*NEW, *OLD], {1: ["c1", "d1"], 8: ["c1", "d1"]}, hops=2)
    assert (trial.told["documents"], trial.told["older"], trial.told["first_newer_pmid"]) == (10, 7, 8)
    assert ids(trial, trial.pairs) == {("c1", "c2"), ("c1", "d1"), ("c2", "d1"), ("c2", "d3"), ("c3", "d2"), ("c3", "g1"), ("d2", "g1")}
    assert ids(trial, trial.pairs[trial.truth]) == {("c1", "d1")}
    # c9 was not known before and c1 - g1 was stated already; c1 - d3 is four steps apart.
    assert trial.told["between_known_and_not_joined"] == 2
    assert trial.told["steps_apart"] == {"2": 1, "3": 0, "4": 1, "more or none": 0}
    assert trial.mentions is not None
    place = trial.known.network.place
    assert trial.mentions.together(trial.known.network, np.array([[place["c1"], place["d1"]]])).tolist() == [1]  # of the older ones


def test_only_types_that_are_joined_elsewhere_are_candidates() -> None:
    """d1 and d2 are two steps apart by way of c1, and nothing joins a disease with a disease."""
    trial = Trial.by_time("t", [said(1, "c1", "d1"), said(2, "c1", "d2"), said(3, "c2", "d1"), said(4, "c2", "d2")], {}, hops=3)
    assert ids(trial, trial.pairs) == {("c2", "d2")} - ids(trial, trial.known.network.edges)


def test_held_out_edges_come_true_and_nothing_else() -> None:
    rows = [said(0, c, g, "binds") for c in ("c1", "c2", "c3") for g in ("g1", "g2")]
    trial = Trial.held_out("t", rows, [("g2", "c3")], hops=3, types=[("Gene", "Chemical")])
    assert ids(trial, trial.pairs) == ids(trial, trial.pairs[trial.truth]) == {("c3", "g2")}
    assert trial.told["kind"] == "held out at random"


def test_a_run_tells_every_scorer_with_its_interval() -> None:
    class Oracle:
        name = "oracle"
        fitted = False

        def fit(self, network) -> None:
            self.fitted = True

        def score(self, network, pairs):
            assert self.fitted
            return np.array([float((network.ids[a], network.ids[b]) == ("c1", "d1")) for a, b in pairs.tolist()])

    oracle: Scorer = Oracle()
    found = Trial.by_time("t", [*OLD, *NEW], {}, hops=2).run([oracle], draws=20)
    assert {"oracle", "random", "degree product", "co-occurrence", "three steps", "adamic_adar", "path_count"} <= set(found["scorers"])
    assert found["scorers"]["oracle"]["auc"] == [1, 1, 1]
    assert found["base_rate"] == pytest.approx(1 / 7)


def test_what_cannot_be_cut_in_two_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be cut"):
        Trial.by_time("t", [said(1, "c1", "d1")], {}, hops=2)
    with pytest.raises(ValueError, match="older documents relate nothing"):
        Trial.by_time("t", [said(9, "c1", "d1")], {1: [], 2: []}, hops=2)


def test_a_planted_finding_is_more_than_chance() -> None:
    """c1 and d1 share ten genes that nothing else shares; the rest are pairs of a gene and a disease."""
    rows = [said(n, end, f"g{n}") for n in range(10) for end in ("c1", "d1")]
    rows += [said(100 + n, f"{kind}{100 + n}", f"g{100 + n}") for n in range(150) for kind in "cd"]
    rows += [said(900, "c900", "d900")]
    found = significance(Known.of(rows), {"c1": "planted"}, top=5, permutations=30, pooled=3)
    first = found["measures"]["linking_terms"]["first"][0]
    assert (first["a"], first["a_name"], first["c"], first["score"]) == ("c1", "planted", "d1", 10)
    assert first["p"] == pytest.approx(1 / 31)
    assert found["candidates"] == len(open_pairs(Known.of(rows).network, 2))
    with pytest.raises(ValueError, match="no two entities"):
        significance(Known.of([said(1, "c1", "d1")]), {})


def test_rates_are_those_of_benjamini_and_hochberg() -> None:
    assert benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])).tolist() == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])


CASE = Case("a - c", r"oil", r"raynaud", ("c8", "c1"), ("d1",), {"viscosity": r"viscosity", "spasm": r"spasm"})


def test_texts_are_counted_by_words_apart_from_those_that_name_both() -> None:
    texts = ["Fish OIL lowers viscosity", "Raynaud and viscosity", "oil in Raynaud: spasm", "nothing"]
    found = in_texts(CASE, texts)
    assert (found["texts"], found["a"], found["c"], found["both"]) == (4, 2, 2, 1)
    assert found["links"] == {"viscosity": {"with_a": 1, "with_c": 1}, "spasm": {"with_a": 0, "with_c": 0}}


def test_a_case_is_worked_without_the_documents_that_name_both() -> None:
    rows = [
        said(1, "c1", "g1", sentence="lowers"),
        said(2, "d1", "g1", p=0.9, sentence="is high"),
        said(3, "c1", "d1", sentence="helps"),
        said(3, "c1", "g2"),
        said(4, "g1", "d2"),
        said(5, "g2", "d1"),
    ]
    dated = Dated(rows, {3: {"c1", "d1", "g2"}}, {name: name.upper() for name in ("c1", "d1", "d2", "g1", "g2")})
    found = worked(CASE, dated)
    assert found["supported"]
    assert found["named_together"] == [3]
    assert [row["sentence"] for row in found["stated_together"]] == ["helps"]
    assert [(link["id"], link["a"][0]["sentence"], link["c"][0]["sentence"]) for link in found["links"]] == [("g1", "lowers", "is high")]
    assert {of["of"] for of in found["ranks"].values()} == {2}


def test_a_case_whose_ends_are_not_there_is_not_supported() -> None:
    assert worked(CASE, Dated([said(1, "c1", "g1")], {}, {})) == {"supported": False, "lacking": ["c"]}
