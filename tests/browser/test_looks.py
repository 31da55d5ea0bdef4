"""For everybody: no violations that axe finds, light and dark, on a phone, by keyboard; hostile texts stay texts."""

import re
from urllib.parse import quote

import pytest

from tests.browser.conftest import Get, Open
from tests.browser.playing import Page, expect
from tests.browser.samples import HOSTILE, SCRIPT
from tests.browser.test_finding import entity, open_entity

PHONE = {"width": 360, "height": 740}
WIDE = {"width": 2200, "height": 1200}
AT = {
    "start": "",
    "entity": "?center={start}",
    "evidence": "?center={start}&edge={edge}",
    "table": "?center={start}&show=table",
    "discover": "?at=discover&start={start}",
    "verify": "?at=discover&start={start}&verify={pair}",
    "paths": "?at=paths&start={start}&end={end}",
    "views": "?at=views",
    "extract": "?at=extract",
}


def addresses(get: Get) -> dict[str, str]:
    start = entity(get, "haloperidol")["id"]
    edge = get(f"entities/{start}/neighbours", limit=1)["items"][0]["edge"]
    end = get("discover/open", start=start, limit=1)["items"][0]["entity"]["id"]
    said = {"start": start, "end": end, "edge": f"{edge['subject']} {edge['predicate']} {edge['object']}", "pair": f"{start} {end}"}
    return {name: at.format(**{key: quote(value) for key, value in said.items()}) for name, at in AT.items()}


def settled(page: Page) -> None:
    """Wait until nothing is on its way."""
    expect(page.locator(".wait")).to_have_count(0)
    expect(page.locator("#canvas[data-placing]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(open_page: Open, get: Get, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    found = {}
    for name, address in addresses(get).items():
        page = open_page(address, color_scheme=scheme)
        settled(page)
        answer = Axe().run(page)
        if answer.violations_count:
            found[name] = [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in answer.response["violations"]]
        page.context.close()
    assert found == {}


@pytest.mark.parametrize("name", sorted(AT))
def test_on_a_phone_nothing_is_wider_than_the_screen(open_page: Open, get: Get, name: str) -> None:
    page = open_page(addresses(get)[name], viewport=PHONE, has_touch=True, is_mobile=True)
    settled(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    for button in page.locator("button:visible, summary:visible").all():
        box = button.bounding_box()
        assert box is None or box["height"] >= 24, button.inner_text()  # WCAG 2.2, 2.5.8


def test_on_a_phone_the_filters_fold_and_the_sentences_fill_the_screen(open_page: Open, get: Get) -> None:
    page, _ = open_entity(open_page, get, "haloperidol", viewport=PHONE)
    expect(page.get_by_label("Relation", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_label("Relation", exact=True)).to_be_visible()
    page.locator("#panel .answers > li").first.get_by_role("link", name="Why").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("article").first).to_be_visible()
    box = drawer.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE["width"])
    page.get_by_role("button", name="Close the evidence").click()
    expect(drawer).to_be_hidden()


def test_the_colours_follow_the_system_and_the_button(open_page: Open, get: Get) -> None:
    page, _ = open_entity(open_page, get, "haloperidol", color_scheme="dark")

    def ground() -> int:
        return sum(map(int, re.findall(r"\d+", page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor"))[:3]))

    assert ground() < 150
    page.get_by_role("button", name="Colours: as the system").click()
    page.get_by_role("button", name="Colours: light").focus()
    assert ground() > 600
    page.reload()
    expect(page.get_by_role("button", name="Colours: light")).to_be_visible()
    assert ground() > 600


def test_all_of_the_page_is_reached_by_tab(open_page: Open, get: Get) -> None:
    page, _ = open_entity(open_page, get, "haloperidol")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the answers")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    reached = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("() => document.activeElement.closest('#panel, #filters, #canvas, #zoom, #time, .acts, header')?.id || ''")
        )
        if "time" in reached:
            break
    assert {"panel", "filters", "canvas", "zoom", "time"} <= reached


def test_hostile_texts_stay_texts(open_page: Open, get: Get) -> None:
    lithium = entity(get, "lithium")
    beside = get(f"entities/{lithium['id']}/neighbours", limit=50)["items"]
    for one in beside:
        edge = {end: one["edge"][end] for end in ("subject", "object", "predicate")}
        if any(sentence["document"] == HOSTILE.id for sentence in get("edges/evidence", **edge, limit=200)["items"]):
            break
    else:
        pytest.fail("nothing of the hostile abstract was extracted")
    page = open_page(f"?center={lithium['id']}&edge={quote(' '.join((edge['subject'], edge['predicate'], edge['object'])))}")
    hostile = page.locator("#drawer article", has_text=HOSTILE.id)
    expect(hostile).to_be_visible()
    expect(hostile.get_by_role("heading")).to_contain_text(SCRIPT)
    sentence = next(one for one in get("edges/evidence", **edge, limit=200)["items"] if one["document"] == HOSTILE.id)
    start, ends = sentence["span"]["start"], ("subject", "object")
    words = [sentence["text"][sentence[end]["start"] - start : sentence[end]["end"] - start] for end in ends]
    assert ["".join(hostile.locator(f"mark.{end}").all_text_contents()) for end in ends] == words
    assert page.evaluate("() => window.stolen") is None
    assert page.locator("#drawer script, #drawer img").count() == 0


def test_a_retracted_paper_is_marked_as_such(open_page: Open, get: Get) -> None:
    haloperidol = entity(get, "haloperidol")["id"]
    beside = get(f"entities/{haloperidol}/neighbours", limit=50, min_papers=0)["items"]
    for one in beside:
        edge = {end: one["edge"][end] for end in ("subject", "object", "predicate")}
        if any(sentence["retracted"] for sentence in get("edges/evidence", **edge, limit=200)["items"]):
            page = open_page(f"?center={haloperidol}&edge={quote(' '.join((edge['subject'], edge['predicate'], edge['object'])))}")
            expect(page.locator("article.retracted .badge-retracted").first).to_contain_text("retracted")
            return
    pytest.fail("nothing of the retracted abstract was extracted")


def test_a_wide_screen_is_used(open_page: Open, get: Get) -> None:
    page, _ = open_entity(open_page, get, "haloperidol", viewport=WIDE)
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    assert box["width"] > 1500
