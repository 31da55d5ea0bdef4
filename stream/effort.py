"""The extractor's own sums as metrics: read when Prometheus asks, so that they cost a document nothing here."""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from models.runtime.effort import Effort, Lookups

_SUMS: Final = {
    "batches": ("biorelay_batches", "Batches that the encoder computed; on a CPU one window each"),
    "windows": ("biorelay_windows", "Windows of texts that the encoder read"),
    "tokens": ("biorelay_tokens", "Tokens (subword pieces) that the encoder read, special ones and overlaps of windows included"),
    "computed": ("biorelay_computed_tokens", "Tokens that the encoder computed, padding included"),
}
CACHES: Final = ("encodings", "names")
"""Texts that were encoded a moment ago, and the likeness of names that no vocabulary has as they stand."""
STEPS: Final = ("encoding", "linking")
SHADOW: Final = tuple((what, found) for what in ("mentions", "relations") for found in ("both", "served", "shadow"))
"""What a sample of documents is compared in, and whether both models found it, only the one that serves, or only the other."""


class EffortCollector(Collector):
    """Tells what `read` says, an extractor's `effort`; nought until there is one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.read: Callable[[], Effort] = Effort
        registry.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        effort = self.read()
        for field, (name, meaning) in _SUMS.items():
            yield CounterMetricFamily(name, meaning, value=getattr(effort, field))
        steps = CounterMetricFamily("biorelay_step_seconds", "Threads' time in parts of the model stages, by part", labels=["step"])
        for step, seconds in zip(STEPS, (effort.encoding_seconds, effort.linking_seconds), strict=True):
            steps.add_metric([step], seconds)
        yield steps
        caches = CounterMetricFamily("biorelay_cache_lookups", "Times a cache was asked, by its answer", labels=["cache", "result"])
        for cache in CACHES:
            for result, number in zip(("hit", "miss"), effort.caches.get(cache, Lookups()), strict=True):
                caches.add_metric([cache, result], number)
        yield caches
        shadow = CounterMetricFamily(
            "biorelay_shadow_findings",
            "What a second model was compared in on a sample of documents (worker.shadow_share), by who found it",
            labels=["what", "found"],
        )
        for what, found in SHADOW:
            shadow.add_metric([what, found], effort.shadow.get((what, found), 0))
        yield shadow
