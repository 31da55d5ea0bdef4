"""Sending through Faust's producer where the broker misbehaves."""

import asyncio
from typing import Any

from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, MessageSizeTooLargeError, NotLeaderForPartitionError
from faust.exceptions import ProducerSendError

from stream.app import FaustSender
from stream.messages import Outbound


class Producer:
    """Faust's producer as the broker's absence makes it behave."""

    def __init__(self, *fates: Any) -> None:
        self.fates = list(fates)
        self.calls = 0

    async def maybe_start_producer(self) -> "Producer":
        return self

    async def send(self, *_: Any) -> Any:
        self.calls += 1
        fate = self.fates.pop(0)
        if isinstance(fate, ProducerSendError):
            raise fate
        answer = asyncio.get_running_loop().create_future()
        if isinstance(fate, BaseException):
            answer.set_exception(fate)
        elif fate == "cancel":
            answer.cancel()
        else:
            answer.set_result(fate)
        return answer


def wrapped(cause: Exception) -> ProducerSendError:
    error = ProducerSendError("Error while sending")
    error.__cause__ = cause
    return error


async def test_what_faust_wraps_is_unwrapped() -> None:
    """A broker away for longer than the producer's timeout makes `send` itself raise; each further try would wait as long."""
    producer = Producer("fine", wrapped(KafkaTimeoutError()), "never tried")
    results = await FaustSender(producer).send([Outbound("t", 0, b"k", b"v")] * 3)
    assert [type(result) for result in results] == [type(None), KafkaTimeoutError, KafkaTimeoutError]
    assert producer.calls == 2
    producer = Producer(wrapped(MessageSizeTooLargeError()), "fine", NotLeaderForPartitionError(), "cancel")
    results = await FaustSender(producer).send([Outbound("t", 0, b"k", b"v")] * 4)
    assert [type(result) for result in results] == [MessageSizeTooLargeError, type(None), NotLeaderForPartitionError, KafkaConnectionError]
