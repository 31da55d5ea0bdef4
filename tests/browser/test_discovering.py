"""Open and closed discovery, paths, and the verification of a pair: the page shows what the graph answers."""

import re
from typing import Any
from urllib.parse import quote

from tests.browser.conftest import Get, Open
from tests.browser.playing import Page, expect
from tests.browser.test_finding import entity

START = "haloperidol"


def lines(page: Page) -> list[str]:
    expect(page.locator("#panel .answers > li").first).to_be_visible()
    return page.locator("#panel .answers .name").all_inner_texts()


def first_finding(get: Get) -> tuple[dict[str, Any], dict[str, Any]]:
    start = entity(get, START)
    found: dict[str, Any] = get("discover/open", start=start["id"], limit=20)
    assert found["items"], "the sample discovers nothing"
    return start, found["items"][0]


def choose(page: Page, label: str, name: str) -> None:
    page.get_by_label(label).fill(name)
    page.get_by_role("option", name=re.compile(f"^{re.escape(name)}", re.IGNORECASE)).first.click()


def test_open_discovery_lists_what_the_graph_finds(open_page: Open, get: Get) -> None:
    start, _ = first_finding(get)
    page = open_page("?at=discover")
    expect(page.get_by_text("Choose an entity to start from.")).to_be_visible()
    choose(page, "From (A)", START)
    expect(page).to_have_url(re.compile(f"start={start['id']}"))
    found = get("discover/open", start=start["id"], limit=20)["items"]
    assert lines(page) == [one["entity"]["name"] for one in found]
    first = page.locator("#panel .answers > li").first
    assert first.locator(".way").count() == len(found[0]["paths"])
    expect(first).to_contain_text(f"by way of {found[0]['links']}")


def test_a_kind_of_answer_and_a_measure_can_be_asked_for(open_page: Open, get: Get) -> None:
    start, _ = first_finding(get)
    page = open_page(f"?at=discover&start={quote(start['id'], safe='')}")
    lines(page)
    page.get_by_label("ranked by").select_option("adamic_adar")
    expect(page).to_have_url(re.compile("rank=adamic_adar"))
    wanted = [one["entity"]["name"] for one in get("discover/open", start=start["id"], rank="adamic_adar", limit=20)["items"]]
    expect(page.locator("#panel .answers .name")).to_have_text(wanted)
    page.get_by_label("to some (C)").select_option("Gene")
    expect(page).to_have_url(re.compile("target=Gene"))
    wanted = [
        one["entity"]["name"] for one in get("discover/open", start=start["id"], rank="adamic_adar", target_type="Gene", limit=20)["items"]
    ]
    expect(page.locator("#panel .answers .name")).to_have_text(wanted)


def test_closed_discovery_shows_what_lies_between(open_page: Open, get: Get) -> None:
    start, finding = first_finding(get)
    end = finding["entity"]
    page = open_page(f"?at=discover&start={quote(start['id'], safe='')}&end={quote(end['id'], safe='')}")
    wanted = get("discover/closed", start=start["id"], end=end["id"], limit=20)["items"]
    assert lines(page) == [way["steps"][0]["target"]["name"] for way in wanted]
    expect(page.get_by_label("From (A)")).to_have_value(start["name"])
    expect(page.get_by_label("To (C), or leave it open")).to_have_value(end["name"])


def test_a_step_of_a_way_opens_its_sentences(open_page: Open, get: Get) -> None:
    start, finding = first_finding(get)
    page = open_page(f"?at=discover&start={quote(start['id'], safe='')}")
    page.locator("#panel .way a.step").first.click()
    step = finding["paths"][0]["steps"][0]["edge"]
    wanted = get("edges/evidence", **{key: step[key] for key in ("subject", "object", "predicate")})["items"]
    expect(page.locator("#drawer").get_by_role("article")).to_have_count(len(wanted))


def test_paths_are_found_and_drawn(open_page: Open, get: Get) -> None:
    start, finding = first_finding(get)
    end = finding["entity"]
    page = open_page("?at=paths")
    choose(page, "From", start["name"])
    choose(page, "To", end["name"])
    found = get("paths", start=start["id"], end=end["id"], max_hops=3, limit=20)["items"]
    expect(page.locator("#panel .answers > li")).to_have_count(len(found))
    entities = {step[side]["id"] for way in found for step in way["steps"] for side in ("source", "target")}
    expect(page.locator("#canvas")).to_have_attribute("aria-label", re.compile(f"^Graph of {len(entities)} entit"))


def test_a_discovered_pair_is_verified_in_the_abstracts(open_page: Open, get: Get) -> None:
    start, finding = first_finding(get)
    page = open_page(f"?at=discover&start={quote(start['id'], safe='')}")
    page.get_by_role("link", name=f"Verify {start['name']} and {finding['entity']['name']} in the abstracts").first.click()
    drawer = page.locator("#drawer")
    expect(drawer.locator(".badge").first).to_be_visible(timeout=90_000)
    wanted = get("verify", start=start["id"], end=finding["entity"]["id"])  # the model reads for one at a time
    expect(drawer.locator(".badge").first).to_have_text(wanted["verdict"])
    assert wanted["abstracts"] is not None
    expect(drawer).to_contain_text(f"{wanted['abstracts']['documents']} abstracts searched")
    assert "verify=" in page.url


def test_nothing_between_is_said(open_page: Open, get: Get) -> None:
    start, _ = first_finding(get)
    other = next(
        one
        for one in get(f"entities/{quote(start['id'], safe='')}/neighbours", limit=50)["items"]
        if not get("discover/closed", start=start["id"], end=one["entity"]["id"], min_papers=1000)["items"]
    )["entity"]
    page = open_page(f"?at=discover&start={quote(start['id'], safe='')}&end={quote(other['id'], safe='')}&min_papers=1000")
    expect(page.locator("#panel .empty")).to_contain_text(f"Nothing lies between {start['name']} and {other['name']}.")
