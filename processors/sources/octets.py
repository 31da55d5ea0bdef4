"""A file or stream as chunks of decompressed UTF-8 bytes, whatever it was packed and encoded as.

Compression is told by the first bytes, never by the name. Memory is bounded by one chunk, however far the input expands.
"""

import codecs
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from models.runtime.errors import BiorelayError
from processors.errors import SourceError, TruncatedSource
from processors.limits import MIB, Limits

CHUNK = 1 << 16

_GZIP = b"\x1f\x8b"
_OTHER_PACKING = {
    b"PK\x03\x04": "a zip archive",
    b"BZh": "bzip2-compressed",
    b"\xfd7zXZ\x00": "xz-compressed",
    b"\x28\xb5\x2f\xfd": "zstd-compressed",
    b"%PDF": "a PDF document",
}
_BOMS = {  # longest first: UTF-32's little-endian mark begins with UTF-16's
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_SILENT = {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
_DECLARATION = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_ENCODINGS = {"iso8859-1": "iso8859-1", "cp1252": "cp1252", "iso8859-15": "iso8859-15", "iso8859-2": "iso8859-2"}

INVALID = "\x00"
"""Stands where bytes are wrong in their encoding. No XML, JSON or PubTator text may hold it, so only its own record is refused."""

codecs.register_error("biorelay.invalid", lambda error: (INVALID, error.end) if isinstance(error, UnicodeDecodeError) else ("", 0))


def read_octets(source: str | Path | BinaryIO, limits: Limits) -> Iterator[bytes]:
    """Chunks of UTF-8, of at most some 200 kB each; bytes that claim to be UTF-8 are handed on unchecked.

    Raises `TruncatedSource` or `SourceError` where the file ends too early, is damaged or of a kind that is not read,
    after every chunk that came before.
    """
    return _as_utf8(_unpacked(_raw(source), limits))


def _raw(source: str | Path | BinaryIO) -> Iterator[bytes]:
    try:
        if isinstance(source, (str, Path)):
            with Path(source).open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        else:
            while chunk := source.read(CHUNK):
                yield chunk
    except OSError as error:
        raise SourceError(f"the file cannot be read: {error.strerror or error}") from error


def gathered(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes, the first chunk at least `size` long where there are as many before the end or an error."""
    head = b""
    failure: BiorelayError | None = None
    try:
        while len(head) < size and (chunk := next(chunks, b"")):
            head += chunk
    except BiorelayError as error:
        failure = error
    if head:
        yield head
    if failure:
        raise failure
    yield from chunks


def _unpacked(chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    chunks = gathered(chunks, 8)
    first = next(chunks, b"")
    if first.startswith(_GZIP):
        yield from _gunzipped(first, chunks, limits)
        return
    for magic, kind in _OTHER_PACKING.items():
        if first.startswith(magic):
            raise SourceError(f"the file is {kind}", remedy="Unpack it first; of packed files biorelay reads gzip.")
    if first:
        yield first
    yield from chunks


def _gunzipped(first: bytes, chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    """Every member of a gzip file in turn (RFC 1952, section 2.2); zero bytes after the last one are padding."""
    read, written = 0, 0
    pending = first
    member = zlib.decompressobj(wbits=31)
    while True:
        if not pending:
            pending = next(chunks, b"")
            if not pending:
                break
        if member.eof:
            pending = pending.lstrip(b"\x00")
            if not pending:
                continue
            pending += next(chunks, b"") if len(pending) < 2 else b""
            if not pending.startswith(_GZIP):
                raise SourceError("bytes that are not gzip follow the end of the compressed data")
            member = zlib.decompressobj(wbits=31)
        before = len(pending)
        try:
            output = member.decompress(pending, CHUNK)
        except zlib.error as error:
            raise SourceError(f"the compressed data is damaged: {error}", remedy="Fetch the file again and check its md5.") from error
        pending = member.unused_data if member.eof else member.unconsumed_tail
        read += before - len(pending)
        written += len(output)
        if output:
            yield output
        if written > 16 * MIB and written > limits.max_expansion * read:
            raise SourceError(
                f"{read} compressed bytes expand to more than {limits.max_expansion} times as many", remedy="This is no PubMed file."
            )
    if not member.eof:
        raise TruncatedSource("the compressed data ends too early", remedy="Fetch the file again and check its md5.")


def _as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    chunks = gathered(chunks, 256)
    first = next(chunks, b"")
    encoding, skip = _encoding(first[:256])
    first = first[skip:]
    if encoding == "utf-8":
        if first:
            yield first
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="biorelay.invalid")
    yield decoder.decode(first).encode("utf-8", "replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _encoding(head: bytes) -> tuple[str, int]:
    """The codec's name, and the length of the byte-order mark."""
    for bom, name in _BOMS.items():
        if head.startswith(bom):
            return name, len(bom)
    for start, name in _SILENT.items():
        if head.startswith(start):
            return name, 0
    declared = _DECLARATION.match(head)
    if declared is None:
        return "utf-8", 0
    written = declared[1].decode("ascii")
    try:
        name = codecs.lookup(written).name
    except LookupError:
        name = ""
    if name in ("utf-8", "ascii") or name.startswith(("utf-16", "utf-32")):
        return "utf-8", 0  # the declaration itself was readable as ASCII, so UTF-16 cannot be true
    if name in _ENCODINGS:
        return _ENCODINGS[name], 0
    raise SourceError(
        f"the file declares the encoding {written}, which biorelay does not read", remedy=f"Convert it: iconv -f {written} -t UTF-8."
    )
