"""TLS contexts out of PEM files, with one clear line for a file that cannot be used."""

import socket
import ssl
from pathlib import Path
from typing import Final, NoReturn

from .errors import CredentialsUnusable

_MOMENT: Final = 1.0


def tls_context(ca_file: Path | None, cert_file: Path | None = None, key_file: Path | None = None) -> ssl.SSLContext:
    """A client's context: TLS 1.2 or newer, certificate and host name checked against `ca_file`, or the system's authorities.

    `cert_file` and `key_file` (the same file where it holds both) are the client's own, for mutual TLS. Raises `CredentialsUnusable`.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise _unusable("the authority's certificate", ca_file, error) from error
    if cert_file:
        try:
            context.load_cert_chain(cert_file, key_file, password=_no_terminal)
        except OSError as error:
            raise _unusable("the client's certificate or its key", f"{cert_file}, {key_file}" if key_file else cert_file, error) from error
    return context


def certificate_trouble(error: BaseException) -> str | None:
    """What is wrong with a certificate, in OpenSSL's words, where that is why a connection failed; also further down its causes."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen.verify_message
        if isinstance(seen, ssl.SSLError) and ("ALERT" in (seen.reason or "") or seen.reason == "WRONG_VERSION_NUMBER"):
            return (seen.reason or "").lower().replace("_", " ")
        seen = seen.__cause__ or seen.__context__
    return None


def handshake(host: str, port: int, context: ssl.SSLContext, seconds: float) -> OSError | None:
    """Shake hands with a server, and wait a moment for what it says of our own certificate; what went wrong, if anything. Blocks.

    In TLS 1.3 a server refuses a client's certificate after the client's part is done, and who sends meanwhile may never read why.
    """
    try:
        with (
            socket.create_connection((host, port), seconds) as plain,
            context.wrap_socket(plain, server_hostname=host) as connection,
        ):
            connection.settimeout(min(_MOMENT, seconds))
            connection.recv(1)
    except TimeoutError:  # it waits for us to speak: our certificate is good
        return None
    except OSError as error:
        return error
    return None


def _no_terminal() -> NoReturn:
    """OpenSSL would ask the terminal for the key's password, and a service has none."""
    raise CredentialsUnusable(
        "the client's key is encrypted", remedy="Write it without a password into a file that only the worker's user can read."
    )


def _unusable(what: str, place: object, error: OSError) -> CredentialsUnusable:
    said = error.strerror if error.strerror and not isinstance(error, ssl.SSLError) else (getattr(error, "reason", None) or "no PEM")
    return CredentialsUnusable(f"{what} ({place}) cannot be used: {str(said).lower().replace('_', ' ')}", remedy="Name a PEM file.")
