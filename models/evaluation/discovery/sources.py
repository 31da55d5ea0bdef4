"""Statements of dated documents, and of tables that have no dates: extracted relations, gold corpora, Hetionet."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.corpora import pubtator
from models.corpora.errors import CorpusBroken
from models.corpora.registry import corpus
from models.corpora.relations.tables import read_bytes
from models.evaluation.discovery.known import Statement
from models.evaluation.errors import GoldUnusable
from processors.errors import RecordError
from processors.records import Entities, Relations, Status

GOLD: Mapping[str, tuple[str, ...]] = {"bc5cdr": ("train", "dev", "test"), "biored": ("train", "dev")}
"""Corpora whose documents have PMIDs, and whose chemicals and diseases are MeSH's."""

HETIONET = Path("kb") / "hetionet"
LOCAL = "local:"


class Dated(NamedTuple):
    """Statements, and what each document (by PMID) names; `names` tells entities' names, where they are known."""

    statements: list[Statement]
    entities: dict[int, set[str]]
    names: dict[str, str]


def extracted(files: Iterable[Path], *, least: float = 0.0) -> Dated:
    """What `biorelay extract` wrote: plain or gzip, `Relations` records with a PMID. Of a document that stands twice the last one counts.

    Statements that are negated, speculated, below the probability `least` or of a retracted article are left out, and so are entities
    without an identifier, which no other document can name. Documents name what they relate to anything. Raises `GoldUnusable`.
    """
    documents: dict[int, Relations] = {}
    for path in files:
        for number, line in enumerate(_lines(path), start=1):
            if not line.strip() or line.startswith(f'{{"schema":"{Entities.schema_name}"'.encode()):
                continue
            try:
                record = Relations.from_bytes(line)
            except RecordError as error:
                raise GoldUnusable(f"{path}, line {number}: {error}", remedy="Name files that `biorelay extract` wrote.") from error
            prefix, _, own = record.id.partition(":")
            if record.status is Status.OK and prefix == "pubmed" and own.isdecimal() and not record.article.retracted:
                documents[int(own)] = record
    if not documents:
        raise GoldUnusable("no relations of PubMed abstracts are in these files", remedy="Name files that `biorelay extract` wrote.")
    found = Dated([], {}, {})
    for pmid, record in documents.items():
        named = found.entities.setdefault(pmid, set())
        for relation in record.relations:
            ends = [end for end in (relation.subject, relation.object) if not end.id.startswith(LOCAL)]
            named.update(end.id for end in ends)
            found.names.update((end.id, end.name) for end in ends if end.id not in found.names)
            if len(ends) == 2 and not relation.negated and not relation.speculated and relation.probability >= least:
                a, b = ends
                types = (a.type.value, b.type.value)
                said = (relation.predicate.value, relation.probability, " ".join(relation.evidence.text.split()))
                found.statements.append(Statement(pmid, a.id, types[0], b.id, types[1], *said))
    return found


def gold(data: Path, names: Iterable[str] = tuple(GOLD)) -> Dated:
    """The relations that the annotators of the corpora found, each with probability 1. Raises what the corpora's readers raise."""
    found = Dated([], {}, {})
    for name in names:
        entry = corpus(name)
        for split in GOLD[name]:
            for document in pubtator.read(entry, split, data):
                types = {id_: mention.type.value for mention in document.mentions for id_ in mention.ids}
                pmid = int(document.pmid)
                found.entities.setdefault(pmid, set()).update(types)
                for mention in document.mentions:
                    found.names.update((id_, document.text[mention.start : mention.end]) for id_ in mention.ids if id_ not in found.names)
                found.statements.extend(
                    Statement(pmid, a, types[a], b, types[b], label, 1.0)
                    for (a, b), label in sorted(document.relations.items())
                    if a in types and b in types
                )
    return found


def hetionet(data: Path) -> tuple[list[Statement], dict[str, str]]:
    """Disease-associates-Gene, Compound-binds-Gene and PharmacotherapyDB's treatments (DM) and palliations (SYM), without dates, and names.

    Raises `CorpusMissing`, `CorpusBroken`.
    """
    statements: list[Statement] = []
    names: dict[str, str] = {}
    for row in _table(data / HETIONET / "edges_DaG-association.tsv.gz", ("doid_id", "doid_name", "entrez_gene_id", "gene_symbol")):
        gene = f"ncbigene:{row['entrez_gene_id']}"
        statements.append(Statement(0, row["doid_id"], "Disease", gene, "Gene", "associates", 1.0))
        names |= {row["doid_id"]: row["doid_name"], gene: row["gene_symbol"]}
    statements.extend(
        Statement(0, row["drugbank_id"], "Compound", f"ncbigene:{row['entrez_gene_id']}", "Gene", "binds", 1.0)
        for row in _table(data / HETIONET / "edges_CbG-binding.tsv.gz", ("drugbank_id", "entrez_gene_id"))
    )
    for row in _table(data / HETIONET / "pharmacotherapydb_indications.tsv.gz", ("doid_id", "drugbank_id", "category", "drug", "disease")):
        predicate = {"DM": "treats", "SYM": "palliates"}.get(row["category"])
        if predicate:
            statements.append(Statement(0, row["drugbank_id"], "Compound", row["doid_id"], "Disease", predicate, 1.0))
        names |= {row["drugbank_id"]: row["drug"], row["doid_id"]: row["disease"]}
    return statements, names


def drawn(statements: Iterable[Statement], predicate: str, share: float, seed: int) -> set[tuple[str, str]]:
    """That share of the pairs that the predicate joins, at random: unordered pairs to hold out."""
    pairs = sorted({(min(row.a, row.b), max(row.a, row.b)) for row in statements if row.predicate == predicate})
    chosen = np.random.default_rng(seed).choice(len(pairs), round(share * len(pairs)), replace=False)
    return {pairs[number] for number in chosen.tolist()}


def _table(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(read_bytes(path).decode("utf-8"), newline=""), delimiter="\t", restval="")
    if lacking := [name for name in columns if name not in (rows.fieldnames or ())]:
        raise CorpusBroken(f"{path} has no column {lacking[0]}", remedy="Get the file anew.")
    return list(rows)


def _lines(path: Path) -> Iterable[bytes]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            yield from file
    except (OSError, EOFError, zlib.error) as error:
        raise GoldUnusable(f"{path} cannot be read: {error}") from error
