"""What a worker tells about itself: Prometheus metrics, and whether it is alive and ready.

Stages and codes are the only labels that vary, so the number of series is bounded.
"""

import time
from collections import Counter as Counted
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from models.runtime.errors import BiorelayError
from processors.records import Discovery, DiscoveryKind, EntityType, Mention, Predicate, Relation

from .effort import EffortCollector
from .settings import Stage, StreamSettings

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FRESHNESS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 86400.0)
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
RETRACTING = ("own", "notice", "list")
"""Who says that an article is retracted: its own record, a notice, an entry of a list."""
LIMITS = (
    "graph.write_timeout_s",
    "limits.document_bytes",
    "limits.questions",
    "limits.requests_per_s",
    "limits.text_characters",
    "topics.message_bytes",
    "worker.deaths",
)
"""The settings whose limits a worker can meet (docs/limits.md)."""
_LOOP_SILENCE = 15.0
"""Seconds without a beat after which the event loop counts as frozen."""


class Metrics:
    """The metrics of one worker, in a registry of their own."""

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self.registry = CollectorRegistry()
        registry = self.registry
        self.documents = Counter(
            "biorelay_documents",
            "Messages settled, by stage and outcome. failed: empty, after a dead letter; moved: sent on to its key's partition; answered:"
            " whoever read the history again wrote the relations too",
            ["stage", "outcome"],
            registry=registry,
        )
        self.relations = Counter("biorelay_relations", "Relations found, by predicate", ["predicate"], registry=registry)
        self.probability = Histogram(
            "biorelay_relation_probability", "How sure the model is of the relations found", buckets=_SHARES, registry=registry
        )
        self.mentions = Counter(
            "biorelay_mentions", "Mentions found, by type and whether the vocabulary knows them", ["type", "linked"], registry=registry
        )
        self.retractions = Counter(
            "biorelay_retractions",
            "Records in the graph that retract an article, by who says so; a replay counts again",
            ["by"],
            registry=registry,
        )
        self.inference = Histogram(
            "biorelay_inference_seconds", "One document's model time, by stage", ["stage"], buckets=_SECONDS, registry=registry
        )
        self.graph_write = Histogram("biorelay_graph_write_seconds", "One batch's transaction", buckets=_SECONDS, registry=registry)
        self.deadlocks = Counter(
            "biorelay_graph_deadlocks",
            "Transactions that met another writer's, a deadlock mostly, and were tried again at once",
            registry=registry,
        )
        self.questions = Gauge("biorelay_questions", "Standing questions that this worker watches", registry=registry)
        self.discoveries = Counter("biorelay_discoveries", "Answers to standing questions that were told", ["kind"], registry=registry)
        self.watch = Histogram(
            "biorelay_watch_seconds", "What a batch's standing questions took of its transaction", buckets=_SECONDS, registry=registry
        )
        self.discovery_delay = Histogram(
            "biorelay_discovery_delay_seconds",
            "From the graph write that completed or broke an answer until its message was on the topic",
            buckets=_SECONDS,
            registry=registry,
        )
        self.lag_messages = Gauge(
            "biorelay_lag_messages",
            "Messages that the stage's group has not committed, compacted ones included",
            ["stage"],
            registry=registry,
        )
        self.lag_seconds = Gauge(
            "biorelay_lag_seconds", "Age of the oldest document that the stage has not settled", ["stage"], registry=registry
        )
        self.freshness = Histogram(
            "biorelay_publish_to_queryable_seconds",
            "From publication until the graph has the document",
            buckets=_FRESHNESS,
            registry=registry,
        )
        self.newest = Gauge(
            "biorelay_newest_settled_timestamp_seconds",
            "Unix time at which the newest document that the stage settled well was published",
            ["stage"],
            registry=registry,
        )
        self.dead_letters = Counter(
            "biorelay_dead_letters", "Messages set aside, by stage and reason", ["stage", "code"], registry=registry
        )
        self.limits = Counter("biorelay_limits", "Times a limit was met, by the setting that has it", ["limit"], registry=registry)
        self.retries = Counter(
            "biorelay_retries", "Waits for a neighbour that is away, by stage and reason", ["stage", "code"], registry=registry
        )
        self.waiting = Gauge("biorelay_waiting", "1 while the stage waits for a neighbour that is away", ["stage"], registry=registry)
        self.commit_age = Gauge(
            "biorelay_commit_age_seconds", "Seconds for which a partition had something to commit and did not", ["stage"], registry=registry
        )
        self.model_info = Gauge("biorelay_model_info", "The model that runs", ["model", "generation", "software"], registry=registry)
        self.vocabulary_info = Gauge("biorelay_vocabulary_info", "The vocabulary that links", ["vocabulary"], registry=registry)
        self.started = Gauge("biorelay_start_time_seconds", "Unix time at which this process started", registry=registry)
        self.started.set(time.time())
        self.provider = Gauge("biorelay_provider", "What the encoder runs on: cpu, cuda or tensorrt", ["provider"], registry=registry)
        self.effort = EffortCollector(registry)
        self._newest: dict[Stage, float] = {}
        for limit in LIMITS:
            self.limits.labels(limit)
        self._beat = time.monotonic()
        self._away: dict[Stage, str] = {}
        self._in_hand: dict[Stage, int] = {}
        self._behind_since: dict[Stage, float] = {}
        self._ready: dict[str, bool] = dict.fromkeys(_parts(settings.stages), False)
        self._age: dict[Stage, float] = {}
        for by in RETRACTING if Stage.GRAPH in settings.stages else ():
            self.retractions.labels(by)
        for kind in DiscoveryKind if Stage.GRAPH in settings.stages else ():
            self.discoveries.labels(kind)
        for predicate in Predicate if Stage.RELATIONS in settings.stages else ():
            self.relations.labels(predicate)
        for named in EntityType if Stage.NER in settings.stages else ():
            for linked in ("yes", "no"):
                self.mentions.labels(named, linked)
        for stage in settings.stages:
            for series in (self.lag_messages, self.lag_seconds, self.waiting, self.commit_age):
                series.labels(stage).set(0)
            for outcome in ("ok", "deleted", "failed", "dead-letter", "moved", "answered"):
                self.documents.labels(stage, outcome)

    def beat(self) -> None:
        """The event loop turns."""
        self._beat = time.monotonic()

    def limited(self, error: BaseException) -> None:
        """An error that says, or not, which setting's limit was met."""
        limit = error.limit if isinstance(error, BiorelayError) else None
        if limit in LIMITS:
            self.limits.labels(limit).inc()

    def ready(self, part: str, is_ready: bool) -> None:
        """`part`: broker, model or graph."""
        if part in self._ready:
            self._ready[part] = is_ready

    def found(self, relations: Iterable[Relation]) -> None:
        for relation in relations:
            self.relations.labels(relation.predicate.value).inc()
            self.probability.observe(relation.probability)

    def mentioned(self, mentions: Iterable[Mention]) -> None:
        """One document's."""
        for (kind, linked), number in Counted((mention.type, _linked(mention)) for mention in mentions).items():
            self.mentions.labels(kind, linked).inc(number)

    def tell(self, discoveries: Iterable[tuple[Discovery, float]]) -> None:
        """They are on their topic. With each comes when it was written, in seconds of Unix time; 0 where that is not known."""
        now = time.time()
        for discovery, written in discoveries:
            self.discoveries.labels(discovery.kind).inc()
            if written:
                self.discovery_delay.observe(max(now - written, 0.0))

    def away(self, stage: Stage, code: str) -> None:
        """The stage waits because of that error."""
        self._away[stage] = code
        self.retries.labels(stage, code).inc()
        self.waiting.labels(stage).set(1)

    def back(self, stage: Stage) -> None:
        """The stage waits no longer."""
        if self._away.pop(stage, None) is not None:
            self.waiting.labels(stage).set(0)

    def take(self, stage: Stage, oldest_ms: int) -> None:
        """A batch is in hand whose oldest document was published then."""
        self._in_hand[stage] = oldest_ms

    def settled(self, stage: Stage, newest_ms: int | None = None) -> None:
        """The batch in hand is done with. `newest_ms`: when the newest of its documents that went well was published.

        A clock that runs ahead must not hold the gauge up, so nothing counts as newer than now.
        """
        self._in_hand.pop(stage, None)
        self._behind_since.pop(stage, None)
        if newest_ms is not None:
            newest = min(newest_ms / 1000, time.time())
            if newest > self._newest.get(stage, 0.0):
                self._newest[stage] = newest
                self.newest.labels(stage).set(newest)

    def lag(self, stage: Stage, messages: int, commit_age: float) -> None:
        """What the broker says about the stage."""
        now = time.time()
        self.lag_messages.labels(stage).set(messages)
        self.commit_age.labels(stage).set(commit_age)
        self._age[stage] = commit_age
        oldest = self._in_hand.get(stage)
        if messages == 0:
            self._behind_since.pop(stage, None)
            seconds = 0.0
        elif oldest is not None:
            seconds = now - oldest / 1000
        else:
            seconds = now - self._behind_since.setdefault(stage, now)
        self.lag_seconds.labels(stage).set(max(seconds, 0.0))

    def health(self) -> dict[str, str]:
        """What is wrong with this process, by part; empty while it is alive. A stage that waits for a neighbour is alive."""
        wrong = {}
        silence = time.monotonic() - self._beat
        if silence > _LOOP_SILENCE:
            wrong["loop"] = f"the event loop stands still for {silence:.0f} s"
        for stage, age in self._age.items():
            if age > self._settings.stuck and stage not in self._away:
                wrong[stage.value] = f"nothing committed for {age:.0f} s though there is work"
        return wrong

    def readiness(self) -> dict[str, str]:
        """What is not ready, by part; empty once everything is."""
        wrong = {part: "not ready" for part, is_ready in self._ready.items() if not is_ready}
        return wrong | {stage.value: f"waits: {code}" for stage, code in self._away.items()}

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)


def _linked(mention: Mention) -> str:
    return "no" if all(curie.startswith("local:") for curie in mention.identifiers) else "yes"


def _parts(stages: tuple[Stage, ...]) -> list[str]:
    return ["broker", *(["model"] if {Stage.NER, Stage.RELATIONS} & set(stages) else []), *(["graph"] if Stage.GRAPH in stages else [])]
