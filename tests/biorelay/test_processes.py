"""Extraction by several processes: the same answers in the same order, errors in their turn, and an end when one is killed."""

import os
import signal
from collections.abc import Iterator
from itertools import islice
from multiprocessing import active_children
from typing import Any

import pytest

from biorelay.extractor import Extractor
from biorelay.processes import extract_many
from biorelay.samples import BC5CDR_TEST
from models.runtime.errors import BiorelayError, RuntimeUnavailable, TextTooLong
from processors.records import Abstract
from processors.sources import read

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def abstracts() -> list[Abstract]:
    return list(islice((record for record in read(BC5CDR_TEST) if isinstance(record, Abstract)), 11))


def test_processes_answer_as_one_does_and_tell_errors_in_their_turn(abstracts: list[Abstract]) -> None:
    longest = max(len(abstract.text) for abstract in abstracts)
    asked: dict[str, Any] = {"max_characters": longest - 1}
    one: list[tuple[str, BiorelayError]] = []
    expected = list(Extractor.load(**asked).extract_many(abstracts, on_error=lambda a, e: one.append((a.id, e))))
    several: list[tuple[str, BiorelayError]] = []
    made = list(extract_many(asked, abstracts, processes=2, on_error=lambda a, e: several.append((a.id, e))))
    assert [(e.to_bytes(), r.to_bytes()) for e, r in made] == [(e.to_bytes(), r.to_bytes()) for e, r in expected]
    assert [name for name, _ in several] == [name for name, _ in one]
    assert len(several) == 1
    error = several[0][1]
    assert isinstance(error, TextTooLong)
    assert (str(error), error.remedy) == (str(one[0][1]), one[0][1].remedy)
    with pytest.raises(TextTooLong):
        list(extract_many(asked, abstracts, processes=2))
    assert not active_children()


def test_a_killed_process_ends_the_work_with_a_clear_error(abstracts: list[Abstract]) -> None:
    def killing() -> Iterator[Abstract]:
        for number in range(10_000):
            if number == 40:
                os.kill(active_children()[0].pid or 0, signal.SIGKILL)
            yield abstracts[number % len(abstracts)]

    with pytest.raises(RuntimeUnavailable, match="was killed") as raised:
        list(extract_many({}, killing(), processes=2))
    assert raised.value.remedy
    assert not active_children()
