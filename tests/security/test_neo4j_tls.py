"""TLS to a real Neo4j with a certificate of a private authority, and one clear line where it cannot be trusted."""

import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from biorelay.asking import graph_of
from biorelay.doctor import Verdict, neighbours
from biorelay.settings import load_settings
from deploy.local import LocalServiceError, Service
from deploy.local.neo4j import neo4j_service
from deploy.local.service import HOST, free_ports
from graphstore import GraphAuthError, GraphBadAddress, GraphUnavailable, open_store
from graphstore.trust import addressed, distrusted
from tests.biorelay.conftest import Cli, relations
from tests.security.authority import Authority, https_server
from tests.services import tools_or_skip

# The driver does not wait for the end of its TLS connections, and an event loop that ends with the test finds them open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

HANDSHAKE = bytes.fromhex("6060b017") + bytes.fromhex("00000405") + b"\0" * 12


@dataclass(frozen=True)
class SecureNeo4j:
    service: Service
    authority: Authority

    @property
    def place(self) -> str:
        return f"localhost:{self.service.port}"

    @property
    def password(self) -> str:
        return self.service.settings["password"]


@pytest.fixture(scope="session")
def secure_neo4j(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureNeo4j]:
    """A Neo4j that speaks TLS only; its certificate names localhost, and no address."""
    tools_or_skip()
    folder = tmp_path_factory.mktemp("secure-neo4j")
    authority = Authority(folder / "ca", "neo4j's authority")
    certificate = authority.issue("neo4j", alt="DNS:localhost")
    (port,) = free_ports(1)
    extra = {
        "dbms.ssl.policy.bolt.enabled": "true",
        "dbms.ssl.policy.bolt.base_directory": str(folder / "ca"),
        "dbms.ssl.policy.bolt.private_key": certificate.key.name,
        "dbms.ssl.policy.bolt.public_certificate": certificate.cert.name,
        "dbms.ssl.policy.bolt.client_auth": "NONE",
        "server.bolt.tls_level": "REQUIRED",
        "server.bolt.advertised_address": f"localhost:{port}",
    }
    service = neo4j_service(folder / "neo4j", port, memory="768m", page_cache="64m", extra=extra)
    context = ssl.create_default_context(cafile=authority.ca)

    def answers(port: int) -> bool:
        try:
            with socket.create_connection((HOST, port), 2) as plain, context.wrap_socket(plain, server_hostname="localhost") as connection:
                connection.settimeout(5)
                connection.sendall(HANDSHAKE)
                return len(connection.recv(4)) == 4
        except OSError:
            return False

    service.probe = answers
    try:
        service.start()
        yield SecureNeo4j(service, authority)
    except LocalServiceError as error:
        pytest.fail(str(error))
    finally:
        service.kill()


