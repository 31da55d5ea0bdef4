"""Readers of files: any bytes give outcomes, and end."""

import gzip
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from models.runtime.errors import BiorelayError
from processors.cleaning import Cleaning, clean
from processors.errors import RecordError, SourceError
from processors.records import Abstract
from processors.sources import EXACT, Deletion, Limits, Outcome, Problem, read
from processors.sources.annotated import read_annotated
from processors.sources.retractions import read_replacement, read_retractions
from tests.fuzz import samples
from tests.fuzz.target import Target, defect, dice, need

LIMITS = Limits(max_record_bytes=8192, max_document_bytes=8192, max_text_characters=4000, max_depth=20)
"""Small ones, so that inputs of some kilobytes meet them."""
LONGEST_MESSAGE = 1000


class Slow(io.BytesIO):
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._size)


def outcomes(form: str | None, data: bytes) -> None:
    """Every outcome is a sound record, a deletion, or a problem in a few words; a slow stream gives the same."""
    cleaning = EXACT if dice(data, 5) == 0 else Cleaning(unicode="nfkc") if dice(data, 5) == 1 else Cleaning()
    found = checked(read(io.BytesIO(data), format=form, limits=LIMITS, cleaning=cleaning), len(data))
    for outcome in found:
        if isinstance(outcome, Abstract) and form in {"pubmed-xml", "nbib", "jats", "text"}:
            need(clean(outcome, cleaning) == outcome, "cleaning what is clean changes it")
    if dice(data, 8) == 0:
        slow = list(read(Slow(data, 1 + dice(data[::-1], 40)), format=form, limits=LIMITS, cleaning=cleaning))
        need(list(map(str, slow)) == list(map(str, found)), "the size of the chunks changes what is read")


def checked(read_: Iterator[Outcome], size: int) -> list[Outcome]:
    """What a reader yields, looked at; no more of it than the input has bytes."""
    found: list[Outcome] = []
    for outcome in read_:
        found.append(outcome)
        need(len(found) <= size + 2, "there are more outcomes than bytes")
        if isinstance(outcome, Problem):
            need(isinstance(outcome.error, RecordError | SourceError), f"a problem is a {type(outcome.error).__name__}")
            need(len(str(outcome)) <= LONGEST_MESSAGE, f"a message has {len(str(outcome))} characters")
            need("Traceback" not in str(outcome), "a message holds a stack trace")
        elif isinstance(outcome, Deletion):
            need(outcome.id and len(outcome.id) <= 512, "the id of a deletion is no CURIE")
        else:
            sound(outcome)
    return found


def sound(abstract: Abstract) -> None:
    """A record that was read is within the limits and survives its own bytes."""
    value = abstract.to_bytes()
    need(len(value) <= LIMITS.max_document_bytes, "a record passes the limit")
    need(len(abstract.text) <= LIMITS.max_text_characters, "a text passes the limit")
    need(Abstract.from_bytes(value) == abstract, "a record's bytes give another record")
    for heading in abstract.headings:
        words = abstract.text[heading.start :]
        need(words.startswith(heading.label or ""), "a heading does not stand where it says")


def packed(data: bytes) -> None:
    """gzip: as it stands, and as what is inside."""
    outcomes(None, data if dice(data, 2) else gzip.compress(data, 1))


def retractions(data: bytes) -> None:
    """A list, its replacement by its own half, and its withdrawal."""
    name = "watch" if dice(data, 2) else ""
    checked(read_retractions(io.BytesIO(data), name=name, withdraw=dice(data, 3) == 0, limits=LIMITS), len(data))
    if dice(data, 4) == 0:
        half = len(data) // 2
        checked(read_replacement(io.BytesIO(data[half:]), io.BytesIO(data), name=name, limits=LIMITS), 2 * len(data))


def annotated(suffix: str, data: bytes) -> None:
    """Corpora with annotations: what is not refused stands where it says."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        path = Path(folder) / f"corpus{suffix}"
        path.write_bytes(data)
        try:
            for document in read_annotated(path):
                text = document.abstract.text
                for mention in document.mentions:
                    need(text[mention.start : mention.end] == mention.text, "a mention does not stand at its offsets")
                    need(0 <= mention.start <= mention.end <= len(text), "a mention's offsets lie outside the text")
                for problem in document.problems:
                    need(len(str(problem)) <= LONGEST_MESSAGE, "a message is too long")
        except (RecordError, SourceError) as error:
            need(len(str(error)) <= LONGEST_MESSAGE, "a message is too long")
        except BiorelayError as error:
            defect(f"a reader raises {type(error).__name__}")


XML = (b"<PubmedArticle>", b"</PubmedArticle>", b"<MedlineCitation>", b"<PMID>3</PMID>", b"<DeleteCitation>", b"<Abstract>",
b"<AbstractText Label='X'>",
       b"<i>", b"</i>", b"<sub>", b"<mml:math xmlns:mml='m'>", b"<document>", b"</document>", b"<passage>", b"<infon key='type'>",
       b"<article>", b"<sec>",
       b"<id>3</id>", b"<collection>", b"<?x", b"?>", b"-->", b" a='1'", b"/>", b"<")  # fmt: skip
JSON = (
    b'{"id": 1}',
    b'{"documents": [',
    b"]}",
    b'"passages":',
    b'{"schema": "biorelay.abstract/1"',
    b'"PubTator3": [',
    b"}\n{",
    b",",
    b"\\",
    b'"',
)
LINES = (
    b"PMID- ",
    b"\nTI  - ",
    b"\nAB  - ",
    b"\n      ",
    b"|t|",
    b"|a|",
    b"\t0\t5\tBRCA1\tGene\t672\n",
    b"\tAssociation\t672\tD1\tNovel\n",
    b"TY  - JOUR\n",
    b'"',
    b",",
)

_SAMPLES: dict[str, tuple[Callable[[], Sequence[bytes]], tuple[bytes, ...]]] = {
    "pubmed-xml": (samples.pubmed, XML),
    "nbib": (lambda: (samples.NBIB,), LINES),
    "pubtator": (samples.pubtator, LINES),
    "bioc-xml": (lambda: (samples.BIOC,), XML),
    "bioc-json": (lambda: (samples.BIOC_JSON, samples.BIOC_JSON[:40] + samples.BIOC_JSON[40:] * 2), JSON),
    "jats": (lambda: (samples.JATS,), XML),
    "jsonl": (lambda: (samples.lines(), samples.EASY, *samples.records("abstract")), JSON),
    "text": (lambda: (samples.TEXT, *samples.texts()), LINES),
}


def _everything() -> list[bytes]:
    return [data for sample, _ in _SAMPLES.values() for data in sample()[:2]]


TARGETS = (
    *(Target(f"read {form}", partial(outcomes, form), sample, words) for form, (sample, words) in _SAMPLES.items()),
    Target("read sniffed", partial(outcomes, None), _everything, (*XML, *JSON, *LINES)),
    Target("read gzip", packed, lambda: [gzip.compress(data, 1, mtime=0) for data in _everything()[:6]], (b"\x1f\x8b\x08\x00",)),
    Target("retraction lists", retractions, lambda: (samples.RETRACTIONS, b"123\n# x\nPMID: 456\n", b"pmid\tdoi\n1\t10.1/x\n"), LINES),
    Target("corpora pubtator", partial(annotated, ".pubtator"), samples.pubtator, LINES),
    Target("corpora bioc", partial(annotated, ".xml"), lambda: (samples.BIOC, samples.BIOC_JSON), (*XML, *JSON)),
)  # fmt: skip
