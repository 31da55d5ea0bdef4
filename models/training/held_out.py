"""Scores on the held-out documents while training runs: which weights to keep."""

from collections.abc import Sequence

import numpy as np

from models.corpora.documents import ENTITY_TYPES
from models.evaluation import gold
from models.evaluation.counts import Counts
from models.evaluation.thresholds import best_threshold
from models.runtime.spans import decode_spans
from models.training.calibration import probabilities
from models.training.examples import Example, pair_labels
from models.training.network import Relay
from models.training.steps import predict

ONES = (1.0,) * len(ENTITY_TYPES)
ZEROS = (0.0,) * len(ENTITY_TYPES)


def score(network: Relay, examples: Sequence[Example], type_pairs: Sequence[tuple[int, int]], *, first: int, last: int) -> dict[str, float]:
    """NER micro F1, pair F1 and typed F1 with gold entities (0 to 1), and their mean.

    Relations are scored at the threshold that suits them best, as calibration will set it: without that the scores of
    one step and the next differ by the luck of the margin.
    """
    ner, logits, labels, relations = [], [], [], 0
    for example in examples:
        pieces, inputs, scores = predict(network, example, type_pairs, first=first, last=last)
        document = example.document
        found = decode_spans(pieces, example.offsets, example.words, document.text, temperatures=ONES, thresholds=ZEROS)
        ner.append(gold.spans(document, [(s.start, s.end, ENTITY_TYPES[s.type]) for s in found], ENTITY_TYPES)[gold.ALL])
        relations += len(document.relations)
        if inputs is not None and len(inputs.pairs):
            logits.append(scores)
            labels.append(pair_labels(example, inputs.pairs)[0])
    f1 = {"ner": Counts.total(ner).f1, "pair": 0.0, "typed": 0.0}
    if logits:
        best = best_threshold(probabilities(np.concatenate(logits).astype(np.float64), 0.0, 1.0), np.concatenate(labels), relations)
        f1 |= {"pair": best.pair, "typed": best.typed}
    return {**f1, "mean": sum(f1.values()) / len(f1)}
