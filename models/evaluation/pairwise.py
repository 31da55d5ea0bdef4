"""Scores of the pairwise sibling between gold entities, through the serving runtime, beside what needs no model."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import ENTITY_TYPES
from models.corpora.registry import corpus
from models.corpora.relations.pair import Pair
from models.corpora.relations.reading import read_pairs
from models.evaluation.counts import Counts, calibration_error
from models.evaluation.gold import PAIR, TYPED
from models.evaluation.ledger import record, weights_of
from models.evaluation.pair_sets import Related, Usual, gold_relations, in_order, key_of
from models.evaluation.scores import reports
from models.runtime.pairwise import Named, PairwiseArtefact, PairwiseHead, load_pairwise
from processors.sentences import split_sentences

SCHEMA = "biorelay.evaluation/1"

Tell = Callable[[str], None]


def evaluate_pairwise(folder: Path, data: Path, *, sets: Sequence[str] = (), tell: Tell = lambda _: None) -> dict[str, Any]:
    """Score an artefact on sets, each named `corpus/split`; by default those that its training held apart.

    Raises as `load_pairwise` and `read_pairs`.
    """
    artefact = load_pairwise(folder)
    scored = scored_sets(artefact, sets)
    recipe = str(artefact.manifest.training.get("fingerprint", ""))
    record(scored, system=artefact.reference, weights=weights_of(folder), recipe=recipe, command="biorelay evaluate")
    found, baseline = score_sets(artefact, data, scored, tell=tell)
    return {**_about(artefact), "relations_gold_entities": found, "relations_same_sentence": baseline}


def stated(folder: Path) -> dict[str, Any]:
    """What training scored once on the sets that it held apart, as `evaluate_pairwise` tells it, and the same in fp32; nothing is scored.

    Raises as `load_pairwise`.
    """
    artefact = load_pairwise(folder)
    metrics = artefact.manifest.metrics
    tables = {"relations_gold_entities": metrics["served"], "relations_same_sentence": metrics["same_sentence"], "fp32": metrics["fp32"]}
    return {**_about(artefact), **tables}


def _about(artefact: PairwiseArtefact) -> dict[str, Any]:
    training = artefact.manifest.training
    about = {"schema": SCHEMA, "artefact": artefact.reference, "precision": artefact.manifest.precision}
    return {**about, "seed": training.get("seed"), "shipping": bool(training.get("shipping"))}


def scored_sets(artefact: PairwiseArtefact, sets: Sequence[str] = ()) -> list[str]:
    """Of these sets, or else of those that training held apart, those whose corpus the model knows."""
    return [name for name in sets or artefact.manifest.training.get("scored", ()) if name.partition("/")[0] in artefact.manifest.tasks]


def score_sets(
    artefact: PairwiseArtefact, data: Path, sets: Sequence[str], *, tell: Tell = lambda _: None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Reports by set: the model's, and those of the baseline that relates what one sentence names."""
    found, baseline = {}, {}
    for name in sets:
        of, _, split = name.partition("/")
        tell(f"relations of {name}")
        pairs, gold = read_pairs(corpus(of), split, data), gold_relations(of, split, data)
        head = PairwiseHead(artefact, of)
        probabilities = ask(head, pairs)
        decided = head.decide(probabilities)
        found[name] = {
            **score(gold, [(p, head.labels[label]) for p, label in zip(pairs, decided.tolist(), strict=True) if label]),
            **_calibration(head, pairs, probabilities, decided),
            "documents": len(gold),
            "pairs": len(pairs),
        }
        usual = Usual(read_pairs(corpus(of), "train", data))
        baseline[name] = score(gold, [(pair, usual.label(pair)) for pair in pairs if not pair.apart])
    return found, baseline


def ask(head: PairwiseHead, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """Calibrated probabilities (P, labels), no relation first."""
    return _asked(head, pairs, head.score)


def logits(head: PairwiseHead, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """Raw scores (P, labels), no relation first."""
    return _asked(head, pairs, head.logits)


def _asked(head: PairwiseHead, pairs: Sequence[Pair], answer: Callable[..., NDArray[np.float64]]) -> NDArray[np.float64]:
    """The texts are shared out over the cores; each is answered by itself, so that the answers are the same."""

    def of(own: Sequence[Pair]) -> NDArray[np.float64]:
        ends = [end for pair in own for end in in_order(pair)]
        entities = {number: Named(ENTITY_TYPES.index(end.type), end.spans) for number, end in enumerate(ends)}
        sentence_ends = [end for _, end in split_sentences(own[0].text)]
        return answer(own[0].text, sentence_ends, entities, np.arange(len(ends), dtype=np.int64).reshape(-1, 2))

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        rows = list(workers.map(of, [list(group) for _, group in groupby(pairs, key=lambda pair: pair.text)]))
    return np.concatenate([np.zeros((0, len(head.labels))), *rows])


def score(gold: Mapping[str, set[Related]], stated: Iterable[tuple[Pair, str]]) -> dict[str, Any]:
    """Reports of pairs, typed relations and each type, counted by document; `stated` are pairs with their label."""
    found: dict[str, set[Related]] = {document: set() for document in gold}
    for pair, label in stated:
        found.setdefault(pair.document, set()).add((key_of(pair), label))
    labels = sorted({label for relations in (*gold.values(), *found.values()) for _, label in relations})
    tables = []
    for document, own in found.items():
        expected = gold.get(document, set())
        table = {PAIR: Counts.of({pair for pair, _ in expected}, {pair for pair, _ in own}), TYPED: Counts.of(expected, own)}
        for label in labels:
            table[label] = Counts.of({r for r in expected if r[1] == label}, {r for r in own if r[1] == label})
        tables.append(table)
    return reports(tables)


def _calibration(head: PairwiseHead, pairs: Sequence[Pair], p: NDArray[np.float64], decided: NDArray[np.int64]) -> dict[str, float]:
    """The errors of stated relations' probabilities, and of the probability of any relation over all candidates."""
    stated = np.flatnonzero(decided)
    right = [head.labels[decided[row]] in pairs[row].labels for row in stated.tolist()]
    return {
        "calibration_error": round(calibration_error(p[stated, decided[stated]].tolist(), right), 4),
        "calibration_error_any": round(calibration_error((1 - p[:, 0]).tolist(), [bool(pair.labels) for pair in pairs]), 4),
    }
