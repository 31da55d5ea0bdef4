"""A local service: a process, its address, and the question that tells whether it is ready."""

import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.errors import LocalServiceError
from deploy.local.maven import Say
from deploy.local.process import Process

HOST = "127.0.0.1"


@dataclass
class Service:
    """One service with its data in ``folder``; survives :meth:`kill` and comes back with the same data on :meth:`start`.

    ``probe`` says whether the service answers on ``port``. ``prepare`` runs before every start and writes the
    configuration.
    """

    name: str
    folder: Path
    port: int
    command: list[str]
    probe: Callable[[int], bool]
    deadline: float
    prepare: Callable[[], None]
    other_ports: tuple[int, ...] = ()
    settings: dict[str, str] = field(default_factory=dict, repr=False)
    say: Say = lambda _: None

    def __post_init__(self) -> None:
        self.process = Process(self.folder)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What the service wrote to its standard output, over all starts."""
        return self.folder / "logs" / "out.log"

    @property
    def pid(self) -> int | None:
        """The pid while the service lives, else None."""
        return self.process.pid

    def start(self) -> None:
        """Start and wait until ready; nothing to do when it already runs. Raises LocalServiceError, with the log's end."""
        if self.pid is not None:
            self._same_address()
            self.wait_ready()
            self.say(f"{self.name}: already runs at {self.address} (pid {self.pid})")
            return
        for port in (self.port, *self.other_ports):
            if port_taken(port):
                raise LocalServiceError(
                    f"{self.name}: port {port} is taken by another program",
                    remedy="Stop that program, or choose another port (--kafka-port, --bolt-port, --http-port)",
                )
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.prepare()
        began = time.monotonic()
        self.say(f"{self.name}: starting at {self.address}")
        (self.folder / "address").write_text(self.address + "\n", encoding="ascii")
        self.process.spawn(self.command, self.log)
        self.wait_ready()
        self.say(f"{self.name}: ready at {self.address} after {time.monotonic() - began:.1f} s (pid {self.pid})")

    def wait_ready(self) -> None:
        """Wait until the service answers; LocalServiceError when it dies or ``deadline`` seconds pass."""
        end = time.monotonic() + self.deadline
        while not self.probe(self.port):
            if self.pid is None:
                raise LocalServiceError(f"{self.name} died while starting:\n{self._log_end()}", remedy=f"Its log is {self.log}")
            if time.monotonic() > end:
                self.process.kill()
                raise LocalServiceError(
                    f"{self.name} was not ready after {self.deadline:.0f} s:\n{self._log_end()}", remedy=f"Its log is {self.log}"
                )
            time.sleep(0.1)

    def stop(self, seconds: float = 30) -> bool:
        """End it in good order; True when it went within ``seconds``, False when it had to be killed."""
        return self.process.stop(seconds)

    def kill(self) -> None:
        """kill -9; data and port stay, :meth:`start` brings it back."""
        self.process.kill()

    def pause(self) -> None:
        """Freeze it (SIGSTOP): connections stay open, nothing answers."""
        self.process.pause()

    def resume(self) -> None:
        """Undo :meth:`pause`."""
        self.process.resume()

    def restart(self) -> None:
        """Stop and start with the same data and port."""
        self.stop()
        self.start()

    def _same_address(self) -> None:
        recorded = read_address(self.folder)
        if recorded is not None and recorded != self.address:
            raise LocalServiceError(
                f"{self.name} already runs at {recorded}, not at {self.address}", remedy="Stop it first: python -m deploy.local down"
            )

    def _log_end(self, lines: int = 15) -> str:
        if not self.log.is_file():
            return "(no log)"
        return "\n".join(without_stack(self.log.read_text(encoding="utf-8", errors="replace")).splitlines()[-lines:])


def without_stack(text: str) -> str:
    """Java's output without the lines of its stack traces: what remains names the cause."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(("\tat ", "\t...")))


def read_address(folder: Path) -> str | None:
    """Where the service of a folder listens or last listened."""
    try:
        return (folder / "address").read_text(encoding="ascii").strip()
    except OSError:
        return None


def port_taken(port: int) -> bool:
    """Whether somebody listens on the port."""
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on right now, all different."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(contextlib.closing(socket.socket())) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]
