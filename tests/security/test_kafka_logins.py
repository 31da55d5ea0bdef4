"""Every part of biorelay over each way to log in to a real broker, and one clear line where the broker or the login is not right."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from biorelay.doctor import Verdict, neighbours
from biorelay.settings import Settings, load_settings
from stream import Publisher, RelationStream
from stream.errors import AccessDenied
from stream.settings import Stage, StreamSettings
from stream.topics import Topic
from tests.biorelay.conftest import Cli
from tests.security.authority import Authority, openssl
from tests.security.brokers import SecureKafka
from tests.security.conftest import LOGINS, Login
from tests.stream.kit import abstract, at_work, caught_up, send_raw

# aiokafka does not wait for the end of TLS connections that it gives up, and an event loop that ends with the test finds them open.
pytestmark = [pytest.mark.kafka, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

Use = Callable[[dict[str, str]], Settings]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, topic_prefix: str, tmp_path: Path) -> Use:
    """Make these variables the process's own, and read the settings from them."""

    def use(variables: dict[str, str]) -> Settings:
        more = {"TOPICS_PREFIX": topic_prefix, "TOPICS_PARTITIONS": "2", "WORKER_METRICS_PORT": "0", "DATA_DIR": str(tmp_path / "data")}
        for name, value in (variables | {f"BIORELAY_{name}": value for name, value in more.items()}).items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return use


