"""The proxy does to a connection what it says."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from deploy.local.service import free_ports

from .proxy import HOST, Network, Proxy


class Echo:
    """Sends back what it gets, until it is closed."""

    def __init__(self) -> None:
        self._server = socket.create_server((HOST, 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with closing(connection):
            try:
                while data := connection.recv(4096):
                    connection.sendall(data)
            except OSError:
                return

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with closing(Echo()) as echo, Network() as network:
        yield network.proxy(free_ports(1)[0], echo.port)


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), 5)


def says(connection: socket.socket, word: bytes, within: float = 5.0) -> bytes:
    connection.settimeout(within)
    connection.sendall(word)
    return connection.recv(100)


def test_it_hands_bytes_on_both_ways(proxy: Proxy) -> None:
    with closing(connect(proxy)) as connection:
        assert says(connection, b"one") == b"one"
        assert says(connection, b"two") == b"two"
    assert proxy.connections == 1


def test_a_cut_network_refuses_until_it_is_healed(proxy: Proxy) -> None:
    with closing(connect(proxy)) as connection:
        assert says(connection, b"before") == b"before"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            says(connection, b"while")
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    proxy.heal()
    with closing(connect(proxy)) as connection:
        assert says(connection, b"after") == b"after"


def test_a_reset_ends_connections_and_takes_new_ones(proxy: Proxy) -> None:
    with closing(connect(proxy)) as old:
        assert says(old, b"before") == b"before"
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            says(old, b"again")
    with closing(connect(proxy)) as new:
        assert says(new, b"new") == b"new"


def test_what_is_stalled_comes_later(proxy: Proxy) -> None:
    with closing(connect(proxy)) as connection:
        assert says(connection, b"before") == b"before"
        proxy.stall()
        with pytest.raises(TimeoutError):
            says(connection, b"late", within=0.3)
        proxy.heal()
        connection.settimeout(5)
        assert connection.recv(100) == b"late"


def test_a_half_open_connection_is_never_answered_again(proxy: Proxy) -> None:
    with closing(connect(proxy)) as lost:
        assert says(lost, b"before") == b"before"
        proxy.lose()
        with pytest.raises(TimeoutError):
            says(lost, b"into the void", within=0.3)
        proxy.heal()
        with pytest.raises(TimeoutError):
            says(lost, b"still", within=0.3)
        with closing(connect(proxy)) as new:
            assert says(new, b"new") == b"new"


def test_a_slow_network_gets_there(proxy: Proxy) -> None:
    proxy.slow(0.05)
    with closing(connect(proxy)) as connection:
        assert says(connection, b"slowly") == b"slowly"


def test_a_cut_ends_the_connections_that_come_with_it(proxy: Proxy) -> None:
    made: list[socket.socket] = []
    stopped = threading.Event()

    def knock() -> None:
        while not stopped.is_set():
            with suppress(OSError):
                made.append(connect(proxy))

    visitors = [threading.Thread(target=knock) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    for _ in range(20):
        proxy.cut()
        proxy.heal()
    stopped.set()
    for visitor in visitors:
        visitor.join()
    proxy.cut()
    for connection in made:
        with closing(connection), suppress(ConnectionResetError):
            connection.settimeout(5)
            assert connection.recv(1) == b""
