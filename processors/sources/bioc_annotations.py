"""The annotations of a BioC document, as those of its PubTator twin: mentions at our offsets, relations between identifiers.

Offsets count code points from the document's beginning (BioC's specification). Files also have UTF-16 units, bytes, or places that
are all off by the same number. Every mention's words are compared with the text: where one such reading holds for all of a
passage's annotations it is taken; else a mention that stands nowhere near but once is taken there; any other is refused by name.
"""

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from bioc import BioCAnnotation, BioCDocument, BioCLocation, BioCRelation

from processors.errors import RecordError
from processors.records import EntityType, Predicate
from processors.sources.bioc_text import Piece, infon, place
from processors.sources.identifiers import split_identifiers, to_curie, variant_curies
from processors.sources.pubtator import TYPES, AnnotatedDocument, AnnotatedMention, AnnotatedRelation

_IDENTIFIERS = (
    "identifier",
    "Identifier",
    "NCBI Gene",
    "NCBI GENE",
    "NCBI Taxonomy",
    "MESH",
    "MeSH",
    "OMIM",
    "CHEBI",
    "dbSNP",
    "Cellosaurus",
)
_LABELS = ("type", "relation", "relation type")
_ENDS = (("entity1", "entity2"), ("role1", "role2"), ("subject", "object"), ("Chemical", "Disease"), ("Arg1", "Arg2"))
_PREDICATES = {predicate.value: predicate for predicate in Predicate}
_NEAR = 1000  # characters around its place in which a mention is looked for
_SHIFTS = 64  # shifts of a passage that are tried

Span = tuple[int, int]  # in our text


def annotate(document: BioCDocument, source: str) -> AnnotatedDocument:
    """The document with its mentions and relations. What cannot be taken is in `problems`, by file, document and annotation.

    Raises `RecordError` where the document has no id or no text.
    """
    placed = place(document, source)
    problems: list[RecordError] = []
    mentions: dict[str, AnnotatedMention] = {}
    nameless: list[AnnotatedMention] = []

    def refuse(what: str, error: RecordError) -> None:
        problems.append(RecordError(f"{source}, {placed.abstract.id}, {what[:120]}: {error}"))

    groups, homeless = _grouped(placed.pieces, placed.annotations)
    for piece, annotations in groups:
        found = _spans(placed.abstract.text, piece, annotations)
        for annotation, span in zip(annotations, found, strict=True):
            try:
                if isinstance(span, RecordError):
                    raise span
                mention = _mention(annotation, span[0], placed.abstract.text[slice(*span)])
            except RecordError as error:
                refuse(f"annotation {annotation.id}", error)
                continue
            if annotation.id and annotation.id not in mentions:
                mentions[annotation.id] = mention
            else:
                nameless.append(mention)
    for annotation in homeless:
        refuse(f"annotation {annotation.id}", RecordError("it stands in no passage"))
    relations = []
    known = {identifier for mention in (*mentions.values(), *nameless) for identifier in (*mention.identifiers, mention.raw)}
    for relation in placed.relations:
        try:
            taken = _relation(relation, mentions, known, placed.left_out)
            relations += [taken] if taken else []
        except RecordError as error:
            refuse(f"relation {relation.id}", error)
    ordered = sorted((*mentions.values(), *nameless), key=lambda mention: (mention.start, mention.end))
    return AnnotatedDocument(placed.abstract, tuple(ordered), tuple(relations), tuple(problems))


def _grouped(
    pieces: Sequence[Piece], loose: Iterable[BioCAnnotation]
) -> tuple[list[tuple[Piece, list[BioCAnnotation]]], list[BioCAnnotation]]:
    """Every piece with its annotations and those of the document that begin in it; and those that begin in none."""
    ordered = sorted(pieces, key=lambda piece: piece.offset)
    groups = [(piece, list(piece.annotations)) for piece in ordered]
    homeless = []
    for annotation in loose:
        start = min((location.offset for location in annotation.locations), default=-1)
        index = bisect_right(ordered, start, key=lambda piece: piece.offset) - 1
        if index >= 0 and start <= ordered[index].offset + len(ordered[index].text):
            groups[index][1].append(annotation)
        else:
            homeless.append(annotation)
    return groups, homeless


def _spans(text: str, piece: Piece, annotations: Sequence[BioCAnnotation]) -> list[Span | RecordError]:
    """Where each annotation of a piece stands in the text, or why it does not."""
    asked = [_location(annotation, piece) for annotation in annotations]
    sound = [(a, x) for a, x in zip(annotations, asked, strict=True) if isinstance(x, BioCLocation)]
    reading = next((reading for reading in _readings(text, piece, sound) if all(_holds(text, a, reading(x)) for a, x in sound)), None)
    exact = _code_points(piece)
    spans: list[Span | RecordError] = []
    for annotation, location in zip(annotations, asked, strict=True):
        if isinstance(location, RecordError):
            spans.append(location)
        elif reading or _holds(text, annotation, exact(location)):
            spans.append((reading or exact)(location))
        else:
            spans.append(_nearby(piece, annotation, location))
    return spans