def succeeds(cli: Cli, *arguments: str | Path) -> str:
    result = cli(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("how", LOGINS)
def test_every_part_works_over(how: str, login: Login, use: Use, cli: Cli, tmp_path: Path) -> None:
    settings = use(login(how))
    stream = settings.stream()
    succeeds(cli, "topics", "create")
    succeeds(cli, "topics", "describe")
    found = asyncio.run(neighbours.broker(settings, asked_for=True))
    assert found.verdict is Verdict.OK, found
    file = tmp_path / "abstracts.jsonl"
    file.write_bytes(b"".join(abstract(number).to_bytes() + b"\n" for number in range(1, 9)))
    succeeds(cli, "publish", file)

    async def worked() -> None:
        await send_raw(stream, Topic.ABSTRACTS, {"key": b"pubmed:666", "value": b"poison"})
        async with at_work(replace(stream, threads=2)):
            await caught_up(stream)
        async with RelationStream(stream, group=f"{stream.prefix}-reader", follow=False) as relations:
            documents = {message.document async for message in relations}
        assert documents == {*(f"pubmed:{number}" for number in range(1, 9)), "pubmed:666"}

    asyncio.run(worked())
    assert len(succeeds(cli, "consume", "relations", "--once", "--json").splitlines()) == 9
    (letter,) = map(json.loads, succeeds(cli, "dead-letters", "list", "--json").splitlines())
    assert letter["document"] == "pubmed:666"
    succeeds(cli, "dead-letters", "replay", letter["id"])
    succeeds(cli, "watch", "list")


def refusals(kafka: SecureKafka, login: Login, folder: Path) -> dict[str, tuple[dict[str, str], int, str]]:
    """What is wrong: the variables, the exit code, and what the line says."""
    other = Authority(folder / "other", "another authority")
    forged = other.issue("root")
    expired_token, foreign_token = folder / "expired.token", folder / "foreign.token"
    expired_token.write_text(kafka.tokens.token("root", seconds=-3600))
    foreign_token.write_text(kafka.tokens.token("root", audience="somebody else"))
    locked = folder / "locked.key"
    openssl("pkcs8", "-topk8", "-in", kafka.client.key, "-passout", "pass:geheim", "-out", locked)
    scram = "SCRAM-SHA-512"
    trust, refused = "no trusted connection to the broker at", "refuses the login or what it asked"
    return {
        "wrong authority": (login(scram, CA_FILE=str(other.ca)), 1, f"{trust} {kafka.listeners['SCRAM']}: "),
        "expired certificate": (login(scram, BOOTSTRAP=kafka.listeners["EXPIRED"]), 1, "certificate has expired"),
        "wrong host name": (login(scram, BOOTSTRAP=kafka.listeners["OTHERNAME"]), 1, "certificate is not valid for 'localhost'"),
        "wrong password": (login(scram, PASSWORD="falsch-geheim"), 1, refused),
        "wrong user": (login(scram, user="stranger"), 1, refused),
        "wrong mechanism": (login(scram, SASL_MECHANISM="PLAIN"), 1, refused),
        "no client certificate": (login("mutual TLS", CERT_FILE="", KEY_FILE=""), 1, f"{trust} {kafka.listeners['MTLS']}: "),
        "forged client certificate": (login("mutual TLS", CERT_FILE=str(forged.cert), KEY_FILE=str(forged.key)), 1, trust),
        "another's key": (login("mutual TLS", KEY_FILE=str(forged.key)), 2, "the client's certificate or its key"),
        "locked key": (login("mutual TLS", KEY_FILE=str(locked)), 2, "the client's key is encrypted"),
        "no authority": (login(scram, CA_FILE=str(folder / "nowhere.pem")), 2, "nowhere.pem"),
        "authority of no PEM": (login(scram, CA_FILE=str(expired_token)), 2, "the authority's certificate"),
        "expired token": (login("token file", TOKEN_FILE=str(expired_token)), 1, "the broker does not take the token"),
        "token for another": (login("token file", TOKEN_FILE=str(foreign_token)), 1, "the broker does not take the token"),
        "no token": (login("token file", TOKEN_FILE=str(folder / "nowhere")), 1, "cannot be read"),
        "wrong client secret": (login("token endpoint", PASSWORD_FILE="", PASSWORD="falsch-geheim"), 1, "401 invalid_client"),
        "provider away": (login("token endpoint", TOKEN_URL="https://localhost:1/token", TIMEOUT_S="2"), 1, "does not answer"),
        "provider of another authority": (login("token endpoint", TOKEN_CA_FILE=str(other.ca), TIMEOUT_S="2"), 1, "certificate"),
        "no TLS where it is asked for": (login(scram, SECURITY="PLAINTEXT", TIMEOUT_S="2"), 1, "does not answer"),
        "TLS where there is none": (login(scram, BOOTSTRAP=kafka.service.address, TIMEOUT_S="2"), 1, "does not answer"),
    }


def line_of(result: object) -> str:
    """The one line of an error, after checking that it is one, and one remedy at most."""
    lines = result.stderr.splitlines()
    assert 1 <= len(lines) <= 2, lines
    assert lines[0].startswith("error: ")
    assert all(line.startswith("       ") for line in lines[1:])
    return str(lines[0])


def test_what_is_not_right_is_one_clear_line(
    secure_kafka: SecureKafka, login: Login, use: Use, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {}
    for name, (variables, code, said) in refusals(secure_kafka, login, tmp_path).items():
        with monkeypatch.context() as patch:
            for variable, value in variables.items():
                patch.setenv(variable, value) if value else patch.delenv(variable, raising=False)
            result = cli("topics", "describe")
            if result.exit_code != code or said not in line_of(result):
                wrong[name] = (result.exit_code, result.output)
            if "geheim" in result.output:
                wrong[f"{name}: the secret"] = result.output
            patch.undo()
    assert wrong == {}


@pytest.mark.parametrize(
    "command",
    [
        ("topics", "create"),
        ("publish", "abstracts.jsonl"),
        ("worker",),
        ("worker", "--processes", "2"),
        ("consume", "relations", "--once"),
        ("dead-letters", "list"),
        ("watch", "list"),
    ],
    ids=" ".join,
)
def test_a_wrong_password_ends_every_command_at_once(command: tuple[str, ...], login: Login, use: Use, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "abstracts.jsonl").write_bytes(abstract(1).to_bytes())
    use(
        login("SCRAM-SHA-512", PASSWORD="falsch-geheim") | {"BIORELAY_GRAPH_URL": "bolt://127.0.0.1:1", "BIORELAY_WORKER_STARTUP_S": "3000"}
    )
    result = cli(*command)
    assert result.exit_code == 1
    error = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(error) == 1
    assert "refuses the login" in error[0]
    assert "geheim" not in result.output


async def test_a_wrong_password_is_raised_by_the_python_clients(login: Login, use: Use) -> None:
    stream = use(login("SCRAM-SHA-512", PASSWORD="falsch-geheim")).stream()
    for client in (Publisher(stream), RelationStream(stream)):
        with pytest.raises(AccessDenied):
            await client.__aenter__()
    finding = await neighbours.broker(use(login("SCRAM-SHA-512", PASSWORD="falsch-geheim")), asked_for=True)
    assert finding.verdict is Verdict.PROBLEM
    assert "refuses the login" in finding.says


async def test_a_token_is_renewed_while_the_clients_run(
    secure_kafka: SecureKafka, login: Login, use: Use, cli: Cli, tmp_path: Path
) -> None:
    """The broker ends a connection whose token has expired, and the next one shows what the file holds by then."""
    stream = replace(use(login("token file")).stream(), threads=2)
    await asyncio.to_thread(succeeds, cli, "topics", "create")
    file = Path(str(stream.security.token_file))
    renew(file, secure_kafka.tokens.token("root", seconds=6))
    async with Publisher(stream) as publisher, at_work(stream, graph=f"ladybug:{tmp_path / 'graph'}"):
        await (await publisher.publish(abstract(1)))
        await caught_up(patient(stream))
        renew(file, secure_kafka.tokens.token("root"))
        await asyncio.sleep(7)  # the first token has expired
        for number in (2, 3):
            await (await publisher.publish(abstract(number)))
        await caught_up(patient(stream))
    async with RelationStream(stream, follow=False) as relations:
        assert {message.document async for message in relations} == {"pubmed:1", "pubmed:2", "pubmed:3"}


def renew(file: Path, token: str) -> None:
    """As who renews tokens should: whole, or not at all."""
    fresh = file.with_suffix(".new")
    fresh.write_text(token)
    fresh.replace(file)


def patient(stream: StreamSettings) -> StreamSettings:
    return replace(stream, stages=tuple(Stage))
