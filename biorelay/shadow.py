"""A second model beside the one that serves, asked about a sample of the documents: what only one of them finds is counted, no more.

Meant for the same model in full precision (`biorelay models convert --precision fp32`), so that what quantisation costs is seen on the
texts that really come; any other model will do, the next one to be rolled out, say.
"""

import logging
import zlib
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from biorelay.extractor import Extractor
from models.runtime.effort import Effort
from processors.records import Abstract, Entities, Provenance, Relations

if TYPE_CHECKING:
    from biorelay.settings import Settings
    from stream.steps import Extractor as Served

log = logging.getLogger(__name__)


def extractor_of(settings: "Settings") -> "Served":
    """The worker's extractor, with its shadow where the settings ask for one. Raises as `Extractor.load` does."""
    served = Extractor.load(**settings.extractor())
    worker = settings.worker
    if not worker.shadow_share:
        return served
    return Shadowed(served, Extractor.load(**settings.extractor() | {"model": worker.shadow_model}), worker.shadow_share)


class Shadowed:
    """An extractor whose answers are compared with another one's on a share of the documents, and stay what they are. Safe for threads.

    Whether a document is of the sample depends on its id alone. A comparison takes its thread as long as the other model takes for the
    document's entities and relations.
    """

    def __init__(self, served: "Served", shadow: "Served", share: float) -> None:
        """`share`: of the documents, 0 to 1."""
        self._served = served
        self._shadow = shadow
        self._share = share
        self._found: Counter[tuple[str, str]] = Counter()
        self._counting = Lock()

    @property
    def provenance(self) -> Provenance:
        return self._served.provenance

    @property
    def provider(self) -> str:
        return self._served.provider

    def entities(self, abstract: Abstract) -> Entities:
        """As the one that serves. Raises what it raises."""
        entities = self._served.entities(abstract)
        if sampled(abstract.id, self._share):
            try:
                self._compare(abstract, entities)
            except Exception:  # whatever it is, the answer is there
                log.exception("%s: not compared with %s", abstract.id, self._shadow.provenance.model)
        return entities

    def relations(self, entities: Entities) -> Relations:
        """As the one that serves. Raises what it raises."""
        return self._served.relations(entities)

    def effort(self) -> Effort:
        """The one's that serves, and what was found apart."""
        with self._counting:
            found = dict(self._found)
        return replace(self._served.effort(), shadow=found)

    def _compare(self, abstract: Abstract, entities: Entities) -> None:
        others = self._shadow.entities(abstract)
        found = Counter(
            {
                **_apart("mentions", _mentions(entities), _mentions(others)),
                **_apart("relations", _relations(self._served.relations(entities)), _relations(self._shadow.relations(others))),
            }
        )
        with self._counting:
            self._found += found


def sampled(document: str, share: float) -> bool:
    """Whether a document is of a sample of that share; all workers agree, and so does a replay."""
    return zlib.crc32(document.encode("utf-8", "surrogatepass")) < share * 2**32


def _mentions(entities: Entities) -> set[Hashable]:
    return {(mention.start, mention.end, mention.type) for mention in entities.mentions}


def _relations(relations: Relations) -> set[Hashable]:
    return {(relation.subject.id, relation.predicate, relation.object.id) for relation in relations.relations}


def _apart(what: str, served: Iterable[Hashable], shadow: Iterable[Hashable]) -> dict[tuple[str, str], int]:
    one, other = set(served), set(shadow)
    return {(what, "both"): len(one & other), (what, "served"): len(one - other), (what, "shadow"): len(other - one)}
