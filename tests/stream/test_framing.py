"""Confluent's wire format, read and written without a registry."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.errors import NotJson
from processors.records import Abstract
from stream.framing import FRAMED, JSON, PLAIN, Framing, schema_id, unframed
from stream.topics import Topic

IDS = st.integers(0, 2**32 - 1)


def test_the_bytes_are_those_of_the_documentation() -> None:
    """Magic byte 0, the schema's id as four bytes in network order, then the data."""
    framing = Framing({Topic.RELATIONS: 0x01020304})
    assert framing.frame(Topic.RELATIONS, b"{}") == b"\x00\x01\x02\x03\x04{}"
    assert framing.content_type(Topic.RELATIONS) == FRAMED
    assert (framing.frame(Topic.ENTITIES, b"{}"), framing.content_type(Topic.ENTITIES)) == (b"{}", JSON)


@given(IDS, st.recursive(st.none() | st.booleans() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_framed_and_plain_values_read_alike(number: int, data: object) -> None:
    plain = json.dumps(data).encode()
    framed = Framing({Topic.ABSTRACTS: number}).frame(Topic.ABSTRACTS, plain)
    assert (unframed(framed), schema_id(framed)) == (plain, number)
    assert (unframed(plain), schema_id(plain)) == (plain, None)
    assert PLAIN.frame(Topic.ABSTRACTS, plain) == plain


@pytest.mark.parametrize("value", [b"", b"\x00", b"\x00\x00\x00\x00", b"\x00\x00\x00\x00\x01", b"\x00\x00\x00\x00\x01\x00{}", b"\x01{}"])
def test_what_is_cut_short_or_framed_twice_is_refused_like_any_garbage(value: bytes) -> None:
    with pytest.raises(NotJson):
        Abstract.from_bytes(unframed(value))
