"""docs/discovery-results.md is what the stored result says."""

import json

import pytest

from benchmarks import discovery_page


@pytest.fixture(scope="module")
def result():
    return json.loads(discovery_page.RESULT.read_bytes())


def test_the_page_is_current(result) -> None:
    assert discovery_page.PAGE.read_text(encoding="utf-8") == discovery_page.page(result), (
        "write it anew: python -m benchmarks.discovery_page"
    )


def test_its_pictures_are_there() -> None:
    page = discovery_page.PAGE.read_text(encoding="utf-8")
    pictures = [part.partition(")")[0] for part in page.split("](img/")[1:]]
    assert pictures == ["discovery-growth.png", "discovery-trials.png"]
    assert all((discovery_page.IMAGES / name).is_file() for name in pictures)


def test_the_construction_that_was_tried_before_is_in_the_table(result) -> None:
    point = result["growth"]["constructions"]["names lower-cased, all rows"][-1]
    assert [round(point["hops"][hops]["percent_of_rows"]["mean"], 1) for hops in ("2", "4")] == [244.8, 441.7]
    assert point["rows"] == 355
