"""What a connection to a broker says of certificates, without a broker: a server that shakes hands and hangs up is enough."""

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from processors.records import Abstract
from stream.connection import admin
from stream.errors import AccessDenied, BrokerUnreachable, CredentialsUnusable, RegistryRefused, RegistryUnreachable, StreamError
from stream.registry import _register
from stream.settings import Registry, Security, StreamSettings
from stream.tls import tls_context
from tests.security.authority import Answer, Authority, Certificate, https_server

Serve = Callable[..., int]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("theirs"))


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A server's port: `serve(certificate)`, with `clients` it wants certificates of that authority, without one it speaks no TLS."""
    sockets: list[socket.socket] = []

    def start(certificate: Certificate | None, clients: Authority | None = None) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        sockets.append(server)
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.cert, certificate.key)
        if context is not None and clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients.ca)
        threading.Thread(target=answer, args=(server, context), daemon=True).start()
        port: int = server.getsockname()[1]
        return port

    yield start
    for server in sockets:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def answer(server: socket.socket, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            plain, _ = server.accept()
        except OSError:
            return
        with plain:
            plain.settimeout(5)
            try:
                if context is None:
                    plain.recv(100)
                    plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                else:
                    with context.wrap_socket(plain, server_side=True) as connection:
                        connection.recv(100)
            except OSError:
                continue


async def told(port: int, security: Security) -> StreamError:
    with pytest.raises(StreamError) as caught:
        async with admin(StreamSettings(broker=f"localhost:{port}", broker_timeout=3.0, security=security)):
            pass
    return caught.value


async def test_a_broker_s_certificate(ours: Authority, theirs: Authority, serve: Serve) -> None:
    wrong = {
        "unable to get local issuer": (theirs.issue("foreign"), ours.ca),
        "has expired": (ours.issue("old", days=-1), ours.ca),
        "not valid for 'localhost'": (ours.issue("other", alt="DNS:kafka.example.org"), ours.ca),
        "certificate": (ours.issue("private"), None),  # the system's authorities know nothing of it
    }
    for said, (certificate, ca) in wrong.items():
        error = await told(serve(certificate), Security("SASL_SSL", username="a", password="secret-word", ca_file=ca))
        assert isinstance(error, AccessDenied), said
        assert said in str(error)
        assert "broker.ca_file" in (error.remedy or "")


async def test_a_client_s_certificate(ours: Authority, theirs: Authority, serve: Serve) -> None:
    port = serve(ours.issue("broker"), ours)
    forged, old = theirs.issue("forged"), ours.issue("expired", days=-1)
    assert "alert" in str(await told(port, Security("SSL", ca_file=ours.ca)))
    for certificate in (forged, old):
        error = await told(port, Security("SSL", ca_file=ours.ca, cert_file=certificate.cert, key_file=certificate.key))
        assert isinstance(error, AccessDenied)
        assert "alert" in str(error)


async def test_tls_where_there_is_none_and_a_server_that_hangs_up(ours: Authority, serve: Serve) -> None:
    error = await told(serve(None), Security("SSL", ca_file=ours.ca))
    assert isinstance(error, AccessDenied)
    assert "wrong version number" in str(error)
    good = serve(ours.issue("good"))
    for security in (Security("SSL", ca_file=ours.ca), Security()):
        assert isinstance(await told(good, security), BrokerUnreachable)


def test_old_protocols_are_not_offered(ours: Authority) -> None:
    context = tls_context(Path(ours.ca))
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_schema_registry_over_tls(ours: Authority, theirs: Authority) -> None:
    def registered(headers: dict[str, str], _: bytes) -> Answer:
        known = headers.get("Authorization") == f"Basic {base64.b64encode(b'app:secret-word').decode()}"
        return (200, {}, b'{"id": 7}') if known else (401, {}, b"{}")

    with https_server(ours.issue("registry"), registered) as url:
        registry = Registry(url, "app", "secret-word", ours.ca)
        assert _register(registry, "x-value", Abstract, 5.0) == 7
        with pytest.raises(RegistryRefused, match="401"):
            _register(replace(registry, password="another-word"), "x-value", Abstract, 5.0)
        with pytest.raises(RegistryUnreachable, match="certificate verify failed"):
            _register(replace(registry, ca_file=theirs.ca), "x-value", Abstract, 5.0)
        with pytest.raises(CredentialsUnusable, match=r"nowhere\.pem"):
            _register(replace(registry, ca_file=Path("nowhere.pem")), "x-value", Abstract, 5.0)
