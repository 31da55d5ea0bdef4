"""Size, speed and F1 of a joint model in every precision, from its fp32 artefact.

python -m benchmarks.bench_precision FP32 --data DATA [--documents N] [--store]

FP32 is the folder `<version>.run/fp32` that `biorelay train` leaves beside the checkpoints. `int8, plain` is onnxruntime's dynamic
quantisation without what `models.training.precisions` adds. Scores are those of BioRED dev; speed is the encoder's, over the texts of
BioRED dev, one window a call on one core, the best of three rounds in turn.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.machine import describe
from models.corpora.documents import Document
from models.corpora.registry import corpus
from models.evaluation.artefact import write
from models.evaluation.distance import distance
from models.evaluation.ledger import record, weights_of
from models.evaluation.results import Figure, Row, Section, Table, store
from models.evaluation.scores import RELATION_SET, served_ner, served_relations
from models.evaluation.served import Served
from models.runtime.artefact import ENCODER, MANIFEST, Artefact, load_artefact
from models.runtime.encoder import Encoder
from models.training.precisions import PRECISIONS, plain_int8, write_precision
from models.training.provenance import file_entry

RESULTS = Path(__file__).parent / "results" / "precision.json"
COMMAND = "python -m benchmarks.bench_precision"
ROUNDS = 3
PLAIN = "int8, plain"
COLUMNS = ("MB", "tokens/s", "NER", "pair", "typed", "loss NER", "loss pair", "loss typed", "labels equal")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exact", type=Path, metavar="FP32", help="the folder of an artefact in fp32")
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--documents", type=int, help="only so many of BioRED dev; for smoke tests")
    parser.add_argument("--store", action="store_true", help="write the table of models/RESULTS.md too")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    result = measure(options.exact, options.data, documents=options.documents)
    write(result, options.out)
    if options.store:
        store("precisions", table(result))
    print(json.dumps(result, indent=1))


def measure(exact: Path, data: Path, *, documents: int | None = None) -> dict[str, Any]:
    """What `main` stores. Raises as `load_artefact` and `Corpus.read` do."""
    machine = describe(("onnxruntime", "onnx", "numpy"))
    name, split = RELATION_SET
    read = corpus(name).read(split, data)[:documents]
    model = load_artefact(exact)
    record([f"{name}/{split}"], system=model.reference, weights=weights_of(exact), command=COMMAND)
    with tempfile.TemporaryDirectory() as place:
        made = {label: _made(model, Path(place) / str(number), writer) for number, (label, writer) in enumerate(_writers().items())}
        speed = _speed(made, read)
        whole = Served(made["fp32"])
        rows = {}
        for label, artefact in made.items():
            served = Served(artefact)
            rows[label] = {
                "megabytes": round(sum(entry.bytes for entry in artefact.manifest.files.values()) / 1e6, 2),
                "tokens_per_second": speed[label],
                "ner": served_ner(served, read),
                "relations": served_relations(served, read),
                "distance": distance(served, whole, read),
            }
    return {"machine": machine, "model": model.reference, "documents": len(read), "precisions": rows}


def _writers() -> dict[str, Callable[[Path, Path], None]]:
    def writer(precision: Any) -> Callable[[Path, Path], None]:
        return lambda given, out: write_precision(given, out, precision)

    return {**{precision: writer(precision) for precision in PRECISIONS}, PLAIN: plain_int8}


def _made(model: Artefact, folder: Path, writer: Callable[[Path, Path], None]) -> Artefact:
    """The artefact with its encoder in another precision, thresholds as they are."""
    folder.mkdir()
    for name in model.manifest.files:
        shutil.copyfile(model.path(name), folder / name)
    writer(model.path(ENCODER), folder / ENCODER)
    manifest = json.loads(model.path(MANIFEST).read_bytes())
    manifest["files"] = {name: file_entry(folder / name) for name in model.manifest.files}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return load_artefact(folder)


def _speed(made: dict[str, Artefact], documents: list[Document]) -> dict[str, float]:
    """Pieces a second of processor time; rounds go through the precisions in turn, so that a busy machine is busy for all."""
    encoders = {label: Encoder(artefact, cache_bytes=0) for label, artefact in made.items()}
    pieces = sum(len(encoders["fp32"].encode(d.text).offsets) for d in documents)
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for label, encoder in encoders.items():
            started = time.process_time()
            for document in documents:
                encoder.encode(document.text)
            best[label] = min(best.get(label, float("inf")), time.process_time() - started)
    return {label: round(pieces / seconds) for label, seconds in best.items()}


def table(result: dict[str, Any]) -> Table:
    """The precisions side by side."""
    exact = result["precisions"]["fp32"]
    before = _scores(exact)
    rows = []
    for label, row in result["precisions"].items():
        figures: dict[str, Any] = {"MB": row["megabytes"], "tokens/s": row["tokens_per_second"]}
        for name, report in _scores(row).items():
            figures[name] = Figure.of(report)
            figures[f"loss {name}"] = round(before[name]["f1"] - report["f1"], 2)
        figures["labels equal"] = 100 * row["distance"]["piece_labels_equal"]
        rows.append(Row(system=f"{result['model']}, {label}", figures=figures))
    note = (
        f"Losses are F1 points against fp32. Tokens a second of one core's time on {result['machine']['processor']}; fp16 runs on a "
        "CPU through casts, and was not run on a GPU. Thresholds are those that were fitted for the served precision."
    )
    return Table(
        title=f"{result['model']} in every precision",
        section=Section.ARTEFACTS,
        measured_on="biored/dev, gold entities for relations",
        documents=f"{result['documents']} documents",
        seed=1,
        columns=COLUMNS,
        rows=tuple(rows),
        digits=2,
        notes=(note,),
        command=f"{COMMAND} OUT/{result['model'].replace('@', '/')}.run/fp32 --data DATA --store",
    )


def _scores(row: dict[str, Any]) -> dict[str, Any]:
    return {"NER": row["ner"]["all"], "pair": row["relations"]["pair"], "typed": row["relations"]["typed"]}


if __name__ == "__main__":
    main()
