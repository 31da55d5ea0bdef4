"""Decoders of messages: records of every kind and version, headers, frames, registries' answers, keys, journals."""

import json
import re
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path

from processors.errors import RecordError
from processors.limits import parse_abstract
from processors.records import RECORDS, Abstract, Entities, Question, Record, Revision, is_curie
from stream import headers
from stream.cloud_events import answer_id, deletion, event
from stream.errors import BadKey, NoKey, NoRevision, PositionUnusable, RegistryRefused, RegistryUnreachable
from stream.framing import PLAIN, Framing, schema_id, unframed
from stream.journal import _read as read_journal
from stream.messages import text_of
from stream.oauth import TokenRefused, _answered, _said
from stream.partitioner import partition_of
from stream.registry import _id_in, _refusal
from stream.seeking import PositionFile
from stream.topics import Topic
from tests.fuzz import samples
from tests.fuzz.target import Target, defect, dice, need

LONGEST_MESSAGE = 1000


def record(kind: type[Record], data: bytes) -> None:
    """A record is read, or refused as a `RecordError` in a few words; what was read survives its own bytes."""
    try:
        found = kind.from_bytes(data)
    except RecordError as error:
        need(len(str(error)) <= LONGEST_MESSAGE, f"a message has {len(str(error))} characters")
        return
    again = found.to_bytes()
    need(kind.from_bytes(again) == found, "a record's bytes give another record")
    need(kind.from_bytes(again).to_bytes() == again, "a record's bytes are not canonical")
    match found:
        case Abstract():
            need(all(heading.start <= len(found.text) for heading in found.headings), "a heading stands behind the text")
        case Entities():
            need(
                all(found.text[m.start : m.end] == m.text and m.end <= len(found.text) for m in found.mentions),
                "a mention stands elsewhere",
            )
        case Question():
            need(all(len(way) <= 3 for way in found.ways), "a question has a longer way than can be watched")
        case _:
            pass


def abstract(data: bytes) -> None:
    """The value of a message on the ingest topic, framed or not."""
    try:
        parse_abstract(unframed(data))
    except RecordError:
        return


def header(data: bytes) -> None:
    """Headers as lines `name: value`."""
    given = tuple((name.decode("latin-1"), value) for name, _, value in (line.partition(b": ") for line in data.split(b"\n")))
    try:
        revision = headers.revision(given)
        need(Revision.parse(str(revision)) == revision, "a revision's text gives another revision")
    except NoRevision as error:
        need(len(str(error)) <= LONGEST_MESSAGE, f"a message has {len(str(error))} characters")
    at = headers.published_at(given)
    headers.moment(at)
    if at is not None and at >= 0:
        for name, value in event(Topic.RELATIONS, PLAIN, source="s", id="i", subject="x", time=at):
            need(name and value, "an attribute is empty")
    for name, _ in given[:5]:
        headers.get(given, name)


def frame(data: bytes) -> None:
    """Confluent's frames: what was framed is unframed as it was; and CloudEvents of any id."""
    unframed(data)
    number = schema_id(data)
    if number is not None:
        framing = Framing({Topic.ENTITIES: number})
        need(framing.frame(Topic.ENTITIES, data[5:]) == data, "a frame is not what was read")
        framing.content_type(Topic.ENTITIES)
    need(unframed(Framing({Topic.ENTITIES: dice(data, 2**31)}).frame(Topic.ENTITIES, data)) == data, "unframed is not what was framed")
    name = data.decode("utf-8", "replace")
    deletion(Topic.ENTITIES, source=name, id=answer_id(name, Revision(0, 1), None), subject=name, time=dice(data, 2**31) ** 2)


def registry(data: bytes) -> None:
    """What calls itself a schema registry may answer anything."""
    with suppress(RegistryRefused):
        need(0 <= _id_in(data, "http://registry") < 1 << 32, "a schema's number has no four bytes")
    error = _refusal(400 + dice(data, 200), data, "http://registry", "topic-value")
    need(isinstance(error, RegistryRefused | RegistryUnreachable) and len(str(error)) <= LONGEST_MESSAGE, "a refusal is too long")


