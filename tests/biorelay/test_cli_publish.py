"""Publishing: every acknowledged record is remembered, a refused one costs itself only."""

import asyncio
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from biorelay.following import follow
from biorelay.positions import Positions
from biorelay.publishing import Acknowledged, Report, publish_records
from biorelay.samples import BC5CDR_TEST
from graphstore import open_store
from processors.errors import RecordTooLarge
from processors.records import Abstract, Section
from processors.sources import Deletion, Problem
from stream.client import Publisher
from stream.settings import StreamSettings
from stream.topics import Topic
from stream.worker import Worker
from tests.biorelay.conftest import Cli
from tests.stream.dictionary import DictionaryExtractor

DATA = Path(__file__).parents[1] / "data"


def abstract(number: int, text: str = "aspirin helps headache") -> Abstract:
    return Abstract(id=f"pubmed:{number}", title=f"Paper {number}", sections=(Section(text=text),))


def write(file: Path, *abstracts: Abstract) -> Path:
    file.write_bytes(b"".join(one.to_bytes() + b"\n" for one in abstracts))
    return file


def on_the_topic(cli: Cli, topic: str = "abstracts") -> dict[str, object]:
    """What the broker holds, by document."""
    result = cli("consume", topic, "--once", "--json")
    assert result.exit_code == 0, result.stderr
    return {message["key"]: message["value"] for message in map(json.loads, result.stdout.splitlines())}


