"""What the monitor makes of what it saw. No services."""

import pytest

from stream import StreamSettings
from stream.settings import Stage

from .monitor import Look, Monitor, Place


def look(at: float, **partitions: tuple[int, int]) -> Look:
    """`ner0=(committed, behind)`."""
    places: dict[Place, tuple[int, int]] = {(Stage(name[:-1]), int(name[-1])): both for name, both in partitions.items()}
    return Look(
        at, {place: committed for place, (committed, _) in places.items()}, {place: behind for place, (_, behind) in places.items()}
    )


@pytest.fixture
def monitor() -> Monitor:
    return Monitor(StreamSettings())


def test_a_takeover_lasts_until_the_last_partition_that_waited_moves(monitor: Monitor) -> None:
    monitor.looks = [
        look(1, ner0=(5, 0), ner1=(5, 0), graph0=(5, 0)),
        look(2, ner0=(5, 3), ner1=(6, 0), graph0=(5, 0)),
        look(3, ner0=(5, 4), ner1=(7, 1), graph0=(5, 1)),
        look(9, ner0=(9, 0), ner1=(8, 0), graph0=(5, 1)),
        look(10, ner0=(9, 0), ner1=(8, 0), graph0=(6, 0)),
    ]
    assert monitor.taken_over(1.5) == 8.5
    monitor.looks = monitor.looks[:4]
    assert monitor.taken_over(1.5) == float("inf")
    assert monitor.taken_over(20) is None


def test_progress_counts_from_the_first_look_after_a_return(monitor: Monitor) -> None:
    monitor.looks = [
        look(1, ner0=(5, 2), graph0=(3, 2)),
        look(6, ner0=(6, 3), graph0=(3, 2)),  # ner's message was committed before the broker went
        look(7, ner0=(6, 3), graph0=(4, 1)),
        look(8, ner0=(9, 0), graph0=(5, 0)),
    ]
    assert monitor.first_progress(5, (Stage.GRAPH,)) == 2
    assert monitor.first_progress(5) == 3
    assert monitor.first_progress(5, (Stage.RELATIONS,)) is None
    assert monitor.first_progress(9) is None


async def test_quiet_is_two_looks_without_a_lag(monitor: Monitor) -> None:
    monitor.looks = [look(1, ner0=(5, 0)), look(2, ner0=(5, 1)), look(3, ner0=(6, 0)), look(4, ner0=(6, 0))]
    assert await monitor.quiet(0, 1) == 3
    monitor.looks[-1:] = [look(4, ner0=(6, 1))]
    assert await monitor.quiet(0, 0.3) is None
    monitor.forget()
    assert [one.at for one in monitor.looks] == [3, 4]
