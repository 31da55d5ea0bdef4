"""MeSH: descriptors and what is a kind of what, by their tree numbers.

Read are NLM's descriptors in ASCII (`d2026.bin`) and tables apart by tabs, told by their columns: `mesh_id, mesh_name,
mesh_tree_number`; `MESH_ID, MESH_NAME, PARENT_MESH_ID`; and supplementary concepts `MESH_SCR_ID, MESH_SCR_NAME, MESH_ID`, which
stand below the descriptor that they are mapped to. Of several files each adds what the ones before it lack.

A descriptor stands below those whose tree number is its own without the last part (C10.228.140 below C10.228).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from graphstore.errors import GraphBadImport
from graphstore.imports.obo import subclass
from graphstore.imports.reading import Reading, bad, table
from graphstore.outside import OutsideEdge, OutsideNode

BRANCHES = {"A": "biolink:AnatomicalEntity", "B": "biolink:OrganismTaxon", "C": "biolink:Disease", "D": "biolink:ChemicalEntity"}
"""Biolink's class of a branch of the tree; the first branch in which a descriptor stands counts."""
MENTAL = "F03"  # mental disorders
OTHER = "biolink:NamedThing"


class Mesh(Reading):
    """MeSH's descriptors. They are held in memory: some 30,000 of them with 60,000 places in the tree, and as many supplementary ones."""

    takes: ClassVar[str] = "d2026.bin, or tables of descriptors"
    fewest: ClassVar[int] = 1
    most: ClassVar[int] = 10

    def _nodes(self) -> Iterator[tuple[OutsideNode, tuple[str, ...]]]:
        names, trees, _ = self._all()
        for id_ in sorted(names):
            yield OutsideNode(f"mesh:{id_}", names[id_], _category(trees.get(id_, ())), {}), ()

    def _edges(self) -> Iterator[OutsideEdge]:
        _, _, parents = self._all()
        for (id_, parent), (file, line) in sorted(parents.items()):
            yield subclass(f"mesh:{id_}", f"mesh:{parent}", self.source, file, line)

    def _all(self) -> tuple[dict[str, str], dict[str, list[str]], dict[tuple[str, str], tuple[Path, int]]]:
        """By descriptor: its name and tree numbers; by descriptor and parent: where that stands."""
        names: dict[str, str] = {}
        trees: dict[str, list[str]] = {}
        at: dict[str, tuple[str, Path, int]] = {}
        parents: dict[tuple[str, str], tuple[Path, int]] = {}
        for file in self._files:
            for line, id_, name, number, parent in self._places(file):
                names.setdefault(id_, name)
                if number:
                    trees.setdefault(id_, []).append(number)
                    at.setdefault(number, (id_, file, line))
                if parent:
                    parents.setdefault((id_, parent), (file, line))
        for number, (id_, file, line) in at.items():
            above = at.get(number.rpartition(".")[0])
            if above is not None and above[0] != id_:
                parents.setdefault((id_, above[0]), (file, line))
        if not names:
            raise GraphBadImport(f"{self._files[0]} holds no descriptor", remedy=f"Name {self.takes}.")
        return names, trees, parents

    def _places(self, file: Path) -> Iterator[tuple[int, str, str, str, str]]:
        """Line, descriptor, name, tree number and parent; the last two empty where they are not told."""
        lines = self._lines(file)
        first = next(lines, (0, ""))
        if not first[0]:
            raise GraphBadImport(f"{file} is empty", remedy=f"Name {self.takes}.")
        if first[1].startswith("*NEWRECORD"):
            yield from _records(lines)
            return
        columns = [cell.strip() for cell in first[1].split("\t")]
        names = next((form for form in FORMS if form[0] in columns), None)
        if names is None:
            raise bad(file, first[0], "this is no header of a MeSH table", f"Name {self.takes}.")
        id_, name, number, parent = names
        again = _chained(first, lines)
        for line, row in table(again, file, [column for column in names if column]):
            if not row[id_].strip():
                raise bad(file, line, f"{id_} is empty")
            yield line, row[id_].strip(), row[name].strip(), row[number].strip() if number else "", row[parent].strip() if parent else ""


FORMS = (
    ("MESH_SCR_ID", "MESH_SCR_NAME", "", "MESH_ID"),
    ("MESH_ID", "MESH_NAME", "", "PARENT_MESH_ID"),
    ("mesh_id", "mesh_name", "mesh_tree_number", ""),
)
"""By form of table: the columns of the identifier, the name, the tree number and the parent; empty where it has none."""


def _records(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str, str, str, str]]:
    """NLM's ASCII form: a record's heading (MH), tree numbers (MN) and, at its end, its identifier (UI)."""
    name, numbers = "", []
    for line, text in lines:
        tag, _, value = text.partition(" = ")
        match tag.strip():
            case "MH":
                name = value.strip()
            case "MN":
                numbers.append(value.strip())
            case "UI":
                for number in numbers or [""]:
                    yield line, value.strip(), name, number, ""
                name, numbers = "", []
            case _:
                pass


def _chained(first: tuple[int, str], rest: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    yield first
    yield from rest


def _category(numbers: list[str] | tuple[str, ...]) -> str:
    for number in sorted(numbers):
        if number.startswith(MENTAL):
            return "biolink:Disease"
        if number[:1] in BRANCHES:
            return BRANCHES[number[0]]
    return OTHER
