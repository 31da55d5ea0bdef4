"""CloudEvents 1.0 attributes for what biorelay writes: Kafka's binary content mode, headers beside an unchanged value.

They are for routers, archives and whoever knows CloudEvents; no reader of biorelay asks for them. `source` and `id` name an event:
a message that is delivered again keeps both, so that a consumer can tell a repeat.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from typing import Final

from processors.records import Revision
from processors.schemas import urn_of

from .contracts import RECORD
from .framing import Framing
from .headers import Headers, moment
from .topics import Topic

ATTRIBUTES: Final = ("specversion", "id", "source", "type", "subject", "time", "dataschema")
"""The attributes that may be there, each as the header `ce_` and its name."""
CONTENT_TYPE: Final = "content-type"


def source(prefix: str, part: str) -> str:
    """Who speaks: `/biorelay/ner`, `/biorelay/publisher`."""
    return f"/{prefix}/{part}"


def answer_id(document: str, revision: Revision, generation: int | None, *, failed: bool = False) -> str:
    """A stage's answer: the same document, revision and generation of the model give the same id. No generation is a deletion.

    A failure has an id of its own: its replay after a fix is another event.
    """
    if generation is None:
        return f"{document}@{revision}/deleted"
    return f"{document}@{revision}/{generation}/failed" if failed else f"{document}@{revision}/{generation}"


def event(topic: Topic, framing: Framing, *, source: str, id: str, subject: str, time: int | None = None) -> Headers:  # noqa: A002
    """The headers of a record. `time`: milliseconds since 1970 at which the abstract behind it was published, or the graph written."""
    record = RECORD[topic]
    said = _attributes(source, id, record.schema_name, subject, time) | {"ce_dataschema": urn_of(record)}
    return _headers(said | {CONTENT_TYPE: framing.content_type(topic)})


def deletion(topic: Topic, *, source: str, id: str, subject: str, time: int | None = None) -> Headers:  # noqa: A002
    """The headers of a null value; its type is `biorelay.relations.deleted` and the like."""
    return _headers(_attributes(source, id, deleted_type(topic), subject, time))


def deleted_type(topic: Topic) -> str:
    return f"biorelay.{topic}.deleted"


def _attributes(source: str, id: str, kind: str, subject: str, time: int | None) -> dict[str, str]:  # noqa: A002
    said = {"ce_specversion": "1.0", "ce_id": id, "ce_source": source, "ce_type": kind, "ce_subject": subject}
    when = moment(time)
    if when is not None:
        said["ce_time"] = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return said


def _headers(said: dict[str, str]) -> Headers:
    return tuple((name, text.encode()) for name, text in said.items())
