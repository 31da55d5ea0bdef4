"""A child process on one core and under a memory limit, without root: it inherits both, and is watched.

The limit is on the resident set, pages of mapped files included: the kernel counts its peak (VmHWM), and a watcher ends the process
once that is past the limit. A container's limit would take pages of files away before it ends anything, so this is the stricter way.
With `refuse` the kernel also refuses private writable memory past the limit, touched or not (RLIMIT_DATA, getrlimit(2)). That is more
than a container asks: torch's libraries cannot even be loaded under 512 MB of it.
"""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from benchmarks.machine import ROOT
from benchmarks.scale_memory import memory

WATCHED = "ended once its peak resident set is past the limit"
REFUSED = f"{WATCHED}, and refused private memory past it (RLIMIT_DATA)"
INTERVAL = 0.01
"""Seconds between two looks at the resident set; the peak itself is the kernel's count (VmHWM)."""


@dataclass(slots=True)
class Ended:
    """What became of the child: its lines with the seconds from its start at which they came."""

    code: int = 0
    lines: list[tuple[float, str]] = field(default_factory=list)
    error: str = ""  # the end of what it wrote on standard error
    stopped: bool = False  # by the watcher
    peak_mb: float = 0.0


def run_limited(
    command: Sequence[str], *, megabytes: float | None, core: int | None, refuse: bool = False, patience: float = 300.0
) -> Ended:
    """Run a command to its end; `megabytes` are 10^6 bytes, None is no limit, and so is None for the core.

    Raises `subprocess.TimeoutExpired` where it takes longer than `patience` seconds.
    """
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    with _inherited(megabytes if refuse else None, core):
        begun = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ended = Ended()
    errors: list[str] = []
    listener = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
    watcher = threading.Thread(target=_watch, args=(process, megabytes, ended), daemon=True)
    alarm = threading.Timer(patience, process.kill)
    for thread in (listener, watcher, alarm):
        thread.start()
    try:
        for line in process.stdout or ():
            ended.lines.append((time.perf_counter() - begun, line.strip()))
        ended.code = process.wait()
    finally:
        process.kill()
        expired = not alarm.is_alive() and time.perf_counter() - begun >= patience
        alarm.cancel()
        for thread in (listener, watcher):
            thread.join()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    if expired:
        raise subprocess.TimeoutExpired(list(command), patience)
    ended.error = "".join(errors)[-2000:]
    return ended


def _watch(process: subprocess.Popen[str], megabytes: float | None, ended: Ended) -> None:
    while process.poll() is None:
        with suppress(OSError):
            now = memory(process.pid)
            ended.peak_mb = max(ended.peak_mb, now.get("peak_mb", 0.0))
            if megabytes is not None and ended.peak_mb > megabytes:
                ended.stopped = True
                process.kill()
        time.sleep(INTERVAL)


@contextmanager
def _inherited(megabytes: float | None, core: int | None) -> Iterator[None]:
    """Inside the block this process has the limits, and hands them to the child that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    cores = os.sched_getaffinity(0)
    try:
        if core is not None:
            os.sched_setaffinity(0, {core})
        if megabytes is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (int(megabytes * 1e6), hard))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        os.sched_setaffinity(0, cores)
