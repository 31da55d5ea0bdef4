"""What could be left unread: documents without two entities, layers for those, and windows that are put together.

    python -m benchmarks.bench_shortcuts --data DATA [--documents N] [--rounds N] [--out JSON] [--store]

- `without_pairs`: the documents in which no two entities could be related. A filter before the encoder, or a way out of it before its last
  layer, can save no more than their encoder passes, for a document with a candidate pair needs all layers for its relations.
- `dictionary`: such a filter, the cheapest that needs no model: documents in whose words and pairs of words the vocabulary knows fewer
  than two names are not read. What it costs, what it saves, and what is lost.
- `packing`: short documents read together as one window, as is done where batches are padded, against one window for each.
Fewer layers, heads and pieces are `benchmarks.bench_compression`'s, the domain's own pieces `biorelay evaluate`'s.
"""

import argparse
import json
import os
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.inputs import abstracts
from benchmarks.machine import describe
from benchmarks.tables import write_page
from biorelay.extractor import Extractor
from models.runtime.artefact import TOKENIZER
from models.runtime.encoder import Encoder
from models.runtime.tokenizer import PieceTokenizer
from processors.normalisation import exact_key
from processors.records import Abstract, EntityType
from processors.vocabulary import Vocabulary

RESULTS = Path(__file__).parent / "results" / "shortcuts.json"
DOCUMENTS, ROUNDS = 1000, 5
LAYERS_LEFT_OUT = 0.5
"""Share of the encoder that a way out after half of its layers leaves out."""

SHORT = 120
"""Pieces of a document that is short enough to be read with others: four of them are one window."""
TOGETHER = 4
GROUPS = 20


@dataclass(frozen=True, slots=True)
class Read:
    """What the whole pass found in a document, and what the filter would have done with it."""

    pieces: int
    entities: int
    related: bool  # two of its entities could be
    relations: int
    named: bool  # the dictionary knows at least two names in it


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--model", help="the shipped one by default")
    parser.add_argument("--out", type=Path, help="write the result there")
    parser.add_argument("--store", action="store_true", help="store the result, and draw docs/speed.md anew")
    options = parser.parse_args(arguments)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    machine = describe(("onnxruntime", "tokenizers", "numpy"))
    extractor = Extractor.load(options.model)
    read = abstracts(options.data, options.documents)
    result = {
        "schema": "biorelay.benchmark/1",
        "name": "shortcuts",
        "machine": machine,
        "model": extractor.artefact.reference,
        "vocabulary": extractor.provenance.vocabulary,
        "documents": len(read),
        **filters(extractor, read),
        "packing": packing(extractor, read, options.rounds),
    }
    text = json.dumps(result, indent=1) + "\n"
    for path in filter(None, (options.out, RESULTS if options.store else None)):
        path.write_text(text, encoding="utf-8")
    print(text, end="")
    if options.store:
        write_page()


def filters(extractor: Extractor, read: Sequence[Abstract]) -> dict[str, Any]:
    """What no filter can exceed, and what the dictionary's does."""
    pieces = PieceTokenizer(extractor.artefact.path(TOKENIZER))
    related = {frozenset(pair) for pair in extractor.artefact.manifest.relations.type_pairs}
    vocabulary = Vocabulary.open()
    found, filtering, extracting = [], 0.0, 0.0
    for abstract in read:
        began = time.process_time()
        entities, relations = extractor.extract(abstract)
        between = time.process_time()
        named = len(names(abstract.text, vocabulary)) >= 2
        filtering += time.process_time() - between
        extracting += between - began
        kinds = {curie: mention.type for mention in entities.mentions for curie in mention.identifiers}
        could = any(frozenset((a, b)) in related for n, a in enumerate(kinds.values()) for b in list(kinds.values())[:n])
        found.append(Read(len(pieces.cut(abstract.text).ids), len(kinds), could, len(relations.relations), named))
    told = shares(found)
    told["dictionary"]["cost_of_extraction"] = round(filtering / extracting, 4)
    return told


def shares(found: Sequence[Read]) -> dict[str, dict[str, float]]:
    """Shares of documents, pieces, entities and relations, 0 to 1."""
    alone, dropped = [one for one in found if not one.related], [one for one in found if not one.named]
    pieces, entities, relations = (sum(getattr(one, name) for one in found) for name in ("pieces", "entities", "relations"))
    save = sum(one.pieces for one in alone) / pieces
    return {
        "without_pairs": {
            "documents": round(len(alone) / len(found), 4),
            "pieces": round(save, 4),
            "saved_by_half_the_layers": round(save * LAYERS_LEFT_OUT, 4),
        },
        "dictionary": {
            "documents": round(len(dropped) / len(found), 4),
            "pieces": round(sum(one.pieces for one in dropped) / pieces, 4),
            "entities_lost": round(sum(one.entities for one in dropped) / max(entities, 1), 4),
            "relations_lost": round(sum(one.relations for one in dropped) / max(relations, 1), 4),
        },
    }


def names(text: str, vocabulary: Vocabulary) -> set[str]:
    """The words, and pairs of words that follow each other, that the vocabulary knows as a name of any type; two are enough."""
    words = [match.span() for match in re.finditer(r"[\w-]+", text)]
    spans = [*words, *((start, end) for (start, _), (_, end) in pairwise(words))]
    known: set[str] = set()
    for key in {exact_key(text[start:end]) for start, end in spans}:
        if len(key) > 2 and any(vocabulary.candidates(kind, key) for kind in EntityType if kind is not EntityType.VARIANT):
            known.add(key)
            if len(known) == 2:
                break
    return known


def packing(extractor: Extractor, read: Sequence[Abstract], rounds: int) -> dict[str, Any]:
    """CPU time of an encoder pass over `TOGETHER` short texts as one window, over that of one window for each."""
    pieces = PieceTokenizer(extractor.artefact.path(TOKENIZER))
    encoder = Encoder(extractor.artefact, cache_bytes=0)
    short = [" ".join(one.text.split()[: SHORT // 2]) for one in read]
    short = [text for text in short if len(pieces.cut(text).ids) <= SHORT][: TOGETHER * GROUPS]
    groups = [short[at : at + TOGETHER] for at in range(0, len(short) - TOGETHER + 1, TOGETHER)]
    ratios = []
    for _ in range(rounds):
        for group in groups:
            alone = sum(_seconds(encoder, text) for text in group)
            ratios.append(_seconds(encoder, " ".join(group)) / alone)
    return {"texts": len(short), "together": TOGETHER, "time_over_alone": round(statistics.median(ratios), 3)}


def _seconds(encoder: Encoder, text: str) -> float:
    began = time.process_time()
    encoder.encode(text)
    return time.process_time() - began


if __name__ == "__main__":
    main()
