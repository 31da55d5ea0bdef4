"""Topics, following them, and dead letters, on an embedded broker."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from biorelay.errors import BadInput
from biorelay.following import parse_since
from processors.records import Abstract
from stream import headers
from stream.client import Publisher
from stream.connection import producer, start
from stream.settings import StreamSettings
from tests.biorelay.conftest import Cli, relations

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def put(settings: StreamSettings, topic: str, key: str | None, value: bytes | None, **more: str) -> None:
    """One message, written as any client could."""

    async def sent() -> None:
        client = producer(settings)
        try:
            await start(client, settings)
            named = [(name.replace("_", "-"), text.encode()) for name, text in more.items()]
            await client.send_and_wait(f"biorelay.{topic}", value, key=key.encode() if key else None, headers=named)
        finally:
            await client.stop()

    asyncio.run(sent())


def test_topics_are_described(cli: Cli, broker: StreamSettings) -> None:
    result = cli("topics", "describe", "--json")
    assert result.exit_code == 0
    described = {line["topic"]: line["partitions"] for line in map(json.loads, result.stdout.splitlines())}
    assert described["biorelay.abstracts"] == described["biorelay.entities"] == described["biorelay.relations"] == 2
    assert "biorelay.relations\t2\t1\t-\t-\t-\t-\tok, as far as the broker tells\n" in cli("topics", "describe").stdout


def test_missing_topics_are_a_failure_with_its_remedy(cli: Cli, broker: StreamSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PREFIX", "other")
    result = cli("topics", "describe")
    assert result.exit_code == 1
    assert "other.abstracts: topic is missing, should be there\n    biorelay topics create\n" in result.stdout
    lines = [json.loads(line) for line in cli("topics", "describe", "--json").stdout.splitlines()]
    assert [line["exists"] for line in lines] == [False] * 7


def test_partitions_that_differ_from_the_settings_are_told_and_never_mended(
    cli: Cli, broker: StreamSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PARTITIONS", "4")
    result = cli("topics", "describe", "--json")
    assert result.exit_code == 1
    found = [difference for line in map(json.loads, result.stdout.splitlines()) for difference in line["differences"]]
    assert [(d["what"], d["found"], d["wanted"], d["fix"]) for d in found] == [("partitions", "2", "4", False)] * 3
    assert "keys would move" in found[0]["mend"]
    fixed = cli("topics", "create", "--fix")
    assert "biorelay.abstracts: partitions is 2, should be 4" in fixed.stderr
    assert cli("topics", "describe").exit_code == 1


def test_topics_that_are_there_are_left_alone(cli: Cli, broker: StreamSettings) -> None:
    result = cli("topics", "create")
    assert result.exit_code == 0
    assert "are there already" in result.stderr


def test_relations_are_shown_with_their_sentences(cli: Cli, broker: StreamSettings) -> None:
    record = relations("pubmed:1", ("mesh:D1 aspirin Chemical", "Negative_Correlation", "mesh:D2 headache Disease"))
    put(broker, "relations", "pubmed:1", record.to_bytes())
    put(broker, "relations", "pubmed:2", None)
    put(broker, "relations", "pubmed:3", b"\xff not json")
    put(broker, "relations", "pubmed:4", b'{"relations":[{"predicate":"Bind"}]}')
    put(broker, "relations", "pubmed:5", b"[]")
    lines = cli("consume", "relations", "--once").stdout
    assert "aspirin -[Negative_Correlation]- headache  0.90" in lines
    assert "aspirin and headache" in lines
    assert "pubmed:2" in lines
    assert "deleted" in lines
    assert lines.count("not a record") == 3


def test_a_message_is_one_json_object_a_line(cli: Cli, broker: StreamSettings) -> None:
    record = relations("pubmed:1", ("mesh:D1 aspirin Chemical", "Bind", "mesh:D2 headache Disease"))
    put(broker, "relations", "pubmed:1", record.to_bytes(), biorelay_revision="0:7")
    (line,) = cli("consume", "relations", "--once", "--json").stdout.splitlines()
    message = json.loads(line)
    assert (message["key"], message["revision"]) == ("pubmed:1", "0:7")
    assert message["value"] == json.loads(record.to_bytes())


def test_a_limit_ends_the_following(cli: Cli, broker: StreamSettings) -> None:
    async def publish() -> None:
        async with Publisher(broker) as publisher:
            for number in range(5):
                await publisher.publish(Abstract(id=f"pubmed:{number}", title=f"Paper {number}"))

    asyncio.run(publish())
    result = cli("consume", "abstracts", "--limit", "3")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("beginning", None),
        ("now", NOW),
        ("90s", NOW - timedelta(seconds=90)),
        ("10m", NOW - timedelta(minutes=10)),
        ("1.5h", NOW - timedelta(minutes=90)),
        ("3d", NOW - timedelta(days=3)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T12:00+02:00", datetime(2026, 11, 1, 10, tzinfo=UTC)),
    ],
)
def test_times_to_begin_at(text: str, when: datetime | None) -> None:
    assert parse_since(text, NOW) == when


@pytest.mark.parametrize("text", ["yesterday", "", "10", "-3d", "2026-13-01", "9" * 20 + "w", "9" * 400 + "s"])
def test_what_is_no_time_is_bad_input(cli: Cli, text: str) -> None:
    with pytest.raises(BadInput):
        parse_since(text, NOW)
    assert cli("consume", "relations", "--since", text).exit_code == 2


def letter(settings: StreamSettings, value: bytes, **more: str) -> None:
    put(
        settings,
        "dead-letters",
        "pubmed:7",
        value,
        **{
            headers.ERROR_CODE: "record.not-json",
            headers.ERROR: "the value is not UTF-8 JSON",
            headers.STAGE: "ner",
            headers.TOPIC: "biorelay.abstracts",
            headers.PARTITION: "0",
            headers.OFFSET: "0",
            headers.REVISION: "0:0",
            headers.ATTEMPTS: "1",
        }
        | more,
    )


def test_a_dead_letter_with_foreign_headers_is_shown_and_sent_again(cli: Cli, broker: StreamSettings) -> None:
    letter(broker, b"{broken", **{headers.REVISION: "newest", headers.ATTEMPTS: "9" * 5000})
    (line,) = cli("dead-letters", "list", "--json").stdout.splitlines()
    assert (json.loads(line)["revision"], json.loads(line)["attempts"]) == ("newest", -1)
    assert "1 replayed" in cli("dead-letters", "replay", "--all").stderr


def test_dead_letters_are_listed_and_shown(cli: Cli, broker: StreamSettings) -> None:
    letter(broker, b"{broken")
    assert "record.not-json" in cli("dead-letters", "list").stdout
    (line,) = cli("dead-letters", "list", "--json").stdout.splitlines()
    listed = json.loads(line)
    assert (listed["id"], listed["document"], listed["code"], listed["bytes"]) == ("0:0", "pubmed:7", "record.not-json", 7)
    assert cli("dead-letters", "list", "--code", "other", "--json").stdout == ""
    assert cli("dead-letters", "show", "0:0").stdout.endswith("{broken\n")
    assert cli("dead-letters", "show", "0:0", "--raw").stdout_bytes == b"{broken"
    assert json.loads(cli("dead-letters", "show", "0:0", "--json").stdout)["value"] == "{broken"


def test_bytes_that_are_no_text_are_kept(cli: Cli, broker: StreamSettings) -> None:
    letter(broker, b"\xff\x00\x1b[31m")
    shown = json.loads(cli("dead-letters", "show", "0:0", "--json").stdout)
    assert base64.b64decode(shown["value_base64"]) == b"\xff\x00\x1b[31m"
    assert "\x1b" not in cli("dead-letters", "show", "0:0").stdout


def test_a_dead_letter_is_replayed_to_where_it_failed(cli: Cli, broker: StreamSettings) -> None:
    put(broker, "abstracts", "pubmed:7", b"{broken")
    (message,) = map(json.loads, cli("consume", "abstracts", "--once", "--json").stdout.splitlines())
    letter(broker, b"{broken", **{headers.PARTITION: str(message["partition"]), headers.OFFSET: str(message["offset"])})
    result = cli("dead-letters", "replay", "0:0", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout) == {"id": "0:0", "document": "pubmed:7", "outcome": "replayed"}
    assert len(cli("consume", "abstracts", "--once", "--json").stdout.splitlines()) == 2


@pytest.mark.parametrize("arguments", [[], ["0:0", "--all"]])
def test_a_replay_wants_to_know_which(cli: Cli, arguments: list[str]) -> None:
    result = cli("dead-letters", "replay", *arguments)
    assert result.exit_code == 2
    assert "--all" in result.stderr


def test_a_dead_letter_that_is_not_there_is_bad_input(cli: Cli, broker: StreamSettings) -> None:
    result = cli("dead-letters", "show", "0:99")
    assert result.exit_code == 2
    assert "dead-letters list" in result.stderr
