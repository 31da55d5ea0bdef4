"""`biorelay follow pubmed`: the files of a host, in order, onto the embedded broker; faults included."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from biorelay.following import follow
from stream.settings import StreamSettings
from stream.topics import Topic
from tests.biorelay.conftest import Cli
from tests.pubmed import PubMed, article, article_set, busy, cut, dribbling, says, silent, whole_again

pytestmark = pytest.mark.usefixtures("broker")
DAY1, DAY2, DAY3 = (f"pubmed26n000{number}.xml.gz" for number in (3, 4, 5))


@pytest.fixture
def days(pubmed: PubMed) -> PubMed:
    """A baseline of two files, and three days' updates: a revision, a deletion, and one that comes back."""
    pubmed.put("baseline", "pubmed26n0001.xml.gz", article_set(article(1), article(2)))
    pubmed.put("baseline", "pubmed26n0002.xml.gz", article_set(article(3)))
    pubmed.put("updatefiles", DAY1, article_set(article(1, "revised", version=1), article(4)))
    pubmed.put("updatefiles", DAY2, article_set(article(5), deleted=(3, 4)))
    pubmed.put("updatefiles", DAY3, article_set(article(4, "back again")))
    return pubmed


def sent(cli: Cli) -> list[tuple[str, str | None]]:
    """Every message on the topic, by partition and offset: its document and the beginning of its text."""
    result = cli("consume", "abstracts", "--once", "--json")
    assert result.exit_code == 0, result.stderr
    messages = sorted(map(json.loads, result.stdout.splitlines()), key=lambda message: (message["partition"], message["offset"]))
    return [(m["key"], m["value"]["sections"][0]["text"][:7] if m["value"] else None) for m in messages]


def by_document(messages: Sequence[tuple[str, str | None]]) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for document, text in messages:
        found.setdefault(document, []).append(text)
    return found


ALL = {
    "pubmed:1": ["aspirin", "revised"],
    "pubmed:2": ["aspirin"],
    "pubmed:3": ["aspirin", None],
    "pubmed:4": ["aspirin", None, "back ag"],
    "pubmed:5": ["aspirin"],
}
UPDATES = {"pubmed:1": ["revised"], "pubmed:3": [None], "pubmed:4": ["aspirin", None, "back ag"], "pubmed:5": ["aspirin"]}


def test_the_baseline_and_then_the_updates_in_order(cli: Cli, days: PubMed) -> None:
    result = cli("follow", "pubmed", "--baseline", "--once", "--json")
    assert result.exit_code == 0, result.stderr
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["file"][6:13], one["abstracts"], one["deletions"]) for one in reports] == [
        ("26n0001", 2, 0),
        ("26n0002", 1, 0),
        ("26n0003", 2, 0),
        ("26n0004", 1, 2),
        ("26n0005", 1, 0),
    ]
    assert by_document(sent(cli)) == ALL
    assert not list(Path(".local/pubmed").rglob("*.gz*"))  # what is done with is gone
    assert {headers["User-Agent"].partition("/")[0] for _, headers, _ in days.asked} == {"biorelay"}


def test_it_goes_on_where_it_was(cli: Cli, days: PubMed) -> None:
    later = {path: days.files.pop(path) for path in list(days.files) if DAY3 in path}
    first = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    assert first.exit_code == 0, first.stderr
    assert "pubmed26n0004.xml.gz was the last" in first.stderr
    days.files |= later
    days.asked.clear()
    assert cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once").exit_code == 0  # the same order goes on
    assert [path for path in days.paths() if path.endswith(".gz")] == [f"/updatefiles/{DAY3}"]
    assert by_document(sent(cli)) == UPDATES
    days.asked.clear()
    assert cli("follow", "pubmed", "--once").exit_code == 0  # and so does none
    assert [path for path in days.paths() if path.endswith(".gz")] == []
    assert cli("follow", "pubmed", "--since-file", "pubmed26n0005", "--once").exit_code == 0  # another one begins anew
    assert by_document(sent(cli))["pubmed:4"] == ["aspirin", None, "back ag", "back ag"]


def test_without_an_order_nothing_is_published(cli: Cli, days: PubMed) -> None:
    result = cli("follow", "pubmed", "--once")
    assert result.exit_code == 2
    assert "nothing says where to begin" in result.stderr
    assert "--baseline" in result.stderr
    assert days.asked == []


