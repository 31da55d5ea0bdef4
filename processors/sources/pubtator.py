"""PubTator: title and abstract lines, tab-separated annotations, relations; a blank line between documents.

    227508|t|Naloxone reverses the antihypertensive effect of clonidine.
    227508|a|In unanesthetized, spontaneously hypertensive rats ...
    227508<TAB>0<TAB>8<TAB>Naloxone<TAB>Chemical<TAB>D009270
    227508<TAB>CID<TAB>D008750<TAB>D007022

One reader serves ingest and corpora. Its dialects are those of BioRED, BC5CDR, NCBI-disease, NLM-Gene, GNormPlus, tmVar and NLM-Chem:
other type names, `MESH:` or bare ids, ids joined by `|` `,` `;` `+`, `-` and `-1` for none, CRLF, a sixth or seventh column.
Offsets count Unicode code points in `title + " " + abstract`, so both texts are kept exactly as they stand in the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from pydantic import ValidationError

from models.runtime.errors import BiorelayError
from processors.errors import RecordError, RecordTooLarge
from processors.limits import Limits, check
from processors.records import Abstract, Curie, EntityType, Predicate, Section
from processors.sources.identifiers import document_id, split_identifiers, to_curie, variant_curies
from processors.sources.lines import Line, read_lines
from processors.sources.octets import INVALID, read_octets
from processors.sources.outcome import Problem

TYPES: dict[str, EntityType] = {
    **{type_.value.lower(): type_ for type_ in EntityType},
    "geneorgeneproduct": EntityType.GENE,
    "diseaseorphenotypicfeature": EntityType.DISEASE,
    "specificdisease": EntityType.DISEASE,
    "diseaseclass": EntityType.DISEASE,
    "modifier": EntityType.DISEASE,
    "compositemention": EntityType.DISEASE,
    "chemicalentity": EntityType.CHEMICAL,
    "organismtaxon": EntityType.SPECIES,
    "sequencevariant": EntityType.VARIANT,
    "mutation": EntityType.VARIANT,
    "dnamutation": EntityType.VARIANT,
    "proteinmutation": EntityType.VARIANT,
    "othermutation": EntityType.VARIANT,
    "snp": EntityType.VARIANT,
    "acidchange": EntityType.VARIANT,
    "dnaacidchange": EntityType.VARIANT,
    "proteinacidchange": EntityType.VARIANT,
    "dnaallele": EntityType.VARIANT,
    "proteinallele": EntityType.VARIANT,
    "cell_line": EntityType.CELL_LINE,
}
"""The corpora's type names, in lower case. Names that are none of our six types (FamilyName, DomainMotif, Cell) are not here."""

