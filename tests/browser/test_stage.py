"""The graph beside the answers: its table, the years, the keyboard, and what can be taken away."""

import json
import re
from contextlib import suppress
from pathlib import Path

from tests.browser.conftest import Get, Open
from tests.browser.playing import Page, expect
from tests.browser.test_finding import entity, open_entity


def placed(page: Page) -> None:
    """Wait until the graph stands where it will stand."""
    expect(page.locator("#canvas:not([data-placing])")).to_be_visible()
    expect(page.locator("#legend")).not_to_be_empty()


def test_the_graph_holds_what_the_network_does_and_the_table_says_it_too(open_page: Open, get: Get) -> None:
    page, found = open_entity(open_page, get, "haloperidol")
    network = get("network", center=found["id"], max_edges=300)
    nodes, edges = len(network["nodes"]), len(network["edges"])
    expect(page.get_by_role("application")).to_have_attribute("aria-label", f"Graph of {nodes} entities and {edges} relations")
    page.get_by_role("button", name="Table").click()
    rows = page.locator("#twin tbody tr")
    expect(rows).to_have_count(min(200, edges))
    assert "show=table" in page.url
    names = {node["id"]: node["name"] for node in network["nodes"]}
    told = {tuple(row.locator("a bdi").all_inner_texts()) for row in rows.all()}
    assert told <= {(names[edge["subject"]], names[edge["object"]]) for edge in network["edges"]}
    rows.first.get_by_role("link", name="Sentences behind").click()
    expect(page.locator("#drawer").get_by_role("article").first).to_be_visible()


def test_the_slider_shows_the_literature_as_it_stood(open_page: Open, get: Get) -> None:
    page, found = open_entity(open_page, get, "haloperidol")
    slider = page.get_by_role("slider")
    expect(slider).to_be_visible()
    first = int(slider.get_attribute("min") or 0)
    assert first == min(edge["first_year"] for edge in get("network", center=found["id"], max_edges=300)["edges"] if edge["first_year"])
    slider.focus()
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(f"as_of={first}"))
    then = get(f"entities/{found['id']}/neighbours", as_of=first, limit=50)["items"]
    expect(page.locator("#panel .answers > li")).to_have_count(len(then))
    assert 0 < len(then) < len(get(f"entities/{found['id']}/neighbours", limit=50)["items"])
    expect(slider).to_be_focused()
    page.keyboard.press("End")
    expect(page).not_to_have_url(re.compile("as_of"))
    expect(slider).to_have_attribute("aria-valuetext", "All years")


def test_the_graph_is_walked_by_keyboard(open_page: Open, get: Get) -> None:
    page, found = open_entity(open_page, get, "haloperidol")
    placed(page)
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#peek strong")).to_have_text(found["name"])
    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        with suppress(AssertionError):  # nothing lies that way
            expect(page.locator("#peek strong")).not_to_have_text(found["name"], timeout=3_000)
            break
    other = page.locator("#peek strong").inner_text()
    assert other != found["name"]
    expect(page.locator("#live")).to_have_text(re.compile(f"^{re.escape(other)}, .* here"))
    page.keyboard.press("r")
    expect(page.locator("#drawer .statement")).to_contain_text(other)
    page.locator("#canvas").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(other)


def test_what_is_on_screen_can_be_taken_away(open_page: Open, get: Get, tmp_path: Path) -> None:
    page, found = open_entity(open_page, get, "haloperidol", extra="&type=Disease")
    placed(page)
    network = get("network", center=found["id"], max_edges=300, type="Disease")
    assert network["edges"]

    def taken(name: str) -> bytes:
        page.locator("#export summary").click()
        with page.expect_download() as download:
            page.locator("#export").get_by_text(name).click()
        to = tmp_path / download.value.suggested_filename
        download.value.save_as(to)
        page.keyboard.press("Escape")
        return to.read_bytes()

    kgx = json.loads(taken("KGX"))
    assert len(kgx["nodes"]) == len(network["nodes"])
    lines = taken("CSV").decode("utf-8-sig").strip().splitlines()
    assert len(lines) == 1 + len(network["edges"])
    assert len(taken("JSON lines").strip().splitlines()) == len(network["edges"])
    picture = taken("Picture")
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(picture[16:20], "big") > 400  # its width


def test_what_was_discovered_can_be_taken_away_too(open_page: Open, get: Get, tmp_path: Path) -> None:
    start = entity(get, "haloperidol")
    page = open_page(f"?at=discover&start={start['id']}")
    placed(page)
    page.locator("#export summary").click()
    with page.expect_download() as download:
        page.locator("#export").get_by_text("CSV").click()
    download.value.save_as(tmp_path / "found.csv")
    assert start["id"] in (tmp_path / "found.csv").read_text("utf-8-sig")


def test_a_link_is_copied_and_a_view_is_kept(open_page: Open, get: Get) -> None:
    page, found = open_entity(open_page, get, "haloperidol", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == page.url
    placed(page)
    page.locator("#export summary").click()
    page.get_by_role("button", name="Keep this view").click()
    page.get_by_role("link", name="Views", exact=True).click()
    page.get_by_role("link", name=found["name"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(found["name"])
    page.get_by_role("link", name="Views", exact=True).click()
    page.get_by_role("button", name=f"Forget {found['name']}").click()
    page.reload()
    expect(page.get_by_text("Graphs worth coming back to.")).to_be_visible()
    expect(page.get_by_text("Kept in this browser")).to_have_count(0)


def test_a_stored_view_is_drawn_or_says_that_it_is_not_held(open_page: Open, get: Get) -> None:
    for view in get("views"):
        page = open_page(f"?at=views&view={view['name']}")
        network = get("network", view=view["name"])
        expect(page.locator("#panel .said")).to_contain_text(f"{len(network['edges'])} relation")
        expect(page.locator("[aria-current=true]")).to_contain_text(view["title"])
        if network["notes"]:
            expect(page.locator("#bounds")).to_contain_text(network["notes"][0])