def token(data: bytes) -> None:
    """What calls itself a login provider may answer anything; no letter of it that a token cannot have is sent on."""
    with suppress(TokenRefused):
        found, lifetime = _answered(data, "https://login")
        need(found.isascii() and found.isprintable() and " " not in found, "a token holds what a login message takes for its own")
        need(0 <= lifetime <= 86_400, "a token's lifetime is no time")
    need(len(_said(data)) < 30, "a provider's error is repeated")


def position(data: bytes) -> None:
    """A consumer's own position file."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        path = Path(folder) / "position.json"
        path.write_bytes(data)
        with suppress(PositionUnusable):
            for place, offset in PositionFile(path, "biorelay.relations").read().items():
                need(isinstance(place.partition, int) and isinstance(offset, int), "a position is no number")


def key(data: bytes) -> None:
    """A message's key: text or a refusal; one of the partitions."""
    need(0 <= partition_of(data, 6) < 6, "there is no such partition")
    try:
        text = text_of(data or None, remedy="Give one.")
    except (NoKey, BadKey):
        return
    need(text.encode() == data, "a key's text gives another key")


def journal(data: bytes) -> None:
    """A journal that a dying worker left, or something else did."""
    for place, deaths in read_journal(data).items():
        need(isinstance(place, str) and deaths >= 0, "deaths are no count")


def revision(data: bytes) -> None:
    """`epoch:offset`, and nothing else."""
    text = data.decode("utf-8", "replace")
    try:
        found = Revision.parse(text)
    except RecordError:
        return
    if not re.fullmatch(r"[0-9]{1,18}:[0-9]{1,18}", text):
        defect("a revision was read out of something else")
    need(Revision.parse(str(found)) == found, "a revision's text gives another revision")


def curie(data: bytes) -> None:
    """A CURIE by the one rule is one by the other, and fits a record."""
    text = data.decode("utf-8", "surrogateescape")
    said = is_curie(text)
    try:
        Abstract.model_validate({"id": text, "title": "x"}).to_bytes()
        taken = True
    except (ValueError, RecordError):
        taken = False
    if said != taken and text.isprintable():
        defect("the two rules of what a CURIE is differ")


def name(kind: type[Record]) -> str:
    """What a record is called: `abstract`."""
    return kind.schema_name.removeprefix("biorelay.").partition("/")[0]


WORDS = tuple(
    json.dumps(name).encode() for name in sorted({field.alias or name for kind in RECORDS for name, field in kind.model_fields.items()})
)
CURIES = (b"pubmed:6827202", b"mesh:D003924", b"local:pubmed:1#Gene:x%20y", b"hgvs:p.Val600Glu", b"doi:10.1/x;y|z")

TARGETS = (
    *(Target(f"record {name(kind)}", partial(record, kind), partial(samples.records, name(kind)), WORDS)
      for kind in RECORDS),
    Target("message abstract", abstract, lambda: [b"\x00\x00\x00\x00\x07" + data for data in samples.records("abstract")], WORDS),
    Target("headers", header, lambda: (b"biorelay-revision: 0:17\nbiorelay-published-at: 1700000000000\nce_id: x",),
    (b"biorelay-revision: ", b"0:1")),
    Target("frames", frame, lambda: (b"\x00\x00\x00\x00\x07{}", b'{"schema": "x"}'), (b"\x00\x00\x00\x00\x01",)),
    Target("registry answers", registry, lambda: (b'{"id": 7}', b'{"error_code": 409, "message": "no"}'), (b'"id"', b'"message"')),
    Target("token answers", token, lambda: (b'{"access_token": "x.y", "expires_in": 60}', b'{"error": "invalid_client"}'), (b"NaN", b"[]")),
    Target("stream positions", position, lambda: (b'{"topic": "biorelay.relations", "positions": {"0": 7}}',)),
    Target("keys", key, lambda: CURIES, most=600),
    Target("journals", journal, lambda: (b"+ biorelay.abstracts|0|17|1700\n= a|0|1|2 3\n- a|0|1|2\n",), (b"+ ", b"- ", b"= ")),
    Target("revisions", revision, lambda: (b"0:17", b"12:999999999999999999"), (b":", b"0"), most=60),
    Target("curies", curie, lambda: CURIES, (b":", b"\n", b"\r"), most=600),
)  # fmt: skip
