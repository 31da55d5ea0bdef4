"""JSON lines: one abstract a line, as a `biorelay.abstract/1` record or in a shape that is easy to write by hand.

    {"id": "12345678", "title": "Naloxone reverses ...", "abstract": "In unanesthetized rats ..."}

The easy shape has an `id` (a PMID, a PMCID, a DOI, a CURIE, or any name of your own, which becomes `local:<name>`; a `pmid` beside it
wins), `title` and `abstract` (either may be missing), and, if you like, `journal`, `published` and `language`.
Labels in the abstract (`METHODS: ...`) become sections, and its text is cleaned (`processors.cleaning`).
A line with a `schema` field is a full record: it must be one whole and right, and is stored as it stands.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import from_json

from models.runtime.errors import BiorelayError
from processors.cleaning import Cleaning, clean
from processors.errors import NotJson, RecordError, RecordTooLarge
from processors.limits import Limits, check
from processors.records import Abstract, PartialDate
from processors.sources.building import build
from processors.sources.identifiers import document_id
from processors.sources.labels import split_labels
from processors.sources.lines import read_lines
from processors.sources.outcome import Problem

_ESCAPED = 4
"""So many times as long as written by us a record may be where all its letters are escaped (`\\u03b1`)."""


class EasyAbstract(BaseModel):
    """The easy shape; other fields are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True)
    id: str | int
    title: str | None = None
    abstract: str | None = None
    journal: str | None = None
    published: PartialDate | None = None
    language: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _pmid_is_an_id(cls, data: dict[str, Any]) -> dict[str, Any]:
        return data if data.get("pmid") is None else data | {"id": data["pmid"]}

    def to_abstract(self, source: str) -> Abstract:
        id_ = document_id(str(self.id))
        if id_ is None:
            raise RecordError("id: the record has none that is one line of at most 500 characters")
        return build(
            id=id_,
            title=self.title or "",
            sections=split_labels(self.abstract or ""),
            journal=self.journal,
            published=self.published,
            language=self.language,
            source=source,
        )


def read_jsonl(chunks: Iterator[bytes], name: str, limits: Limits, cleaning: Cleaning) -> Iterator[Abstract | Problem]:
    """Every line in order; one that is no record comes as a `Problem` with its line number. Blank lines are skipped."""
    lines = read_lines(chunks, limits.max_record_bytes)
    number = 0
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except BiorelayError as error:
            yield Problem(name, None, number + 1, error)
            return
        number = line.number
        if line.content is not None and not line.content.strip():
            continue
        try:
            if line.content is None:
                raise RecordTooLarge(f"the line has {line.length} bytes; the limit is {limits.max_record_bytes}")
            yield check(_parse(line.content, name, limits, cleaning), limits)
        except BiorelayError as error:
            yield Problem(name, None, line.number, error)


def write_jsonl(abstracts: Iterable[Abstract]) -> Iterator[bytes]:
    """One line of bytes for each record; `read_jsonl` reads them back as they were."""
    for abstract in abstracts:
        yield abstract.to_bytes() + b"\n"


def _parse(content: bytes, source: str, limits: Limits, cleaning: Cleaning) -> Abstract:
    try:
        data: Any = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise NotJson(f"the line is not UTF-8 JSON: {error}") from error
    if not isinstance(data, dict) or "schema" in data:
        if len(content) > (most := _ESCAPED * limits.max_document_bytes):
            raise RecordTooLarge(
                f"the line has {len(content)} bytes; a whole record has at most {most}", remedy="Raise limits.document_bytes."
            )
        return Abstract.from_bytes(content)
    try:
        return clean(EasyAbstract.model_validate(data).to_abstract(source), cleaning)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RecordError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
