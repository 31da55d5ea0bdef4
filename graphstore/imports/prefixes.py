"""Identifiers of other databases as CURIEs with our prefixes (Bioregistry's, lower-case)."""

import re
from urllib.parse import unquote

from processors.outputs.kgx import PREFIXES

_ALIASES = {
    "db": "drugbank",
    "do": "doid",
    "entrez": "ncbigene",
    "entrezgene": "ncbigene",
    "gene": "ncbigene",
    "geneid": "ncbigene",
    "hpo": "hp",
    "msh": "mesh",
    "nci": "ncit",
    "ncbi_gene": "ncbigene",
    "ncbi_taxon": "ncbitaxon",
    "ordo": "orphanet",
    "pmcid": "pmc",
    "pmid": "pubmed",
    "rs": "dbsnp",
    "taxid": "ncbitaxon",
    "taxon": "ncbitaxon",
    "umls_cui": "umls",
    "uniprotkb": "uniprot",
}
"""What others write, by lower case, where it is not Bioregistry's prefix."""
_OURS = {theirs.casefold(): ours for ours, theirs in PREFIXES.items()}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CURIE = re.compile(r"([A-Za-z_][A-Za-z0-9_.+-]*):(\S.*)")


def normalised(identifier: str) -> str | None:
    """A CURIE as we write it, or None where the text is none.

    >>> normalised("NCBIGene:672"), normalised("MSH:D003924"), normalised("DOID:2531"), normalised("PMID:12")
    ('ncbigene:672', 'mesh:D003924', 'doid:2531', 'pubmed:12')
    """
    match = _CURIE.fullmatch(identifier.strip())
    if match is None:
        return None
    prefix = match[1].casefold()
    prefix = _OURS.get(prefix) or _ALIASES.get(prefix) or prefix
    local = unquote(match[2]).strip()
    return f"{prefix}:{local}" if local and not _CONTROL.search(local) else None
