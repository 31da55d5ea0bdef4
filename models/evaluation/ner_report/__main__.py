"""Measure named entities beside their baselines, and store the tables that `models/RESULTS.md` shows.

python -m models.evaluation.ner_report --data ../shared/data
python -m models.evaluation.ner_report --data ../shared/data --only spans,tags --sets ncbi-disease --systems dictionary,crf
python -m models.evaluation.ner_report --data ../shared/data --only slices --model mine=./runs/mine/1
python -m models.evaluation.ner_report --data ../shared/data --only pieces --tokenizer biobert=./biobert-base-cased-v1.1
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from models.evaluation.ner_report import tables
from models.evaluation.ner_report.bench import BILSTM, SETS, Bench, NerSet
from models.evaluation.results import FOLDER, Table, store
from models.runtime.artefact import TOKENIZER
from models.runtime.errors import BiorelayError
from processors.records import EntityType
from processors.vocabulary import Vocabulary

PARTS = ("spans", "tags", "slices", "crossing", "curve", "pieces")
PREDICTIONS = Path(".local/ner-predictions")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are asked for; 0, or 1 with one line that says what is wrong."""
    asked = _arguments(arguments)
    started = time.monotonic()

    def tell(what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:6.0f} s  {what}\n")
        sys.stderr.flush()

    try:
        for name, table in measure(asked, tell=tell):
            tell(f"stored {store(name, table, asked.output)}")
    except BiorelayError as error:
        sys.stderr.write(f"error: {error}\n{f'{error.remedy}{chr(10)}' if error.remedy else ''}")
        return 1
    except ModuleNotFoundError as error:
        sys.stderr.write(f"error: {error.name} is not installed; baselines are trained in the training environment (make install-train)\n")
        return 1
    return 0


def measure(asked: argparse.Namespace, *, tell: Callable[[str], None]) -> Iterator[tuple[str, Table]]:
    """The tables that are asked for, each with its name, as they are ready."""
    bench = Bench(asked.data, asked.predictions, models=asked.model, vectors=asked.vectors, tell=tell)
    systems = [*asked.systems, *bench.models]
    places = [of for of in SETS if of.corpus in asked.sets]
    for of in places if "spans" in asked.only else ():
        yield f"ner-spans-{of.corpus}", tables.spans_table(bench, of, systems)
    for of in places if "tags" in asked.only else ():
        for name, kinds in _kinds(of):
            yield f"ner-tags-{name}", tables.tags_table(bench, of, kinds, systems)
    if "slices" in asked.only:
        vocabulary = Vocabulary.open(asked.vocabulary)
        for of in places:
            yield f"ner-slices-{of.corpus}", tables.slices_table(bench, of, systems, vocabulary)
    if "crossing" in asked.only:
        yield "ner-crossing", tables.crossing_table(bench, places)
    if "curve" in asked.only:
        yield "ner-curve", tables.curve_table(bench, places)
    if "pieces" in asked.only:
        shipped = bench.artefact(bench.shipped)
        yield "ner-pieces", tables.pieces_table(asked.data, {bench.shipped: shipped.path(TOKENIZER), **asked.tokenizer})


def _kinds(of: NerSet) -> Iterator[tuple[str, list[EntityType]]]:
    """Of a set with one or two types each by itself, as the published tables have them; of more all together."""
    if len(of.types) == 2:
        yield from ((f"{of.corpus}-{kind.value.lower()}", [kind]) for kind in of.types)
    else:
        yield of.corpus, of.types


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    lines = (__doc__ or "").split("\n")
    parser = argparse.ArgumentParser(
        prog="python -m models.evaluation.ner_report",
        description=lines[0],
        epilog="examples:\n" + "\n".join(lines[2:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    corpora = [of.corpus for of in SETS]
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="the corpora's folder")
    parser.add_argument("--only", type=_some(PARTS), default=list(PARTS), metavar="PARTS", help=f"some of {','.join(PARTS)} (all)")
    parser.add_argument("--sets", type=_some(corpora), default=corpora, metavar="CORPORA", help=f"some of {','.join(corpora)} (all)")
    parser.add_argument(
        "--systems",
        type=lambda text: [name for name in text.split(",") if name],
        default=list(tables.BESIDE),
        metavar="NAMES",
        help=f"baselines beside the model ({','.join(tables.BESIDE)}); {BILSTM} takes ten minutes a corpus",
    )
    parser.add_argument("--model", type=_named, action="append", default=[], metavar="NAME=ARTEFACT", help="another artefact to score")
    parser.add_argument(
        "--tokenizer", type=_named, action="append", default=[], metavar="NAME=PATH", help="another tokenizer.json, for pieces"
    )
    parser.add_argument(
        "--predictions", type=Path, default=PREDICTIONS, metavar="FOLDER", help=f"where baselines' mentions are kept ({PREDICTIONS})"
    )
    parser.add_argument("--vectors", type=Path, metavar="FILE", help="word vectors of models.evaluation.baselines.vectors (made anew)")
    parser.add_argument("--vocabulary", metavar="NAME", help="the vocabulary that says what a name may mean (the shipped one)")
    parser.add_argument("--output", type=Path, default=FOLDER, metavar="FOLDER", help="where the tables go (models/results)")
    asked = parser.parse_args(arguments)
    asked.model, asked.tokenizer = dict(asked.model), {name: Path(path) for name, path in asked.tokenizer}
    return asked


def _some(allowed: Sequence[str]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        found = [name for name in text.split(",") if name]
        if strange := [name for name in found if name not in allowed]:
            raise argparse.ArgumentTypeError(f"there is no {strange[0]!r}; there are {', '.join(allowed)}")
        return found

    return parse


def _named(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=PLACE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
