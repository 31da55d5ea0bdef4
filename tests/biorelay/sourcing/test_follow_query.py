"""`biorelay follow pubmed --query`: what E-utilities find, onto the embedded broker; faults included."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from biorelay.following import follow
from biorelay.publishing import Report
from biorelay.sourcing.errors import HostAway, HostRefuses, StateUnusable
from biorelay.sourcing.eutils import Eutils, windows
from biorelay.sourcing.query import Query
from biorelay.sourcing.state import StateFile
from biorelay.sourcing.updates import Reading
from biorelay.sourcing.web import Web
from processors.sources import Cleaning, Limits
from stream.client import Publisher
from stream.settings import StreamSettings
from stream.topics import Topic
from tests.biorelay.conftest import Cli
from tests.pubmed import PubMed, article, busy, cut, says

TODAY = date(2026, 11, 30)
OLD = date(2020, 5, 5)
KEY = "0123456789abcdef0123"


@pytest.fixture
def found(pubmed: PubMed, monkeypatch: pytest.MonkeyPatch) -> PubMed:
    """Some records of some years, and one of today."""
    monkeypatch.setenv("BIORELAY_PUBMED_EMAIL", "me@example.org")
    pubmed.records = {number: (OLD + timedelta(days=number), article(number)) for number in range(1, 8)}
    pubmed.records[100] = (datetime.now(UTC).date(), article(100))
    return pubmed


def on_the_topic(cli: Cli) -> list[str]:
    """Every message's document, sorted: one that was sent twice stands twice."""
    result = cli("consume", "abstracts", "--once", "--json")
    assert result.exit_code == 0, result.stderr
    return sorted(json.loads(line)["key"] for line in result.stdout.splitlines())


