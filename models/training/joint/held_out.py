"""Scores on the held-out documents: while training runs, which weights to keep; of the artefact, what a precision costs."""

from collections.abc import Sequence

import numpy as np

from models.corpora.documents import ENTITY_TYPES, Document
from models.evaluation import gold
from models.evaluation.counts import Counts
from models.evaluation.scores import found_spans
from models.evaluation.served import Served
from models.runtime.spans import SpanRule, decode_spans
from models.training.joint.examples import Example
from models.training.joint.network import Relay
from models.training.joint.steps import predict

PLAIN = SpanRule((1.0,) * len(ENTITY_TYPES), (0.0,) * len(ENTITY_TYPES))


def score(
    network: Relay, examples: Sequence[Example], type_pairs: Sequence[tuple[int, int]], *, columns: Sequence[int], first: int, last: int
) -> dict[str, float]:
    """NER micro F1, pair F1 and typed F1 with gold entities, by the likeliest label (0 to 1), and `mean`: that of NER and typed."""
    ner, pair, typed = [], [], []
    for example in examples:
        logits, inputs, scores = predict(network, example, type_pairs, first=first, last=last)
        document = example.document
        found = decode_spans(logits[:, columns], example.offsets, example.words, document.text, PLAIN)
        ner.append(gold.spans(document, [(s.start, s.end, ENTITY_TYPES[s.type]) for s in found], ENTITY_TYPES)[gold.ALL])
        if inputs is not None and example.entities is not None:
            labels = scores.argmax(axis=1) if len(inputs.pairs) else np.zeros(0, np.int64)
            counts = gold.relations(document, gold.decided(example.entities.ids, inputs.pairs, labels))
            pair.append(counts[gold.PAIR])
            typed.append(counts[gold.TYPED])
    f1 = {"ner": Counts.total(ner).f1, "pair": Counts.total(pair).f1, "typed": Counts.total(typed).f1}
    return {**f1, "mean": (f1["ner"] + f1["typed"]) / 2}


def held_out_counts(served: Served, documents: Sequence[Document]) -> dict[str, list[Counts]]:
    """An artefact's NER, pairs and typed pairs with gold entities as it decides them, by document."""
    counts: dict[str, list[Counts]] = {"ner": [], "pair": [], "typed": []}
    for document in documents:
        spans = [(s.start, s.end, ENTITY_TYPES[s.type]) for s in found_spans(served, document.text)]
        counts["ner"].append(gold.spans(document, spans, ENTITY_TYPES)[gold.ALL])
        pairs = served.gold_pairs(document)
        relations = gold.relations(document, gold.decided(pairs.ids, pairs.inputs.pairs, served.head.decide(pairs.probabilities)))
        counts["pair"].append(relations[gold.PAIR])
        counts["typed"].append(relations[gold.TYPED])
    return counts
