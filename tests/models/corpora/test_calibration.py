"""The links' probabilities: fitted weights, calibration error and thresholds, against hand-made examples."""

import numpy as np
import pytest

from models.corpora.calibration import FEWEST, Example, calibration_error, fit_links
from models.corpora.vocabulary import CORPORA, HELD_OUT
from models.evaluation.linking_sets import LINKING_SETS
from processors.linking.match import Match
from processors.linking.score import Scorer
from processors.records import EntityType

DISEASE = EntityType.DISEASE


def example(number: int, *, right: bool, sure: float) -> Example:
    match = Match((f"mesh:D{number}",), {"sure": sure})
    return Example(number % 4, f"pubmed:{number // 2}", DISEASE, match, frozenset({f"mesh:D{number}" if right else "mesh:D0"}))


def draws(seed: int = 1, size: int = 4000) -> list[Example]:
    """Mentions that are right with probability 0.95 where `sure` is 1 and 0.2 where it is 0."""
    random = np.random.default_rng(seed)
    sure = random.random(size) < 0.5
    right = random.random(size) < np.where(sure, 0.95, 0.2)
    return [example(n + 1, right=bool(r), sure=float(s)) for n, (r, s) in enumerate(zip(right, sure, strict=True))]


def test_fitted_probabilities_are_the_frequencies() -> None:
    fitted = fit_links(draws())
    scorer = Scorer({DISEASE: fitted["Disease"]})
    assert scorer.probability(DISEASE, Match(("mesh:D1",), {"sure": 1.0})) == pytest.approx(0.95, abs=0.02)
    assert scorer.probability(DISEASE, Match(("mesh:D1",), {"sure": 0.0})) == pytest.approx(0.2, abs=0.03)
    assert fitted["Disease"]["held_out"]["ece"] < 0.02
    assert 0.2 <= fitted["Disease"]["threshold"] <= 0.95  # the unsure ones cost more than they bring


def test_same_examples_same_weights_in_any_order() -> None:
    found = draws(size=400)
    assert fit_links(found) == fit_links(list(reversed(found)))


@pytest.mark.parametrize("right", [True, False])
def test_few_or_uniform_examples_give_a_constant(right: bool) -> None:
    for size in (3, FEWEST + 20):
        fitted = fit_links([example(n + 1, right=right, sure=float(n % 2)) for n in range(size)])["Disease"]
        assert fitted["weights"] == {}
        assert (fitted["bias"] > 0) == right


def test_a_type_that_nothing_matches_has_no_entry() -> None:
    assert fit_links([]) == {}
    assert fit_links([Example(0, "pubmed:1", DISEASE, None, frozenset({"mesh:D1"}))]) == {}


def test_calibration_error_of_known_bins() -> None:
    assert calibration_error(np.array([0.95, 0.95, 0.05, 0.05]), np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(0.05)
    assert calibration_error(np.array([1.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(0.5)
    assert calibration_error(np.array([]), np.array([])) == 0.0


def test_no_reported_set_gives_names() -> None:
    used = {file for source in CORPORA for file in source.files}
    for linking_set in LINKING_SETS:
        assert linking_set.file in HELD_OUT
        assert linking_set.file not in used
