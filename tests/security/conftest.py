"""What the security tests share: a broker with every way to log in, an identity provider, and the settings of each login."""

import base64
import json
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import LocalServiceError
from tests.biorelay.conftest import _bare, cli  # noqa: F401  fixtures
from tests.security.authority import Answer, https_server
from tests.security.brokers import PASSWORD, SecureKafka, add_users, new_secure_kafka
from tests.services import TIMEOUT, tools_or_skip
from tests.stream.conftest import bare_settings, embedded_settings  # noqa: F401  fixtures

Login = Callable[..., dict[str, str]]
LOGINS = ("SCRAM-SHA-256", "SCRAM-SHA-512", "token file", "token endpoint", "mutual TLS")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"secure_kafka", "secure_neo4j"} & set(getattr(item, "fixturenames", ())) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TIMEOUT))


@pytest.fixture(scope="session")
def secure_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    """A broker of the security tests' own."""
    tools_or_skip()
    kafka = new_secure_kafka(tmp_path_factory.mktemp("secure-kafka"))
    try:
        kafka.service.start()
        add_users(kafka)
        yield kafka
    except LocalServiceError as error:
        pytest.fail(str(error))
    finally:
        kafka.service.kill()


@pytest.fixture(scope="session")
def provider(secure_kafka: SecureKafka) -> Iterator[str]:
    """The token endpoint of an identity provider that knows every user by the one password."""

    def answer(headers: dict[str, str], body: bytes) -> Answer:
        user, _, secret = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
        asked = urllib.parse.parse_qs(body.decode())
        if urllib.parse.unquote_plus(secret) != PASSWORD or asked["grant_type"] != ["client_credentials"]:
            return 401, {}, b'{"error": "invalid_client"}'
        return 200, {}, json.dumps({"access_token": secure_kafka.tokens.token(user), "expires_in": 600}).encode()

    with https_server(secure_kafka.authority.issue("provider"), answer) as url:
        yield f"{url}/token"


@pytest.fixture
def login(secure_kafka: SecureKafka, provider: str, tmp_path: Path) -> Login:
    """The variables of a login: `login("SCRAM-SHA-512", user="worker")`; what else is named replaces or adds one."""

    def variables(how: str, user: str = "root", **more: str) -> dict[str, str]:
        kafka = secure_kafka
        password = tmp_path / "password"
        password.write_text(f"{PASSWORD}\n", encoding="utf-8")
        chosen = {"SECURITY": "SASL_SSL", "CA_FILE": str(kafka.authority.ca), "TIMEOUT_S": "15"}
        if how.startswith("SCRAM"):
            chosen |= {"BOOTSTRAP": kafka.listeners["SCRAM"], "SASL_MECHANISM": how, "USERNAME": user, "PASSWORD": PASSWORD}
        elif how == "token file":
            file = tmp_path / f"{user}.token"
            file.write_text(kafka.tokens.token(user))
            chosen |= {"BOOTSTRAP": kafka.listeners["OAUTH"], "SASL_MECHANISM": "OAUTHBEARER", "TOKEN_FILE": str(file)}
        elif how == "token endpoint":
            chosen |= {"BOOTSTRAP": kafka.listeners["OAUTH"], "SASL_MECHANISM": "OAUTHBEARER", "TOKEN_URL": provider}
            chosen |= {"TOKEN_CA_FILE": str(kafka.authority.ca), "USERNAME": user, "PASSWORD_FILE": str(password)}
        else:
            client = {"CERT_FILE": str(kafka.client.cert), "KEY_FILE": str(kafka.client.key)}
            chosen |= {"BOOTSTRAP": kafka.listeners["MTLS"], "SECURITY": "SSL", **client}
        return {f"BIORELAY_BROKER_{name}": value for name, value in (chosen | more).items()}

    return variables
