"""Tokens for OAUTHBEARER: out of a file that is renewed, and from an identity provider with a private authority."""

import base64
import json
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest

from stream.connection import meaning
from stream.errors import AccessDenied, BrokerUnreachable, CredentialsUnusable
from stream.oauth import ClientCredentials, FileTokens, TokenAway, TokenRefused, token_provider
from stream.settings import Security
from tests.security.authority import Answer, Authority, https_server

SECRET = "ge heim/+&:ß"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def answering(*answers: Answer | dict[str, object]) -> tuple[Callable[[dict[str, str], bytes], Answer], list[tuple[dict[str, str], bytes]]]:
    """A server's answers one after the other, the last one for ever; and what it was asked."""
    asked: list[tuple[dict[str, str], bytes]] = []

    def answer(headers: dict[str, str], body: bytes) -> Answer:
        asked.append((headers, body))
        told = answers[min(len(asked), len(answers)) - 1]
        return told if isinstance(told, tuple) else (200, {"Content-Type": "application/json"}, json.dumps(told).encode())

    return answer, asked


def asking(url: str, authority: Authority | None, **more: str) -> ClientCredentials:
    file = authority.ca if authority else None
    return ClientCredentials(Security("SASL_SSL", "OAUTHBEARER", "an id", SECRET, token_url=url, token_ca_file=file, **more))  # type: ignore[arg-type]


async def test_a_token_is_fetched_by_client_credentials_and_kept_for_its_lifetime(authority: Authority) -> None:
    answer, asked = answering({"access_token": "one", "expires_in": 600}, {"access_token": "two"})
    with https_server(authority.issue("provider"), answer) as url:
        provider = asking(f"{url}/token", authority, token_scope="kafka write")
        assert [await provider.token() for _ in range(3)] == ["one"] * 3
    ((headers, body),) = asked
    assert urllib.parse.parse_qs(body.decode()) == {"grant_type": ["client_credentials"], "scope": ["kafka write"]}
    login = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert [urllib.parse.unquote_plus(part) for part in login.split(":")] == ["an id", SECRET]


async def test_an_expired_token_is_fetched_anew(authority: Authority) -> None:
    answer, asked = answering({"access_token": "one", "expires_in": 0}, {"access_token": "two", "expires_in": "60"})
    with https_server(authority.issue("provider"), answer) as url:
        provider = asking(url, authority)
        assert [await provider.token() for _ in range(3)] == ["one", "two", "two"]
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (
            (401, {}, b'{"error":"invalid_client","error_description":"ge heim is wrong"}'),
            TokenRefused,
            "refuses the client: 401 invalid_client",
        ),
        ((400, {}, SECRET.encode()), TokenRefused, "refuses the client: 400"),
        ((302, {"Location": "https://localhost:1/elsewhere"}, b""), TokenRefused, "refuses the client: 302"),
        ((503, {}, b""), TokenAway, "answers 503"),
        ((429, {}, b""), TokenAway, "answers 429"),
        ((200, {}, b"<html>"), TokenRefused, "with no token"),
        ((200, {}, b"[]"), TokenRefused, "with no token"),
        ((200, {}, b'{"access_token": 7}'), TokenRefused, "with no token"),
        ((200, {}, b'{"access_token": "a\\u0001auth=b"}'), TokenRefused, "with no token"),
        ((200, {}, b'{"access_token": "a", "expires_in": "soon"}'), TokenRefused, "with no token"),
    ],
)
async def test_what_the_provider_says_instead(authority: Authority, answer: Answer, error: type[Exception], said: str) -> None:
    with https_server(authority.issue("provider"), answering(answer)[0]) as url, pytest.raises(error) as caught:
        await asking(url, authority).token()
    assert said in str(caught.value)
    assert "heim" not in str(caught.value)
    assert type(meaning(caught.value, "kafka:1")) is (AccessDenied if error is TokenRefused else BrokerUnreachable)


async def test_a_provider_that_cannot_be_trusted_or_is_away_gets_no_secret(authority: Authority, tmp_path: Path) -> None:
    answer, asked = answering({"access_token": "one"})
    for certificate in (
        authority.issue("expired", days=-1),
        authority.issue("other", alt="DNS:example.org"),
        Authority(tmp_path).issue("foreign"),
    ):
        with https_server(certificate, answer) as url, pytest.raises(TokenAway, match="certificate"):
            await asking(url, authority).token()
    assert asked == []
    with pytest.raises(TokenAway, match="does not answer"):
        await asking(url, authority).token()


async def test_a_file_is_read_at_each_connection(tmp_path: Path) -> None:
    file = tmp_path / "token"
    provider = FileTokens(Security("SASL_SSL", "OAUTHBEARER", token_file=file))
    with pytest.raises(TokenRefused, match="cannot be read: No such file"):
        await provider.token()
    for token in ("eyJ.one.x", "eyJ.two.y\n"):
        file.write_text(token)
        assert await provider.token() == token.strip()


@pytest.mark.parametrize("content", [b"", b"\n", b"two words", b"a\x01auth=Bearer b", b"\xff\xfe", "tök".encode()])
async def test_what_is_no_token_is_not_sent(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(TokenRefused, match="holds no token"):
        await FileTokens(Security(token_file=file)).token()


def test_the_clients_of_a_process_share_their_token(tmp_path: Path) -> None:
    first, second = (token_provider(Security("SASL_SSL", "OAUTHBEARER", token_file=tmp_path / "t")) for _ in range(2))
    assert first is second
    assert isinstance(token_provider(Security("SASL_SSL", "OAUTHBEARER", "a", "b", token_url="https://x")), ClientCredentials)


async def test_an_authority_that_is_no_certificate_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    provider = ClientCredentials(Security("SASL_SSL", "OAUTHBEARER", "a", "b", token_url="https://localhost:1", token_ca_file=file))
    with pytest.raises(CredentialsUnusable, match=r"ca\.pem"):
        await provider.token()
