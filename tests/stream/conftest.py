"""Settings for tests of the stream, on the embedded broker and on a real Kafka."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stream import EmbeddedBroker, StreamSettings

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
