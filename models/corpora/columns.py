"""Token columns (CoNLL): a token and its tag on each line, a blank line after each sentence; as sentences, and as gold documents.

    Selegiline<TAB>B-Chemical
    -<TAB>O
    induced<TAB>O

Tags are those of IOB2 or IOBES, with a type (B-Chemical) or without (B); an I that continues nothing begins a mention, as
conlleval reads it. Further columns between token and tag are passed over. The spaces between tokens are lost in such
files: `spacing` puts them where they plausibly stood. A document is what the file marks as one (`-DOCSTART-`,
`###MEDLINE:95369245`, which is no PMID), and elsewhere a sentence.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.corpora.documents import Document, GoldMention
from models.corpora.registry.corpus import UNTYPED, Corpus, Counts
from models.corpora.spacing import spaced
from processors.errors import RecordError
from processors.limits import Limits
from processors.sources.lines import read_lines
from processors.sources.octets import INVALID, read_octets

_TAG = re.compile(r"([BIES])(?:-(\S+))?|O")
_MARKS = ("-DOCSTART-", "###MEDLINE:")
_MARK = re.compile(r"-DOCSTART-.*|###MEDLINE:(\d+).*")


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """One sentence as the file has it."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]  # as the file has them: B, I, O, B-Chemical
    line: int  # where it begins
    document: int  # sentences of one marked document share it; without marks each has its own
    name: str = ""  # the marked document's

    def mentions(self) -> list[tuple[int, int, str]]:
        """(first token, token after the last, label) of each mention; the label is `UNTYPED` where the tags have none."""
        found: list[tuple[int, int, str]] = []
        open_ = False
        for place, tag in enumerate(self.tags):
            if tag == "O":
                open_ = False
                continue
            letter, label = tag[0], tag[2:] or UNTYPED
            if letter in "IE" and open_ and found[-1][2] == label:
                found[-1] = (found[-1][0], place + 1, label)
            else:
                found.append((place, place + 1, label))
            open_ = letter in "BI"
        return found


def read_sentences(path: str | Path) -> Iterator[TaggedSentence]:
    """Every sentence of a file, in order; packed and encoded as `read_octets` takes it.

    Raises `RecordError` with file and line where a line is no token and tag, `SourceError` where the file cannot be read.
    """
    limits, name = Limits(), Path(path).name
    tokens: list[str] = []
    tags: list[str] = []
    begun = document = 0
    marked = ""
    for line in read_lines(read_octets(path, limits), limits.max_record_bytes):
        text = _text(line.content, name, line.number)
        mark = _MARK.fullmatch(text.rstrip()) if text.startswith(_MARKS) else None
        if text.strip() and not mark:
            token, tag = _fields(text, name, line.number)
            begun = begun or line.number
            tokens.append(token)
            tags.append(tag)
            continue
        if tokens:
            yield TaggedSentence(tuple(tokens), tuple(tags), begun, document, marked)
            tokens, tags, begun = [], [], 0
            document += not marked
        if mark:
            document += 1
            marked = f"medline-{mark[1]}" if mark[1] else f"line-{line.number}"
    if tokens:
        yield TaggedSentence(tuple(tokens), tuple(tags), begun, document, marked)


def _text(content: bytes | None, name: str, number: int) -> str:
    try:
        text = (content or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(f"{name}, line {number} is not UTF-8: byte 0x{error.object[error.start]:02x}") from error
    if content is None or INVALID in text:
        raise RecordError(f"{name}, line {number} is too long, holds a NUL, or bytes that are wrong in the file's encoding")
    return text


def _fields(text: str, name: str, number: int) -> tuple[str, str]:
    fields = text.split("\t") if "\t" in text else text.split()
    token, tag = fields[0].strip(), fields[-1].strip()
    if len(fields) < 2 or not token:
        raise RecordError(f"{name}, line {number}: {text[:60]!r} is no token and tag", remedy="A token, a tab, and its tag are needed.")
    if not _TAG.fullmatch(tag):
        raise RecordError(
            f"{name}, line {number}: {tag[:40]!r} is no tag", remedy="Tags are O, B, I, or B-Chemical, I-Chemical; E and S too."
        )
    return token, tag


def count(corpus: Corpus, split: str, data: Path) -> Counts:
    """Sentences, tokens and mentions by label. Raises as `read_sentences` does."""
    sentences = tokens = 0
    mentions: Counter[str] = Counter()
    for path in corpus.paths(split, data):
        for sentence in read_sentences(path):
            sentences += 1
            tokens += len(sentence.tokens)
            mentions.update(label for _, _, label in sentence.mentions())
    return {"sentences": sentences, "tokens": tokens, "mentions": dict(sorted(mentions.items()))}


def read(corpus: Corpus, split: str, data: Path) -> list[Document]:
    """The documents; mentions of labels that the entry maps to none of our types are left out. Raises as `read_sentences` does."""
    documents = []
    for path in corpus.paths(split, data):
        together: list[TaggedSentence] = []
        for sentence in read_sentences(path):
            if together and sentence.document != together[0].document:
                documents.append(_document(together, corpus, split))
                together = []
            together.append(sentence)
        if together:
            documents.append(_document(together, corpus, split))
    return documents


def _document(sentences: list[TaggedSentence], corpus: Corpus, split: str) -> Document:
    """The first sentence is the title, so that the text is a title, a space, and the rest."""
    parts: list[str] = []
    mentions: list[GoldMention] = []
    start = 0
    for sentence in sentences:
        text, spans = spaced(sentence.tokens)
        for first, stop, label in sentence.mentions():
            if label in corpus.types:
                mentions.append(GoldMention(start + spans[first][0], start + spans[stop - 1][1], corpus.types[label], ()))
        parts.append(text)
        start += len(text) + 1
    title, rest = parts[0], " ".join(parts[1:])
    name = sentences[0].name or f"line-{sentences[0].line}"
    return Document(f"{corpus.name}/{split}", name, title, f"{title} {rest}", tuple(mentions))
