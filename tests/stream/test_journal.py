"""The marks that outlive a worker."""

import multiprocessing
import os
import resource
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.journal import Journal, _read
from stream.messages import Inbound


def message(offset: int, timestamp: int = 1) -> Inbound:
    return Inbound("biorelay.abstracts", 0, offset, timestamp, b"pubmed:1", b"")


def test_a_death_counts_against_what_was_in_hand(tmp_path: Path) -> None:
    for deaths in range(3):
        with Journal(tmp_path) as journal:
            assert journal.deaths(message(7)) == deaths
            journal.begin(message(6))
            journal.end(message(6))
            journal.begin(message(7))
    with Journal(tmp_path) as journal:
        assert (journal.deaths(message(6)), journal.deaths(message(7))) == (0, 3)
        assert journal.deaths(message(7, timestamp=2)) == 0


def test_a_step_that_ends_clears_the_deaths(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin(message(7))
    with Journal(tmp_path) as journal:
        assert journal.deaths(message(7)) == 1
        journal.begin(message(7))
        journal.end(message(7))
        assert journal.deaths(message(7)) == 0
    with Journal(tmp_path) as journal:
        assert journal.deaths(message(7)) == 0


def die_with_a_mark(folder: Path) -> None:
    journal = Journal(folder)
    journal.__enter__()
    journal.begin(message(3))
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_leaves_its_mark_and_its_place(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=die_with_a_mark, args=(tmp_path,))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    with Journal(tmp_path) as journal:
        assert journal.deaths(message(3)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["0.journal"]


def test_workers_beside_each_other_have_a_file_each(tmp_path: Path) -> None:
    with Journal(tmp_path) as one, Journal(tmp_path) as two:
        one.begin(message(1))
        two.begin(message(2))
    with Journal(tmp_path) as one, Journal(tmp_path) as two:
        assert [one.deaths(message(n)) for n in (1, 2)] == [1, 0]
        assert [two.deaths(message(n)) for n in (1, 2)] == [0, 1]


def test_the_file_stays_small(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin(message(0))
    with Journal(tmp_path) as journal:
        for offset in range(1, 30_000):
            journal.begin(message(offset))
            journal.end(message(offset))
        assert (tmp_path / "0.journal").stat().st_size < 1 << 21
        assert journal.deaths(message(0)) == 1
    with Journal(tmp_path) as journal:
        assert journal.deaths(message(0)) == 1


def test_what_has_been_in_hand_for_longest_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]
    monkeypatch.setattr("stream.journal.time.monotonic", lambda: now[0])
    with Journal(tmp_path) as journal:
        assert journal.oldest() == ("", 0.0)
        journal.begin(message(1))
        now[0] = 15.0
        journal.begin(message(2))
        now[0] = 40.0
        assert journal.oldest() == ("biorelay.abstracts|0|1|1", 30.0)
        journal.end(message(1))
        assert journal.oldest() == ("biorelay.abstracts|0|2|1", 25.0)


def test_a_full_disk_costs_the_marks_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(tmp_path) as journal:
        journal.begin(message(1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
        try:
            for offset in range(2, 200):
                journal.begin(message(offset))
                journal.end(message(offset))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        journal.begin(message(200))
    assert len(caplog.records) == 1
    with Journal(tmp_path) as journal:
        assert [journal.deaths(message(offset)) for offset in (1, 2, 200)] == [1, 0, 1]


def test_a_torn_line_is_no_mark() -> None:
    assert _read(b"+ a|0|1|2\n+ b|0|1|2") == {"a|0|1|2": 1}
    assert _read(b"= a|0|1|2 2\n+ a|0|1|2\n") == {"a|0|1|2": 3}


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(content: bytes) -> None:
    assert all(count >= 0 for count in _read(content).values())
