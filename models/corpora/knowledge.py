"""The name sources of the vocabulary that are no corpora: gene, disease and chemical databases on the allow-list.

Each reader takes the knowledge base's folder and yields `Name`s. A source is used only where its licence is stated and is
one of `ALLOWED_LICENCES`; what lies beside them and is not used, and why, is in docs/decisions/0002-vocabulary-sources.md.
"""

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from processors.records import EntityType

ALLOWED_LICENCES = frozenset({"public domain", "CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"})

PREFERRED, SYNONYM, WEAK = 0, 1, 2


class Name(NamedTuple):
    """One name of one identifier (or of several together)."""

    kind: EntityType
    text: str
    curies: tuple[str, ...]
    tier: int = SYNONYM
    taxon: str | None = None


class Source(NamedTuple):
    """Where names come from: files relative to the data folder."""

    name: str
    licence: str
    files: tuple[str, ...]
    credit: str


GENES = Source("Entrez Gene, human (2016)", "CC0-1.0", ("entrez_gene/Homo_sapiens.gene_info.gz",), "NCBI; dhimmel/entrez-gene")
MESH = Source("MeSH descriptors (2015-16)", "CC0-1.0", ("mesh/terms.tsv.gz", "mesh/tree-numbers.tsv.gz"), "NLM; dhimmel/mesh")
DO_2015 = Source(
    "Disease Ontology (2015-05-14)",
    "CC-BY-3.0",
    ("disease_ontology/HumanDO_2015-05-14.obo.gz",),
    "Disease Ontology; dhimmel/disease-ontology",
)
DO_2026 = Source(
    "Disease Ontology (2026-07-31)",
    "CC0-1.0",
    (
        "disease_ontology/MESHinDO.tsv.gz",
        "disease_ontology/DO_rare_slim.obo.gz",
        "disease_ontology/DO_cancer_slim.obo.gz",
        "disease_ontology/DO_infectious_disease_slim.obo.gz",
        "disease_ontology/OMIMinDO.tsv.gz",
        "disease_ontology/allXREFinDO.tsv.gz",
    ),
    "Disease Ontology",
)
DO_MESH, *DO_TERMS, DO_OMIM, DO_XREFS = DO_2026.files


def open_text(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8", newline="")


def genes(kb: Path) -> Iterator[Name]:
    """Human genes: official symbol, synonyms and full names; pseudogenes and unnamed loci as weaker names."""
    with open_text(kb / GENES.files[0]) as stream:
        next(stream)
        for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row[0] != "9606":
                continue
            minor = row[9] not in {"protein-coding", "ncRNA", "rRNA", "tRNA", "snoRNA", "snRNA"}
            curies = (f"ncbigene:{row[1]}",)
            fields = ((PREFERRED, [row[2]]), (SYNONYM, row[4].split("|")), (SYNONYM, [row[8], row[11]]), (WEAK, row[13].split("|")))
            for tier, texts in fields:
                for text in texts:
                    if text != "-":
                        yield Name(EntityType.GENE, text, curies, tier + 3 if minor else tier, "9606")


def mesh_trees(kb: Path) -> dict[str, set[str]]:
    """MeSH descriptor -> the branches that it stands in, such as D03 (heterocyclic compounds)."""
    trees: dict[str, set[str]] = {}
    with open_text(kb / MESH.files[1]) as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            trees.setdefault(row["mesh_id"], set()).add(row["mesh_tree_number"][:3])
    return trees


def mesh(kb: Path) -> Iterator[Name]:
    """MeSH descriptors by tree: C and F03 diseases, D chemicals; F01, F02 and G (states, phenomena) as weaker diseases."""
    trees = mesh_trees(kb)
    with open_text(kb / MESH.files[0]) as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            prefixes = trees.get(row["mesh_id"], set())
            letters = {p[0] for p in prefixes}
            curies = (f"mesh:{row['mesh_id']}",)
            if "C" in letters or "F03" in prefixes:
                yield Name(EntityType.DISEASE, row["mesh_name"], curies, PREFERRED)
            elif letters & {"F", "G"}:
                yield Name(EntityType.DISEASE, row["mesh_name"], curies, WEAK)
            if "D" in letters:
                yield Name(EntityType.CHEMICAL, row["mesh_name"], curies, PREFERRED)


_SYNONYM_LINE = re.compile(r'synonym: "((?:[^"\\]|\\.)*)" (EXACT|RELATED|NARROW|BROAD)')
_XREF_LINE = re.compile(r"xref: (?:MSH|MESH):([CD]\d+)")
_MESH = re.compile(r"MESH:([CD]\d+)")
_MIM = re.compile(r"MIM:(\d{6})")
_ID_LINE = re.compile(r"\nid: (DOID:\d+)")
_OMIM_LINE = re.compile(r"xref: (?:OMIM|MIM):(\d{6})")


def diseases(kb: Path) -> Iterator[Name]:
    """The names of Disease Ontology terms, for the MeSH descriptor (else OMIM entry) that the term is cross-referred to."""
    placed: set[str] = set()
    stanzas: list[str] = []
    for source in (*DO_TERMS, *DO_2015.files):
        with open_text(kb / source) as stream:
            found = stream.read().split("\n[")[1:]
            stanzas += [stanza for stanza in found if stanza.startswith("Term]") and "\nis_obsolete: true" not in stanza]
    referred: dict[str, list[str]] = {}
    with open_text(kb / DO_XREFS) as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if match := _MESH.fullmatch(row["xref"]):
                referred.setdefault(row["id"], []).append(f"mesh:{match[1]}")
    for stanza in stanzas:
        ids = _place(stanza) or referred.get(_term_id(stanza), [])
        if len(ids) == 1:  # a term that two descriptors share names neither
            yield from _names(stanza, ids[0])
    for source, pattern, prefix in ((DO_MESH, _MESH, "mesh:"), (DO_OMIM, _MIM, "omim:")):
        with open_text(kb / source) as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                ids = [prefix + match[1] for match in pattern.finditer(row["xrefs"])]
                if len(ids) == 1 and (prefix == "mesh:" or row["id"] not in placed):
                    yield Name(EntityType.DISEASE, row["label"], (ids[0],))
                    placed.add(row["id"])


def _term_id(stanza: str) -> str:
    match = _ID_LINE.search(stanza)
    return match[1] if match else ""


def _place(stanza: str) -> list[str]:
    """The MeSH descriptors of a term, else its OMIM entries."""
    return [f"mesh:{i}" for i in dict.fromkeys(_XREF_LINE.findall(stanza))] or [
        f"omim:{i}" for i in dict.fromkeys(_OMIM_LINE.findall(stanza))
    ]


def _names(stanza: str, curie: str) -> Iterator[Name]:
    for line in stanza.splitlines():
        if line.startswith("name: "):
            yield Name(EntityType.DISEASE, line[6:], (curie,))
        elif (match := _SYNONYM_LINE.match(line)) and match[2] in {"EXACT", "RELATED"}:
            yield Name(EntityType.DISEASE, match[1].replace('\\"', '"'), (curie,), SYNONYM if match[2] == "EXACT" else WEAK)