def test_a_number_that_is_missing_stops_it_and_is_named(cli: Cli, days: PubMed) -> None:
    gap = {path: days.files.pop(path) for path in list(days.files) if DAY2 in path}
    result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    assert result.exit_code == 1
    assert f"{DAY2} is missing, though {DAY3} is there" in result.stderr
    assert by_document(sent(cli)) == {"pubmed:1": ["revised"], "pubmed:4": ["aspirin"]}
    days.files |= gap
    assert cli("follow", "pubmed", "--once").exit_code == 0
    assert by_document(sent(cli)) == UPDATES


def test_a_file_without_md5_is_not_touched(cli: Cli, days: PubMed) -> None:
    del days.files[f"/updatefiles/{DAY3}.md5"]
    result = cli("follow", "pubmed", "--since-file", "pubmed26n0004", "--once")
    assert result.exit_code == 0
    assert f"{DAY3} has no md5 yet" in result.stderr
    assert f"/updatefiles/{DAY3}" not in days.paths()


def test_a_new_year(cli: Cli, days: PubMed) -> None:
    assert cli("follow", "pubmed", "--since-file", "pubmed26n0005", "--once").exit_code == 0
    days.files.clear()
    days.put("baseline", "pubmed27n0001.xml.gz", article_set(article(1), article(2)))
    days.put("updatefiles", "pubmed27n0002.xml.gz", article_set(article(6)))
    result = cli("follow", "pubmed", "--once")
    assert result.exit_code == 0, result.stderr
    assert "the update files of 2027 begin" in result.stderr
    assert by_document(sent(cli)) == {"pubmed:4": ["back ag"], "pubmed:6": ["aspirin"]}
    assert cli("follow", "pubmed", "--baseline", "--once").exit_code == 0  # another order: the newest baseline, whole
    assert set(by_document(sent(cli))) == {"pubmed:1", "pubmed:2", "pubmed:4", "pubmed:6"}


@pytest.mark.parametrize(
    "faults",
    [
        [busy(503)],
        [busy(429, after="0"), busy(500, after=None)],
        [cut(50), cut(20), cut(0), cut(30), cut(10), cut(1)],  # more than there are tries, but each brings something
        [cut(50), whole_again],
        [says(b"<html>an error that is a success</html>")],
        [dribbling],
        [silent],
        [cut(60), says(b"", 416)],
        [lambda handler, content: handler.say(200, content[:-9])],
    ],
    ids=["503", "429-500", "cut", "no-ranges", "html", "slow", "silent", "416", "short"],
)
def test_faults_are_got_over(cli: Cli, days: PubMed, faults: list[object]) -> None:
    days.faults[f"/updatefiles/{DAY1}"] += faults  # type: ignore[arg-type]
    result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    assert result.exit_code == 0, result.stderr
    assert by_document(sent(cli)) == UPDATES
    assert days.faults[f"/updatefiles/{DAY1}"] == []


def test_what_came_is_not_fetched_again(cli: Cli, days: PubMed) -> None:
    days.faults[f"/updatefiles/{DAY1}"].append(cut(50))
    assert cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once").exit_code == 0
    ranges = [headers.get("Range") for path, headers, _ in days.asked if path == f"/updatefiles/{DAY1}"]
    assert ranges == [None, "bytes=50-"]


def test_a_wrong_md5_is_said_and_nothing_is_published(cli: Cli, days: PubMed) -> None:
    days.put("updatefiles", DAY1, article_set(article(7)), md5="0" * 32)
    result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    assert result.exit_code == 1
    assert "pubmed26n0003.xml.gz is not what its md5 says, 3 times fetched" in result.stderr
    assert days.paths().count(f"/updatefiles/{DAY1}") == 3
    assert sent(cli) == []
    days.put("updatefiles", DAY1, article_set(article(7)))
    assert cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once").exit_code == 0
    assert by_document(sent(cli))["pubmed:7"] == ["aspirin"]


@pytest.mark.parametrize(
    "content",
    [b"<html><body>500 Internal Server Error</body></html>", article_set(article(7))[:-30], b"\0" * 40_000_000, b""],
    ids=["html", "breaks-off", "bomb", "empty"],
)
def test_a_file_that_is_no_whole_file_is_not_begun(cli: Cli, days: PubMed, content: bytes) -> None:
    """Though its md5 is right."""
    days.put("updatefiles", DAY1, content)
    result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    assert result.exit_code == 1
    assert "pubmed26n0003.xml.gz has the right md5, and yet" in result.stderr
    assert "--since-file" in result.stderr
    assert sent(cli) == []
    assert cli("follow", "pubmed", "--since-file", "pubmed26n0004", "--once").exit_code == 0


