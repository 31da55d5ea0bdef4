"""Processes of their own that extract: their time and their memory."""

import multiprocessing
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.scale_memory import memory
from biorelay.extractor import Extractor
from processors.records import Abstract


@dataclass(frozen=True, slots=True)
class Share:
    """What one process did: when it began and ended (`time.perf_counter`, one clock for all processes), its CPU seconds, its memory."""

    begun: float
    ended: float
    cpu_s: float
    memory: Mapping[str, float]


def extract_in_processes(model: str | None, shares: Sequence[Sequence[Abstract]], *, workers: int = 1) -> list[Share]:
    """Each share in a process of its own with `workers` threads, all at once; they begin when every one has its model loaded.

    Raises `RuntimeError` where one of them ends without an answer.
    """
    context = multiprocessing.get_context("spawn")
    ends: list[tuple[Any, Connection]] = []
    try:
        for share in shares:
            ours, theirs = context.Pipe()
            process = context.Process(target=_extract, args=(theirs, model, list(share), workers), daemon=True)
            process.start()
            theirs.close()
            ends.append((process, ours))
        for _, end in ends:
            _heard(end)
        for _, end in ends:
            end.send("begin")
        return [_heard(end) for _, end in ends]
    finally:
        for process, end in ends:
            end.close()
            process.join()


def wall(shares: Sequence[Share]) -> float:
    """Seconds from the first beginning to the last end."""
    return max(share.ended for share in shares) - min(share.begun for share in shares)


def _heard(end: Connection) -> Any:
    try:
        return end.recv()
    except EOFError as error:
        raise RuntimeError("a process ended without an answer") from error


def _extract(end: Connection, model: str | None, abstracts: list[Abstract], workers: int) -> None:
    extractor = Extractor.load(model)
    _ = list(extractor.extract_many(abstracts[:workers], workers=workers))  # a session for each thread
    extractor.cache.clear()
    end.send("ready")
    try:
        end.recv()
    except EOFError:  # the parent gave up
        return
    begun, cpu = time.perf_counter(), time.process_time()
    for _ in extractor.extract_many(abstracts, workers=workers):
        pass
    end.send(Share(begun, time.perf_counter(), time.process_time() - cpu, memory()))
