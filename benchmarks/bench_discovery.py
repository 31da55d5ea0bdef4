"""What a graph of relations finds that none of them states: the growth table, time-sliced trials, significance, Swanson's pairs.

python -m benchmarks.bench_discovery --data ../shared/data --relations RELATIONS... [--out JSON]

`--relations` is what `biorelay extract` wrote of the abstracts under the data folder. Writes docs/discovery-results.md as well.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.discovery_page import RESULT, write_page
from benchmarks.inputs import every_abstract
from benchmarks.machine import describe
from biorelay.cli.graph_growth import as_record
from biorelay.cli.graph_growth_verify import new_pairs
from biorelay.extractor import Extractor
from biorelay.growing import Columns, both_sides, constructions, read_table
from biorelay.sought import sought
from biorelay.verifying import Pair, Verdict, verify
from graphstore.growth import grow, sizes
from models.corpora.relations.euadr_concepts import concepts
from models.evaluation.discovery.__main__ import evaluate
from processors.records import Relations
from processors.vocabulary import Vocabulary

DRAWS = 200
STEPS = 10
SHOWN = 5  # findings of each measure that are looked up in the abstracts
MOST = 5  # documents that are read for one pair
COPIES = 10  # the paper counts 3,550 relations: ten folds of the same 355 rows

OTHERS = {
    "Hetionet, disease-associates-gene": ("kb/hetionet/edges_DaG-association.tsv.gz", Columns("gene_symbol", "doid_name")),
    "GWAS Catalog, disease - gene": ("kb/gwas_catalog/gene-associations.tsv.gz", Columns("symbol", "doid_name")),
}
"""Named gene-disease sets in the place of GAD, which has no names."""


def growth(data: Path, *, draws: int = DRAWS, seed: int = 1) -> dict[str, Any]:
    """The growth of EU-ADR in every construction, and of other named sets at as many rows."""
    table = read_table(data / "euadr" / "original_ibi" / "EUADR_target_disease.csv")
    built = constructions(table, concepts=concepts(data / "euadr" / "original_docs"), copies=COPIES)
    rows = len(table.rows)
    found: dict[str, Any] = {"draws": draws, "seed": seed, "rows": rows, "copies": COPIES, "constructions": {}, "others": {}}
    first = next(iter(built.values()))
    found["on_both_sides"] = both_sides(first)
    for name, relations in built.items():
        at = sorted({min(size, len(relations.pairs)) for size in sizes(rows, STEPS)})
        found["constructions"][name] = [as_record(name, point) for point in grow(relations, at, draws=draws, seed=seed)]
    for name, (file, columns) in OTHERS.items():
        other = next(iter(constructions(read_table(data / file, columns)).values()))
        points = [as_record(name, point) for point in grow(other, sizes(rows, STEPS), draws=draws, seed=seed)]
        found["others"][name] = {"of_rows": len(other.pairs), "points": points}
    return found


def verify_findings(data: Path, result: dict[str, Any]) -> None:
    """Look the first findings of each measure, and every new pair of EU-ADR's graph, up in all abstracts; the verdicts go into `result`."""
    vocabulary, extractor = Vocabulary.open(), Extractor.load()
    rows = [row for of in result["significance"]["measures"].values() for row in of["first"][:SHOWN]]
    findings = [Pair(sought(row["a"], vocabulary), sought(row["c"], vocabulary)) for row in rows]
    table = read_table(data / "euadr" / "original_ibi" / "EUADR_target_disease.csv")
    reached = new_pairs(table)
    known = {name: sought(name, vocabulary) for name in sorted({name for pair in reached for name in pair})}
    grown = {names: Pair(known[names[0]], known[names[1]]) for names in reached if known[names[0]] != known[names[1]]}
    unique = list(dict.fromkeys([*findings, *grown.values()]))
    texts = every_abstract(data)
    found = dict(zip(unique, verify(unique, texts, extractor, vocabulary, most=MOST), strict=True))
    extractor.close()
    for row, pair in zip(rows, findings, strict=True):
        row["verdict"] = found[pair].verdict.value
    counts = {steps: Counter(found[pair].verdict for names, pair in grown.items() if reached[names] == steps) for steps in (2, 3, 4)}
    result["growth"]["verified"] = {
        "abstracts": len(texts),
        "most": MOST,
        "same": len(reached) - len(grown),
        "by_steps": {str(steps): {verdict.value: of[verdict] for verdict in Verdict} for steps, of in counts.items()},
        "supported": [
            {"names": list(names), "steps": reached[names], "document": one.sentences[0].document, "sentence": one.sentences[0].text}
            for names, pair in grown.items()
            if (one := found[pair]).verdict is Verdict.SUPPORTED
        ],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--relations", type=Path, nargs="+", required=True, help="what `biorelay extract` wrote")
    parser.add_argument("--links", type=lambda text: text.split(","), default=[], help="methods of link prediction to train too")
    parser.add_argument("--out", type=Path, default=RESULT)
    asked = parser.parse_args(arguments)
    result = {
        "machine": describe(("numpy", "onnxruntime")),
        "relations": _provenance(asked.relations),
        "growth": growth(asked.data),
        **evaluate(asked.data, asked.relations, links=asked.links, tell=lambda what: print(what, file=sys.stderr, flush=True)),
    }
    verify_findings(asked.data, result)
    asked.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_page(result)
    return 0


def _provenance(files: Sequence[Path]) -> dict[str, Any]:
    """How many records there are, and which model made the first one."""
    count, model = 0, ""
    for path in files:
        with path.open("rb") as file:
            for line in file:
                if count == 0:
                    model = str(Relations.from_bytes(line).provenance.model)
                count += 1
    return {"records": count, "model": model}


if __name__ == "__main__":
    sys.exit(main())
