"""The public client: `Publisher` puts abstracts on the ingest topic, `RelationStream` follows what is found in them."""

from .publisher import Position, Publisher
from .relation_stream import RelationsMessage, RelationStream

__all__ = ["Position", "Publisher", "RelationStream", "RelationsMessage"]
