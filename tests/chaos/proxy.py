"""A TCP proxy whose network can be cut, slowed, reset, stalled or half-open. Loopback only; one thread serves all proxies of a run."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

HOST = "127.0.0.1"
_CHUNK = 64 * 1024
T = TypeVar("T")


@dataclass(eq=False)
class _Link:
    """One connection through a proxy."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    lost: bool = False  # what is sent goes nowhere from now on, and nobody is told
    pumps: list["asyncio.Task[None]"] = field(default_factory=list)

    def abort(self) -> None:
        """Both ends get a reset instead of an orderly end."""
        for writer in (self.near, self.far):
            transport = writer.transport
            connection = transport.get_extra_info("socket")
            if connection is not None and not transport.is_closing():
                with suppress(OSError):  # SO_LINGER on, 0 seconds
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, (1).to_bytes(4, "little") + (0).to_bytes(4, "little"))
            transport.abort()


class Proxy:
    """`port` leads to the target's port. Every method may be called from any thread, and returns when it has taken effect."""

    def __init__(self, network: "Network", port: int, target: int) -> None:
        self.port = port
        self._network = network
        self._target = target
        self._listener: socket.socket | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._links: set[_Link] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._losing = False
        self._delay = 0.0
        self.connections = 0  # that were ever opened

    def cut(self) -> None:
        """New connections are refused, old ones reset, until `heal`."""
        self._network.do(self._cut())

    def reset(self) -> None:
        """Every connection is reset; new ones work."""
        self._network.do(self._reset())

    def slow(self, seconds: float) -> None:
        """Each chunk of bytes, either way, waits so long, until `heal`."""
        self._network.do(self._set(delay=seconds))

    def stall(self) -> None:
        """Nothing gets through; what was sent arrives after `heal`, as with a network that lost its way for a while."""
        self._network.do(self._set(flows=False))

    def lose(self) -> None:
        """Half-open: what is sent on connections from before `heal` goes nowhere for ever, and neither end is told."""
        self._network.do(self._set(losing=True))

    def heal(self) -> None:
        """As if nothing had been; connections that were lost stay lost."""
        self._network.do(self._heal())

    # in the network's thread

    async def open(self) -> None:
        # No `asyncio.Server`: Python 3.11's, closed while it takes a connection, leaves that one open, and nobody's.
        self._listener = socket.create_server((HOST, self.port), backlog=100)
        self._listener.setblocking(False)
        asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)

    async def close(self) -> None:
        self._delay = 0.0
        self._flows.set()
        await self._cut()

    async def _cut(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()
        await self._reset()

    async def _reset(self) -> None:
        for link in list(self._links):
            link.abort()

    async def _set(self, *, delay: float | None = None, flows: bool | None = None, losing: bool | None = None) -> None:
        if delay is not None:
            self._delay = delay
        if losing:
            self._losing = True
            for link in self._links:
                link.lost = True
        if flows is False:
            self._flows.clear()

    async def _heal(self) -> None:
        self._delay, self._losing = 0.0, False
        self._flows.set()
        if self._listener is None:
            await self.open()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # it was gone again
            connection, _ = listener.accept()
            self._serving.add(serving := asyncio.ensure_future(self._serve(connection)))
            serving.add_done_callback(self._serving.discard)

    async def _serve(self, connection: socket.socket) -> None:
        self.connections += 1
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            far_reader, far = await asyncio.open_connection(HOST, self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(writer, far, lost=self._losing)
        if self._listener is None:  # the cut came while the target answered
            link.abort()
            return
        self._links.add(link)
        link.pumps = [
            asyncio.ensure_future(self._pump(link, reader, far)),
            asyncio.ensure_future(self._pump(link, far_reader, writer)),
        ]
        await asyncio.gather(*link.pumps, return_exceptions=True)
        self._links.discard(link)
        link.near.close()
        link.far.close()

    async def _pump(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(_CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                await self._flows.wait()
                if not link.lost:
                    writer.write(data)
                    await writer.drain()
            if not link.lost:
                writer.write_eof()
        except OSError:  # a reset of one end is one of both
            if not link.lost:
                writer.transport.abort()


class Network:
    """All proxies of a run, served by one thread; a context manager."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="chaos-network", daemon=True)
        self._proxies: list[Proxy] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for proxy in self._proxies:
            self.do(proxy.close())
        self.do(_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def proxy(self, port: int, target: int) -> Proxy:
        """A proxy on a free port to a port of this machine, open."""
        made: Proxy = self.call(lambda: Proxy(self, port, target))
        self.do(made.open())
        self._proxies.append(made)
        return made

    def call(self, make: Callable[[], T]) -> T:
        async def made() -> T:
            return make()

        return self.do(made())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it in the network's thread and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


async def _rest() -> None:
    """Wait until what was aborted has ended, and its sockets are closed."""
    while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(tasks)
    await asyncio.sleep(0)  # a transport closes its socket in the turn after
