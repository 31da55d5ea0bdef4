"""JSON lines: an entities and a relations record for each document, as they travel on the topics."""

from processors.records import Entities, Relations


class JsonLines:
    """The one format that holds everything; `biorelay graph load` reads it."""

    def begin(self) -> bytes:
        return b""

    def write(self, entities: Entities, relations: Relations) -> bytes:
        return entities.to_bytes() + b"\n" + relations.to_bytes() + b"\n"

    def end(self) -> bytes:
        return b""
