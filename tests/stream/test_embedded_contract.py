"""The contract on the embedded broker."""

import pytest

from stream import StreamSettings

from .contract import StreamContract

pytestmark = pytest.mark.slow


class TestEmbedded(StreamContract):
    refuses_no_key = False

    @pytest.fixture
    def settings(self, embedded_settings: StreamSettings) -> StreamSettings:
        return embedded_settings
