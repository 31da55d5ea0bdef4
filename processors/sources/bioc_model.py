"""One BioC document, out of XML or JSON, as the `bioc` package's model (Comeau et al. 2013, doi:10.1093/database/bat064).

Neither of the package's own readers sees a file: its XML reader would follow a DTD, its JSON reader asks for fields that real files
leave out. The shape is checked here, and what passes is built by the package.
"""

from typing import Annotated, Any, TypeAlias, TypeVar
from xml.etree.ElementTree import Element

from bioc import BioCDocument
from bioc.biocjson import fromJSON
from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field, ValidationError

from processors.errors import RecordError, RecordTooLarge

MOST_PARTS = 50_000
"""Of one document, nodes and locations among them: a full text that PubTator annotated has some thousands."""

T = TypeVar("T")
Several: TypeAlias = Annotated[list[T], FailFast()]
Offset = Annotated[int, Field(ge=0, le=2**53 - 1)]
Infons = Annotated[dict[str, Any], BeforeValidator(lambda value: {} if value is None else value)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Location(_Shape):
    offset: Offset
    length: Offset


class _Node(_Shape):
    refid: Text = ""
    role: Text = ""


class _Annotation(_Shape):
    id: Text = ""
    infons: Infons = {}
    text: Text = ""
    locations: Several[_Location] = []


class _Relation(_Shape):
    id: Text = ""
    infons: Infons = {}
    nodes: Several[_Node] = []


class _Part(_Shape):
    infons: Infons = {}
    annotations: Several[_Annotation] = []
    relations: Several[_Relation] = []


class _Sentence(_Part):
    offset: Offset
    text: Text = ""


class _Passage(_Part):
    offset: Offset | None = None
    text: Text = ""
    sentences: Several[_Sentence] = []


class _Document(_Part):
    id: Text = ""
    passages: Several[_Passage] = []
    pmid: str | None = None  # PubTator's own fields beside BioC's
    pmcid: str | None = None
    journal: str | None = None
    date: str | None = None


def from_json(value: object) -> BioCDocument:
    """A document as decoded JSON. Fields that are missing are empty; PubTator's own (`pmid`, `journal`, ...) become infons.

    Raises `RecordError`, which names the place.
    """
    if not isinstance(value, dict) or not value.keys() & {"passages", "id"}:
        raise RecordError("the record is no BioC document: it has neither an id nor passages")
    if _parts(value) > MOST_PARTS:
        raise RecordTooLarge(
            f"the document has more than {MOST_PARTS:,} passages, sentences, annotations and relations", remedy="Split it."
        )
    try:
        shape = _Document.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RecordError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    document: BioCDocument = fromJSON(shape.model_dump(), "BioCDocument")
    own = {"pmid": shape.pmid, "pmcid": shape.pmcid, "journal": shape.journal, "date": shape.date}
    document.infons = {**{key: text for key, text in own.items() if text}, **document.infons}
    return document


def _parts(value: Any, below: tuple[str, ...] = ("passages", "sentences", "annotations", "relations", "nodes", "locations")) -> int:
    """How many parts a document has, or a part of it, whatever else is wrong with them."""
    if not isinstance(value, dict):
        return 0
    lists = [found for name in below if isinstance(found := value.get(name), list)]
    return sum(len(found) + sum(_parts(part, below) for part in found) for found in lists)


def from_xml(element: Element) -> BioCDocument:
    """A `document` element. Raises `RecordError`, which names the place."""
    return from_json({"id": _text(element, "id"), "passages": [_passage(part) for part in element.findall("passage")], **_part(element)})


def _passage(element: Element) -> dict[str, Any]:
    sentences = [{"text": _text(part, "text"), **_place(part), **_part(part)} for part in element.findall("sentence")]
    return {"text": _text(element, "text"), "sentences": sentences, **_place(element), **_part(element)}


def _place(element: Element) -> dict[str, Any]:
    offset = _text(element, "offset").strip()
    return {"offset": offset} if offset else {}


def _part(element: Element) -> dict[str, Any]:
    """What a document, a passage and a sentence have in common."""
    return {
        "infons": _infons(element),
        "annotations": [_annotation(part) for part in element.findall("annotation")],
        "relations": [
            {"id": part.get("id"), "infons": _infons(part), "nodes": [dict(node.attrib) for node in part.findall("node")]}
            for part in element.findall("relation")
        ],
    }


def _annotation(element: Element) -> dict[str, Any]:
    locations = [dict(location.attrib) for location in element.findall("location")]
    return {"id": element.get("id"), "infons": _infons(element), "text": _text(element, "text"), "locations": locations}


def _infons(element: Element) -> dict[str, str]:
    return {infon.get("key", ""): "".join(infon.itertext()) for infon in element.findall("infon")}


def _text(element: Element, tag: str) -> str:
    child = element.find(tag)
    return "" if child is None else "".join(child.itertext())
