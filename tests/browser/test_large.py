"""Ten thousand relations on one screen: drawn, told, and still to be moved and asked. How fast is measured by `benchmarks.bench_page`."""

import re

import pytest

from benchmarks.page_graph import VIEW, lay
from tests.browser.conftest import Open, beside
from tests.browser.playing import expect
from tests.browser.serving import served


@pytest.mark.slow
def test_ten_thousand_relations_are_drawn_and_can_be_walked(open_page: Open, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("large")
    views = beside(lay(folder, 10_000))
    with served(folder / "graph", BIORELAY_SERVE_VIEWS=str(views)) as address:
        page = open_page(f"?at=views&view={VIEW}", at=address)
        expect(page.locator("#canvas")).to_have_attribute("aria-label", re.compile("and 10,000 relations$"), timeout=60_000)
        expect(page.locator("#canvas:not([data-placing])")).to_be_visible(timeout=120_000)
        page.locator("#canvas").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#peek strong")).to_have_text(re.compile(r"^entity \d+$"))
        page.keyboard.press("r")
        expect(page.locator("#drawer").get_by_role("article").first).to_be_visible()
        page.get_by_role("button", name="Table").click()
        expect(page.locator("#twin tbody tr")).to_have_count(200)
        page.get_by_role("button", name="Show more (9,800 left)").click()
        expect(page.locator("#twin tbody tr")).to_have_count(400)
        page.context.close()
