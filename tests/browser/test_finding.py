"""Search, an entity's card, what is beside it, and the sentences behind a relation."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from biorelay import open_graph
from tests.browser.conftest import Get, Open, beside
from tests.browser.playing import Page, expect
from tests.browser.serving import served

FIELD = "Find an entity by name, synonym or CURIE"


def entity(get: Get, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in get("search", q=name)["items"] if one["name"].lower() == name)
    return found


def open_entity(open_page: Open, get: Get, name: str, extra: str = "", **options: Any) -> tuple[Page, dict[str, Any]]:
    """The page of an entity of that name, with its neighbours listed."""
    found = entity(get, name)
    page = open_page(f"?center={found['id']}{extra}", **options)
    expect(page.locator("#panel .answers > li").first).to_be_visible()
    return page, found


def test_a_name_is_completed_and_chosen_by_keyboard_alone(open_page: Open, get: Get) -> None:
    page = open_page()
    page.keyboard.press("/")
    expect(page.get_by_label(FIELD)).to_be_focused()
    page.keyboard.type("halop")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text(re.compile("haloperidol", re.IGNORECASE))
    assert options.count() == len(get("search", q="halop", limit=12)["items"])
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert page.get_by_label(FIELD).get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("haloperidol", re.IGNORECASE))
    assert f"center={entity(get, 'haloperidol')['id']}" in page.url
    expect(page.locator("#panel")).to_be_focused()


def test_enter_before_the_answer_takes_the_best_one(open_page: Open) -> None:
    page = open_page()
    page.get_by_label(FIELD).fill("lithium")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^lithium", re.IGNORECASE))


def test_a_synonym_and_a_curie_find_it_too(open_page: Open, get: Get) -> None:
    lithium = entity(get, "lithium")
    page = open_page()
    page.get_by_label(FIELD).fill(lithium["id"])
    expect(page.get_by_role("option").first).to_contain_text(re.compile("lithium", re.IGNORECASE))
    near = get(f"entities/{lithium['id']}/neighbours", limit=50)["items"]
    synonyms = (one for other in near for one in get(f"entities/{quote(other['entity']['id'], safe='')}")["synonyms"])
    found = next(item for synonym in synonyms for item in get("search", q=synonym)["items"] if item["matched"] == synonym)
    page.get_by_label(FIELD).fill(found["matched"])
    expect(page.get_by_role("option", name=found["name"]).first).to_contain_text(f"also {found['matched']}")


def test_what_is_not_there_is_said(open_page: Open) -> None:
    page = open_page()
    page.get_by_label(FIELD).fill("<img src=x onerror=alert(1)> no such thing")
    expect(page.get_by_role("option")).to_have_text("No entity of the graph is called that.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)


def test_the_card_and_the_list_say_what_the_graph_says(open_page: Open, get: Get) -> None:
    page, found = open_entity(open_page, get, "haloperidol")
    card = get(f"entities/{found['id']}")
    expect(page.locator(".card .about")).to_contain_text(f"{card['entity']['degree']} relations")
    expect(page.get_by_role("link", name=found["id"])).to_have_attribute("href", card["link"])
    beside = get(f"entities/{found['id']}/neighbours", limit=50)["items"]
    assert page.locator("#panel .answers .name").all_inner_texts() == [one["entity"]["name"] for one in beside]
    for line, one in zip(page.locator("#panel .answers > li").all(), beside, strict=True):
        expect(line.locator(".sure")).to_contain_text(f"{one['edge']['confidence']:.2f}")
        papers = one["edge"]["counts"]["papers"]
        expect(line).to_contain_text(f"{papers} paper" if papers == 1 else f"{papers} papers")


def test_a_filter_narrows_list_graph_and_address(open_page: Open, get: Get) -> None:
    page, found = open_entity(open_page, get, "haloperidol")
    page.get_by_label("Type of the other entity", exact=True).select_option("Disease")
    expect(page).to_have_url(re.compile("type=Disease"))
    wanted = get(f"entities/{found['id']}/neighbours", type="Disease", limit=50)["items"]
    expect(page.locator("#panel .answers > li")).to_have_count(len(wanted))
    assert page.locator("#panel .answers .name").all_inner_texts() == [one["entity"]["name"] for one in wanted]
    page.go_back()
    expect(page.locator("#panel .answers > li")).to_have_count(len(get(f"entities/{found['id']}/neighbours", limit=50)["items"]))
    expect(page.get_by_label("Type of the other entity", exact=True)).to_have_value("")


def test_an_edge_opens_its_sentences_with_the_right_words_marked(open_page: Open, get: Get) -> None:
    page, found = open_entity(open_page, get, "haloperidol")
    first = get(f"entities/{found['id']}/neighbours", limit=50)["items"][0]
    page.locator("#panel .answers > li").first.get_by_role("link", name="Why").click()
    drawer = page.get_by_role("complementary", name="Evidence")
    ends = {end: first["edge"][end] for end in ("subject", "object", "predicate")}
    wanted = get("edges/evidence", **ends)["items"]
    expect(drawer.get_by_role("article")).to_have_count(len(wanted))
    for article, sentence in zip(drawer.get_by_role("article").all(), wanted, strict=True):
        start = sentence["span"]["start"]
        expect(article.locator("blockquote")).to_have_text(sentence["text"], use_inner_text=False)
        for end in ("subject", "object"):
            span = sentence[end]
            words = sentence["text"][span["start"] - start : span["end"] - start]
            assert "".join(article.locator(f"mark.{end}").all_text_contents()) == words
        expect(article).to_contain_text(sentence["model"])
        expect(article).to_contain_text(f"p {sentence['probability']:.2f}")
    expect(drawer.get_by_role("article").first.get_by_role("link")).to_have_attribute(
        "href", f"https://pubmed.ncbi.nlm.nih.gov/{wanted[0]['document'].removeprefix('pubmed:')}/"
    )


def test_the_confidence_is_a_sum_that_can_be_redone(open_page: Open, get: Get) -> None:
    page, found = open_entity(open_page, get, "lithium")
    page.locator("#panel .answers > li").first.get_by_role("link", name="Why").click()
    page.get_by_text(re.compile(r"How 0\.\d\d comes about")).click()
    first = get(f"entities/{found['id']}/neighbours", limit=1)["items"][0]["edge"]
    sum_ = get("edges/confidence", **{end: first[end] for end in ("subject", "object", "predicate")})["items"][0]
    table = page.locator(".sum table")
    assert table.locator("tbody tr").count() == len(sum_["papers"]) + 1 + bool(sum_["others"])
    shares = [float(text) for text in table.locator("tbody tr td:last-child").all_inner_texts()]
    assert abs(sum(shares[:-1]) - shares[-1]) < 0.001 * len(shares)
    expect(page.locator(".sum")).to_contain_text(f"{first['confidence']:.3f}")


def test_back_leads_from_the_sentences_to_the_list_and_the_focus_too(open_page: Open, get: Get) -> None:
    page, _ = open_entity(open_page, get, "lithium")
    why = page.locator("#panel .answers > li").first.get_by_role("link", name="Why")
    why.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("article").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(why).to_be_focused()
    page.go_back()
    expect(drawer).to_be_visible()
    page.go_back()
    expect(drawer).to_be_hidden()


def test_an_address_shows_another_person_the_same(open_page: Open, get: Get) -> None:
    page, _ = open_entity(open_page, get, "haloperidol", extra="&min_confidence=0.25")
    page.locator("#panel .answers > li").first.get_by_role("link", name="Why").click()
    expect(page.locator("#drawer").get_by_role("article").first).to_be_visible()
    other = open_page(page.url.rpartition("/")[2])
    expect(other.locator("#drawer").get_by_role("article").first).to_be_visible()
    assert other.locator("#panel .answers").inner_text() == page.locator("#panel .answers").inner_text()
    assert other.locator("#drawer").inner_text() == page.locator("#drawer").inner_text()


def test_an_entity_that_is_not_there_is_a_clear_problem(open_page: Open) -> None:
    page = open_page("?center=mesh:D999999999&edge=nonsense&hops=9&since=abc&at=nowhere", refused=True)
    expect(page.get_by_role("alert").first).to_contain_text("mesh:D999999999")
    expect(page.locator("#drawer")).to_be_hidden()


def test_an_empty_graph_says_how_it_is_filled(open_page: Open, tmp_path: Path) -> None:
    async def make() -> None:
        async with open_graph(tmp_path / "graph"):
            pass

    beside(make())
    with served(tmp_path / "graph") as address:
        page = open_page(at=address)
        expect(page.locator("#panel")).to_contain_text("The graph is empty. Fill it with biorelay graph load")
        page.get_by_label(FIELD).fill("aspirin")
        expect(page.get_by_role("option")).to_have_text("No entity of the graph is called that.")
        page.context.close()
