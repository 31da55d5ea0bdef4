"""The short form of `python -m benchmarks.chaos`: three rounds of one seed on a real Kafka and a real Neo4j."""

from pathlib import Path

import pytest

from tests.services import tools_or_skip

from .rounds import line, run

# aiokafka leaves sockets of a broker that was killed to the collector.
left = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
pytestmark = [pytest.mark.kafka, pytest.mark.neo4j, pytest.mark.slow, pytest.mark.timeout(600), left]

KINDS = ("worker-killed-restarted", "worker-paused", "worker-added", "broker-killed", "graph-killed", "graph-crossed", "broker-way-reset")


async def test_nothing_is_lost_and_nothing_is_wrong(tmp_path: Path) -> None:
    tools_or_skip()
    found = await run(tmp_path, seed=5585, rounds=3, kinds=KINDS)
    assert {told.partition("(")[0] for each in found.rounds for told in each.faults} == set(KINDS)
    assert found.good, "\n".join(line(each) for each in found.rounds)
    assert all(each.documents > 0 for each in found.rounds)
