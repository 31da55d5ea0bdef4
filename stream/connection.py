"""Clients of the broker: their options, their bounded start, and what their errors mean.

aiokafka reports a broker that is away in several ways; `meaning` is the one place that tells an outage
(wait) from a refusal (stop) and from a message that does not fit (set it aside).
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import collect_hosts
from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    IllegalStateError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NodeNotReadyError,
    RecordListTooLargeError,
    RecordTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedCodecError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from .errors import AccessDenied, BrokerRefused, BrokerUnreachable, MessageTooLarge, StreamError
from .oauth import TokenAway, TokenRefused, token_provider
from .settings import Security, StreamSettings
from .tls import certificate_trouble, handshake, tls_context

_AWAY: Final = (KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, ConnectionError, TimeoutError, OSError)
"""An outage, though `KafkaTimeoutError.retriable` is False in aiokafka 0.14."""
_LOGIN: Final = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
_DENIED: Final = (*_LOGIN, ClusterAuthorizationFailedError, GroupAuthorizationFailedError, TopicAuthorizationFailedError)
_TOO_LARGE: Final = (MessageSizeTooLargeError, RecordTooLargeError, RecordListTooLargeError)


def meaning(error: BaseException, broker: str) -> StreamError:
    """The stream's own error for one of aiokafka's or of the network's; its `action` says what to do."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, _TOO_LARGE):
        return MessageTooLarge(f"the broker takes no message of that size ({said})")
    if isinstance(error, _DENIED):
        return AccessDenied(
            f"the broker at {broker} refuses the login or what it asked ({said})", remedy="Check the username, the password and the ACLs."
        )
    if isinstance(error, UnsupportedCodecError):
        return BrokerRefused(
            f"a message is compressed in a way that this installation cannot read ({said})", remedy="Install aiokafka[lz4,snappy,zstd]."
        )
    if trouble := certificate_trouble(error):
        return AccessDenied(
            f"no trusted connection to the broker at {broker}: {trouble}",
            remedy="Check broker.security, broker.ca_file, the brokers' names in their certificates, and broker.cert_file for mutual TLS.",
        )
    if isinstance(error, TokenAway):
        return BrokerUnreachable(f"no token for the broker at {broker}: {error.args[0]}", remedy="Check broker.token_url.")
    if isinstance(error, _AWAY) or (isinstance(error, KafkaError) and error.retriable):
        return BrokerUnreachable(
            f"the broker at {broker} does not answer ({type(error).__name__})",
            remedy="Check that it runs, that the address is its advertised one, and that login and TLS settings are right.",
        )
    return BrokerRefused(f"the broker at {broker} refuses the request ({said})")


def ssl_context(security: Security) -> ssl.SSLContext | None:
    """The TLS context, or `None` where the protocol has no TLS. Raises `CredentialsUnusable`."""
    return tls_context(security.ca_file, security.cert_file, security.key_file) if security.protocol.endswith("SSL") else None


def options(settings: StreamSettings, role: str) -> dict[str, Any]:
    """What every aiokafka client of ours is made with; `role` ends the client id."""
    security = settings.security
    chosen: dict[str, Any] = {
        "bootstrap_servers": [server.strip() for server in settings.broker.split(",")],
        "client_id": f"biorelay-{settings.worker}-{role}",
        "security_protocol": security.protocol,
        "ssl_context": ssl_context(security),
    }
    if security.protocol.startswith("SASL"):
        chosen["sasl_mechanism"] = security.mechanism
        if security.mechanism == "OAUTHBEARER":
            chosen["sasl_oauth_token_provider"] = token_provider(security)
        else:
            chosen |= {"sasl_plain_username": security.username, "sasl_plain_password": security.password}
    return chosen


