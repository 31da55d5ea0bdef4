"""Where a document's time goes: the extractor's own functions, timed from outside on one thread.

The product holds no clocks. Here each function that a stage consists of is replaced, for as long as the measurement lasts, by one that
adds up the processor time of its thread, without the time of other stages inside it.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import Any

from biorelay.extractor import Extractor
from processors.linking.names import forget
from processors.records import Abstract

STAGES: Mapping[str, tuple[str, ...]] = {
    "tokenise": ("models.runtime.encoder:PieceTokenizer.cut", "models.runtime.encoder:cases"),
    "encoder": ("models.runtime.encoder:Encoder.encode",),
    "decode": ("processors.ner:decode_spans", "processors.ner:settled"),
    "linking": ("processors.linking:Linker.resolve",),
    "sentences": ("processors.ner:split_sentences",),
    "pairs": (
        "processors.relations:group_mentions",
        "processors.relations:build_pairs",
        "models.runtime.relation_head:RelationHead.judge",
        "models.runtime.relation_head:RelationHead.decide",
    ),
    "evidence": (
        "processors.relations:evidence",
        "processors.relations:sentences_within",
        "processors.polarity:Polarity.judge",
    ),
    "records": (
        "processors.ner:Recogniser.recognise",
        "processors.relations:RelationClassifier.classify",
        "processors.records.base:Record.to_bytes",
    ),
}
"""Stage -> its functions, each where its callers look it up. `pairs` is the relation head with all that prepares it, `evidence` holds
polarity, `records` is what is left of the two processors (their pydantic models above all) and the JSON."""

REST = "rest"


class Clock:
    """Processor seconds of the calling thread, by stage; a stage inside another one is no part of it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._inner: list[float] = []

    def timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            self._inner.append(0.0)
            started = time.thread_time()
            try:
                return work(*arguments, **options)
            finally:
                took = time.thread_time() - started
                self.seconds[stage] += took - self._inner.pop()
                if self._inner:
                    self._inner[-1] += took

        return run


def stage_seconds(extractor: Extractor, abstracts: Sequence[Abstract]) -> dict[str, float]:
    """Processor seconds of each stage, and of the `rest`, to extract the abstracts one by one and write their records."""
    clock = Clock()
    extractor.cache.clear()
    forget()
    with _watched(clock):
        started = time.thread_time()
        for abstract in abstracts:
            for record in extractor.extract(abstract):
                record.to_bytes()
        whole = time.thread_time() - started
    seconds = {stage: clock.seconds[stage] for stage in STAGES}
    return {**seconds, REST: whole - sum(seconds.values())}


@contextmanager
def _watched(clock: Clock) -> Iterator[None]:
    replaced = []
    try:
        for stage, names in STAGES.items():
            for name in names:
                owner, attribute = _place(name)
                work = getattr(owner, attribute)
                setattr(owner, attribute, clock.timed(stage, work))
                replaced.append((owner, attribute, work))
        yield
    finally:
        for owner, attribute, work in reversed(replaced):
            setattr(owner, attribute, work)


def _place(name: str) -> tuple[Any, str]:
    module, _, path = name.partition(":")
    owner, _, attribute = path.rpartition(".")
    return resolve_name(f"{module}:{owner}" if owner else module), attribute
