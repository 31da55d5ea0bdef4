"""A run: inputs until the time or the number is up; what breaks becomes a finding and the run goes on."""

import hashlib
import logging
import resource
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz.mutation import mutated
from tests.fuzz.target import Target

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = Path(__file__).parent / "findings"
ENOUGH = 5
"""So many different crashes of a target, and it is passed over: the rest would mostly be the same ones again."""


class Hang(BaseException):
    """An input took more processor time than its target allows; no `except Exception` may swallow it."""


@dataclass
class Ran:
    """What became of one target. `crashes` and `hangs` are what was raised, by input."""

    target: str
    cases: int = 0
    cpu_s: float = 0.0
    longest_ms: float = 0.0  # processor time of the slowest input
    peak_mib: float = 0.0  # the process's, up to then
    crashes: dict[bytes, str] = field(default_factory=dict)
    hangs: dict[bytes, str] = field(default_factory=dict)


def run(target: Target, *, seed: int, cases: int | None = None, seconds: float | None = None) -> Ran:
    """Run a target on drawn inputs, its seeds first, until one of the two is reached; `seconds` are of processor time."""
    random, ran = Random(f"{seed} {target.name}"), Ran(target.name)
    raised: set[str] = set()
    started = time.process_time()
    with quiet():
        for data in _inputs(target, random):
            before = time.process_time()
            if (cases is not None and ran.cases >= cases) or (seconds is not None and before - started >= seconds) or len(raised) >= ENOUGH:
                break
            told = attempt(target, data)
            ran.cases += 1
            ran.longest_ms = max(ran.longest_ms, 1000 * (time.process_time() - before))
            if told is not None and (place := where(told)) not in raised:
                raised.add(place)
                (ran.hangs if isinstance(told, Hang) else ran.crashes)[data] = place
    ran.cpu_s = time.process_time() - started
    ran.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return ran


def attempt(target: Target, data: bytes) -> BaseException | None:
    """What the target raises on an input; None where it does as it should."""
    try:
        with within(target.cpu_s):
            target.run(data)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001  a panic of a native library is no Exception
        return error
    return None


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise `Hang` in the block once it has used so much processor time."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Hang(f"more than {seconds:g} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the log's lines, and with warnings as they come: what is refused is said over and over."""
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def keep(target: str, data: bytes) -> Path:
    """Write an input down as a finding, for `test_fuzz.py` to replay."""
    folder = FINDINGS / folder_of(target)
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{hashlib.sha256(data).hexdigest()[:12]}.bin"
    place.write_bytes(data)
    return place


def folder_of(target: str) -> str:
    """What a target's folder of findings is called."""
    return target.replace(" ", "-").replace("/", "-")


def _inputs(target: Target, random: Random) -> Iterator[bytes]:
    yield from target.seeds
    yield b""
    while True:
        yield mutated(random, target)


def where(error: BaseException) -> str:
    """What was raised and where, so that the same defect counts once."""
    trace, places = error.__traceback__, []
    while trace:
        code = trace.tb_frame.f_code
        if "/tests/fuzz/running" not in code.co_filename:
            places.append(f"{Path(code.co_filename).parent.name}/{Path(code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__}: {str(error)[:200]!a} at {' < '.join(reversed(places[-4:]))}"
