"""BioRED and BC5CDR as pairs: corpora that relate identifiers within a document, so that each end has all of its mentions."""

from bisect import bisect_right
from collections.abc import Collection, Iterator
from itertools import combinations

from models.corpora.documents import Document, relation_key
from models.corpora.relations.annotated import sentences
from models.corpora.relations.pair import End, Pair, sentence_group
from processors.records import EntityType

TypePairs = Collection[tuple[EntityType, EntityType]]

G, D, C, V = EntityType.GENE, EntityType.DISEASE, EntityType.CHEMICAL, EntityType.VARIANT

BIORED: TypePairs = ((D, G), (G, G), (C, G), (D, V), (C, D), (C, V), (C, C), (V, V))
"""The type pairs that BioRED annotates (Luo et al. 2022, table 1)."""

CID: TypePairs = ((C, D),)
"""Chemical-induced disease: from the chemical to the disease."""


def entity_pairs(document: Document, types: TypePairs, *, directed: bool = False) -> Iterator[Pair]:
    """Every pair of different entities of the document whose types are among `types`, in either order; none where an id is missing.

    The text is the whole document's. Head and tail follow the order of the types in `types`; between entities of one type, the
    one that is named first is the head. A mention with several ids belongs to each of them.
    """
    places: dict[tuple[str, EntityType], list[tuple[int, int]]] = {}
    for mention in document.mentions:
        for id_ in mention.ids:
            places.setdefault((id_, mention.type), []).append((mention.start, mention.end))
    ends = [End(tuple(spans), type_, type_.value, (id_,)) for (id_, type_), spans in places.items()]
    ranges = sentences(document.text, len(document.title), [(m.start, m.end) for m in document.mentions])
    starts = [start for start, _ in ranges]
    group = sentence_group(document.text)
    for one, other in combinations(ends, 2):
        if one.ids == other.ids:
            continue
        if (one.type, other.type) in types:
            head, tail = one, other
        elif (other.type, one.type) in types:
            head, tail = other, one
        else:
            continue
        label = document.relations.get(relation_key(head.ids[0], tail.ids[0]))
        yield Pair(
            corpus=document.corpus,
            id=f"{document.pmid}.{head.ids[0]}.{tail.ids[0]}",
            document=document.pmid,
            text=document.text,
            head=head,
            tail=tail,
            labels=() if label is None else (label,),
            directed=directed,
            apart=min(abs(bisect_right(starts, a) - bisect_right(starts, b)) for a, _ in head.spans for b, _ in tail.spans),
            group=group,
            others=tuple(end for end in ends if end is not head and end is not tail),
        )
