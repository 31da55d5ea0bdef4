"""Genes of other organisms than human: their own names, and which human gene each is the homologue of.

The table `data/genes.tsv.gz` was derived from NCBI's files by `derive`; its rows are
`taxon, gene, human homologue or -, symbol, other names joined by |`, one gene a row.
Sources, both NCBI's own data (US Government, without restrictions):
gene_info of mouse, zebrafish and fly of July 2021 (github.com/yipryan2/pubmed, b588b10ad999, `data/`), and HomoloGene
build 68 with its genes brought up to October 2023 (github.com/oganm/homologene, 9a9f99c4b596, MIT, `homologeneData2`).
"""

import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from models.corpora.knowledge import PREFERRED, SYNONYM, Name, Source
from processors.records import EntityType

HOME = Path(__file__).parent
"""The folder that the source's file lies under."""
SOURCE = Source(
    "Entrez Gene and HomoloGene, other organisms",
    "public domain",
    ("data/genes.tsv.gz",),
    "NCBI; yipryan2/pubmed, oganm/homologene",
)

HUMAN = "9606"
TAXA = ("10090", "10116", "7955", "7227", "6239", "4932", "4896", "9031", "8364", "9913", "9615", "3702")
"""Mouse, rat, zebrafish, fly, worm, the two yeasts, chicken, frog, cow, dog, thale cress."""
_KINDS = frozenset({"protein-coding", "ncRNA", "rRNA", "snoRNA", "snRNA", "scRNA"})
_PLACEHOLDER = re.compile(
    r"LOC\d+|Gm\d+|(?:si|zgc|wu|im):.*|CG\d+.*|Dmel.*|\w+Rik.*|asRNA:.*|lncRNA:.*|pre-.*|snoRNA:.*|predicted gene.*|A[TI]\d+.*"
)
"""Names that a database gives where nobody gave one: kept only where the gene has a human homologue."""


class OrganismGene(NamedTuple):
    """One row of the table."""

    taxon: str
    gene: str
    human: str | None
    symbol: str
    names: tuple[str, ...]

    @property
    def curie(self) -> str:
        return f"ncbigene:{self.gene}"


def organism_genes() -> Iterator[OrganismGene]:
    """The table's rows, in its order."""
    with gzip.open(HOME / SOURCE.files[0], "rt", encoding="utf-8", newline="") as stream:
        for taxon, gene, human, symbol, names in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield OrganismGene(taxon, gene, None if human == "-" else human, symbol, tuple(n for n in names.split("|") if n))


def names(genes: Iterable[OrganismGene]) -> Iterator[Name]:
    """Their symbols and other names, each with its organism."""
    for gene in genes:
        yield Name(EntityType.GENE, gene.symbol, (gene.curie,), PREFERRED, gene.taxon)
        for text in gene.names:
            yield Name(EntityType.GENE, text, (gene.curie,), SYNONYM, gene.taxon)


def derive(gene_infos: Sequence[TextIO], homologues: TextIO) -> list[OrganismGene]:
    """The table out of NCBI's gene_info files and of HomoloGene's `group, taxon, gene, symbol` rows.

    A gene is the homologue of a human one where the group has one human gene only.
    """
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for group, taxon, gene, symbol in csv.reader(homologues, delimiter="\t", quoting=csv.QUOTE_NONE):
        groups.setdefault(group, []).append((taxon, gene, symbol))
    found: dict[str, OrganismGene] = {}
    human: dict[str, str] = {}
    for members in groups.values():
        humans = [gene for taxon, gene, _ in members if taxon == HUMAN]
        for taxon, gene, symbol in members:
            if taxon in TAXA:
                if len(humans) == 1:
                    human.setdefault(gene, humans[0])
                found.setdefault(gene, OrganismGene(taxon, gene, None, symbol, ()))
    for stream in gene_infos:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["type_of_gene"] in _KINDS and row["#tax_id"] in TAXA:
                found[row["GeneID"]] = OrganismGene(row["#tax_id"], row["GeneID"], None, row["Symbol"], _others(row))
    genes = [gene._replace(human=human.get(gene.gene)) for gene in found.values()]
    named = [gene for gene in genes if gene.human or not _PLACEHOLDER.fullmatch(gene.symbol)]
    return sorted(named, key=lambda gene: (TAXA.index(gene.taxon), int(gene.gene)))


def _others(row: Mapping[str, str]) -> tuple[str, ...]:
    fields = (row["Synonyms"], row["description"], row["Full_name_from_nomenclature_authority"], row["Other_designations"])
    texts = [text for field in fields for text in field.split("|")]
    kept = (text for text in texts if text not in {"-", row["Symbol"], "uncharacterized protein"} and not _PLACEHOLDER.fullmatch(text))
    return tuple(dict.fromkeys(text for text in kept if len(text) <= 80))


def write(genes: Iterable[OrganismGene], path: Path) -> None:
    """Write a table; same rows, same bytes."""
    lines = ("\t".join((g.taxon, g.gene, g.human or "-", g.symbol, "|".join(g.names))) for g in genes)
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))
