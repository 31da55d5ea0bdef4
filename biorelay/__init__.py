"""biorelay: PubMed abstracts in, a graph of facts that can be asked, checked and taken back out.

This is the whole public surface; everything else may change between versions.
The names load when they are first used, so that `import biorelay` costs nothing:

- `Extractor`: texts in, entities and relations out; no Kafka, no graph.
- `Publisher`: puts abstracts and deletions on the ingest topic.
- `RelationStream`: follows the relations as they appear.
- `open_graph`: the graph behind a bolt URL or in a folder.
- `BiorelayError`: the base of every error; `biorelay.errors` has them all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biorelay.errors import BiorelayError
    from biorelay.extractor import Extractor
    from graphstore import open_store as open_graph
    from stream.client import Publisher, RelationStream

    __version__: str

__all__ = ["BiorelayError", "Extractor", "Publisher", "RelationStream", "__version__", "open_graph"]

_HOMES = {
    "BiorelayError": ("models.runtime.errors", "BiorelayError"),
    "Extractor": ("biorelay.extractor", "Extractor"),
    "Publisher": ("stream.client", "Publisher"),
    "RelationStream": ("stream.client", "RelationStream"),
    "open_graph": ("graphstore", "open_store"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("biorelay")
    try:
        module, attribute = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'biorelay' has no attribute {name!r}") from None
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
