"""A small graph of two camps: within each, every gene belongs to every disease but a few that are held back."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

GENES, DISEASES = 12, 12

Pair = tuple[str, str]


def pairs() -> list[Pair]:
    """Gene and disease of every edge: the first half of both belong together, and so does the second."""
    return [(f"ncbigene:{g}", f"mesh:D{d}") for g in range(GENES) for d in range(DISEASES) if g * 2 // GENES == d * 2 // DISEASES]


def write_tables(folder: Path, edges: Iterable[Pair] | None = None) -> Path:
    """The graph in KGX's columns."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes = [f"ncbigene:{g}\tgene {g} of camp {g * 2 // GENES}\tbiolink:Gene|biolink:NamedThing" for g in range(GENES)]
    nodes += [f"mesh:D{d}\tdisease {d} of camp {d * 2 // DISEASES}\tbiolink:Disease" for d in range(DISEASES)]
    (folder / "nodes.tsv").write_text("\n".join(["id\tname\tcategory", *nodes]) + "\n", encoding="utf-8")
    rows = [f"{gene}\tbiolink:related_to\t{disease}" for gene, disease in (pairs() if edges is None else edges)]
    (folder / "edges.tsv.gz").write_bytes(gzip.compress("\n".join(["subject\tpredicate\tobject", *rows, ""]).encode(), mtime=0))
    return folder


def relation(gene: str, disease: str, **judged: object) -> dict[str, object]:
    text = f"{gene} causes {disease}."
    subject, object_ = {"start": 0, "end": len(gene)}, {"start": len(text) - 1 - len(disease), "end": len(text) - 1}
    return {
        "subject": {"id": gene, "name": f"gene {gene}", "type": "Gene", "spans": [subject]},
        "object": {"id": disease, "name": f"disease {disease}", "type": "Disease", "spans": [object_]},
        "predicate": "Association",
        "probability": 0.9,
        "evidence": {"start": 0, "end": len(text), "text": text, "subject": subject, "object": object_},
        **judged,
    }


def record(document: str, *relations: dict[str, object], **more: object) -> str:
    """A line as `biorelay extract` writes it."""
    value = {
        "schema": "biorelay.relations/1",
        "id": document,
        "relations": list(relations),
        "provenance": {"software": "0", "model": "m@1", "generation": 1, "vocabulary": "v@1"},
        **more,
    }
    return json.dumps(value)
