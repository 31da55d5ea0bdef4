"""How far one precision's answers are from another's."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.corpora.documents import Document
from models.evaluation.scores import found_spans
from models.evaluation.served import Served


def distance(one: Served, other: Served, documents: Sequence[Document]) -> dict[str, Any]:
    """Differences on the documents' texts and gold entities: logits, labels of pieces, spans, probabilities and decisions of pairs."""
    gaps, labels, spans, union, probabilities, decisions = [], [], 0, 0, [], []
    for document in documents:
        a, b = one.encode(document.text).ner, other.encode(document.text).ner
        gaps.append(np.abs(a - b).ravel())
        labels.append((a.reshape(len(a), -1, 3).argmax(2) == b.reshape(len(b), -1, 3).argmax(2)).ravel())
        left, right = ({s[:3] for s in found_spans(served, document.text)} for served in (one, other))
        spans += len(left & right)
        union += len(left | right)
        p, q = (served.gold_pairs(document).probabilities for served in (one, other))
        probabilities.append(np.abs(p - q).ravel())
        decisions.append(one.head.decide(p) == other.head.decide(q))
    return {
        "documents": len(documents),
        "ner_logit_mean": round(float(np.concatenate(gaps).mean()), 4),
        "ner_logit_max": round(float(np.concatenate(gaps).max()), 4),
        "piece_labels_equal": round(float(np.concatenate(labels).mean()), 6),
        "spans_equal": round(spans / max(union, 1), 4),
        "pair_probability_mean": round(float(np.concatenate(probabilities).mean()), 4),
        "pair_probability_max": round(float(np.concatenate(probabilities).max()), 4),
        "pair_decisions_equal": round(float(np.concatenate(decisions).mean()), 4),
    }