@pytest.mark.usefixtures("broker")
class TestCommand:
    def test_all_that_is_found_and_then_what_is_new(self, cli: Cli, found: PubMed) -> None:
        query = ("follow", "pubmed", "--query", "BRCA1[tiab] AND 2026[dp]", "--once", "--json")
        first = cli(*query)
        assert first.exit_code == 0, first.stderr
        assert json.loads(first.stdout)["abstracts"] == 8
        assert on_the_topic(cli) == sorted(f"pubmed:{pmid}" for pmid in found.records)
        found.asked.clear()
        found.records[101] = (datetime.now(UTC).date(), article(101))
        second = cli(*query)
        assert (json.loads(second.stdout)["abstracts"], json.loads(second.stdout)["skipped"]) == (1, 1)
        assert [form["id"] for path, _, form in found.asked if path.endswith("epost.fcgi")] == ["101"]
        assert min(form["mindate"] for path, _, form in found.asked if path.endswith("esearch.fcgi")) > "2026"
        assert cli("follow", "pubmed", "--query", "another", "--once").exit_code == 0
        assert on_the_topic(cli).count("pubmed:100") == 2  # another query knows nothing of this one

    def test_it_says_who_asks_and_keeps_the_key_to_itself(
        self, cli: Cli, found: PubMed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setenv("BIORELAY_PUBMED_API_KEY", KEY)
        caplog.set_level(logging.DEBUG)
        found.faults["/eutils/esearch.fcgi"] += [says(f"<html>{KEY} is no key</html>".encode()), busy(429)]
        result = cli("follow", "pubmed", "--query", "x", "--once", "--json")
        assert result.exit_code == 0, result.stderr
        for path, headers, form in found.asked:
            assert (form["db"], form["tool"], form["email"], form["api_key"]) == ("pubmed", "biorelay", "me@example.org", KEY)
            assert KEY not in path + str(headers)
        assert "esearch says" in result.stderr
        assert KEY not in result.output + caplog.text
        assert KEY not in "".join(place.read_text(errors="replace") for place in Path(".local").rglob("*.json"))

    @pytest.mark.parametrize(
        ("utility", "fault"),
        [
            ("esearch", busy(429, after="0")),
            ("esearch", says(b'{"error":"API rate limit exceeded"}', 429)),
            ("esearch", says(b'{"esearchresult":')),
            ("epost", says(b"<html>oops</html>")),
            ("efetch", cut(200)),
            ("efetch", says(b"<html>error that is a success</html>")),
            ("efetch", says(b"<PubmedArticleSet><PubmedArticle>")),
            ("efetch", busy(500, after=None)),
        ],
    )
    def test_faults_are_got_over(self, cli: Cli, found: PubMed, utility: str, fault: object) -> None:
        found.faults[f"/eutils/{utility}.fcgi"].append(fault)  # type: ignore[arg-type]
        result = cli("follow", "pubmed", "--query", "x", "--once")
        assert result.exit_code == 0, result.stderr
        assert on_the_topic(cli) == sorted(f"pubmed:{pmid}" for pmid in found.records)

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (b'{"esearchresult":{"ERROR":"Empty term and query_key - nothing todo"}}', "Empty term"),
            (b'{"esearchresult":{"count":"0","errorlist":{"fieldsnotfound":["tiabb"]}}}', "does not know tiabb"),
            (b'{"esearchresult":{"count":"\xd9\xa3"}}', "where a number should be"),
            (b'{"esearchresult":{}}', "where a number should be"),
        ],
    )
    def test_a_query_that_pubmed_does_not_take(self, cli: Cli, found: PubMed, answer: bytes, said: str) -> None:
        found.faults["/eutils/esearch.fcgi"].append(says(answer))
        result = cli("follow", "pubmed", "--query", "x", "--once")
        assert result.exit_code == 1
        assert said in result.stderr

    def test_a_host_that_stays_away(self, cli: Cli, found: PubMed) -> None:
        found.faults["/eutils/efetch.fcgi"] += [busy(503)] * 20
        result = cli("follow", "pubmed", "--query", "x", "--once")
        assert result.exit_code == 1
        assert "efetch.fcgi: HTTP 503" in result.stderr
        found.faults.clear()
        assert cli("follow", "pubmed", "--query", "x", "--once").exit_code == 0
        assert on_the_topic(cli) == sorted(f"pubmed:{pmid}" for pmid in found.records)

    def test_pmids_without_a_record(self, cli: Cli, found: PubMed) -> None:
        found.records[50] = (OLD, "")
        found.records[51] = (OLD, "<PubmedArticle><broken></PubmedArticle>")
        result = cli("follow", "pubmed", "--query", "x", "--once", "--json")
        assert result.exit_code == 2
        assert "2 of 9 PMIDs came without a record" in result.stderr
        assert len(on_the_topic(cli)) == 8

    def test_nothing_found_needs_no_broker(self, cli: Cli, found: PubMed, monkeypatch: pytest.MonkeyPatch, unused_port: int) -> None:
        monkeypatch.setenv("BIORELAY_BROKER_BOOTSTRAP", f"127.0.0.1:{unused_port}")
        found.records.clear()
        result = cli("follow", "pubmed", "--query", "x", "--once", "--json")
        assert result.exit_code == 0, result.stderr
        assert json.loads(result.stdout)["abstracts"] == 0


class NoWait:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def url(pubmed: PubMed) -> Iterator[str]:
    with pubmed.running() as url:
        yield f"{url}eutils/"


def eutils(web: Web) -> Eutils:
    clock = NoWait()
    return Eutils(web, tool="test", email="me@example.org", tries=2, sleep=clock.sleep, clock=lambda: clock.now)


def query(utilities: Eutils, folder: Path, today: date = TODAY) -> Query:
    reading = Reading(Limits(), Cleaning())
    state = StateFile(folder, "target", "query x")
    return Query(utilities, "x", state, reading, refuse=lambda _: None, tell=lambda _: None, today=lambda: today)


async def held(broker: StreamSettings) -> list[str | None]:
    """Every message's document, as `on_the_topic` tells it."""
    return sorted([message.key async for message in follow(broker, Topic.ABSTRACTS, None, wait=False)], key=str)


async def ran(found: Query, broker: StreamSettings) -> Report:
    async with Publisher(broker) as publisher:

        async def publishing() -> Publisher:
            return publisher

        return await found.run(publishing)


