"""The formats that entities and relations are written in, one class each, and the registry that finds them by name.

output = open_output("pubtator")
file.write(output.begin() + b"".join(output.write(*pair) for pair in pairs) + output.end())
"""

from importlib import import_module
from typing import Protocol, cast

from processors.errors import UnknownFormat
from processors.records import Entities, Relations


class Output(Protocol):
    """Writes one file: `begin`, then `write` for each document in turn, then `end`. An instance serves one file.

    The bytes depend on the documents and their order only. `write` may hold something back for `end`, such as a graph's nodes.
    """

    def begin(self) -> bytes:
        """What stands before the first document; empty where the format has no head."""
        ...

    def write(self, entities: Entities, relations: Relations) -> bytes:
        """One document."""
        ...

    def end(self) -> bytes:
        """What stands behind the last document; empty where the format has no foot."""
        ...


_CLASSES = {
    "jsonl": "processors.outputs.jsonl:JsonLines",
    "pubtator": "processors.outputs.pubtator:PubTator",
    "bioc": "processors.outputs.bioc:BioCXml",
    "bioc-json": "processors.outputs.bioc:BioCJson",
    "kgx": "processors.outputs.kgx:KgxJson",
}
"""Where each format's class is; imported when it is asked for."""

OUTPUTS: tuple[str, ...] = tuple(_CLASSES)
"""The names of all formats."""


def open_output(name: str) -> Output:
    """A new writer of the format. Raises `UnknownFormat`, which names those there are."""
    if name not in _CLASSES:
        raise UnknownFormat(f"there is no output format {name!r}", remedy=f"Choose one of {', '.join(OUTPUTS)}.")
    module, _, class_ = _CLASSES[name].partition(":")
    return cast("Output", getattr(import_module(module), class_)())
