"""The contract on a real Kafka."""

import pytest

from stream import StreamSettings

from .contract import StreamContract


@pytest.mark.kafka
class TestKafka(StreamContract):
    refuses_no_key = True

    @pytest.fixture
    def settings(self, kafka_settings: StreamSettings) -> StreamSettings:
        return kafka_settings