def test_a_bad_record_costs_itself_only(cli: Cli, days: PubMed) -> None:
    days.put("updatefiles", DAY1, article_set(article(7), "<PubmedArticle><broken></PubmedArticle>", article(8)))
    result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once", "--problems", "problems.jsonl", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout.splitlines()[0])["refused"] == 1
    assert json.loads(Path("problems.jsonl").read_text())["file"] == DAY1
    assert {"pubmed:7", "pubmed:8", "pubmed:5"} <= set(by_document(sent(cli)))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (says(b"", 302, Location="http://example.org/pubmed/"), "sends elsewhere (example.org)"),
        (says(b"", 302, Location="//[broken"), "sends elsewhere"),
        (says(b"", 403), "HTTP 403"),
        (says(b"<html>welcome</html>"), "names a file of PubMed's"),
        (says(b"", 302, Location="/updatefiles/"), "redirects without end"),
    ],
    ids=["other-host", "broken-location", "403", "no-listing", "loop"],
)
def test_a_host_that_is_not_the_one(cli: Cli, pubmed: PubMed, fault: object, said: str) -> None:
    for folder in ("/updatefiles/", "/baseline/"):
        pubmed.faults[folder] += [fault] * 8  # type: ignore[list-item]
    result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    assert result.exit_code == 1
    assert said in result.stderr


def test_a_host_without_update_files_is_not_taken_for_one_without_news(cli: Cli, days: PubMed) -> None:
    assert cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once").exit_code == 0
    for path in [path for path in days.files if path.startswith("/updatefiles/")]:
        del days.files[path]
    result = cli("follow", "pubmed", "--once")
    assert result.exit_code == 1
    assert "/updatefiles/ is not there (HTTP 404)" in result.stderr


def test_a_mirror_may_have_no_baseline(cli: Cli, days: PubMed) -> None:
    for path in [path for path in days.files if path.startswith("/baseline/")]:
        del days.files[path]
    assert cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once").exit_code == 0
    assert by_document(sent(cli)) == UPDATES
    assert cli("follow", "pubmed", "--baseline", "--once").exit_code == 1


def test_a_redirect_within_the_host_is_followed(cli: Cli, days: PubMed) -> None:
    days.files["/elsewhere/file"] = days.files[f"/updatefiles/{DAY1}"]
    days.faults[f"/updatefiles/{DAY1}"].append(says(b"", 301, Location="/elsewhere/file"))
    assert cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once").exit_code == 0
    assert by_document(sent(cli)) == UPDATES


def test_an_md5_that_is_a_page_of_errors(cli: Cli, days: PubMed) -> None:
    days.files[f"/updatefiles/{DAY1}.md5"] = b"<html>no such\x1b[31m page</html>"
    result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    assert result.exit_code == 1
    assert "holds no md5" in result.stderr
    assert "\x1b" not in result.stderr


