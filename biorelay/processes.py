"""`extract_many` over several processes: what Python does around the model then runs at once too, so that work grows with the cores.

A process loads its own model. Threads share one, and are enough where a GPU computes; on a CPU their answers are the same bytes.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from threading import Thread
from typing import Any, Final

from biorelay.extractor import AHEAD, Extractor
from models.runtime.errors import Action, BiorelayError, RuntimeUnavailable
from processors.records import Abstract, Entities, Relations

TOGETHER: Final = 4
"""Abstracts that travel to a process at once."""

Answer = tuple[Entities, Relations] | BiorelayError

_own: Extractor | None = None


def extract_many(
    load: Mapping[str, Any],
    abstracts: Iterable[Abstract],
    *,
    processes: int,
    on_error: Callable[[Abstract, BiorelayError], None] | None = None,
) -> Iterator[tuple[Entities, Relations]]:
    """`Extractor.load(**load).extract_many(abstracts)` by so many processes: the same answers in the same order.

    Reads a bounded number of abstracts ahead. Raises what `Extractor.extract_many` raises, and `RuntimeUnavailable` where a process was
    killed.
    """
    waiting: deque[tuple[tuple[Abstract, ...], Future[list[Answer]]]] = deque()
    # Spawned, never forked: the sessions' threads do not survive a fork.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=_open, initargs=(dict(load),))
    try:
        coming = iter(abstracts)
        while some := tuple(islice(coming, TOGETHER)):
            waiting.append((some, pool.submit(_extract, some)))
            if len(waiting) >= AHEAD * processes:
                yield from _answered(*waiting.popleft(), on_error)
        while waiting:
            yield from _answered(*waiting.popleft(), on_error)
    except BrokenProcessPool as error:
        raise RuntimeUnavailable(
            "a process that extracts was killed, by lack of memory perhaps",
            remedy="Ask for fewer --workers: each holds a model of its own.",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _answered(
    asked: tuple[Abstract, ...], future: "Future[list[Answer]]", on_error: Callable[[Abstract, BiorelayError], None] | None
) -> Iterator[tuple[Entities, Relations]]:
    for abstract, answer in zip(asked, future.result(), strict=True):
        if not isinstance(answer, BiorelayError):
            yield answer
        elif on_error is None or answer.action is Action.STOP:
            raise answer
        else:
            on_error(abstract, answer)


def _open(load: dict[str, Any]) -> None:
    global _own  # noqa: PLW0603  a process has one
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asked
    Thread(target=_end_with_parent, daemon=True).start()
    _own = Extractor.load(**load)


def _end_with_parent() -> None:
    """A parent that is killed closes no pool."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _extract(abstracts: tuple[Abstract, ...]) -> list[Answer]:
    assert _own is not None  # noqa: S101
    answers: list[Answer] = []
    for abstract in abstracts:
        try:
            answers.append(_own.extract(abstract))
        except BiorelayError as error:
            answers.append(error)
    return answers
