"""Identifiers of what stays unlinked: they belong to one document and never merge with another's."""

import hashlib
from urllib.parse import quote, unquote

from processors.records import Curie, EntityType

_LONGEST_CURIE = 512


def local_curie(document: str, kind: EntityType, name: str) -> Curie:
    """The identifier of an unlinked mention: `local:<document>#<type>:<name>`, percent-encoded, at most 512 characters.

    Equal documents, types and names give equal identifiers, different documents always different ones.
    """
    curie = f"local:{_quoted(document, ':')}#{kind.value}:{_quoted(name, '+')}"
    if len(curie) <= _LONGEST_CURIE:
        return curie
    return f"local:sha256.{hashlib.sha256(curie.encode()).hexdigest()}#{kind.value}"


def _quoted(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="surrogatepass")


def local_name(curie: str) -> str | None:
    """The name inside a local identifier (for a variant its tmVar code), or None where it is none."""
    if not curie.startswith("local:") or "#" not in curie:
        return None
    return unquote(curie.rpartition("#")[2].partition(":")[2]) or None
