"""docs/verify.md shows what the bench stored, and the bench counts as it says."""

import json

from benchmarks import bench_verify as bench
from biorelay.sought import Sought
from biorelay.verifying import Pair, Verdict, Verified


def test_the_page_is_current() -> None:
    result = json.loads(bench.RESULTS.read_text(encoding="utf-8"))
    text = bench.PAGE.read_text(encoding="utf-8")
    assert bench.page(text, result) == text, "write it anew: python -m benchmarks.bench_verify --data FOLDER"


def verified(verdict: Verdict, confidence: float = 0.0) -> Verified:
    told = {"a": "a", "a_name": "a", "c": "c", "c_name": "c", "verdict": verdict, "confidence": confidence, "bounded": False}
    counts = dict.fromkeys(("papers", "negated", "speculated", "co_mentioned", "documents", "named", "read"), 0)
    return Verified.model_validate(told | counts)


def test_shares_are_of_their_class() -> None:
    rows = [
        ("stated", "1", verified(Verdict.SUPPORTED, 0.9)),
        ("stated", "2", verified(Verdict.UNSEEN)),
        ("not related", "2", verified(Verdict.SUPPORTED, 0.1)),
    ]
    stated = bench._class_row(rows, "stated")
    assert (stated["pairs"], stated["as wanted"], stated["supported"], stated["unseen"]) == (2, 50.0, 1, 1)
    assert bench._precision(rows, lambda one: one.verdict is Verdict.SUPPORTED)["truly stated"] == 50.0
    assert bench._precision(rows, lambda one: one.confidence > 0.5)["truly stated"] == 100.0
    assert bench._share([]) == (0.0, 0.0, 0.0)


def test_a_pair_is_the_same_whichever_way_it_is_given() -> None:
    assert Pair(*sorted((Sought("b", "x"), Sought("a", "y")))) == Pair(Sought("a", "y"), Sought("b", "x"))
