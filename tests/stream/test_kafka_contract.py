"""The contract on a real Kafka."""

from dataclasses import replace

import pytest

from stream import StreamSettings, create_topics

from .contract import StreamContract


@pytest.fixture
async def kafka_settings(bare_settings: StreamSettings, kafka: str) -> StreamSettings:
    """Settings for the session's Kafka with this test's topics."""
    settings = replace(bare_settings, broker=kafka)
    await create_topics(settings)
    return settings


@pytest.mark.kafka
class TestKafka(StreamContract):
    refuses_no_key = True

    @pytest.fixture
    def settings(self, kafka_settings: StreamSettings) -> StreamSettings:
        return kafka_settings