async def test_more_than_one_search_tells_is_asked_for_in_pieces(pubmed: PubMed, url: str) -> None:
    pubmed.records = {number: (OLD + timedelta(days=number % 900), "") for number in range(1, 25_001)}
    async with Web(url) as web:
        pieces = await windows(eutils(web), "x", date(1900, 1, 1), TODAY)
        told = [pmid for first, last, _ in pieces for pmid in await eutils(web).search("x", first, last)]
    assert sorted(told) == list(range(1, 25_001))
    assert len(told) == len(set(told))
    assert all(count <= 9_999 for *_, count in pieces)
    assert [first for first, *_ in pieces] == sorted(first for first, *_ in pieces)


async def test_a_day_that_holds_more_is_refused(pubmed: PubMed, url: str) -> None:
    pubmed.records = dict.fromkeys(range(1, 10002), (OLD, ""))
    async with Web(url) as web:
        with pytest.raises(HostRefuses, match="10,001 records of 2020-05-05"):
            await windows(eutils(web), "x", date(1900, 1, 1), TODAY)


async def test_stopped_anywhere_nothing_is_lost_and_little_sent_twice(
    pubmed: PubMed, url: str, broker: StreamSettings, tmp_path: Path
) -> None:
    """The host breaks off in each of its answers, one run after the other."""
    pubmed.records = {number: (OLD if number < 30 else TODAY, article(number)) for number in range(1, 41)}
    for utility in ("esearch", "epost", "efetch"):
        for spared in range(3):
            path = f"/eutils/{utility}.fcgi"
            pubmed.faults[path] = [pass_on] * spared + [busy(503)] * 4
            async with Web(url) as web:
                with suppress(HostAway):
                    await ran(query(eutils(web), tmp_path / "state"), broker)
            pubmed.faults.clear()
    async with Web(url) as web:
        last = await ran(query(eutils(web), tmp_path / "state"), broker)
    assert (last.abstracts, last.skipped) == (0, 11)
    assert await held(broker) == sorted(f"pubmed:{number}" for number in range(1, 41))


def pass_on(handler, content: bytes) -> None:  # type: ignore[no-untyped-def]
    handler.part(content)


async def test_an_open_day_is_asked_for_again_until_it_is_over(pubmed: PubMed, url: str, broker: StreamSettings, tmp_path: Path) -> None:
    pubmed.records = {1: (TODAY, article(1))}
    async with Web(url) as web:
        assert (await ran(query(eutils(web), tmp_path), broker)).abstracts == 1
        pubmed.records[2] = (TODAY - timedelta(days=1), article(2))  # indexed late
        assert (await ran(query(eutils(web), tmp_path, TODAY + timedelta(days=1)), broker)).abstracts == 1
        pubmed.records[3] = (TODAY + timedelta(days=40), article(3))
        assert (await ran(query(eutils(web), tmp_path, TODAY + timedelta(days=40)), broker)).abstracts == 1
    assert await held(broker) == ["pubmed:1", "pubmed:2", "pubmed:3"]
    assert StateFile(tmp_path, "target", "query x").read() == {"since": "2027-01-07", "seen": [3]}


async def test_a_history_that_the_host_forgot_is_posted_again(pubmed: PubMed, url: str, broker: StreamSettings, tmp_path: Path) -> None:
    pubmed.records = {number: (OLD, article(number)) for number in range(1, 4)}

    def forget(handler, _: bytes) -> None:  # type: ignore[no-untyped-def]
        pubmed.posted.clear()
        pubmed.posted["other"] = []
        handler.say(200, b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>")

    pubmed.faults["/eutils/efetch.fcgi"].append(forget)
    async with Web(url) as web:
        assert (await ran(query(eutils(web), tmp_path), broker)).abstracts == 3
    assert await held(broker) == ["pubmed:1", "pubmed:2", "pubmed:3"]


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"since": "tomorrow", "seen": []}', b'{"since": "2026-01-01", "seen": ["x"]}'])
async def test_a_state_that_says_nothing(url: str, broker: StreamSettings, tmp_path: Path, content: bytes) -> None:
    state = StateFile(tmp_path, "target", "query x")
    state.write({})
    state.place.write_bytes(content)
    async with Web(url) as web:
        with pytest.raises(StateUnusable):
            await ran(query(eutils(web), tmp_path), broker)
