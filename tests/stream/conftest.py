"""Settings for tests of the stream, on the embedded broker and on a real Kafka."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stream import EmbeddedBroker, StreamSettings, create_topics
from stream.journal import Journal
from stream.settings import Stage

from .bench import Bench
from .kit import free_port


@pytest.fixture
def bare_settings(topic_prefix: str, tmp_path: Path) -> StreamSettings:
    """Settings without a broker."""
    return StreamSettings(
        prefix=topic_prefix, partitions=3, data_dir=tmp_path, metrics_port=free_port(), software="test", session_timeout=6.0, threads=2
    )


@pytest.fixture
def embedded_settings(bare_settings: StreamSettings) -> Iterator[StreamSettings]:
    """Settings for an embedded broker of this test's own."""
    with EmbeddedBroker(bare_settings) as broker:
        yield replace(bare_settings, broker=broker.address)


@pytest.fixture
async def kafka_settings(bare_settings: StreamSettings, kafka: str) -> StreamSettings:
    """Settings for the session's Kafka with this test's topics."""
    settings = replace(bare_settings, broker=kafka)
    await create_topics(settings)
    return settings


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "attempts") as journal:
        yield journal


@pytest.fixture
def bench(tmp_path: Path, journal: Journal) -> Callable[..., Bench]:
    return lambda act, stage=Stage.NER, **settings: Bench(tmp_path, journal, stage, act, **settings)
