"""A flood of the same line does not fill the log."""

import logging

import pytest

from stream.sparing import Sparing


def test_a_flood_is_counted_and_kinds_have_their_own_room(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    sparing = Sparing(logging.getLogger("flood"), lines=3, seconds=60, clock=lambda: now[0])
    for number in range(100):
        sparing.write(logging.ERROR, "poison", "set aside: %d", number)
    sparing.write(logging.ERROR, "other", "of another kind")
    assert caplog.messages == ["set aside: 0", "set aside: 1", "set aside: 2", "of another kind"]
    now[0] = 60
    sparing.write(logging.ERROR, "poison", "set aside: %d", 100, error=ValueError("why"))
    assert caplog.messages[-1] == "set aside: 100 (and 97 before it that were not written)"
    assert caplog.records[-1].exc_info is not None
    now[0] = 200
    sparing.write(logging.ERROR, "poison", "set aside: %d", 101)
    assert caplog.messages[-1] == "set aside: 101"
