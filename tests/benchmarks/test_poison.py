"""The poison of the benchmark is poison, its share is what is said, and the pages tell what was found."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from benchmarks.bench_poison import Course, Raising, Takes, mixed, unreadable, whole
from benchmarks.outage_sections import outages, poison
from processors.records import Abstract, Section
from stream import StreamSettings
from stream.delivery import Delivery
from stream.journal import Journal
from stream.metrics import Metrics
from stream.steps import NerStep
from stream.topics import Topic
from tests.stream.dictionary import DictionaryExtractor

MACHINE = {"cores": 1, "processor": "Some CPU (avx2)"}


def value(name: str) -> bytes:
    return Abstract(id=name, title="A case", sections=(Section(text="Aspirin."),)).to_bytes()


async def test_every_message_of_poison_is_set_aside_and_no_other(tmp_path: Path) -> None:
    settings = StreamSettings(data_dir=tmp_path, threads=1)
    good = [(f"bench:{number}".encode(), value(f"bench:{number}")) for number in range(63)]
    messages = mixed(good, unreadable(value, settings.document_bytes, raises=True))
    assert len(messages) == 70
    metrics = Metrics(settings)
    with Journal(tmp_path / "attempts") as journal, ThreadPoolExecutor(1) as pool:
        sender = Takes()
        step = NerStep(settings, Raising(DictionaryExtractor()), pool, journal, metrics)  # type: ignore[arg-type]
        course = Course(Delivery(step, sender, settings, journal, metrics), sender, Topic.ABSTRACTS, lambda: 0.0, lambda: 0)
        run = await course.run(messages)
    assert run["dead"] == 7
    assert metrics.registry.get_sample_value("biorelay_documents_total", {"stage": "ner", "outcome": "ok"}) == 63
    assert run["cpu_s"] > 0


def test_the_kinds_come_in_turn() -> None:
    keys = [key for key, _ in islice(unreadable(value, 1000, raises=True), 14)]
    assert keys.count(b"\xff\xfe") == 2
    assert keys[6] != keys[13]


def stage(alone: float, among: float, calls: int = 0) -> dict[str, float]:
    return {
        "alone_cpu_s": alone,
        "among_poison_cpu_s": among,
        "slower_percent": 100 * (among / alone - 1),
        "dead_letters": 7,
        "calls_alone": 1,
        "calls": calls,
    }


def test_the_sections_say_what_was_found() -> None:
    stages = {
        "ner": stage(8.0, 8.2),
        "relations": stage(1.0, 1.0),
        "graph-unreadable-neo4j": stage(1.0, 1.0, 1),
        "graph-refused-neo4j": stage(1.0, 3.0, 39),
        "graph-loop-neo4j": stage(1.0, 1.1, 8),
    }
    percents = whole(stages, "neo4j")
    assert percents == {"graph-unreadable": 2.0, "graph-refused": 22.0, "graph-loop": 3.0}
    result = {"stages": stages, "whole_percent": {"neo4j": percents}, "documents": 64, "rounds": 2, "machine": MACHINE}
    said = "\n".join(poison(result))
    assert "| graph: ever new documents fail their batch | neo4j | 7 | 1 -> 39 | +200 % |" in said
    assert "| neo4j | +3 % | +22 % | +2 % |" in said
    state = {
        "seconds": 40.0,
        "waited_for": {"graph": "graph.refuses"},
        "same_process": True,
        "missing": 0,
        "dead_letters": 0,
        "back_s": 6.2,
        "rss_before_mb": 400,
        "rss_most_mb": 410,
        "files_before": 40,
        "files_most": 41,
        "exit_code": 0,
        "ended_after_s": 1.9,
    }
    said = "\n".join(outages({"states": {"graph-read-only": state}, "shutdown_s": 10.0, "machine": MACHINE}))
    assert "| `graph-read-only` | 40 s | graph: graph.refuses | yes | 0, 0 | 6 s | 400 -> 410 MB | 40 -> 41 | 0 after 1.9 s |" in said
    assert poison(None)[-1] == outages(None)[-1] == "Not measured."
