"""Standing questions on their topic: asked and withdrawn by people, read by every graph agent from the topic's beginning on.

The topic is compacted and its key is the question's id, so a newer message replaces a question and a null value withdraws it. No
consumer group is involved: each agent needs all of them, whichever documents are its own.
"""

import asyncio
import gc
import logging
import uuid
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from graphstore.watched import Watch
from models.runtime.errors import Action, BiorelayError
from processors.errors import RecordError
from processors.records import Question

from . import cloud_events
from .connection import meaning, producer, reader, start
from .dead_letters import list_dead_letters
from .errors import KeyMismatch, MessageError, StreamError, TooManyQuestions
from .framing import unframed
from .headers import Headers
from .letters import letter
from .messages import Inbound, text_of
from .metrics import Metrics
from .registry import framing_of
from .settings import Stage, StreamSettings
from .topics import Topic, check_topics, dead_letter_bytes, describe_topics

log = logging.getLogger(__name__)

_POLL_MS: Final = 500
_PAUSE: Final = 2.0
_MANY: Final = 1000
_CLOCKS_MS: Final = 60_000
"""How far apart the clocks of publishers and brokers may be."""


async def ask(settings: StreamSettings, questions: Sequence[Question]) -> None:
    """Put questions on their topic, in place of those of the same ids; when it returns, the broker has them.

    Raises `BrokerUnreachable`, `AccessDenied`, `BrokerRefused`, `TopicsMissing`.
    """
    framing = await framing_of(settings, (Topic.QUESTIONS,))
    source = cloud_events.source(settings.prefix, "watch")
    messages: list[tuple[str, bytes | None, Headers]] = []
    for question in questions:
        told = cloud_events.event(Topic.QUESTIONS, framing, source=source, id=uuid.uuid4().hex, subject=question.id)
        messages.append((question.id, framing.frame(Topic.QUESTIONS, question.to_bytes()), told))
    await _write(settings, messages)


async def withdraw(settings: StreamSettings, ids: Sequence[str]) -> None:
    """Take questions back; those that nobody asked do no harm. Raises what `ask` raises."""
    source = cloud_events.source(settings.prefix, "watch")
    await _write(
        settings,
        [(id_, None, cloud_events.deletion(Topic.QUESTIONS, source=source, id=uuid.uuid4().hex, subject=id_)) for id_ in ids],
    )


async def questions_of(settings: StreamSettings) -> list[Question]:
    """The questions that stand now, by id; what is no question is left out. Raises what `ask` raises."""
    watch, places = Watch(), await _places(settings)
    async with reader(settings) as consumer:
        await _read(consumer, places, watch, {}, settings.questions)
    return [watch.questions[id_] for id_ in sorted(watch.questions)]


async def follow_questions(settings: StreamSettings, watch: Watch, metrics: Metrics, known: asyncio.Event) -> None:
    """Keep a watch in step with the topic; run until cancelled. `known` is set once it holds what the topic held at the start.

    What is no question goes to the dead letters, once, and the question of that key is withdrawn. Raises what must end the worker.
    """
    reached: dict[TopicPartition, int] = {}
    bad: _Bad = []
    while True:
        try:
            places = await _places(settings)
            async with reader(settings) as consumer:
                bad += await _read(consumer, places, watch, reached, settings.questions)
                log.info("%d standing questions", len(watch))
                metrics.questions.set(len(watch))
                _settle(watch)
                known.set()
                while True:
                    if bad:
                        await _set_aside(settings, bad, metrics)
                        bad.clear()
                    bad += await _take(consumer, watch, reached, settings.questions)
                    metrics.questions.set(len(watch))
        except (KafkaError, OSError, StreamError) as error:
            found = error if isinstance(error, StreamError) else meaning(error, settings.broker)
            if found.action is not Action.RETRY:
                raise found from error
            log.warning("standing questions wait: %s", found)
        await asyncio.sleep(_PAUSE)


