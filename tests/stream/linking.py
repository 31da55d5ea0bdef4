"""The dictionary extractor with a real linker over a small vocabulary, for the tests of relinking; and a run of it to be killed."""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from biorelay.relinking import Relinker
from processors.linking import Link, Linker, load_linker
from processors.records import Abstract, Entities, EntityType, Relations
from processors.relinking import linked_anew

from .dictionary import WORDS, DictionaryExtractor
from .worker_process import settings_of

NAMES = {(kind, word): (curie, word) for word, (curie, kind) in WORDS.items()}


class LinkingExtractor(DictionaryExtractor):
    """Finds words as the dictionary has them, and links them as a vocabulary does."""

    def __init__(self, linker: Linker, generation: int = 1) -> None:
        super().__init__(generation)
        self.linker = linker
        self.provenance = self.provenance.model_copy(update={"vocabulary": linker.version})

    def entities(self, abstract: Abstract) -> Entities:
        return linked_anew(super().entities(abstract), self.linker, "test")

    def relations(self, entities: Entities) -> Relations:
        found = super().relations(entities)
        named = tuple(
            relation.model_copy(
                update={
                    side: (one := getattr(relation, side)).model_copy(update={"name": self.linker.name_of(one.id) or one.name})
                    for side in ("subject", "object")
                }
            )
            for relation in found.relations
        )
        return found.model_copy(update={"relations": named})


class SlowLinker(Linker):
    """Takes its time, so that there is some to be killed in."""

    def resolve(self, document_id: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[Link]:
        time.sleep(0.2)
        return super().resolve(document_id, text, mentions)


if __name__ == "__main__":
    vocabulary = Path(sys.argv[2])
    slow = SlowLinker(load_linker(vocabulary)._vocabulary)
    asyncio.run(Relinker(settings_of(sys.argv[1]), LinkingExtractor(slow), slow).run())
