"""A text that somebody pastes: what the models find is marked where it stands."""

import re

import httpx

from tests.browser.conftest import Open
from tests.browser.playing import expect
from tests.browser.samples import HOSTILE


def test_a_pasted_abstract_is_marked_where_its_entities_stand(open_page: Open, server: str) -> None:
    page = open_page("?at=extract")
    page.get_by_label("Title").fill(HOSTILE.title)
    page.get_by_label("Abstract").fill(HOSTILE.abstract)
    page.get_by_role("button", name="Find entities and relations").click()
    expect(page.locator(".reading .text")).to_be_visible(timeout=60_000)
    found = httpx.post(
        f"{server}api/v1/extract", json={"title": HOSTILE.title, "abstract": HOSTILE.abstract}, timeout=60, trust_env=False
    ).json()
    assert found["mentions"], "the sample's entities are not found"
    assert page.locator(".reading .text").text_content() == found["text"]
    spans = page.evaluate(
        """() => {
          const found = [];
          let at = 0;
          for (const node of document.querySelector('.reading .text').childNodes) {
            const length = Array.from(node.textContent).length;
            if (node.nodeName === 'MARK') found.push([at, at + length]);
            at += length;
          }
          return found;
        }"""
    )
    assert spans == [[mention["start"], mention["end"]] for mention in found["mentions"]]
    expect(page.locator(".reading .answers > li")).to_have_count(len(found["relations"]))
    expect(page.locator(".reading .note")).to_contain_text(found["provenance"]["model"])
    assert page.evaluate("() => window.stolen") is None


def test_the_example_works_and_its_relations_light_up_their_mentions(open_page: Open) -> None:
    page = open_page("?at=extract")
    page.get_by_role("button", name="An example").click()
    page.get_by_role("button", name="Find entities and relations").press("Enter")
    first = page.locator(".reading .answers > li").first
    expect(first).to_be_visible(timeout=60_000)
    first.hover()
    expect(page.locator("mark.lit").first).to_be_visible()
    first.get_by_role("link").first.focus()
    expect(page.locator("mark.lit").first).to_be_visible()
    expect(page.locator("#live")).to_have_text(re.compile(r"Found \d+ mentions and \d+ relations?"))


def test_no_text_is_said_and_what_was_typed_stays(open_page: Open) -> None:
    page = open_page("?at=extract")
    page.get_by_role("button", name="Find entities and relations").click()
    expect(page.get_by_role("alert")).to_have_text("There is no text to read yet.")
    expect(page.get_by_label("Abstract")).to_be_focused()
    page.get_by_label("Abstract").fill("Aspirin relieves headache.")
    page.get_by_role("link", name="Paths").click()
    page.get_by_role("link", name="Read a text").first.click()
    expect(page.get_by_label("Abstract")).to_have_value("Aspirin relieves headache.")
