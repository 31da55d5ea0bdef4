"""Every pair in a sentence, with the usual relation of its types."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from models.corpora.documents import PREDICATES, Document
from models.corpora.entities import NO_ID
from models.evaluation.served import GoldPairs
from models.runtime.pairs import FEATURES
from processors.records import EntityType

SAME_SENTENCE = FEATURES.index("shared_sentence_mentions")


def usual_relations(documents: Iterable[Document]) -> Mapping[frozenset[EntityType], str]:
    """The most frequent relation type of each pair of entity types, over BioRED's training documents."""
    seen: dict[frozenset[EntityType], Counter[str]] = defaultdict(Counter)
    for document in documents:
        kinds = {id_: m.type for m in document.mentions for id_ in m.ids}
        for (a, b), relation in document.relations.items():
            if relation in PREDICATES and a in kinds and b in kinds:
                seen[frozenset((kinds[a], kinds[b]))][relation] += 1
    return {pair: found.most_common(1)[0][0] for pair, found in seen.items()}


def same_sentence(pairs: GoldPairs, types: Sequence[EntityType], usual: Mapping[frozenset[EntityType], str]) -> list[tuple[str, str, str]]:
    """Every candidate pair that one sentence names, with the usual relation of its types."""
    together = np.flatnonzero(pairs.inputs.features[:, SAME_SENTENCE] > 0)
    kinds = pairs.inputs.entity_type
    out = []
    for a, b in pairs.inputs.pairs[together].tolist():
        relation = usual.get(frozenset((types[kinds[a]], types[kinds[b]])), PREDICATES[0])
        if not pairs.ids[a].startswith(NO_ID) and not pairs.ids[b].startswith(NO_ID):
            out.append((pairs.ids[a], pairs.ids[b], relation))
    return out