def test_a_host_that_is_away_is_said(cli: Cli, unused_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_PUBMED_URL", f"http://127.0.0.1:{unused_port}/")
    monkeypatch.setenv("BIORELAY_PUBMED_TRIES", "1")
    result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    assert result.exit_code == 1
    assert "127.0.0.1 does not answer" in result.stderr


def test_a_full_disk_is_said_and_what_was_done_stays(cli: Cli, days: PubMed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit on file sizes stands for a disk without room: both are an `OSError` of writing."""
    import resource

    days.put("updatefiles", DAY2, article_set(*(article(number, os.urandom(60).hex()) for number in range(100, 400))))
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, old[1]))
    try:
        result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, previous)
    assert result.exit_code == 1
    assert f"does not take {DAY2}" in result.stderr
    assert "Make room" in result.stderr
    assert by_document(sent(cli)) == {"pubmed:1": ["revised"], "pubmed:4": ["aspirin"]}


def test_two_at_once_are_refused(cli: Cli, days: PubMed, broker: StreamSettings) -> None:
    from biorelay.sourcing.state import StateFile

    state = StateFile(Path(".local/published"), f"{broker.broker}/{broker.prefix}/{broker.epoch}", "pubmed files")
    with state.held():
        result = cli("follow", "pubmed", "--since-file", "pubmed26n0003", "--once")
    assert result.exit_code == 1
    assert "another process follows" in result.stderr
    assert days.asked == []


NOWHERE = b'{"order": "baseline", "last": "../pubmed26n0001"}'


@pytest.mark.parametrize(
    ("content", "order"),
    [
        *((content, ()) for content in (b"\0{", b"[]", b"", b"{}", NOWHERE, b"[" * 100_000)),
        *((content, ("--baseline",)) for content in (b"\0{", NOWHERE)),
    ],
)
def test_a_state_that_says_nothing_is_not_taken_for_a_beginning(
    cli: Cli, days: PubMed, broker: StreamSettings, content: bytes, order: tuple[str, ...]
) -> None:
    from biorelay.sourcing.state import StateFile

    state = StateFile(Path(".local/published"), f"{broker.broker}/{broker.prefix}/{broker.epoch}", "pubmed files")
    state.write({})
    state.place.write_bytes(content)
    damaged = cli("follow", "pubmed", *order, "--once")
    assert damaged.exit_code == 1
    assert "does not say how far" in damaged.stderr
    assert not [path for path in days.paths() if path.endswith(".gz")]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--since-file", "pubmed26n0003", "--baseline"),
        ("--since-file", "../../etc/passwd"),
        ("--since-file", "pubmed26n0000"),
        ("--since-file", "\u202epubmed26n0003"),
        ("--query", "x", "--baseline"),
        ("--query", " "),
        ("--once", "--every", "1h"),
        ("--every", "soon"),
        ("--every", "0m"),
        ("--every", "9999999999d"),
        ("--query", "BRCA1"),  # without an email
    ],
)
def test_what_cannot_be_meant(cli: Cli, pubmed: PubMed, arguments: tuple[str, ...]) -> None:
    result = cli("follow", "pubmed", *arguments)
    assert result.exit_code == 2, result.stderr
    assert "error:" in result.stderr
    assert pubmed.asked == []


async def test_killed_in_a_file_it_goes_on_behind_what_was_acknowledged(days: PubMed, broker: StreamSettings, tmp_path: Path) -> None:
    """The embedded broker holds the first run back in the middle of a file, where it is killed."""
    import dataclasses

    from graphstore import open_store
    from stream.worker import Worker
    from tests.stream.dictionary import DictionaryExtractor

    days.put("updatefiles", DAY1, article_set(*(article(number, f"text {number} " * 300) for number in range(1000, 1900))))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = (sys.executable, "-m", "biorelay", "follow", "pubmed", "--since-file", "pubmed26n0003", "--once", "--json")
    positions = tmp_path / ".local" / "published"

    def reached() -> int:
        return max(
            (json.loads(place.read_text())["records"] for place in positions.glob("*.json") if ".source" not in place.name), default=0
        )

    first = await asyncio.create_subprocess_exec(*arguments, env=environment)
    while reached() < 50:
        assert first.returncode is None
        await asyncio.sleep(0.05)
    first.kill()
    await first.wait()
    before = reached()
    assert 50 <= before < 900
    days.asked.clear()

    stop = asyncio.Event()
    worker = Worker(dataclasses.replace(broker, data_dir=tmp_path / "worker"), DictionaryExtractor, lambda: open_store(tmp_path / "graph"))
    working = asyncio.create_task(worker.run(stop))
    second = await asyncio.create_subprocess_exec(*arguments, env=environment, stdout=subprocess.PIPE)
    told, _ = await second.communicate()
    stop.set()
    await working
    assert second.returncode == 0
    report = json.loads(told.splitlines()[0])
    assert (report["skipped"], report["abstracts"]) == (before, 900 - before)
    assert f"/updatefiles/{DAY1}" not in days.paths()  # it was here
    held = {message.key async for message in follow(broker, Topic.ABSTRACTS, None, wait=False)}
    assert {f"pubmed:{number}" for number in range(1000, 1900)} <= held


async def test_sigterm_ends_it_well(days: PubMed) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = (sys.executable, "-m", "biorelay", "follow", "pubmed", "--since-file", "pubmed26n0003", "--every", "1h")
    running = await asyncio.create_subprocess_exec(*arguments, env=environment, stderr=subprocess.PIPE)
    assert running.stderr is not None
    said = b""
    while b"looks again in 60 min" not in said:
        line = await running.stderr.readline()
        assert line, said
        said += line
    running.send_signal(signal.SIGTERM)
    rest = await running.stderr.read()
    assert await running.wait() == 0
    assert b"the same command goes on from there" in rest
