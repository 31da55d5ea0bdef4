"""Time by stage: each moment belongs to one stage, the product is untouched afterwards, and no stage has lost its functions."""

import time
from itertools import count, islice

import pytest

from benchmarks.stages import REST, STAGES, Clock, _place, stage_seconds
from biorelay.extractor import Extractor
from biorelay.samples import BC5CDR_TEST
from processors.records import Abstract
from processors.sources import read


def test_a_stage_inside_another_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    monkeypatch.setattr(time, "thread_time", lambda: float(next(ticks)))  # every look at the clock takes a second
    clock = Clock()
    inner = clock.timed("inner", lambda: None)
    outer = clock.timed("outer", lambda: (inner(), inner()))
    outer()
    assert clock.seconds == {"inner": 2.0, "outer": 3.0}
    with pytest.raises(ZeroDivisionError):
        clock.timed("outer", lambda: 1 / 0)()
    assert clock.seconds == {"inner": 2.0, "outer": 4.0}


def test_every_stage_is_passed_through_and_nothing_stays_replaced() -> None:
    places = [_place(name) for names in STAGES.values() for name in names]
    before = [getattr(owner, attribute) for owner, attribute in places]
    extractor = Extractor.load()
    documents = list(islice((record for record in read(BC5CDR_TEST) if isinstance(record, Abstract)), 3))
    expected = [extractor.extract(document) for document in documents]
    seconds = stage_seconds(extractor, documents)
    assert set(seconds) == {*STAGES, REST}
    assert [stage for stage in STAGES if not seconds[stage] > 0] == []
    assert [getattr(owner, attribute) for owner, attribute in places] == before
    assert [extractor.extract(document) for document in documents] == expected
