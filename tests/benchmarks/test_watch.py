"""The watch benchmark: its questions are different ones, of the shares that it names, and a larger number begins with the same."""

from collections import Counter
from pathlib import Path

from benchmarks.bench_watch import BATCH, FRESH, KINDS, asked, written
from benchmarks.graph_documents import Drawn, Node
from graphstore import open_store
from graphstore.watched import Watch
from processors.records import EntityType

NODES = tuple(Node(f"ncbigene:{number}", f"gene {number}", list(EntityType)[number % 3]) for number in range(200))
CONNECTED = [node.curie for node in NODES]


def test_questions_are_different_and_of_their_shares() -> None:
    few, many = list(asked(NODES, CONNECTED, 100, hubs=False)), list(asked(NODES, CONNECTED, 1000, hubs=False))
    assert many[:100] == few
    assert len({question.id for question in many}) == 1000
    assert sum(share for share, *_ in KINDS.values()) == 100
    kinds = Counter((bool(question.end), question.steps) for question in many)
    for share, closed, steps in KINDS.values():
        assert abs(kinds[closed, steps] - 10 * share) < 100


async def test_a_batch_is_written_and_told(tmp_path: Path) -> None:
    watch, drawn = Watch(), Drawn(NODES)
    for question in asked(NODES, CONNECTED, 2000, hubs=True):
        watch.put(question)
    async with open_store(tmp_path) as store:
        figures = await written(store, watch, list(drawn.contributions(range(FRESH, FRESH + BATCH))))
        assert await store.outbox() == []
    assert figures["told"] > 0
    assert figures["cpu"] > 0