async def start(client: Any, settings: StreamSettings, patience: float | None = None) -> None:
    """Start an aiokafka client, trying again for `patience` seconds (`broker_timeout` where not given).

    Raises `BrokerUnreachable` after that, `AccessDenied` at once.
    """
    seconds = settings.broker_timeout if patience is None else patience
    deadline = time.monotonic() + seconds
    while True:
        try:
            await _start(client, max(deadline - time.monotonic(), 0.1))
        except (KafkaError, OSError, IllegalStateError) as error:
            found = await _explained(error, settings)
            if not isinstance(found, BrokerUnreachable) or time.monotonic() + 0.3 >= deadline:
                raise found from error
        else:
            return
        await asyncio.sleep(0.3)


async def _explained(error: BaseException, settings: StreamSettings) -> StreamError:
    """As `meaning`, but a broker that only seems to be away is asked whether it turns the login away."""
    found = meaning(error, settings.broker)
    if isinstance(found, BrokerUnreachable) and (refusal := await _refusal(settings)) is not None:
        return meaning(refusal, settings.broker)
    return found


async def _refusal(settings: StreamSettings) -> BaseException | None:
    """Why a broker turns this login away; `None` where it takes it or does not answer.

    aiokafka's clients write that into their log only, and report a broker that is away.
    """
    if settings.security.protocol == "PLAINTEXT":
        return None
    how = options(settings, "login")
    for host, port, _ in collect_hosts(how.pop("bootstrap_servers")):
        if (context := how["ssl_context"]) is not None:
            error = await asyncio.to_thread(handshake, host, port, context, min(settings.broker_timeout, 5.0))
            if error is not None and certificate_trouble(error):
                return error
        if "sasl_mechanism" not in how:
            continue
        try:
            connection = await create_conn(host, port, **how, request_timeout_ms=int(min(settings.broker_timeout, 5.0) * 1000))
            try:
                # A refused token's answer is an error inside a success (RFC 7628, 3.2.3), which aiokafka does not read. The broker then
                # answers whatever is asked with nothing, and hangs up.
                taken = bool((await connection.send(MetadataRequest([]))).brokers)
            except KafkaConnectionError:
                taken = False
            finally:
                await asyncio.wait([connection.close()], timeout=1.0)
            if taken or settings.security.mechanism != "OAUTHBEARER":
                return None
            return TokenRefused("the broker does not take the token")
        except (*_LOGIN, TokenAway) as refused:
            return refused
        except (KafkaError, OSError):
            continue
    return None


async def _start(client: Any, seconds: float) -> None:
    """One try of at most so many seconds. A start that is cut in the middle leaves its connection open, so a cancelled one may end."""
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.wait([starting], timeout=seconds)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=1.0)
        raise
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
    if starting.cancelled():
        raise TimeoutError(f"no answer within {seconds:.0f} s")
    starting.result()


@asynccontextmanager
async def admin(settings: StreamSettings, patience: float | None = None) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client, started; errors of the broker inside the block become the stream's own."""
    seconds = settings.broker_timeout if patience is None else patience
    client = AIOKafkaAdminClient(**options(settings, "admin"), request_timeout_ms=int(seconds * 1000))
    try:
        await start(client, settings, patience)
        try:
            yield client
        except (KafkaError, OSError) as error:
            raise await _explained(error, settings) from error
    finally:
        await client.close()


@asynccontextmanager
async def reader(settings: StreamSettings, **more: Any) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group, for looking: partitions are assigned by hand, nothing is committed."""
    chosen: dict[str, Any] = {
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "max_partition_fetch_bytes": settings.message_bytes,
        "request_timeout_ms": max(int(settings.broker_timeout * 1000), 5000),
    }
    client = AIOKafkaConsumer(**options(settings, "reader"), **(chosen | more))
    try:
        await start(client, settings)
        try:
            yield client
        except (KafkaError, OSError) as error:
            raise await _explained(error, settings) from error
    finally:
        await client.stop()


def producer(settings: StreamSettings, **more: Any) -> AIOKafkaProducer:
    """An idempotent producer that waits for all replicas; not started."""
    chosen: dict[str, Any] = {
        "acks": "all",
        "enable_idempotence": True,
        "linger_ms": 5,
        "max_request_size": settings.message_bytes,
        "request_timeout_ms": 60_000,
    }
    return AIOKafkaProducer(**options(settings, "producer"), **(chosen | more))
