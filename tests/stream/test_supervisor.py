"""Several processes under one parent, with small scripts in the workers' place: real processes, real signals."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stream.worker import EXIT_STUCK

from .kit import until

WAITS = """
import pathlib, signal, sys, time
mine = pathlib.Path(sys.argv[1])
def stop(*_):
    mine.with_suffix(".told").touch()
    sys.exit({code})
signal.signal(signal.SIGTERM, stop)
mine.with_name(mine.name + "." + str(__import__("os").getpid())).touch()
while True:
    time.sleep(0.01)
"""
DEAF = WAITS.replace("    sys.exit({code})", "    pass")
DIES = "import pathlib, os, sys; pathlib.Path(sys.argv[1] + '.' + str(os.getpid())).touch(); sys.exit({code})"

DIES_BY_SIGNAL = "import pathlib, os, sys; pathlib.Path(sys.argv[1] + '.' + str(os.getpid())).touch(); os.kill(os.getpid(), 9)"


class Parent:
    """A supervising process over scripts that leave a file NAME.PID when they begin, and NAME.told at SIGTERM."""

    def __init__(self, folder: Path, stack: ExitStack, scripts: list[str], shutdown: float, first_pause: float) -> None:
        self._folder = folder
        commands = [[sys.executable, "-c", script, str(folder / f"child{number}")] for number, script in enumerate(scripts)]
        self.log = folder / "log"
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "tests.stream.supervised", str(shutdown), json.dumps(commands), str(first_pause)]
            self.process = subprocess.Popen(command, stderr=log)
        stack.callback(self._end)

    def _end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def pids(self, number: int) -> list[int]:
        """Of everyone who ever filled the place."""
        return [int(path.suffix[1:]) for path in self._folder.glob(f"child{number}.*") if path.suffix[1:].isdecimal()]

    def told(self, number: int) -> bool:
        return (self._folder / f"child{number}.told").exists()

    async def began(self, number: int, times: int = 1) -> None:
        async def there() -> bool:
            return len(self.pids(number)) >= times

        await until(there, f"child {number} began {times} time(s)")

    def wait(self) -> int:
        return self.process.wait(30)


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[Callable[..., Parent]]:
    with ExitStack() as stack:
        yield lambda *scripts, shutdown=10.0, first_pause=0.05: Parent(tmp_path, stack, list(scripts), shutdown, first_pause)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z" if Path("/proc/self").exists() else True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_reaches_every_child_and_the_parent_ends_last(parent: Callable[..., Parent], number: signal.Signals) -> None:
    it = parent(WAITS.format(code=0), WAITS.format(code=0), WAITS.format(code=0))
    for child in range(3):
        await it.began(child)
    it.process.send_signal(number)
    assert it.wait() == 0
    assert all(it.told(child) for child in range(3))
    assert not any(alive(pid) for child in range(3) for pid in it.pids(child))


async def test_a_killed_child_is_started_again_and_its_neighbour_is_left_alone(parent: Callable[..., Parent]) -> None:
    it = parent(WAITS.format(code=0), WAITS.format(code=0))
    await it.began(0)
    await it.began(1)
    [first], [neighbour] = it.pids(0), it.pids(1)
    os.kill(first, signal.SIGKILL)
    await it.began(0, times=2)
    assert it.pids(1) == [neighbour]
    assert "process 0 ended with SIGKILL" in it.log.read_text()
    it.process.terminate()
    assert it.wait() == 0


async def test_a_stuck_child_is_started_again_and_its_code_is_told(parent: Callable[..., Parent]) -> None:
    it = parent(DIES.format(code=EXIT_STUCK), WAITS.format(code=0))
    await it.began(0, times=2)
    await it.began(1)
    assert f"process 0 ended with exit code {EXIT_STUCK}" in it.log.read_text()
    it.process.terminate()
    assert it.wait() in {0, EXIT_STUCK}


async def test_what_dies_again_and_again_ends_all_with_its_code(parent: Callable[..., Parent]) -> None:
    it = parent(WAITS.format(code=0), DIES.format(code=3))
    assert it.wait() == 3
    assert len(it.pids(1)) == 6
    assert it.told(0)
    assert "process 1 died 6 times in a row: giving up" in it.log.read_text()
    pauses = [float(line.rpartition(" again in ")[2].split()[0]) for line in it.log.read_text().splitlines() if " again in " in line]
    assert pauses == sorted(pauses)


async def test_what_signals_end_is_started_again_always(parent: Callable[..., Parent]) -> None:
    """A document may be to blame, and is set aside after its deaths: two of them in a row must not end everyone."""
    it = parent(DIES_BY_SIGNAL, first_pause=0.01)
    await it.began(0, times=8)
    assert it.process.poll() is None
    assert "giving up" not in it.log.read_text()
    it.process.terminate()
    it.wait()


async def test_a_child_that_ended_badly_when_told_gives_its_code(parent: Callable[..., Parent]) -> None:
    it = parent(WAITS.format(code=0), WAITS.format(code=EXIT_STUCK))
    await it.began(0)
    await it.began(1)
    it.process.terminate()
    assert it.wait() == EXIT_STUCK


async def test_a_child_that_hears_nothing_is_killed_at_the_deadline(parent: Callable[..., Parent]) -> None:
    it = parent(DEAF, WAITS.format(code=0), shutdown=0.2)
    await it.began(0)
    await it.began(1)
    it.process.terminate()
    assert it.wait() == 128 + signal.SIGKILL
    assert it.told(0)
    assert "process 0 did not end in time" in it.log.read_text()
    assert not any(alive(pid) for pid in it.pids(0))


@pytest.mark.skipif(sys.platform != "linux", reason="children hear of their parent's end on Linux only")
async def test_children_do_not_outlive_a_parent_that_is_killed(parent: Callable[..., Parent]) -> None:
    it = parent(WAITS.format(code=0), WAITS.format(code=0))
    await it.began(0)
    await it.began(1)
    it.process.kill()

    async def gone() -> bool:
        return not any(alive(pid) for child in range(2) for pid in it.pids(child))

    await until(gone, "the children are gone")
    assert it.told(0)
    assert it.told(1)