def _location(annotation: BioCAnnotation, piece: Piece) -> BioCLocation | RecordError:
    """The one range of an annotation; several are one where nothing but white space, or its own words, lie between them."""
    locations = sorted(annotation.locations, key=lambda location: (location.offset, location.length))
    if not locations:
        return RecordError("it has no location")
    total = BioCLocation(locations[0].offset, max(x.offset + x.length for x in locations) - locations[0].offset)
    if len(locations) == 1:
        return total
    between = (piece.text[a.end - piece.offset : b.offset - piece.offset] for a, b in itertools.pairwise(locations))
    is_one = all(a.end <= b.offset for a, b in itertools.pairwise(locations)) and all(not gap.strip() for gap in between)
    start, end = total.offset - piece.offset, total.end - piece.offset
    if is_one or (annotation.text and piece.text[max(start, 0) : end] == annotation.text):
        return total
    return RecordError(f"{annotation.text[:80]!r} stands at {len(locations)} places apart; a mention is one range")


Reading = Callable[[BioCLocation], Span]


def _code_points(piece: Piece, shift: int = 0) -> Reading:
    way = piece.start - piece.offset + shift
    return lambda location: (location.offset + way, location.end + way)


def _readings(text: str, piece: Piece, asked: Sequence[tuple[BioCAnnotation, BioCLocation]]) -> Iterable[Reading]:
    """What the offsets may count: code points, UTF-16 units, bytes; or code points, all off by the same."""
    yield _code_points(piece)
    if not piece.text.isascii():
        yield _units(piece, [1 + (char > "\uffff") for char in piece.text])
        yield _units(piece, [1 + (char > "\x7f") + (char > "\u07ff") + (char > "\uffff") for char in piece.text])
    if len(asked) < 2:
        return
    annotation, location = max(asked, key=lambda pair: len(pair[0].text))
    expected = location.offset - piece.offset
    shifts = sorted((place - expected for place in _places(piece.text, annotation.text, expected)), key=lambda shift: (abs(shift), shift))
    holding = [s for s in shifts[:_SHIFTS] if all(_holds(text, a, _code_points(piece, s)(x)) for a, x in asked)]
    if len(holding) == 1:
        yield _code_points(piece, holding[0])


def _units(piece: Piece, widths: list[int]) -> Reading:
    """Offsets that count units of which a character takes several."""
    places = dict(zip(itertools.accumulate(widths, initial=piece.offset), itertools.count(piece.start), strict=False))
    return lambda location: (places.get(location.offset, -1), places.get(location.end, -1))


def _holds(text: str, annotation: BioCAnnotation, span: Span) -> bool:
    start, end = span
    return 0 <= start < end <= len(text) and (not annotation.text or text[start:end] == annotation.text)


def _places(text: str, words: str, expected: int) -> list[int]:
    """Where the words stand near their place."""
    places: list[int] = []
    at, stop = max(expected - _NEAR, 0), max(expected + _NEAR, 0)
    while words and (at := text.find(words, at, stop + len(words))) >= 0:
        places.append(at)
        at += 1
    return places


def _nearby(piece: Piece, annotation: BioCAnnotation, location: BioCLocation) -> Span | RecordError:
    places = _places(piece.text, annotation.text, location.offset - piece.offset)
    if len(places) == 1:
        return piece.start + places[0], piece.start + places[0] + len(annotation.text)
    return RecordError(f"{annotation.text[:80]!r} does not stand at {location.offset}:{location.end}")


def _mention(annotation: BioCAnnotation, start: int, words: str) -> AnnotatedMention:
    label = infon(annotation.infons, "type")
    type_ = TYPES.get(label.lower())
    raw = infon(annotation.infons, *_IDENTIFIERS)
    identifiers = split_identifiers(raw, type_)
    curies = [curie for identifier in identifiers if (curie := to_curie(identifier, type_))]
    if type_ is EntityType.VARIANT:
        curies += variant_curies(raw, "")
    return AnnotatedMention(start, start + len(words), words, type_, label, raw, identifiers, tuple(dict.fromkeys(curies)))


def _relation(
    relation: BioCRelation, mentions: dict[str, AnnotatedMention], known: set[str], left_out: frozenset[str]
) -> AnnotatedRelation | None:
    """A relation between two identifiers, by its infons, or else by the annotations that are its nodes; None where those are left out."""
    ends = next((pair for keys in _ENDS if all(pair := [_participant(relation.infons.get(key), known) for key in keys])), None)
    if ends is None:
        nodes = [node.refid for node in relation.nodes]
        if len(nodes) != 2:
            raise RecordError(f"it has {len(nodes)} participants; a relation here has two")
        if not left_out.isdisjoint(nodes):
            return None
        if missing := [node for node in nodes if node not in mentions]:
            raise RecordError(f"it refers to {missing[0][:80]}, which is no mention")
        ends = [mentions[node].raw for node in nodes]
        if not all(ends):
            raise RecordError("it is between mentions without an identifier")
    label = infon(relation.infons, *_LABELS)
    novel = {"Novel": True, "No": False}.get(infon(relation.infons, "novel"))
    return AnnotatedRelation(label, ends[0], ends[1], _PREDICATES.get(label), novel)


def _participant(value: object, known: set[str]) -> str:
    """An identifier as BioRED has it, as PubTator's JSON has it in an object, or its XML behind a type: `Chemical|MESH:D003911`."""
    if isinstance(value, dict):
        return infon(value, "identifier")
    text = str(value or "").strip()
    type_, _, rest = text.partition("|")
    bare = rest if type_.lower() in TYPES else text
    return next((part for part in (text, bare, *bare.split("|")) if part in known), bare)
