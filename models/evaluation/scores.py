"""Scores of one artefact on the dev and test sets."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from models.corpora.documents import ENTITY_TYPES, Document
from models.corpora.registry import corpus
from models.evaluation import gold
from models.evaluation.counts import Counts, calibration_error, report
from models.evaluation.served import Served
from models.runtime.artefact import Artefact
from models.runtime.spans import EntitySpan, decode_spans
from processors.consistency import settled
from processors.records import EntityType

NER_SETS: tuple[tuple[str, str], ...] = (("biored", "dev"), ("bc5cdr", "test"), ("ncbi-disease", "test"))
"""Sets that every model is scored on."""

RELATION_SET: tuple[str, str] = ("biored", "dev")


def ner_sets(artefact: Artefact) -> list[tuple[str, str]]:
    """The sets of an artefact's NER scores: those of all models, and the test sets of the other corpora that it has heads for.

    A recipe may state others (`scored`): what is only compared with its like leaves the test sets alone.
    """
    if stated := artefact.manifest.training.get("settings", {}).get("scored"):
        return [(name, split) for name, _, split in (place.partition("/") for place in stated)]
    always = {name for name, _ in NER_SETS}
    own = (name for name in artefact.manifest.ner.guidelines if name not in always and "test" in corpus(name).protected)
    return [*NER_SETS, *((name, "test") for name in own)]


def found_spans(served: Served, text: str) -> list[EntitySpan]:
    """The mentions that the artefact finds, as it is served."""
    encoded = served.encode(text)
    return settled(text, decode_spans(encoded.ner, encoded.offsets, encoded.words, text, served.artefact.manifest.ner.rule()))


def score_ner(documents: Sequence[Document], find: Mapping[str, Iterable[tuple[int, int, EntityType]]]) -> dict[str, Any]:
    """Strict span scores by type and over `all` types that the corpus annotates; `find` has the spans by PMID."""
    types = [kind for kind in ENTITY_TYPES if kind in corpus(documents[0].corpus.partition("/")[0]).annotates]
    return reports(gold.spans(document, find[document.pmid], types) for document in documents)


def served_ner(served: Served, documents: Sequence[Document]) -> dict[str, Any]:
    """Scores of the artefact's NER, with the calibration error of its span scores."""
    found = {d.pmid: found_spans(served, d.text) for d in documents}
    scores = score_ner(documents, {pmid: [(s.start, s.end, ENTITY_TYPES[s.type]) for s in spans] for pmid, spans in found.items()})
    annotated = corpus(documents[0].corpus.partition("/")[0]).annotates
    judged = [
        (s.score, (s.start, s.end, ENTITY_TYPES[s.type]) in {(m.start, m.end, m.type) for m in d.mentions})
        for d in documents
        for s in found[d.pmid]
        if ENTITY_TYPES[s.type] in annotated
    ]
    return {**scores, "calibration_error": round(calibration_error([p for p, _ in judged], [r for _, r in judged]), 4)}


def served_relations(served: Served, documents: Sequence[Document]) -> dict[str, Any]:
    """Relations between gold entities: undirected pairs, typed, each type; and the calibration errors of what is stated.

    `calibration_error` is that of the stated relations' probabilities against type and pair being right,
    `calibration_error_any` that of the probability of any relation over all candidate pairs.
    """
    tables, stated, right, related, gold_related = [], [], [], [], []
    for document in documents:
        pairs = served.gold_pairs(document)
        p = pairs.probabilities
        labels = served.head.decide(p)
        tables.append(gold.relations(document, gold.decided(pairs.ids, pairs.inputs.pairs, labels)))
        chosen = np.flatnonzero(labels)
        stated.extend(p[chosen, labels[chosen]].tolist())
        right.extend((labels[chosen] == pairs.labels[chosen]).tolist())
        related.extend((1 - p[:, 0]).tolist())
        gold_related.extend((pairs.labels > 0).tolist())
    return {
        **reports(tables),
        "calibration_error": round(calibration_error(stated, right), 4),
        "calibration_error_any": round(calibration_error(related, gold_related), 4),
    }


def reports(tables: Iterable[Mapping[str, Counts]]) -> dict[str, Any]:
    """Per-document counts by name -> a report by name."""
    rows = list(tables)
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: report([row.get(name, Counts()) for row in rows]) for name in names}
