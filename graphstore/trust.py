"""TLS to Neo4j: which authority is trusted, and what is wrong with a certificate that is not."""

import asyncio
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from neo4j import TrustCustomCAs

from graphstore.errors import GraphAuthError, GraphBadAddress

PORT = 7687


def addressed(url: str, ca_file: Path | None) -> tuple[str, dict[str, Any]]:
    """Address and options for the driver, which takes an authority of one's own only beside an address that says nothing of TLS.

    Raises `GraphBadAddress`.
    """
    scheme, _, place = url.partition("://")
    if scheme.endswith("+ssc"):
        raise GraphBadAddress(
            f"{scheme} takes any certificate, a forged one too",
            remedy=f"Use {scheme[:-2]}://, and graph.ca_file for an authority of your own.",
        )
    if ca_file is None:
        return url, {}
    if not scheme.endswith("+s"):
        raise GraphBadAddress(f"{scheme} is not encrypted, so that its authority says nothing", remedy=f"Use {scheme}+s://.")
    _context(ca_file)
    return f"{scheme[:-2]}://{place}", {"encrypted": True, "trusted_certificates": TrustCustomCAs(str(ca_file))}


async def distrusted(url: str, ca_file: Path | None, seconds: float) -> GraphAuthError | None:
    """What keeps the server at this address from being trusted, asked by a handshake of our own: the driver does not always tell.

    `None` where the server can be trusted, does not answer within so many seconds, or the address asks for no TLS.
    """
    parts = urlsplit(url)
    if not parts.scheme.endswith("+s") or not parts.hostname:
        return None
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or PORT, ssl=_context(ca_file))
    except ssl.SSLCertVerificationError as error:
        return GraphAuthError(
            f"Neo4j at {url} cannot be trusted: {error.verify_message}",
            remedy="Check graph.ca_file (BIORELAY_GRAPH_CA_FILE), and the server's name in its certificate.",
        )
    except (OSError, TimeoutError):
        return None
    writer.close()
    return None


def _context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        said = error.strerror if not isinstance(error, ssl.SSLError) else "it holds no certificate (PEM)"
        raise GraphBadAddress(f"the authority's certificate {ca_file} cannot be used: {said}", remedy="Name a PEM file.") from error
