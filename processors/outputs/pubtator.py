"""Writing PubTator, in the dialect that `processors.sources.pubtator` reads back to the same text, mentions and CURIEs.

Types are our six names, relations BioRED's; identifiers as PubTator writes them (`MESH:D003924`, `672`, `9606`, `rs1234`).
An unlinked mention has `-`, a variant that has no dbSNP entry its tmVar code (`c|SUB|C|643|T`). A relation is written by its two
identifiers, so PubTator has no place for one of an unlinked mention: JSON lines have them all.
A line format has no room for line breaks and tabs inside a text: each becomes one space, so offsets stay.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

from processors.linking import local_name
from processors.records import Curie, Entities, EntityType, Relations
from processors.sources.identifiers import split_identifiers, to_curie
from processors.sources.pubtator import AnnotatedDocument
from processors.variants import variant_code

_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_TMVAR = re.compile(r"[a-z]\|[!-:<-~]+")
_UPPER = frozenset({"mesh", "omim", "chebi"})


class PubTator:
    """One document after another, as `write_pubtator` writes it."""

    def begin(self) -> bytes:
        return b""

    def write(self, entities: Entities, relations: Relations) -> bytes:
        return write_pubtator(entities, relations).encode()

    def end(self) -> bytes:
        return b""


def write_pubtator(entities: Entities, relations: Relations | None = None) -> str:
    """One document as PubTator lines, ended by a blank line; a document that failed has its texts only."""
    title, abstract = split_text(entities.text, entities.article.title)
    mentions = ((m.start, m.end, m.text, m.type.value, identifier_column(m.identifiers, m.type)) for m in entities.mentions)
    types = {curie: mention.type for mention in entities.mentions for curie in mention.identifiers}
    named = (
        (r.predicate.value, *(identifier_column((end.id,), types.get(end.id)) for end in (r.subject, r.object)), *_novel(r.novel))
        for r in (relations.relations if relations else ())
    )
    pairs = (parts for parts in named if "-" not in parts)
    return _document(entities.id, title, abstract, mentions, pairs)


def _novel(probability: float | None) -> tuple[str, ...]:
    """BioRED's last column, which is left out where the model does not judge it."""
    return () if probability is None else ("Novel" if probability >= 0.5 else "No",)


def identifier_column(curies: Iterable[Curie], type_: EntityType | None = None) -> str:
    """A mention's identifiers as PubTator has them: joined by commas; `-`, or a variant's tmVar code, where it is not in dbSNP.

    Without a type they stay whole CURIEs, since a bare number would not say which database it belongs to.
    """
    curies = tuple(curies)
    linked = [_identifier(curie, type_) for curie in curies if not curie.startswith("local:")]
    if linked:
        return ",".join(linked)
    codes = (local_name(curie) for curie in curies if "#Variant:" in curie)
    return next((code for code in codes if code and _TMVAR.fullmatch(code)), "-")


def write_annotated(document: AnnotatedDocument) -> str:
    """A corpus document as PubTator lines, its labels and identifier columns as they were read."""
    mentions = ((m.start, m.end, m.text, m.label, "\t".join(filter(None, (m.raw or "-", m.note)))) for m in document.mentions)
    relations = (
        (r.label, r.subject, r.object) if r.novel is None else (r.label, r.subject, r.object, "Novel" if r.novel else "No")
        for r in document.relations
    )
    return _document(document.abstract.id, document.abstract.title, document.abstract.abstract, mentions, relations)


def _document(
    id_: Curie, title: str, abstract: str, mentions: Iterable[tuple[int, int, str, str, str]], relations: Iterable[tuple[str, ...]]
) -> str:
    name = id_.removeprefix("pubmed:") if re.fullmatch(r"pubmed:[1-9]\d*", id_) else quote(id_, safe=_SAFE_IN_ID)
    lines = [f"{name}|t|{_flat(title)}", f"{name}|a|{_flat(abstract)}"]
    lines += [f"{name}\t{start}\t{end}\t{_flat(text)}\t{label}\t{identifier}" for start, end, text, label, identifier in mentions]
    lines += ["\t".join((name, *parts)) for parts in relations]
    return "\n".join(lines) + "\n\n"


_SAFE_IN_ID = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "%|")
_SAFE_IN_LIST = "".join(char for char in _SAFE_IN_ID if char not in ",;+")


def _identifier(curie: Curie, type_: EntityType | None) -> str:
    prefix, _, local = curie.partition(":")
    if prefix == "hgvs" and (code := variant_code(local)) and _TMVAR.fullmatch(code):
        return code
    short = f"{prefix.upper()}:{local}" if prefix in _UPPER else local
    exact = to_curie(short, type_) == curie and split_identifiers(short, type_) == (short,)
    return short if exact else quote(curie, safe=_SAFE_IN_LIST)


def split_text(text: str, title: str) -> tuple[str, str]:
    """A document's text as its title and its abstract."""
    if text.startswith(f"{title} "):
        return title, text[len(title) + 1 :]
    return text.removesuffix(" "), ""


def _flat(text: str) -> str:
    return _BREAKS.sub(" ", text)