@pytest.fixture
def environment(secure_neo4j: SecureNeo4j, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The variables of a login that works; the password lies in a file."""
    file = tmp_path / "password"
    file.write_text(secure_neo4j.password + "\n")
    told = {"URL": f"bolt+s://{secure_neo4j.place}", "PASSWORD_FILE": str(file), "CA_FILE": str(secure_neo4j.authority.ca)}
    for name, value in told.items():
        monkeypatch.setenv(f"BIORELAY_GRAPH_{name}", value)
    return monkeypatch


@pytest.mark.neo4j
@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+s"])
def test_the_commands_and_the_doctor_over_tls(
    scheme: str, secure_neo4j: SecureNeo4j, environment: pytest.MonkeyPatch, cli: Cli, tmp_path: Path
) -> None:
    environment.setenv("BIORELAY_GRAPH_URL", f"{scheme}://{secure_neo4j.place}")
    file = tmp_path / "relations.jsonl"
    file.write_bytes(relations("pubmed:1", ("mesh:D1 aspirin Chemical", "Bind", "mesh:D2 asthma Disease")).to_bytes())
    result = cli("graph", "load", file)
    assert result.exit_code == 0, result.output
    (edge,) = [json.loads(line) for line in cli("graph", "neighbours", "mesh:D1", "--json").stdout.splitlines()]
    assert "mesh:D2" in json.dumps(edge)
    graph = next(json.loads(line) for line in cli("doctor", "--json").stdout.splitlines() if '"graph"' in line)
    assert graph["verdict"] == "ok", graph


@pytest.mark.neo4j
async def test_a_worker_s_own_store_writes_over_tls(environment: pytest.MonkeyPatch) -> None:
    del environment
    async with graph_of(load_settings(), read_only=False) as store:
        assert (await store.stats()).articles >= 0


@pytest.mark.neo4j
async def test_a_server_that_cannot_be_trusted_is_refused(
    secure_neo4j: SecureNeo4j, tmp_path: Path, cli: Cli, environment: pytest.MonkeyPatch
) -> None:
    other = Authority(tmp_path / "other", "another authority")
    url, ca = f"bolt+s://{secure_neo4j.place}", secure_neo4j.authority.ca
    cases = {
        "wrong authority": (url, other.ca, secure_neo4j.password, "cannot be trusted: "),
        "the system's authorities": (url, None, secure_neo4j.password, "cannot be trusted: "),
        "wrong host name": (f"bolt+s://{HOST}:{secure_neo4j.service.port}", ca, secure_neo4j.password, "not valid for"),
        "routing, wrong authority": (f"neo4j+s://{secure_neo4j.place}", other.ca, secure_neo4j.password, "cannot be trusted: "),
        "wrong password": (url, ca, "falsch-geheim", "refuses the login"),
    }
    for name, (address, file, password, said) in cases.items():
        with pytest.raises(GraphAuthError, match=said) as caught:
            await open_store(address, password=password, ca_file=file, read_only=True)
        assert len(str(caught.value).splitlines()) == 1, name
        assert caught.value.remedy
        assert "geheim" not in str(caught.value)
    with pytest.raises(GraphUnavailable):  # it speaks no plain Bolt
        await open_store(f"bolt://{secure_neo4j.place}", password=secure_neo4j.password, read_only=True)


@pytest.mark.neo4j
def test_the_commands_say_so_in_one_line(environment: pytest.MonkeyPatch, cli: Cli, tmp_path: Path) -> None:
    environment.setenv("BIORELAY_GRAPH_CA_FILE", str(Authority(tmp_path / "other").ca))
    result = cli("graph", "stats")
    assert result.exit_code == 1
    error, remedy = result.stderr.splitlines()
    assert "cannot be trusted: " in error
    assert "graph.ca_file" in remedy


async def test_an_expired_certificate_is_blamed_and_a_good_one_is_not(tmp_path: Path) -> None:
    """Servers that only shake hands: whether one is Neo4j is asked later."""
    authority = Authority(tmp_path)
    for days in (-1, 30):
        with https_server(authority.issue("neo4j", days=days), lambda *_: (200, {}, b"")) as url:
            address = url.replace("https://", "bolt+s://")
            blamed = await distrusted(address, authority.ca, 5.0)
            if days < 0:
                with pytest.raises(GraphAuthError, match="certificate has expired"):
                    await open_store(address, password="secret-word", ca_file=authority.ca, read_only=True)
        assert (blamed is not None) == (days < 0)
    assert await distrusted(address, authority.ca, 5.0) is None  # it is away by now
    assert await distrusted("bolt://localhost:1", authority.ca, 5.0) is None


@pytest.mark.parametrize(
    ("url", "content", "said"),
    [
        ("bolt+ssc://localhost:1", None, "takes any certificate"),
        ("neo4j+ssc://localhost:1", b"", "takes any certificate"),
        ("bolt://localhost:1", b"", "not encrypted"),
        ("bolt+s://localhost:1", b"no certificate", "cannot be used: it holds no certificate"),
        ("bolt+s://localhost:1", b"", "cannot be used"),
        ("bolt+s://localhost:1", "missing", "cannot be used: No such file"),
    ],
)
async def test_what_cannot_be_checked_is_refused(url: str, content: bytes | str | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if isinstance(content, bytes):
        file.write_bytes(content)
    with pytest.raises(GraphBadAddress, match=said):
        await open_store(url, password="secret-word", ca_file=None if content is None else file)


def test_an_address_without_an_authority_of_its_own_stays_as_it_is() -> None:
    assert addressed("bolt+s://db:7687", None) == ("bolt+s://db:7687", {})
    assert addressed("bolt://db:7687", None) == ("bolt://db:7687", {})


async def test_the_doctor_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_GRAPH_URL", "bolt+ssc://localhost:1")
    found = await neighbours.graph(load_settings())
    assert found.verdict is Verdict.PROBLEM
    assert "takes any certificate" in found.says
