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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from processors.errors import RecordError
from processors.records import Abstract, Curie, EntityType, Predicate, Section
from processors.sources.identifiers import document_id, split_identifiers, to_curie, variant_curies

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
_TEXT_LINE = re.compile(r"([^|\t]*)\|([ta])\|(.*)", re.DOTALL)


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
    line: int
    title: str | None = None
    abstract: str | None = None
    rest: list[tuple[int, str]] = field(default_factory=list)


def read_annotated(path: str | Path) -> Iterator[AnnotatedDocument]:
    """Every document of a PubTator file with its annotations, in order.

    A line that cannot be read costs itself only: it is named in `problems`, as is a mention that does not stand at its offsets.
    """
    path = Path(path)
    with path.open("rb") as file:
        for block in _blocks((number, line.decode("utf-8-sig")) for number, line in enumerate(file, start=1)):
            yield _annotated(block, path.name)


def _blocks(lines: Iterable[tuple[int, str]]) -> Iterator[_Block]:
    block: _Block | None = None
    for number, ended in lines:
        line = ended.rstrip("\r\n")
        if not line.strip():
            if block:
                yield block
            block = None
            continue
        match = _TEXT_LINE.fullmatch(line)
        name = (match[1] if match else line.partition("\t")[0]).strip()
        if block is None or name != block.name or (match and match[2] == "t" and block.title is not None):
            if block:
                yield block
            block = _Block(name, number)
        if match is None:
            block.rest.append((number, line))
        elif match[2] == "t":
            block.title = match[3]
        else:
            block.abstract = match[3]
    if block:
        yield block


def _abstract(block: _Block, source: str) -> Abstract:
    id_ = document_id(unquote(block.name) if ":" in block.name else block.name)
    if id_ is None or block.title is None:
        raise RecordError(f"{source}, line {block.line}: the document has no {'id' if id_ is None else 'title line (id|t|...)'}")
    sections = (Section(text=block.abstract),) if block.abstract else ()
    return Abstract(id=id_, title=block.title, sections=sections, source=source)


def _annotated(block: _Block, source: str) -> AnnotatedDocument:
    abstract = _abstract(block, source)
    text = abstract.text
    mentions: list[AnnotatedMention] = []
    relations: list[AnnotatedRelation] = []
    problems: list[RecordError] = []
    for number, line in block.rest:
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
        raise RecordError(f"the mention's end {fields[2]!r} is not a number")
    start, end = int(fields[1]), int(fields[2])
    if start >= end or text[start:end] != words:
        raise RecordError(f"the mention {words!r} does not stand at {start}:{end}")
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
