"""Texts of a given number of pieces, and of a given number of entities, out of real sentences and real names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from models.runtime.tokenizer import PieceTokenizer
from processors.records import Abstract, Entities, EntityType, Mention, Section

KINDS = (EntityType.GENE, EntityType.CHEMICAL, EntityType.DISEASE, EntityType.GENE, EntityType.CHEMICAL)
"""The types of the sentences that name the entities: pairs of them are candidates of every shipped model."""

LONGEST_NAME = 3
"""Pieces of a name, so that a hundred stand in one window."""

LONGEST_CARRIER = 30
"""Pieces of a sentence that names them, before they are put in."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A real sentence with one mention: the words before it and behind it."""

    before: str
    after: str
    kind: EntityType

    def naming(self, names: Sequence[str]) -> str:
        """The sentence with all of these where its mention stood: `A`, `A and B`, `A, B and C`."""
        listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        return f"{self.before}{listed}{self.after}"


@dataclass(frozen=True, slots=True)
class Material:
    """What texts are made of, in the order in which it was found."""

    names: dict[EntityType, tuple[str, ...]]  # as articles write them, each of another linked identifier
    carriers: dict[EntityType, tuple[Carrier, ...]]
    plain: tuple[str, ...]  # sentences without a mention


def gather(read: Sequence[Entities], tokenizer: PieceTokenizer) -> Material:
    """The names, carriers and plain sentences of extracted documents."""
    names: dict[EntityType, dict[tuple[str, ...], str]] = {kind: {} for kind in EntityType}
    carriers: dict[EntityType, list[Carrier]] = {kind: [] for kind in EntityType}
    plain: list[str] = []
    taken: set[str] = set()
    for entities in read:
        for mention in entities.mentions:
            surface = mention.text
            if mention.link_score is not None and surface.casefold() not in taken and _pieces(tokenizer, surface) <= LONGEST_NAME:
                taken.add(surface.casefold())
                names[mention.type].setdefault(mention.identifiers, surface)
        for span in entities.sentences:
            sentence = entities.text[span.start : span.end].strip()
            inside = [m for m in entities.mentions if m.start < span.end and m.end > span.start]
            if not inside:
                plain.append(sentence)
            elif len(inside) == 1 and _pieces(tokenizer, sentence) <= LONGEST_CARRIER:
                carriers[inside[0].type].append(_carrier(entities.text, span.start, span.end, inside[0]))
    return Material(
        {kind: tuple(found.values()) for kind, found in names.items()},
        {kind: tuple(found) for kind, found in carriers.items()},
        tuple(sentence for sentence in plain if sentence),
    )


def _carrier(text: str, start: int, end: int, mention: Mention) -> Carrier:
    return Carrier(text[start : mention.start].lstrip(), text[mention.end : end].rstrip(), mention.type)


def with_entities(material: Material, tokenizer: PieceTokenizer, *, entities: int, pieces: int, number: int) -> str:
    """A text of so many pieces that names `entities` entities, an equal share in each of a few sentences; plain sentences fill it up.

    `number` chooses the sentences and the names: the first are the same for every `entities`. Raises `ValueError` where the
    material or the pieces do not suffice.
    """
    if entities < len(KINDS):
        raise ValueError(f"at least {len(KINDS)} entities, not {entities}")
    share = [entities // len(KINDS) + (place < entities % len(KINDS)) for place in range(len(KINDS))]
    used = dict.fromkeys(EntityType, 0)
    sentences = []
    for place, (kind, count) in enumerate(zip(KINDS, share, strict=True)):
        pool, known = material.names[kind], material.carriers[kind]
        if not known or used[kind] + count > len(pool):
            raise ValueError(f"{len(pool)} names and {len(known)} sentences of {kind} are too few for {entities} entities")
        chosen = [pool[(17 * number + used[kind] + at) % len(pool)] for at in range(count)]
        used[kind] += count
        sentences.append(known[(number * len(KINDS) + place) % len(known)].naming(chosen))
    named = " ".join(sentences)
    if _pieces(tokenizer, named) > pieces:
        raise ValueError(f"{entities} entities take {_pieces(tokenizer, named)} pieces, more than {pieces}")
    return of_length([named, *_from(material.plain, number)], tokenizer, pieces)


def of_length(parts: Sequence[str], tokenizer: PieceTokenizer, pieces: int) -> str:
    """The texts, one behind the other, cut after so many pieces; what a cut makes of its last word may differ by a piece.

    Raises `ValueError` where they have fewer.
    """
    joined: list[str] = []
    counted = 0
    for part in parts:
        joined.append(part)
        counted += _pieces(tokenizer, part)
        if counted >= pieces + 8:  # a piece may join others across a seam
            break
    text = " ".join(joined)
    offsets = tokenizer.cut(text).offsets
    if len(offsets) < pieces:
        raise ValueError(f"the texts have {len(offsets)} pieces, not {pieces}")
    return text[: int(offsets[pieces - 1][1])]


def texts_of_length(texts: Sequence[str], tokenizer: PieceTokenizer, pieces: int, count: int) -> list[str]:
    """`count` different texts of so many pieces: each begins with another of `texts` and goes on with those behind it."""
    step = max(len(texts) // count, 1)
    return [of_length(list(_from(texts, number * step)), tokenizer, pieces) for number in range(count)]


def matched(lengths: Sequence[int], count: int) -> list[int]:
    """The places of `count` documents whose lengths are spread as all lengths are: every so-manyth by length, in order of place."""
    by_length = sorted(range(len(lengths)), key=lambda place: (lengths[place], place))
    return sorted(by_length[int((at + 0.5) * len(by_length) / count)] for at in range(count))


def document(text: str, name: str) -> Abstract:
    """A text as an abstract without a title."""
    return Abstract(id=f"local:{name}", title="", sections=(Section(text=text),))


def subset(entities: Entities, count: int) -> Entities:
    """The document with `count` of its mentions, evenly spread, each an entity of its own: the number of entities is exact.

    Raises `ValueError` where it has fewer.
    """
    if len(entities.mentions) < count:
        raise ValueError(f"{entities.id} has {len(entities.mentions)} mentions, not {count}")
    kept = [entities.mentions[int((at + 0.5) * len(entities.mentions) / count)] for at in range(count)]
    renamed = [mention.model_copy(update={"identifiers": (f"local:{number}",)}) for number, mention in enumerate(kept)]
    return entities.model_copy(update={"mentions": tuple(renamed)})


def _from(texts: Sequence[str], start: int) -> Iterator[str]:
    """All texts once, beginning with one of them."""
    return islice(cycle(texts), start % len(texts), start % len(texts) + len(texts))


def _pieces(tokenizer: PieceTokenizer, text: str) -> int:
    return len(tokenizer.cut(text).offsets)
