"""Edges gathered, judged and fitted."""

import numpy as np
import pytest

from models.evaluation.edge_confidence import (
    FITTED,
    MAPS,
    OFTEN,
    Edges,
    Found,
    by_papers,
    counted_by,
    cross_fitted,
    fit_factor,
    log_loss,
    main,
    result,
)
from models.evaluation.reliability import AFTER, BEFORE

AB, AC = ("test:a", "Bind", "test:b"), ("test:a", "Bind", "test:c")


def drawn_edges(factor: float, count: int, seed: int) -> Edges:
    """Edges that are right as often as the factor says, each of a document of its own."""
    rng = np.random.default_rng(seed)
    weight = rng.uniform(0.2, 4.0, count)
    right = rng.random(count) < 1 - np.exp(-factor * weight)
    return Edges(weight, right, np.ones(count, dtype=np.int64), np.arange(count))


def test_papers_are_gathered_by_their_best_and_right_by_any() -> None:
    edges = Edges.of([Found(0, AB, 0.5, False), Found(0, AB, 0.9, False), Found(3, AB, 0.5, True), Found(2, AC, 0.75, False)])
    assert edges.weight == pytest.approx([-np.log(0.1 * 0.5), -np.log(0.25)], abs=1e-5)
    assert (edges.right.tolist(), edges.papers.tolist(), edges.document.tolist()) == ([True, False], [2, 1], [0, 2])


@pytest.mark.parametrize("factor", [0.3, 0.6, 1.0, 2.0])
def test_the_factor_is_found_again(factor: float) -> None:
    edges = drawn_edges(factor, 20_000, seed=2)
    assert fit_factor(edges.weight, edges.right) == pytest.approx(factor, rel=0.05)


def test_the_fit_has_the_least_loss() -> None:
    edges = drawn_edges(0.6, 500, seed=3)
    best = fit_factor(edges.weight, edges.right)
    losses = [log_loss(counted_by(best * step)(edges.weight), edges.right) for step in (0.9, 1.0, 1.1)]
    assert min(losses) == losses[1]


@pytest.mark.torch  # scikit-learn is in the training environment
@pytest.mark.parametrize("name", MAPS)
def test_no_document_calibrates_itself(name: str) -> None:
    """What is wrong of one fold only changes the confidences of all others, and none of its own."""
    edges = drawn_edges(0.6, 300, seed=4)
    fold = edges.document % 5 == 0
    other = Edges(edges.weight, np.where(fold, ~edges.right, edges.right), edges.papers, edges.document)
    one, two = cross_fitted(edges, MAPS[name]), cross_fitted(other, MAPS[name])
    assert (one[fold] == two[fold]).all()
    assert name == next(iter(MAPS)) or not np.allclose(one[~fold], two[~fold])


@pytest.mark.torch
def test_calibration_mends_what_is_too_sure() -> None:
    edges = drawn_edges(0.5, 3000, seed=5)
    told = result(edges, edges)
    before, after = (told["reliability"][when]["error"] for when in (BEFORE, AFTER))
    assert after < before / 2
    low, high = told["factor_95"]
    assert low <= told["factor"] <= high
    assert (told["edges"], told["right"]) == (3000, int(edges.right.sum()))
    assert set(told["by_papers"]) == {FITTED, OFTEN}


def test_rows_by_papers() -> None:
    edges = Edges(np.array([0.5, 1.0, 3.0]), np.array([False, True, True]), np.array([1, 2, 5]), np.array([0, 1, 2]))
    rows = by_papers(edges, 0.5)
    assert [(row["papers"], row["edges"], row["right"]) for row in rows] == [("1", 1, 0.0), ("2", 1, 1.0), ("3 or more", 1, 1.0)]
    assert rows[2][AFTER] == pytest.approx(1 - np.exp(-1.5), abs=1e-3)
    assert by_papers(Edges.of([]), 0.5)[0] == {"papers": "1", "edges": 0, BEFORE: None, AFTER: None, "right": None}


def test_no_data(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) in {1, 2}
    assert str(tmp_path) in capsys.readouterr().err
