"""Corpora and gold sets with their annotations, PubTator or BioC, told by their content."""

from collections.abc import Iterator
from pathlib import Path

from processors.errors import UnknownFormat
from processors.limits import Limits
from processors.sources import pubtator, sniff
from processors.sources.octets import gathered, read_octets


def read_annotated(path: str | Path) -> Iterator[pubtator.AnnotatedDocument]:
    """Every document of a file with its mentions and relations, in order; what is refused of them is in `problems`.

    A corpus must be whole, so a document that cannot be read, or a file that ends too early, raises `RecordError` or `SourceError`;
    a file of a format without annotations raises `UnknownFormat`.
    """
    head = next(gathered(read_octets(path, Limits()), sniff.HEAD), b"")
    form = sniff.sniff(head[: sniff.HEAD], Path(path).name)
    if form in (sniff.BIOC_XML, sniff.BIOC_JSON):
        from processors.sources.bioc import read_annotated_bioc  # brings lxml along

        return read_annotated_bioc(path)
    if form != sniff.PUBTATOR:
        raise UnknownFormat(f"{Path(path).name} is {form}, which has no annotations", remedy="Give it as PubTator or BioC.")
    return pubtator.read_annotated(path)
