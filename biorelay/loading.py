"""Relations records out of files, as `biorelay extract` writes them, for loading a graph without Kafka."""

from collections.abc import Iterator
from typing import BinaryIO

from pydantic_core import from_json

from processors.errors import RecordError, SourceError, UnknownSchema
from processors.limits import Limits
from processors.records import Entities, Relations, Revision
from processors.sources import Problem
from processors.sources.lines import read_lines
from processors.sources.octets import read_octets
from processors.sources.reader import source_name

REVISION = Revision(0, 0)
"""The revision of what is loaded from files, unless it is told: below all that the stream writes, and a repeat replaces itself."""

_LINE_BYTES = 8 * 1024 * 1024  # twice what a topic takes
_ENTITIES = f'{{"schema":"{Entities.schema_name}"'.encode()
"""How an entities record begins as we write it: told at once, so that its long text need not be parsed."""


def read_relations(stream: BinaryIO) -> Iterator[Relations | Problem]:
    """The relations records of a JSON lines file, plain or gzip; entities records between them are passed over.

    Nothing is raised for what the file holds: a line that is refused comes as a `Problem`, and its neighbours are read.
    A file whose first line is no JSON is refused as a whole.
    """
    name = source_name(stream)
    try:
        for line in read_lines(read_octets(stream, Limits()), _LINE_BYTES):
            if line.content is None:
                yield Problem(name, None, line.number, RecordError(f"the line has {line.length} bytes"))
            elif line.content.strip() and not line.content.startswith(_ENTITIES):
                try:
                    yield Relations.from_bytes(line.content)
                except UnknownSchema as error:
                    if from_json(line.content).get("schema") != Entities.schema_name:
                        yield Problem(name, None, line.number, error)
                except RecordError as error:
                    if line.number == 1 and not line.content.lstrip().startswith(b"{"):
                        raise SourceError(
                            "the file holds no relations records",
                            remedy=f"Extract them first: biorelay extract {name} | biorelay graph load -",
                        ) from error
                    yield Problem(name, None, line.number, error)
    except SourceError as error:
        yield Problem(name, None, None, error)