_PREDICATES = {predicate.value: predicate for predicate in Predicate}
_OFFSET = re.compile(r"[0-9]{1,9}")
_TEXT_LINE = re.compile(rb"([^|\t]*)\|([ta])\|(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AnnotatedMention:
    """One annotation. `text[start:end] == text` of the mention holds; lines for which it does not are in the document's `problems`."""

    start: int
    end: int
    text: str
    type: EntityType | None  # None: the corpus's label is none of our six types
    label: str  # as the file has it: SpecificDisease
    raw: str  # the identifier column as the file has it: D007674+D006222
    identifiers: tuple[str, ...]  # its single identifiers: D007674, D006222; empty where there is none
    curies: tuple[Curie, ...]  # those that belong to a database: mesh:D007674, mesh:D006222
    note: str = ""  # BC5CDR: the names in a composite mention; tmVar: the dbSNP id


@dataclass(frozen=True, slots=True)
class AnnotatedRelation:
    """One relation line; `subject` and `object` are single identifiers, or the whole column, of mentions of the same document."""

    label: str  # as the file has it: Association, CID
    subject: str
    object: str
    predicate: Predicate | None  # None: not one of BioRED's, such as CID
    novel: bool | None = None  # BioRED's fifth column


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """A document with its gold annotations, in the order of the file."""

    abstract: Abstract
    mentions: tuple[AnnotatedMention, ...]
    relations: tuple[AnnotatedRelation, ...]
    problems: tuple[RecordError, ...] = ()  # lines that were refused, each named by file and line


@dataclass(slots=True)
class _Block:
    """The lines of one document, gathered."""

    name: str
    line: int  # where it begins
    title: str | None = None
    abstract: str | None = None
    annotations: list[tuple[int, str]] = field(default_factory=list)
    strays: list[int] = field(default_factory=list)  # lines that are neither text nor annotation
    bytes: int = 0
    error: BiorelayError | None = None


def read_pubtator(chunks: Iterator[bytes], name: str, limits: Limits) -> Iterator[Abstract | Problem]:
    """Every document's title and abstract, in order; annotations are passed over. What is refused comes as a `Problem`."""
    lines = read_lines(chunks, limits.max_record_bytes)
    for number, block in enumerate(_blocks(lines, limits.max_record_bytes, keep_annotations=False), start=1):
        try:
            yield check(_abstract(block, name), limits)
        except BiorelayError as error:
            yield Problem(name, document_id(block.name) or (f"record {number}" if block.line else None), block.line or None, error)
        for line in block.strays:
            yield Problem(name, document_id(block.name), line, RecordError("the line is neither text nor annotation"))


def read_annotated(path: str | Path) -> Iterator[AnnotatedDocument]:
    """Every document of a PubTator file with its annotations, in order.

    A line that cannot be read costs itself only: it is named in `problems`, as is a mention that does not stand at its offsets.
    A corpus must be whole, so a document without title, or a file that ends too early, raises `RecordError` or `SourceError`.
    """
    limits = Limits()
    name = Path(path).name
    for block in _blocks(read_lines(read_octets(path, limits), limits.max_record_bytes), limits.max_record_bytes):
        try:
            yield _annotated(block, name)
        except BiorelayError as error:
            raise type(error)(f"{name}, line {block.line}: {error}", remedy=error.remedy) from error


def _blocks(lines: Iterator[Line], limit: int, *, keep_annotations: bool = True) -> Iterator[_Block]:
    """Documents as they stand: ended by a blank line, or by a line that names another one. The input's own error comes last."""
    block: _Block | None = None
    try:
        for line in lines:
            if line.content is not None and not line.content.strip():
                if block:
                    yield block
                block = None
                continue
            content = line.content or b""
            match = _TEXT_LINE.fullmatch(content)
            first, tab, _ = content.partition(b"\t")
            name = (match[1] if match else first if tab else b"").decode("utf-8", "replace").strip()
            is_next = block is not None and bool(name) and (name != block.name or (match and match[2] == b"t" and block.title is not None))
            if block and is_next:
                yield block
            if block is None or is_next:
                block = _Block(name, line.number)
            _add(block, line, match, is_annotation=bool(tab), limit=limit, keep_annotations=keep_annotations)
    except BiorelayError as error:
        block = block or _Block("", 0)
        block.error = error
    if block:
        yield block


def _add(block: _Block, line: Line, match: re.Match[bytes] | None, *, is_annotation: bool, limit: int, keep_annotations: bool) -> None:
    is_text = match is not None or line.content is None
    block.bytes += line.length if is_text or keep_annotations else 0
    if block.bytes > limit:
        block.error = RecordTooLarge(f"the document has more than {limit} bytes")
        block.annotations.clear()
        return
    try:
        if match:
            text = match[3].decode("utf-8")
            if INVALID in text:
                raise RecordError(f"line {line.number} holds a NUL, or bytes that are wrong in the file's encoding")
            if match[2] == b"t":
                block.title = text
            else:
                block.abstract = text
        elif not is_annotation:
            block.strays.append(line.number)
        elif keep_annotations:
            block.annotations.append((line.number, (line.content or b"").decode("utf-8")))
    except UnicodeDecodeError as error:
        block.error = RecordError(f"line {line.number} is not UTF-8: byte 0x{error.object[error.start]:02x}")
        block.error.__cause__ = error
    except RecordError as error:
        block.error = error


def _abstract(block: _Block, source: str) -> Abstract:
    if block.error:
        raise block.error
    id_ = document_id(unquote(block.name) if ":" in block.name else block.name)
    if id_ is None:
        raise RecordError("the document has no id")
    if block.title is None:
        raise RecordError("the document has no title line (id|t|...)")
    if not block.title and not block.abstract:
        raise RecordError("the document has neither a title nor an abstract")
    sections = (Section(text=block.abstract),) if block.abstract else ()
    try:
        return Abstract(id=id_, title=block.title, sections=sections, source=source)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RecordError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _annotated(block: _Block, source: str) -> AnnotatedDocument:
    abstract = _abstract(block, source)
    text = abstract.text
    mentions: list[AnnotatedMention] = []
    relations: list[AnnotatedRelation] = []
    problems = [RecordError(f"{source}, line {number}: the line is neither text nor annotation") for number in block.strays]
    for number, line in block.annotations:
        fields = line.split("\t")
        try:
            is_number = len(fields) > 1 and _OFFSET.fullmatch(fields[1].strip())
            if is_number and len(fields) >= 5:
                mentions.append(_mention(fields, text))
            elif not is_number and len(fields) >= 4:
                relations.append(_relation(fields))
            else:
                raise RecordError("the line is neither an annotation nor a relation")
        except RecordError as error:
            problems.append(RecordError(f"{source}, line {number}: {error}"))
    return AnnotatedDocument(abstract, tuple(mentions), tuple(relations), tuple(problems))


def _mention(fields: list[str], text: str) -> AnnotatedMention:
    words, label = fields[3], fields[4].strip()
    raw = fields[5].strip() if len(fields) > 5 else ""
    note = fields[6].strip() if len(fields) > 6 else ""
    if not _OFFSET.fullmatch(fields[2].strip()):
        raise RecordError(f"the mention's end {fields[2][:80]!r} is not a number")
    start, end = int(fields[1].strip()), int(fields[2].strip())
    if start >= end or end > len(text) or text[start:end] != words:
        raise RecordError(f"the mention {words[:80]!r} does not stand at {start}:{end}")
    type_ = TYPES.get(label.lower())
    if type_ is None and label.startswith(("p|", "c|", "g|")):
        type_, raw = EntityType.VARIANT, label  # tmVar.Normalization: the type column is missing
        note = fields[5].strip() if len(fields) > 5 else ""
    identifiers = split_identifiers(raw, type_)
    curies = [curie for identifier in identifiers if (curie := to_curie(identifier, type_))]
    if type_ is EntityType.VARIANT:
        curies += variant_curies(raw, note)
    return AnnotatedMention(start, end, words, type_, label, raw, identifiers, tuple(dict.fromkeys(curies)), note)


def _relation(fields: list[str]) -> AnnotatedRelation:
    label = fields[1].strip()
    predicate = _PREDICATES.get(label)
    novel = {"Novel": True, "No": False}.get(fields[4].strip()) if len(fields) > 4 else None
    return AnnotatedRelation(label, fields[2].strip(), fields[3].strip(), predicate, novel)
