"""The files of outside graphs, read: KGX, Hetionet, MeSH, and ontologies in OBO format. One class each, found by name.

reading = open_import("kgx", [nodes, edges], source="hetionet")
graph = await store.import_graph("hetionet", reading.nodes(), reading.edges(), fingerprint=reading.fingerprint)
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from graphstore.errors import GraphBadImport
from graphstore.imports.reading import Reading

_CLASSES = {
    "kgx": "graphstore.imports.kgx:Kgx",
    "hetionet": "graphstore.imports.hetionet:Hetionet",
    "mesh": "graphstore.imports.mesh:Mesh",
    "do": "graphstore.imports.obo:DiseaseOntology",
    "go": "graphstore.imports.obo:GeneOntology",
    "obo": "graphstore.imports.obo:Obo",
}
"""Where each format's class is; imported when it is asked for."""

IMPORTS: tuple[str, ...] = tuple(_CLASSES)
"""The names of all formats."""


def open_import(
    form: str, files: Sequence[Path], *, source: str, same: Mapping[str, str] | None = None, prefer: Sequence[str] = ()
) -> Reading:
    """A reading of the files, in the format of that name. Nothing is read yet, but that they can be.

    `same` gives, for CURIEs of the files in our prefixes, the CURIEs to write instead. `prefer` names prefixes: a concept whose
    file states a cross-reference to exactly one identifier of the first such prefix is written by that one.
    Raises `GraphBadImport` for another format, the wrong number of files, and files that cannot be read.
    """
    if form not in _CLASSES:
        raise GraphBadImport(f"there is no format {form!r} of outside graphs", remedy=f"Choose one of {', '.join(IMPORTS)}.")
    module, _, class_ = _CLASSES[form].partition(":")
    made = cast("type[Reading]", getattr(import_module(module), class_))
    return made(form, files, source=source, same=same or {}, prefer=prefer)
