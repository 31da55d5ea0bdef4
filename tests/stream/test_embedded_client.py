"""The client's promises on the embedded broker."""

import asyncio
from dataclasses import replace

import pytest

from stream import Publisher, RelationStream, StreamSettings
from stream.errors import TopicsMissing

from .client_contract import ClientContract

pytestmark = pytest.mark.slow


class TestEmbeddedClient(ClientContract):
    @pytest.fixture
    def settings(self, embedded_settings: StreamSettings) -> StreamSettings:
        return embedded_settings


async def test_missing_topics_are_named_with_the_command_that_makes_them(embedded_settings: StreamSettings) -> None:
    nowhere = replace(embedded_settings, prefix="nowhere")
    for client in (Publisher(nowhere), RelationStream(nowhere)):
        with pytest.raises(TopicsMissing, match=r"nowhere\.\w+") as caught:
            await asyncio.wait_for(client.__aenter__(), 30)
        assert "biorelay topics create" in (caught.value.remedy or "")