def _settle(watch: Watch) -> None:
    """Python's collector would walk all questions again and again, though they stay for as long as the worker runs."""
    if len(watch) >= _MANY:
        gc.collect()
        gc.freeze()


async def _places(settings: StreamSettings) -> list[TopicPartition]:
    states = await describe_topics(settings)
    check_topics(states, settings, (Topic.QUESTIONS,))
    name = Topic.QUESTIONS.named(settings.prefix)
    count = next(state.partitions for state in states if state.name == name)
    return [TopicPartition(name, number) for number in range(count)]


_Bad = list[tuple[Any, BiorelayError]]


async def _read(consumer: Any, places: list[TopicPartition], watch: Watch, reached: dict[TopicPartition, int], most: int) -> _Bad:
    """From where it was reached (the beginning) up to the end that the topic has now."""
    consumer.assign(places)
    for place, offset in reached.items():
        consumer.seek(place, offset)
    ends = await consumer.end_offsets(places)
    bad: _Bad = []
    while any([await consumer.position(place) < ends[place] for place in places]):
        bad += await _take(consumer, watch, reached, most)
    return bad


async def _take(consumer: Any, watch: Watch, reached: dict[TopicPartition, int], most: int) -> _Bad:
    bad: _Bad = []
    batch = await consumer.getmany(timeout_ms=_POLL_MS, max_records=1000)
    if not batch:
        return bad
    async with watch.turn:
        for place, records in batch.items():
            for record in records:
                try:
                    _heed(record, watch, most)
                except (MessageError, RecordError) as error:
                    log.warning("%s[%d]@%d is no question (%s): %s", place.topic, place.partition, record.offset, error.code, error)
                    bad.append((record, error))
                reached[place] = record.offset + 1
    return bad


def _heed(record: Any, watch: Watch, most: int) -> None:
    """One message; what was asked under its key before is replaced, also by what cannot be read. No more than `most` questions stand."""
    id_ = text_of(record.key, remedy="Key each question by its id.")
    if record.value is None:
        watch.remove(id_)
        return
    try:
        question = Question.from_bytes(unframed(record.value))
        if question.id != id_:
            raise KeyMismatch(f"the key names {id_}, the question inside is {question.id}", remedy="Key each question by its id.")
    except BaseException:
        watch.remove(id_)
        raise
    if question.id not in watch.questions and len(watch) >= most:
        raise TooManyQuestions(
            f"{most} questions stand already", remedy="Withdraw some, or raise limits.questions.", limit="limits.questions"
        )
    watch.put(question)


async def _set_aside(settings: StreamSettings, bad: _Bad, metrics: Metrics) -> None:
    """Send what is no question to the dead letters, unless it lies there since an earlier start or through another agent."""
    since = min(record.timestamp for record, _ in bad) - _CLOCKS_MS
    found = list_dead_letters(settings, stage=Stage.GRAPH, since=since)
    there = {(letter.topic, letter.partition, letter.offset) async for letter in found}
    client = producer(settings, max_request_size=dead_letter_bytes(settings))
    try:
        await start(client, settings)
        for record, error in bad:
            if (record.topic, record.partition, record.offset) in there:
                continue
            message = Inbound(
                record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, tuple(record.headers)
            )
            made = letter(message, error, stage=Stage.GRAPH, settings=settings)
            await client.send_and_wait(made.topic, made.value, key=made.key, headers=list(made.headers))
            metrics.dead_letters.labels(Stage.GRAPH, error.code).inc()
            metrics.limited(error)
    finally:
        await client.stop()


async def _write(settings: StreamSettings, messages: Sequence[tuple[str, bytes | None, Headers]]) -> None:
    await _places(settings)
    client = producer(settings)
    try:
        await start(client, settings)
        topic = Topic.QUESTIONS.named(settings.prefix)
        sent = [await client.send(topic, value, key=id_.encode(), headers=list(told)) for id_, value, told in messages]
        await asyncio.gather(*sent)
    except (KafkaError, OSError) as error:
        raise meaning(error, settings.broker) from error
    finally:
        await client.stop()
