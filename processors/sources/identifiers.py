"""Identifiers as corpora and users write them, turned into CURIEs with Bioregistry prefixes (https://bioregistry.io)."""

import re
from urllib.parse import unquote

from processors.records import Curie, EntityType, is_curie

_MESH = re.compile(r"(?:mesh[:_])?([CD][0-9]{6,9})", re.IGNORECASE)
_OMIM = re.compile(r"omim[:_]([0-9]{6})", re.IGNORECASE)
_CHEBI = re.compile(r"chebi:([0-9]{1,18})", re.IGNORECASE)
_RS = re.compile(r"rs(?:id|#)?:?\s*([0-9]{1,18})", re.IGNORECASE)
_CELLOSAURUS = re.compile(r"(?:cellosaurus:)?(cvcl_[a-z0-9]{4})", re.IGNORECASE)
_GENE = re.compile(r"(?:(?:ncbi ?gene|gene|geneid|entrez):)?([0-9]{1,18})", re.IGNORECASE)
_SPECIES = re.compile(r"(?:(?:ncbi ?taxon|taxon|taxid|tax):)?([0-9]{1,18})", re.IGNORECASE)
_TAX_NOTE = re.compile(r"\(tax:\d+\)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[|,;+]")
_ATTACHED = re.compile(r"\s*[A-Z]\w*#?:")
_LOOSE_PREFIXES = frozenset({"gene", "geneid", "entrez", "taxon", "taxid", "tax", "rs", "rsid"})  # not Bioregistry's
_NOTHING = frozenset({"", "-", "-1"})

_PMID = re.compile(r"(?:pmid:?\s*|pubmed:)?0*([0-9]{1,12})", re.IGNORECASE)
_PMCID = re.compile(r"(?:pmcid:\s*|pmc:)?(PMC[0-9]{1,18})", re.IGNORECASE)
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")


def split_identifiers(raw: str, type_: EntityType | None) -> tuple[str, ...]:
    """The single identifiers of an annotation's identifier column, in order, without repeats.

    `|`, `,`, `;` and `+` separate the parts of a composite mention; `-` and `-1` mean "no identifier" and are left out.
    A variant's own notation holds these signs too (`c|SUB|C|643|T`), so it stays whole;
    tmVar's attached fields (`;Gene:3577;RS#:2234671`) are cut off.
    """
    raw = raw.strip()
    if type_ is EntityType.VARIANT:
        parts = [raw.split(";", 1)[0]] if "|" in raw else [part for part in re.split("[,;]", raw) if not _ATTACHED.match(part)]
    else:
        parts = _SEPARATORS.split(_TAX_NOTE.sub("", raw))
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip() not in _NOTHING))


def to_curie(identifier: str, type_: EntityType | None) -> Curie | None:
    """One identifier as a CURIE, or None where it belongs to no database that its type names."""
    identifier = identifier.strip()
    if is_curie(identifier) and identifier.partition(":")[0] not in _LOOSE_PREFIXES:
        return unquote(identifier)
    if match := _OMIM.fullmatch(identifier):
        return f"omim:{match[1]}"
    if match := _CHEBI.fullmatch(identifier):
        return f"chebi:{match[1]}"
    if type_ in (EntityType.DISEASE, EntityType.CHEMICAL) and (match := _MESH.fullmatch(identifier)):
        return f"mesh:{match[1].upper()}"
    if type_ is EntityType.VARIANT and (match := _RS.fullmatch(identifier)):
        return f"dbsnp:rs{match[1]}"
    if type_ is EntityType.CELL_LINE and (match := _CELLOSAURUS.fullmatch(identifier)):
        return f"cellosaurus:{match[1].upper()}"
    if type_ is EntityType.GENE and (match := _GENE.fullmatch(identifier)):
        return f"ncbigene:{match[1]}"
    if type_ is EntityType.SPECIES and (match := _SPECIES.fullmatch(identifier)):
        return f"ncbitaxon:{match[1]}"
    return None


def variant_curies(raw: str, note: str) -> tuple[Curie, ...]:
    """The dbSNP ids that a tmVar line gives beside the variant's notation (`;RS#:2234671;...`, or `RSID:2234671` in a seventh column)."""
    fields = [*raw.split(";"), *note.split(";")]
    found = [f"dbsnp:rs{match[1]}" for field in fields if (match := _RS.fullmatch(field.strip()))]
    return tuple(dict.fromkeys(found))


def pubmed_curie(text: str) -> Curie | None:
    """A PMID as a CURIE; None where it is not a positive number of at most twelve digits."""
    digits = text.strip()
    return f"pubmed:{int(digits)}" if digits.isascii() and digits.isdigit() and len(digits) <= 12 and int(digits) else None


def document_id(text: str) -> Curie | None:
    """A document's id as a CURIE: `123` and `PMID:123` are `pubmed:123`, `PMC123` is `pmc:PMC123`, a DOI `doi:10...`.

    A CURIE stays as it is; any other name of the user's own becomes `local:<name>`; None where that is no CURIE: for an empty name,
    and one of several lines or of more than some 500 characters.
    """
    found = _document_id(text.strip())
    return found if is_curie(found) else None


def _document_id(text: str) -> str:
    if match := _PMID.fullmatch(text):
        return f"pubmed:{match[1]}"
    if match := _PMCID.fullmatch(text):
        return f"pmc:{match[1].upper()}"
    if _DOI.fullmatch(text):
        return f"doi:{text.lower()}"
    if is_curie(text):
        return text
    return f"local:{text}"
