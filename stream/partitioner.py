"""Which partition a key belongs to: Kafka's default, murmur2 of the key's bytes."""

from aiokafka.partitioner import murmur2


def partition_of(key: bytes, partitions: int) -> int:
    """The partition that Java's, aiokafka's and librdkafka's (murmur2_random) producers choose."""
    number: int = (murmur2(key) & 0x7FFFFFFF) % partitions
    return number
