"""Hetionet (Himmelstein et al. 2017, doi:10.7554/eLife.26726) in its own files: `nodes.tsv` and `edges.sif`.

The predicates are Biolink's nearest; what a metaedge says beyond them is kept as Biolink's qualifiers and in `original_predicate`.
Undirected metaedges are one edge, as in the file.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from graphstore.imports.reading import Reading, bad, table
from graphstore.outside import OutsideEdge, OutsideNode

KINDS = {
    "Anatomy": ("uberon", "biolink:AnatomicalEntity"),
    "Biological Process": ("go", "biolink:BiologicalProcess"),
    "Cellular Component": ("go", "biolink:CellularComponent"),
    "Compound": ("drugbank", "biolink:ChemicalEntity"),
    "Disease": ("doid", "biolink:Disease"),
    "Gene": ("ncbigene", "biolink:Gene"),
    "Molecular Function": ("go", "biolink:MolecularActivity"),
    "Pathway": ("hetionet", "biolink:Pathway"),
    "Pharmacologic Class": ("ndfrt", "biolink:ChemicalRole"),
    "Side Effect": ("umls", "biolink:PhenotypicFeature"),
    "Symptom": ("mesh", "biolink:PhenotypicFeature"),
}
"""By kind of node: our prefix of its identifiers, and Biolink's class."""

PREDICATES = {
    "AdG": ("affects", "downregulated"),
    "AeG": ("expresses", ""),
    "AuG": ("affects", "upregulated"),
    "CbG": ("directly_physically_interacts_with", ""),
    "CcSE": ("has_side_effect", ""),
    "CdG": ("affects", "downregulated"),
    "CpD": ("ameliorates_condition", ""),
    "CrC": ("chemically_similar_to", ""),
    "CtD": ("treats", ""),
    "CuG": ("affects", "upregulated"),
    "DaG": ("associated_with", ""),
    "DdG": ("affects", "downregulated"),
    "DlA": ("disease_has_location", ""),
    "DpS": ("has_phenotype", ""),
    "DrD": ("similar_to", ""),
    "DuG": ("affects", "upregulated"),
    "GcG": ("correlated_with", ""),
    "GiG": ("interacts_with", ""),
    "GpBP": ("participates_in", ""),
    "GpCC": ("located_in", ""),
    "GpMF": ("participates_in", ""),
    "GpPW": ("participates_in", ""),
    "Gr>G": ("regulates", ""),
    "PCiC": ("has_member", ""),
}
"""By metaedge: Biolink's predicate, and the direction in which the object changes."""


class Hetionet(Reading):
    """Hetionet, or a graph of another one's making in the same two files."""

    takes: ClassVar[str] = "hetionet-v1.0-nodes.tsv and hetionet-v1.0-edges.sif"

    def _nodes(self) -> Iterator[tuple[OutsideNode, tuple[str, ...]]]:
        file = self._files[0]
        for number, row in table(self._lines(file), file, ("id", "name", "kind")):
            curie, category = _node(file, number, row["id"])
            yield OutsideNode(curie, row["name"].strip(), category, {}), ()

    def _edges(self) -> Iterator[OutsideEdge]:
        file = self._files[1]
        for number, row in table(self._lines(file), file, ("source", "metaedge", "target")):
            name = row["metaedge"].strip()
            if name not in PREDICATES:
                raise bad(file, number, f"{name[:80]!r} is not a metaedge of Hetionet", f"Use {', '.join(PREDICATES)}; or --format kgx.")
            predicate, change = PREDICATES[name]
            rest: dict[str, Any] = {"original_predicate": f"hetionet:{name}"}
            if change:
                rest |= {"qualified_predicate": "biolink:causes", "object_aspect_qualifier": "expression"}
                rest["object_direction_qualifier"] = change
            yield OutsideEdge(
                subject=_node(file, number, row["source"])[0],
                predicate=f"biolink:{predicate}",
                object=_node(file, number, row["target"])[0],
                negated=False,
                primary_source="infores:hetionet",
                knowledge_level="not_provided",
                agent_type="not_provided",
                publications=(),
                id="",
                rest=rest,
                file=str(file),
                line=number,
            )


def _node(file: Path, number: int, text: str) -> tuple[str, str]:
    """Our CURIE of one of its identifiers, such as `Gene::672`, and Biolink's class of its kind."""
    kind, _, local = text.strip().partition("::")
    if kind not in KINDS or not local:
        raise bad(file, number, f"{text[:80]!r} is not a node of Hetionet", "Write KIND::IDENTIFIER, such as Gene::672.")
    prefix, category = KINDS[kind]
    return f"{prefix}:{local.rpartition(':')[2]}", category
