"""Bearer tokens for SASL/OAUTHBEARER (KIP-255): out of a file, or from an identity provider by client credentials (RFC 6749, 4.4).

aiokafka asks for a token at each connection, and the broker ends a connection whose token has expired
(`connections.max.reauth.ms`), so that a token is never older than its file or its lifetime.
"""

import asyncio
import base64
import json
import math
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import AuthenticationFailedError, KafkaConnectionError

from .settings import Security
from .tls import tls_context

_TIMEOUT: Final = 10.0
_BYTES: Final = 1 << 20
_LIFETIME: Final = 300.0
"""Seconds for which a token is used where the provider does not say."""
_USED: Final = 0.8
"""The part of its lifetime for which a token is used."""


class TokenRefused(AuthenticationFailedError):  # type: ignore[misc]
    """There is no token that could be shown to a broker."""


class TokenAway(KafkaConnectionError):  # type: ignore[misc]
    """The identity provider does not answer."""


@cache
def token_provider(security: Security) -> AbstractTokenProvider:
    """The provider that the settings ask for; one for all clients of the process, so that they share a token."""
    return FileTokens(security) if security.token_file else ClientCredentials(security)


class FileTokens(AbstractTokenProvider):  # type: ignore[misc]
    """The token that a file holds now: whoever renews it writes the file anew."""

    def __init__(self, security: Security) -> None:
        self._security = security

    async def token(self) -> str:
        """Raises `TokenRefused`."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> str:
        file = self._security.token_file
        assert file is not None  # noqa: S101
        try:
            with file.open("rb") as content:
                text = content.read(_BYTES).decode("ascii").strip()
        except OSError as error:
            raise TokenRefused(f"the token's file {file} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise TokenRefused(f"{file} holds no token") from None
        return _checked(text, f"{file} holds no token")


class ClientCredentials(AbstractTokenProvider):  # type: ignore[misc]
    """Tokens from the identity provider's endpoint, kept for most of their lifetime. The worker's apps live in several event loops."""

    def __init__(self, security: Security) -> None:
        self._security = security
        self._guard = threading.Lock()
        self._token = ""
        self._until = 0.0

    async def token(self) -> str:
        """Raises `TokenRefused`, `TokenAway`."""
        return await asyncio.to_thread(self._current)

    def _current(self) -> str:
        with self._guard:
            if time.monotonic() >= self._until:
                self._token, lifetime = self._fetch()
                self._until = time.monotonic() + _USED * lifetime
            return self._token

    def _fetch(self) -> tuple[str, float]:
        security = self._security
        assert security.token_url is not None  # noqa: S101
        form = {"grant_type": "client_credentials"} | ({"scope": security.token_scope} if security.token_scope else {})
        request = urllib.request.Request(security.token_url, urllib.parse.urlencode(form).encode(), {"Accept": "application/json"})  # noqa: S310  the settings allow https only
        login = ":".join(urllib.parse.quote_plus(part or "") for part in (security.username, security.password))
        request.add_header("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}")
        where = f"the identity provider at {security.token_url}"
        context = tls_context(security.token_ca_file)
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirects())
        try:
            with opener.open(request, timeout=_TIMEOUT) as answer:
                return _answered(answer.read(_BYTES), where)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == HTTPStatus.TOO_MANY_REQUESTS or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise TokenAway(f"{where} answers {error.code}") from None
                raise TokenRefused(f"{where} refuses the client: {error.code} {_said(error.read(_BYTES))}".rstrip()) from None
        except OSError as error:
            raise TokenAway(f"{where} does not answer ({getattr(error, 'reason', error)})") from error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A client's secret is shown to nobody but the named endpoint."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _answered(answer: bytes, where: str) -> tuple[str, float]:
    """Token and lifetime in seconds (RFC 6749, 5.1)."""
    try:
        told = json.loads(answer)
        token, lifetime = told["access_token"], float(told.get("expires_in", _LIFETIME))
        if not math.isfinite(lifetime):
            raise ValueError("no number of seconds")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise TokenRefused(f"{where} answers, but with no token") from None
    return _checked(token, f"{where} answers, but with no token"), min(max(lifetime, 0.0), 86_400.0)


def _checked(token: object, otherwise: str) -> str:
    """A token of RFC 6750's letters, so that nothing else slips into the login's message."""
    plain = isinstance(token, str) and token.isascii() and token.isprintable() and " " not in token
    if not plain or not token:
        raise TokenRefused(otherwise)
    return str(token)


def _said(answer: bytes) -> str:
    """The provider's error code (RFC 6749, 5.2), and nothing else that it says: some repeat what they were sent."""
    try:
        code = json.loads(answer)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    known = {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
    return code if isinstance(code, str) and code in known else ""
