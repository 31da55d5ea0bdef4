"""Publishing goes on where it stopped, and begins again when the file has changed."""

import os
from pathlib import Path

import pytest

from biorelay.positions import Positions


def test_an_unknown_file_begins_at_its_start(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(b"abc")
    position = Positions(tmp_path / "data", "kafka:9092/biorelay").of(file)
    assert (position.records, position.complete, position.size) == (0, False, 3)


def test_a_position_outlives_its_process(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(b"abc")
    positions = Positions(tmp_path / "data", "kafka:9092/biorelay")
    positions.reached(positions.of(file), 17)
    assert Positions(tmp_path / "data", "kafka:9092/biorelay").of(file).records == 17
    assert not list((tmp_path / "data").glob("*.tmp"))


def test_another_target_has_its_own_positions(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(b"abc")
    positions = Positions(tmp_path / "data", "kafka:9092/biorelay")
    positions.reached(positions.of(file), 17, complete=True)
    assert Positions(tmp_path / "data", "other:9092/biorelay").of(file).records == 0


@pytest.mark.parametrize("change", ["size", "time"])
def test_a_changed_file_begins_again(tmp_path: Path, change: str) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(b"abc")
    positions = Positions(tmp_path / "data", "t")
    reached = positions.reached(positions.of(file), 17)
    if change == "size":
        file.write_bytes(b"abcd")
        os.utime(file, ns=(reached.modified_ns, reached.modified_ns))
    else:
        os.utime(file, ns=(reached.modified_ns + 1_000_000, reached.modified_ns + 1_000_000))
    assert positions.of(file).records == 0


def test_a_damaged_position_counts_as_none(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(b"abc")
    positions = Positions(tmp_path / "data", "t")
    positions.reached(positions.of(file), 17)
    for stored in (tmp_path / "data").iterdir():
        stored.write_bytes(b"\x00{")
    assert positions.of(file).records == 0


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Positions(tmp_path, "t").of(tmp_path / "gone")
