"""Plain text: one document a file or stream.

    Naloxone reverses the antihypertensive effect of clonidine.

    In unanesthetized, spontaneously hypertensive rats the decrease in blood pressure
    produced by clonidine was inhibited by naloxone. ...

Paragraphs are separated by blank lines; the lines of one are joined. The first paragraph is the title. A text of one paragraph
has its first line as title where that line was ended on purpose (the next word would have fitted into it, or a full stop
ends it), else its first sentence. Labels (`METHODS: ...`) become sections. However it is divided, the document's text is the file's.

A file is called by its name, `local:notes.txt`, so that its next version replaces it; a stream by its content, `local:text-<sha256>`.
Whoever knows a PMID, or has many texts, writes JSON lines.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby

from models.runtime.errors import BiorelayError
from processors.errors import RecordError, RecordTooLarge
from processors.limits import Limits, check
from processors.records import Abstract
from processors.sentences import split_sentences
from processors.sources.building import build
from processors.sources.labels import split_labels
from processors.sources.octets import INVALID
from processors.sources.outcome import Problem
from processors.sources.sniff import STREAMS

_TITLE = 500  # a first paragraph longer than this is no title


def read_text(chunks: Iterator[bytes], name: str, limits: Limits) -> Iterator[Abstract | Problem]:
    """The one document; or a `Problem` where it is too large, no text, or not whole."""
    held = bytearray()
    try:
        for chunk in chunks:
            held += chunk
            if len(held) > limits.max_record_bytes:
                raise RecordTooLarge(f"the text has more than {limits.max_record_bytes} bytes")
        yield check(_document(bytes(held), name, limits), limits)
    except BiorelayError as error:
        yield Problem(name, None, None, error)


def _document(content: bytes, name: str, limits: Limits) -> Abstract:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(
            f"the text is not UTF-8: byte 0x{content[error.start]:02x} in line {content.count(10, 0, error.start) + 1}",
            remedy="Where it is Latin-1, convert it: iconv -f ISO-8859-1 -t UTF-8.",
        ) from error
    if INVALID in text:
        raise RecordError("the text holds a NUL, or bytes that are wrong in its encoding")
    if len(text) > limits.max_text_characters:
        raise RecordTooLarge(f"the text has {len(text)} characters; the limit is {limits.max_text_characters}")
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    title, body = _divided([list(group) for has_words, group in groupby(lines, bool) if has_words])
    digest = sha256(f"{title} {body}".encode()).hexdigest()
    id_ = f"local:text-{digest[:16]}" if name in STREAMS else f"local:{name.strip()}"
    return build(id=id_, title=title, sections=split_labels(body), source=name)


def _divided(paragraphs: list[list[str]]) -> tuple[str, str]:
    """Title and abstract."""
    if not paragraphs:
        return "", ""
    first, rest = paragraphs[0], [" ".join(lines) for lines in paragraphs[1:]]
    if rest and len(" ".join(first)) <= _TITLE:
        return " ".join(first), " ".join(rest)
    if len(first) > 1 and _ended_on_purpose(first):
        return first[0], " ".join([*first[1:], *rest])
    whole = " ".join([*first, *rest])
    end = split_sentences(whole)[0][1]
    return whole[:end].rstrip(), whole[end:]


def _ended_on_purpose(lines: list[str]) -> bool:
    """Whether the first line is no line of wrapped text."""
    next_word = lines[1].split(maxsplit=1)[0]
    return lines[0].endswith((".", "?", "!")) or len(lines[0]) + 1 + len(next_word) <= max(map(len, lines))
