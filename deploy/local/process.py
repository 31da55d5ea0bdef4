"""One process known by its pid file: it outlives the program that started it and is found again by the next."""

import os
import signal
import subprocess
import time
from pathlib import Path

_STEP = 0.1  # seconds between two looks


class Process:
    """The process of a folder: ``<folder>/pid`` holds its number, its command line names the folder.

    The second condition keeps a number that was given to somebody else since from being signalled.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The pid while the process lives (paused counts as living), else None."""
        if self._child is not None:
            return self._child.pid if self._child.poll() is None else None
        try:
            pid = int((self.folder / "pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        return pid if str(self.folder) in _command_line(pid) else None

    def spawn(self, command: list[str], log: Path, environment: dict[str, str] | None = None) -> None:
        """Start in a session of its own, so that Ctrl-C in the terminal does not reach it; output goes to ``log``."""
        with log.open("ab") as out:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folder,
                env={**os.environ, **(environment or {})},
            )
        self._child = child
        (self.folder / "pid").write_text(f"{child.pid}\n", encoding="ascii")

    def forget(self) -> None:
        """Let the process live on after this program; from here on it is known by its pid file."""
        if self._child is not None:
            self._child.returncode = 0  # or Popen warns that its child still runs
            self._child = None

    def send(self, number: signal.Signals) -> bool:
        """Send a signal; False when the process is gone."""
        pid = self.pid
        if pid is None:
            return False
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

    def wait_gone(self, seconds: float) -> bool:
        """Wait until the process is gone; False when it still lives after ``seconds``."""
        end = time.monotonic() + seconds
        while self.pid is not None:
            if time.monotonic() > end:
                return False
            time.sleep(_STEP)
        (self.folder / "pid").unlink(missing_ok=True)
        return True

    def stop(self, seconds: float = 30) -> bool:
        """SIGTERM, and SIGKILL after ``seconds``; True when it went by itself or was not there."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        if self.wait_gone(seconds):
            return True
        self.kill()
        return False

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        self.send(signal.SIGKILL)
        self.wait_gone(30)

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, as on a machine that hangs."""
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: undo :meth:`pause`."""
        self.send(signal.SIGCONT)


def _command_line(pid: int) -> str:
    """The command line of a living process, empty for none or for one that only waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
    except OSError:
        return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
