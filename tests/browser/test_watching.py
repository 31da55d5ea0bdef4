"""Standing questions and their alerts: what is written to the topic appears on the page, live."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processors.records import Discovery, DiscoveryKind, Question
from stream.embedded import EmbeddedBroker
from stream.settings import StreamSettings
from stream.topics import Topic
from tests.browser.conftest import Open, beside
from tests.browser.playing import expect
from tests.browser.samples import SCRIPT
from tests.browser.serving import served
from tests.stream.kit import send_raw

HALOPERIDOL, CATALEPSY, SCOPOLAMINE = "mesh:D006220", "mesh:D002375", "mesh:D012601"
QUESTION = Question.of(HALOPERIDOL, SCOPOLAMINE, (), id="old-friends", label=f"{SCRIPT} between old friends")


@pytest.fixture
def broker() -> Iterator[StreamSettings]:
    """An embedded broker."""
    from biorelay.settings import load_settings

    settings = load_settings().stream()
    with EmbeddedBroker(settings) as running:
        yield replace(settings, broker=running.address)


def step(subject: str, object_: str, **more: Any) -> dict[str, Any]:
    said = {"predicate": "Association", "papers": 3, "evidence": "Haloperidol induced catalepsy.", "document": "pubmed:99999902"}
    return {"subject": subject, "object": object_} | said | more


def discovery(number: int, **more: Any) -> dict[str, bytes]:
    """A message as the worker writes it."""
    entities = [
        {"id": HALOPERIDOL, "name": "Haloperidol", "type": "Chemical"},
        {"id": CATALEPSY, "name": SCRIPT, "type": "Disease"},
        {"id": SCOPOLAMINE, "name": "Scopolamine", "type": "Chemical"},
    ]
    path = [step(CATALEPSY, HALOPERIDOL), step(CATALEPSY, SCOPOLAMINE)]
    said = {"id": str(number), "question": QUESTION.id, "path": path, "score": 0.7, "document": "pubmed:99999902", "entities": entities}
    return {"key": QUESTION.id.encode(), "value": Discovery.model_validate(said | more).to_bytes()}


def test_an_alert_appears_while_one_looks_and_is_counted_while_one_does_not(open_page: Open, graph: Path, broker: StreamSettings) -> None:
    beside(send_raw(broker, Topic.QUESTIONS, {"key": QUESTION.id.encode(), "value": QUESTION.to_bytes()}))
    with served(graph, BIORELAY_BROKER_BOOTSTRAP=broker.broker) as address:
        page = open_page("?at=watch", at=address)
        expect(page.get_by_role("region", name="Standing questions")).to_contain_text(QUESTION.label)
        expect(page.locator("#listening")).to_have_text("Listening.")
        beside(send_raw(broker, Topic.DISCOVERIES, discovery(1)))
        alerts = page.get_by_role("region", name="Alerts").get_by_role("listitem")
        expect(alerts.locator(".badge")).to_have_text(["new"])
        expect(alerts.first).to_contain_text(SCRIPT)
        expect(page.locator("#live")).to_have_text(re.compile("^new: Haloperidol to"))
        page.get_by_role("link", name="Discover", exact=True).first.click()
        beside(send_raw(broker, Topic.DISCOVERIES, discovery(1), discovery(2, kind=DiscoveryKind.BROKEN)))
        expect(page.locator("#alerts")).to_have_text("1 new alert")
        page.get_by_role("link", name=re.compile("^Watch")).first.click()
        expect(alerts.locator(".badge")).to_have_text(["no longer", "new"])
        expect(page.locator("#alerts")).to_be_hidden()
        page.get_by_role("link", name="ask it now").click()
        expect(page).to_have_url(re.compile("at=paths.*start=mesh:D006220"))
        assert page.evaluate("() => window.stolen") is None
        page.context.close()  # before its server ends


def test_without_a_broker_the_page_says_so_and_the_rest_works(open_page: Open, graph: Path) -> None:
    with served(graph, BIORELAY_BROKER_BOOTSTRAP="127.0.0.1:1", BIORELAY_BROKER_TIMEOUT_S="1") as address:
        page = open_page("?at=watch", at=address, refused=True)
        expect(page.get_by_role("alert")).to_contain_text("127.0.0.1:1")
        expect(page.locator("#listening")).to_contain_text("does not answer")
        page.get_by_role("link", name="biorelay explorer, start").click()
        expect(page.get_by_text("What do the abstracts say")).to_be_visible()
        page.context.close()
