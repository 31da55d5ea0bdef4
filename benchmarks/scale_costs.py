"""CPU seconds of an extraction and of its parts, on one thread."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from biorelay.extractor import Extractor
from models.runtime.artefact import TOKENIZER
from models.runtime.encoder import Encoder
from models.runtime.pairs import PairInputs, build_pairs
from models.runtime.relation_head import Judged, RelationHead
from models.runtime.tokenizer import PieceTokenizer
from processors.linking.names import forget
from processors.ner import entity_types
from processors.records import Abstract, Entities
from processors.relations import RelationClassifier, group_mentions

KEPT_BYTES = 2**29
"""Of encoded texts, so that each of a benchmark's is still there when its relations are judged alone."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a document really holds."""

    pieces: int
    mentions: int
    entities: int  # distinct identifiers, linked or not
    linked: int  # distinct identifiers that the vocabulary knows
    pairs: int  # candidate pairs
    judged: int  # of them, as many as the head is asked of
    relations: int


class Asked(RelationHead):
    """The head, which remembers how many pairs it was asked of last."""

    pairs = 0

    def judge(self, inputs: PairInputs) -> Judged:
        self.pairs = len(inputs.pairs)
        return super().judge(inputs)


class Parts:
    """An extractor and its parts, to be timed alone."""

    def __init__(self, extractor: Extractor) -> None:
        artefact = extractor.artefact
        self.extractor = extractor
        self.tokenizer = PieceTokenizer(artefact.path(TOKENIZER))
        self._types = entity_types(artefact)
        self._kept = Encoder(artefact, cache_bytes=KEPT_BYTES)
        self._head = Asked(artefact)
        self._classifier = RelationClassifier(self._kept, self._head, extractor.linker.name_of, extractor.provenance)

    def extract(self, abstract: Abstract) -> None:
        """The whole: entities and relations."""
        self.extractor.cache.clear()
        forget()
        self.extractor.extract(abstract)

    def relations(self, entities: Entities) -> None:
        """Relations of prepared entities, with the encoder pass; nothing is recognised or linked."""
        self.extractor.cache.clear()
        forget()
        self.extractor.relations(entities)

    def encode(self, text: str) -> None:
        """Tokeniser and encoder pass, by the extractor's own session: another one is some per cent faster or slower."""
        self.extractor.cache.clear()
        forget()
        self.extractor._encoder.encode(text)

    def relate(self, entities: Entities) -> None:
        """Candidate pairs, head and the records of relations, over a text that was encoded before."""
        self._classifier.classify(entities)

    def count(self, entities: Entities) -> Counted:
        encoded = self._kept.encode(entities.text)
        named = group_mentions(entities.mentions, encoded.offsets, [span.end for span in entities.sentences], self._types)
        self._head.pairs = 0
        relations = self._classifier.classify(entities)
        return Counted(
            pieces=len(encoded.offsets),
            mentions=len(entities.mentions),
            entities=len({curie for mention in entities.mentions for curie in mention.identifiers}),
            linked=len({curie for m in entities.mentions if m.link_score is not None for curie in m.identifiers}),
            pairs=len(build_pairs(encoded.hidden, named.tokens, self._head.type_pairs).pairs),
            judged=self._head.pairs,
            relations=len(relations.relations),
        )


Works = Mapping[str, Callable[[], object]]
"""Work by the name of what it is."""


def cpu_seconds(works: Sequence[Works], rounds: int) -> list[dict[str, float]]:
    """The median of each work's CPU seconds over the rounds, in the order given; each round goes through all of them, after one to warm up.

    Time that the machine gives to others counts only as far as it makes the work itself slower, and then for all works.
    """
    taken: list[dict[str, list[float]]] = [{name: [] for name in work} for work in works]
    for turn in range(rounds + 1):
        for work, seconds in zip(works, taken, strict=True):
            for name, run in work.items():
                begun = time.process_time()
                run()
                if turn:
                    seconds[name].append(time.process_time() - begun)
    return [{name: statistics.median(values) for name, values in seconds.items()} for seconds in taken]
