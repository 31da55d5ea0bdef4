"""The documents that the stream's benchmarks are run on: real abstracts of natural length, each under an id of its own."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.inputs import abstracts
from processors.records import Abstract


def documents(data: Path, count: int) -> list[Abstract]:
    """`count` abstracts, always the same ones. Two sets may hold one article, which the graph would hold once; here it is two.

    Raises `CorpusMissing`, and `ValueError` where there are not so many.
    """
    return [document.model_copy(update={"id": f"bench:{number}"}) for number, document in enumerate(abstracts(data, count))]


def write(documents: Sequence[Abstract], path: Path) -> Path:
    """The documents as JSON lines, as `biorelay extract` and `biorelay publish` read them."""
    path.write_bytes(b"".join(document.to_bytes() + b"\n" for document in documents))
    return path
