"""Ontologies in OBO format (Disease Ontology, Gene Ontology and others): their terms, and what is a kind of what.

Follows the OBO flat file format 1.4 as far as `id`, `name`, `namespace`, `is_a`, `xref` and `is_obsolete` of `[Term]` stanzas go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from graphstore.errors import GraphBadImport
from graphstore.imports.prefixes import normalised
from graphstore.imports.reading import Reading, bad, curie_in
from graphstore.outside import SUBCLASS, OutsideEdge, OutsideNode

_TAIL = re.compile(r"\s+(?:\{[^}]*\}\s*)?(?:!.*)?$|\s*\{[^}]*\}\s*$")
_DESCRIPTION = re.compile(r'\s+".*$')


@dataclass(slots=True)
class Term:
    """One `[Term]`."""

    line: int
    id: str = ""
    name: str = ""
    namespace: str = ""
    obsolete: bool = False
    parents: list[tuple[int, str]] = field(default_factory=list)
    xrefs: list[str] = field(default_factory=list)


class Obo(Reading):
    """Any ontology in OBO format; of several files each is read in turn."""

    takes: ClassVar[str] = "one file or more in OBO format"
    fewest: ClassVar[int] = 1
    most: ClassVar[int] = 100
    classes: ClassVar[dict[str, str]] = {}
    """Biolink's class of the terms of a namespace."""
    fallback: ClassVar[str] = "biolink:OntologyClass"

    def _nodes(self) -> Iterator[tuple[OutsideNode, tuple[str, ...]]]:
        for file in self._files:
            for term in self._terms(file):
                curie = curie_in(file, term.line, "id", term.id)
                others = tuple(filter(None, map(normalised, term.xrefs)))
                rest = {"xref": others} if others else {}
                yield OutsideNode(curie, term.name, self.classes.get(term.namespace, self.fallback), rest), others

    def _edges(self) -> Iterator[OutsideEdge]:
        for file in self._files:
            for term in self._terms(file):
                subject = curie_in(file, term.line, "id", term.id)
                for line, parent in term.parents:
                    yield subclass(subject, curie_in(file, line, "is_a", parent), self.source, file, line)

    def _terms(self, file: Path) -> Iterator[Term]:
        found = False
        term: Term | None = None
        for number, line in self._lines(file):
            if line.startswith("["):
                if term is not None and not term.obsolete:
                    yield term
                term = Term(number) if line.strip() == "[Term]" else None
                found = found or term is not None
            elif term is not None:
                _read(file, number, line, term)
        if term is not None and not term.obsolete:
            yield term
        if not found:
            raise GraphBadImport(f"{file} holds no [Term]", remedy="Name an ontology in OBO format, such as doid.obo or go-basic.obo.")


class DiseaseOntology(Obo):
    """The Disease Ontology."""

    fallback: ClassVar[str] = "biolink:Disease"


class GeneOntology(Obo):
    """The Gene Ontology."""

    classes: ClassVar[dict[str, str]] = {
        "biological_process": "biolink:BiologicalProcess",
        "cellular_component": "biolink:CellularComponent",
        "molecular_function": "biolink:MolecularActivity",
    }


def subclass(subject: str, object_: str, source: str, file: Path, line: int) -> OutsideEdge:
    """An is-a edge of an ontology."""
    return OutsideEdge(
        subject=subject,
        predicate=SUBCLASS,
        object=object_,
        negated=False,
        primary_source=f"infores:{source}",
        knowledge_level="knowledge_assertion",
        agent_type="manual_agent",
        publications=(),
        id="",
        rest={},
        file=str(file),
        line=line,
    )


def _read(file: Path, number: int, line: str, term: Term) -> None:
    tag, colon, value = line.partition(":")
    if not colon:
        raise bad(file, number, f"{line[:80]!r} is no tag with a value", "Name an ontology in OBO format.")
    value = value.strip()
    match tag:
        case "id":
            term.id = _TAIL.sub("", value)
        case "name":
            term.name = value
        case "namespace":
            term.namespace = value
        case "is_obsolete":
            term.obsolete = value.startswith("true")
        case "is_a":
            term.parents.append((number, _TAIL.sub("", value)))
        case "xref":
            term.xrefs.append(_DESCRIPTION.sub("", _TAIL.sub("", value)).strip())
        case _:
            pass