def test_a_file_is_published_whole(cli: Cli, broker: StreamSettings, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", *(abstract(number) for number in range(1, 31)))
    result = cli("publish", file, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"file": str(file), "abstracts": 30, "retractions": 0, "deletions": 0, "skipped": 0, "refused": 0}
    assert "published: 30 abstracts, 0 deletions" in result.stderr
    assert on_the_topic(cli).keys() == {f"pubmed:{number}" for number in range(1, 31)}


def test_a_second_time_nothing_is_sent(cli: Cli, broker: StreamSettings, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", abstract(1), abstract(2))
    assert cli("publish", file).exit_code == 0
    again = cli("publish", file, "--json")
    assert again.exit_code == 0
    assert "published before" in again.stderr
    assert json.loads(again.stdout) == {"file": str(file), "abstracts": 0, "retractions": 0, "deletions": 0, "skipped": 2, "refused": 0}
    assert json.loads(cli("publish", file, "--again", "--json").stdout)["abstracts"] == 2


def test_deletions_become_tombstones(cli: Cli, broker: StreamSettings) -> None:
    result = cli("publish", DATA / "pubmed_update.xml.gz", "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["deletions"] > 0
    held = on_the_topic(cli)
    assert sum(value is None for value in held.values()) == report["deletions"]


def test_from_stdin(cli: Cli, broker: StreamSettings) -> None:
    result = cli("publish", "-", stdin=abstract(5).to_bytes())
    assert result.exit_code == 0, result.stderr
    assert on_the_topic(cli).keys() == {"pubmed:5"}


def test_a_bad_record_costs_itself_only(cli: Cli, broker: StreamSettings, tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    lines = [
        abstract(1).to_bytes(),
        b"{broken",
        b'{"schema":"biorelay.abstract/9"}',
        abstract(2, "x" * 300_000).to_bytes(),
        abstract(3).to_bytes(),
    ]
    file.write_bytes(b"\n".join(lines))
    result = cli("publish", file, "--problems", "problems.jsonl")
    assert result.exit_code == 2
    assert on_the_topic(cli).keys() == {"pubmed:1", "pubmed:3"}
    problems = [json.loads(line) for line in Path("problems.jsonl").read_text().splitlines()]
    assert [(problem["line"], problem["code"]) for problem in problems] == [
        (2, "record.not-json"),
        (3, "record.unknown-schema"),
        (4, "record.too-large"),
    ]
    assert result.stderr.count("refused: mixed.jsonl") == 3


def test_a_truncated_file_publishes_what_is_whole(cli: Cli, broker: StreamSettings, tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(abstract(number, f"text {number} " * 50).to_bytes() + b"\n" for number in range(200)))
    file = tmp_path / "cut.jsonl.gz"
    file.write_bytes(whole[: len(whole) // 2])
    result = cli("publish", file)
    assert result.exit_code == 2
    assert "the compressed data ends too early" in result.stderr
    assert 0 < len(on_the_topic(cli)) < 200


def test_a_dry_run_sends_nothing_and_needs_no_broker(cli: Cli, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", abstract(1))
    result = cli("publish", "--dry-run", file)
    assert result.exit_code == 0
    assert "would publish: 1 abstracts" in result.stderr
    assert not (tmp_path / ".local").exists()


@pytest.mark.parametrize("name", ["gone.xml", "."])
def test_a_file_that_cannot_be_read_is_said_before_the_work_begins(cli: Cli, tmp_path: Path, name: str) -> None:
    result = cli("publish", "--dry-run", write(tmp_path / "a.jsonl", abstract(1)), name)
    assert result.exit_code == 2
    assert name in result.stderr
    assert "would publish" not in result.stderr


def test_missing_topics_name_their_remedy(cli: Cli, broker: StreamSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PREFIX", "other")
    result = cli("publish", write(tmp_path / "a.jsonl", abstract(1)))
    assert result.exit_code == 1
    assert "biorelay topics create" in result.stderr


async def test_after_a_failure_the_next_run_goes_on(broker: StreamSettings, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"x")
    positions = Positions(tmp_path / "positions", "t")

    def failing() -> Iterator[Abstract | Deletion | Problem]:
        yield from (abstract(number) for number in range(10))
        raise OSError("the disk is gone")

    async with Publisher(broker) as publisher:
        first = Report("a")
        with pytest.raises(OSError, match="the disk"):
            await publish_records(publisher, failing(), first, refuse=lambda _: None, acknowledged=Acknowledged(positions, file))
        await publisher.flush()
        reached = positions.of(file).records
        assert reached <= 10
        assert not positions.of(file).complete
        second = Report("a")
        everything = [abstract(number) for number in range(20)]
        await publish_records(publisher, everything, second, refuse=lambda _: None, acknowledged=Acknowledged(positions, file))
    assert (second.skipped, second.abstracts) == (reached, 20 - reached)
    assert (positions.of(file).records, positions.of(file).complete) == (20, True)


async def test_only_what_lies_before_the_first_open_record_counts(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"x")
    positions = Positions(tmp_path / "positions", "t")
    known = Acknowledged(positions, file)
    futures = [asyncio.get_running_loop().create_future() for _ in range(4)]
    for future in (futures[0], None, futures[1], futures[2], futures[3]):
        known.add(future)
    futures[0].set_result(None)
    futures[2].set_result(None)
    futures[3].set_exception(RecordTooLarge("lost"))
    futures[3].exception()
    known.save(complete=True)
    assert (positions.of(file).records, positions.of(file).complete) == (2, False)
    futures[1].set_result(None)
    known.save()
    assert positions.of(file).records == 4


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_killed_publish_goes_on_where_it_stopped(broker: StreamSettings, tmp_path: Path) -> None:
    """Killed where the embedded broker holds it back, because no worker makes room; started again beside a worker."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = (sys.executable, "-m", "biorelay", "publish", str(BC5CDR_TEST), "--json")
    positions = Positions(tmp_path / ".local" / "published", f"{broker.broker}/{broker.prefix}/0")

    first = await asyncio.create_subprocess_exec(*arguments, env=environment)
    while positions.of(BC5CDR_TEST).records < 50:
        assert first.returncode is None
        await asyncio.sleep(0.05)
    first.kill()
    await first.wait()
    reached = positions.of(BC5CDR_TEST).records
    assert 50 <= reached < 500

    stop = asyncio.Event()
    worker = Worker(replace(broker, data_dir=tmp_path / "worker"), DictionaryExtractor, lambda: open_store(tmp_path / "graph"))
    working = asyncio.create_task(worker.run(stop))
    second = await asyncio.create_subprocess_exec(*arguments, env=environment, stdout=subprocess.PIPE)
    told, _ = await second.communicate()
    stop.set()
    await working
    assert second.returncode == 0
    assert json.loads(told) == {
        "file": str(BC5CDR_TEST),
        "abstracts": 500 - reached,
        "retractions": 0,
        "deletions": 0,
        "skipped": reached,
        "refused": 0,
    }
    held = {message.key async for message in follow(broker, Topic.ABSTRACTS, None, wait=False)}
    assert len(held) == 500
