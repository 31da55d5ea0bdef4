"""What the client promises on every broker: places are kept, nothing is lost, slow readers are waited for."""

import json
from pathlib import Path

import pytest

from processors.records import Relations
from stream import Publisher, RelationStream, StreamSettings, headers
from stream.client import RelationsMessage
from stream.errors import BadKey, PositionUnusable
from stream.framing import Framing
from stream.topics import Topic

from .dictionary import DictionaryExtractor
from .kit import abstract, contents, send_raw


def relations_of(number: int) -> Relations:
    extractor = DictionaryExtractor()
    return extractor.relations(extractor.entities(abstract(number)))


async def tell(settings: StreamSettings, *numbers: int, partition: int | None = None, at: int | None = None) -> None:
    """Put the documents' relations on their topic, as an agent would."""
    more = {} if at is None else {"timestamp_ms": at}
    for number in numbers:
        stamp = [(headers.REVISION, b"0:%d" % number), (headers.PUBLISHED_AT, b"1000")]
        message = {"key": b"pubmed:%d" % number, "value": relations_of(number).to_bytes(), "headers": stamp, "partition": partition}
        await send_raw(settings, Topic.RELATIONS, message | more)


async def read(settings: StreamSettings, **how: object) -> list[str]:
    async with RelationStream(settings, follow=False, **how) as stream:
        return [message.document async for message in stream]


async def take(stream: RelationStream, count: int) -> list[RelationsMessage]:
    taken = []
    async for message in stream:
        taken.append(message)
        if len(taken) == count:
            break
    return taken


def named(*numbers: int) -> list[str]:
    return [f"pubmed:{number}" for number in numbers]


class ClientContract:
    """Subclasses give the fixture `settings`: a broker with this prefix's topics."""

    @pytest.fixture
    def settings(self) -> StreamSettings:
        raise NotImplementedError

    async def test_a_position_file_keeps_the_place(self, settings: StreamSettings, tmp_path: Path) -> None:
        place = tmp_path / "deep" / "place.json"
        await tell(settings, 1, 2, 3, partition=0)
        assert await read(settings, position=place) == named(1, 2, 3)
        assert await read(settings, position=place) == []
        await tell(settings, 4, partition=0)
        await tell(settings, 5, partition=1)
        assert sorted(await read(settings, position=place)) == named(4, 5)
        assert json.loads(place.read_text())["positions"] == {"0": 4, "1": 1}
        assert [file.name for file in place.parent.iterdir()] == [place.name]
        assert await read(settings) != []

    async def test_what_was_not_handled_comes_again_and_what_was_acknowledged_does_not(
        self, settings: StreamSettings, tmp_path: Path
    ) -> None:
        await tell(settings, *range(5), partition=0)
        for how in ({"group": f"{settings.prefix}.reader"}, {"position": tmp_path / "place"}):
            async with RelationStream(settings, **how) as stream:
                *_, third = await take(stream, 3)
            async with RelationStream(settings, **how) as stream:
                [again] = await take(stream, 1)
                assert again == third
                assert await stream.acknowledge(again)
            assert await read(settings, **how) == named(3, 4)

    async def test_now_is_remembered_by_who_has_read_nothing_yet(self, settings: StreamSettings, tmp_path: Path) -> None:
        await tell(settings, 1, partition=0)
        for number, how in ((2, {"group": f"{settings.prefix}.now"}), (3, {"position": tmp_path / "now"})):
            assert await read(settings, since="now", **how) == []
            await tell(settings, number, partition=0)
            assert await read(settings, since="now", **how) == named(number)

    async def test_framed_values_and_garbage_stand_beside_plain_ones(self, settings: StreamSettings) -> None:
        framed = Framing({Topic.RELATIONS: 7}).frame(Topic.RELATIONS, relations_of(2).to_bytes())
        await tell(settings, 1, partition=0)
        await send_raw(
            settings,
            Topic.RELATIONS,
            {"key": b"pubmed:2", "value": framed, "partition": 0},
            {"key": b"pubmed:3", "value": b"\x00\x00\x00\x00\x07garbage", "partition": 0},
            {"key": b"pubmed:4", "value": None, "partition": 0, "headers": [(headers.PUBLISHED_AT, b"9" * 19)]},
        )
        async with RelationStream(settings, follow=False) as stream:
            seen = [message async for message in stream]
        assert [(message.document, message.relations) for message in seen] == [
            ("pubmed:1", relations_of(1)),
            ("pubmed:2", relations_of(2)),
            ("pubmed:4", None),
        ]
        assert (seen[1].revision, seen[2].published_at, stream.skipped) == (None, None, 1)

    async def test_it_refuses_with_a_remedy(self, settings: StreamSettings, tmp_path: Path) -> None:
        broken, elsewhere = tmp_path / "broken", tmp_path / "elsewhere"
        broken.write_text("{")
        elsewhere.write_text('{"topic": "other.relations", "positions": {"0": 3}}')
        for file in (broken, elsewhere):
            with pytest.raises(PositionUnusable) as caught:
                await read(settings, position=file)
            assert str(file) in str(caught.value)
            assert caught.value.remedy
        with pytest.raises(ValueError, match="not both"):
            RelationStream(settings, group="g", position=broken)
        with pytest.raises(RuntimeError, match="async with"):
            await anext(aiter(RelationStream(settings)))

    async def test_a_publisher_is_bounded_and_ends_with_everything_written(self, settings: StreamSettings) -> None:
        async with Publisher(settings, in_flight=3) as publisher:
            written = []
            for number in range(30):
                written.append(await publisher.publish(abstract(number)))
                assert sum(not future.done() for future in written) <= 3
            with pytest.raises(BadKey):
                await publisher.delete("no curie")
            await publisher.flush()
            assert all(future.done() for future in written)
            written.append(await publisher.delete("pubmed:0"))
        positions = [future.result() for future in written]
        lying = await contents(settings, Topic.ABSTRACTS)
        assert sorted(positions) == [(record.partition, record.offset) for record in lying]
        ids = [headers.get(record.headers, "ce_id") for record in lying]
        assert len(set(ids)) == len(ids) == 31
        assert {headers.get(record.headers, "ce_source") for record in lying} == {f"/{settings.prefix}/publisher"}
