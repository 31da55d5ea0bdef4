"""Sends messages in order through whatever producer there is, and tells of each how it went."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError
from faust.exceptions import ProducerSendError

from .connection import meaning
from .errors import MessageTooLarge
from .messages import Outbound


async def sent(send: Callable[[Outbound], Awaitable[Awaitable[Any]]], messages: Sequence[Outbound]) -> list[BaseException | None]:
    """Hand all over, then wait for the broker; for each message `None` once all replicas have it, or the error."""
    results: list[BaseException | None] = [None] * len(messages)
    acknowledgements: dict[int, Awaitable[Any]] = {}
    for index, message in enumerate(messages):
        try:
            acknowledgements[index] = await send(message)
        except (ProducerSendError, KafkaError) as error:
            # What Faust's producer raises comes wrapped.
            cause = error.__cause__ if isinstance(error, ProducerSendError) and error.__cause__ else error
            results[index] = cause
            if not isinstance(meaning(cause, ""), MessageTooLarge):  # each further try would wait as long
                results[index:] = [cause] * (len(messages) - index)
                break
    answers = await asyncio.gather(*acknowledgements.values(), return_exceptions=True)
    for index, answer in zip(acknowledgements, answers, strict=True):
        if isinstance(answer, asyncio.CancelledError):
            results[index] = KafkaConnectionError("the producer stopped before the broker answered")
        elif isinstance(answer, BaseException):
            results[index] = answer
    return results


class ProducerSender:
    """Sends through a producer of aiokafka's own."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def send(self, messages: Sequence[Outbound]) -> list[BaseException | None]:
        return await sent(
            lambda m: self._producer.send(m.topic, m.value, key=m.key, partition=m.partition, headers=list(m.headers)), messages
        )
