"""How far this machine's answers are from those that were stored with the artefact.

`predictions.jsonl` holds one document a line:
`{"text", "ner": [[start, end, type, score], ...], "mentions": [[start, end, type, entity, sentence], ...],
"pairs": [[first, second, [probability of each label, None first]], ...]}`.
`ner` is what the NER head found, `pairs` what the relation head said of the entities that `mentions` groups.
Integer products are exact; what differs between kinds of CPU is how int8 instructions saturate and how floats are added up.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from models.runtime.artefact import PREDICTIONS, Artefact
from models.runtime.encoder import Encoder
from models.runtime.errors import ArtefactCorrupt, ArtefactMissing
from models.runtime.pairs import MentionTokens, build_pairs
from models.runtime.pieces import piece_ranges
from models.runtime.providers import CPU, Inference
from models.runtime.relation_head import RelationHead
from models.runtime.spans import decode_spans

DIGITS = 6

GroupedMention = tuple[int, int, str, int, int]
"""start and end in code points, type, entity number (0 and up, by first mention), sentence number (the title is 0)."""


@dataclass(slots=True)
class Distance:
    """Absolute differences of numbers in [0, 1]."""

    count: int = 0
    total: float = 0.0
    largest: float = 0.0

    def add(self, difference: float) -> None:
        self.count += 1
        self.total += difference
        self.largest = max(self.largest, difference)

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else 0.0


@dataclass(slots=True)
class Verification:
    """What `verify` found. Spans and pairs count what is stored; the others what is not as stored."""

    provider: str = "cpu"  # that the encoder ran on
    documents: int = 0
    spans: int = 0
    spans_missing: int = 0  # stored, not found here
    spans_new: int = 0  # found here, not stored
    pairs: int = 0
    labels_changed: int = 0  # pairs that the manifest's rule decides otherwise
    span_scores: Distance = field(default_factory=Distance)  # of spans that are in both
    probabilities: Distance = field(default_factory=Distance)

    @property
    def same_answers(self) -> bool:
        """Every span and every label is the stored one."""
        return not (self.spans_missing or self.spans_new or self.labels_changed)

    @property
    def identical(self) -> bool:
        """Every number is the stored one, to the last stored digit."""
        return self.same_answers and max(self.span_scores.largest, self.probabilities.largest) < 10**-DIGITS


class Predictor:
    """An artefact's raw answers, as `predictions.jsonl` states them."""

    def __init__(self, artefact: Artefact, inference: Inference = CPU) -> None:
        """Raises as `Encoder` and `RelationHead` do."""
        self._encoder = Encoder(artefact, cache_bytes=0, inference=inference)
        self.head = RelationHead(artefact)
        self._ner = artefact.manifest.ner

    @property
    def provider(self) -> str:
        """What the encoder runs on."""
        return self._encoder.placement.provider

    def close(self) -> None:
        """Let a GPU go."""
        self._encoder.close()

    def predict(self, text: str, mentions: Sequence[GroupedMention] = ()) -> dict[str, Any]:
        """One line of the file, as JSON values. Mentions that touch no piece are left out."""
        encoded = self._encoder.encode(text)
        spans = decode_spans(encoded.ner, encoded.offsets, encoded.words, text, self._ner.rule())
        first, stop = piece_ranges(encoded.offsets, [m[0] for m in mentions], [m[1] for m in mentions])
        kept = [m for m, empty in zip(mentions, (first == stop).tolist(), strict=True) if not empty]
        columns = np.array([(self._ner.types.index(m[2]), m[3], m[4]) for m in kept], dtype=np.int64).reshape(-1, 3)
        touched = first < stop
        tokens = MentionTokens(first[touched], stop[touched], columns[:, 1], columns[:, 0], columns[:, 2])
        inputs = build_pairs(encoded.hidden, tokens, self.head.type_pairs)
        scores = self.head.judge(inputs).probabilities
        return {
            "text": text,
            "ner": [[s.start, s.end, self._ner.types[s.type], round(s.score, DIGITS)] for s in spans],
            "mentions": [list(m) for m in kept],
            "pairs": [[a, b, [round(p, DIGITS) for p in row]] for (a, b), row in zip(inputs.pairs.tolist(), scores.tolist(), strict=True)],
        }


def write_predictions(artefact: Artefact, documents: Iterable[tuple[str, Sequence[GroupedMention]]], path: Path) -> None:
    """Store the artefact's answers on texts with (gold) mentions; the manifest must still be told of the file."""
    predictor = Predictor(artefact)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for text, mentions in documents:
            stream.write(json.dumps(predictor.predict(text, mentions), ensure_ascii=False, separators=(",", ":")) + "\n")


def verify(artefact: Artefact, inference: Inference = CPU) -> Verification:
    """Replay the stored predictions on what `inference` asks for.

    Raises `ArtefactMissing` where there are none, `ArtefactCorrupt` where a line cannot be read.
    """
    if PREDICTIONS not in artefact.manifest.files:
        raise ArtefactMissing(f"{artefact.reference} has no {PREDICTIONS}", remedy="Only artefacts that carry one can be verified.")
    path = artefact.verified(PREDICTIONS)
    with closing(Predictor(artefact, inference)) as predictor, path.open(encoding="utf-8") as stream:
        found = Verification(predictor.provider)
        for number, line in enumerate(stream, start=1):
            try:
                stored = json.loads(line)
                mentions = [(int(s), int(e), str(t), int(n), int(q)) for s, e, t, n, q in stored["mentions"]]
                _compare(stored, predictor.predict(stored["text"], mentions), predictor.head, found)
            except (ValueError, KeyError, TypeError) as error:
                raise ArtefactCorrupt(f"{path}, line {number}: {error!r}") from error
    return found


def _compare(stored: dict[str, Any], here: dict[str, Any], head: RelationHead, found: Verification) -> None:
    spans = {(s, e, t): score for s, e, t, score in stored["ner"]}
    ours = {(s, e, t): score for s, e, t, score in here["ner"]}
    found.documents += 1
    found.spans += len(spans)
    found.spans_missing += len(spans.keys() - ours.keys())
    found.spans_new += len(ours.keys() - spans.keys())
    for key in spans.keys() & ours.keys():
        found.span_scores.add(abs(spans[key] - ours[key]))
    if [pair[:2] for pair in stored["pairs"]] != [pair[:2] for pair in here["pairs"]]:
        raise ValueError("other pairs are stored than are built")
    before, now = (np.array([pair[2] for pair in side["pairs"]], dtype=np.float64).reshape(-1, len(head.labels)) for side in (stored, here))
    found.pairs += len(now)
    found.labels_changed += int((head.decide(before) != head.decide(now)).sum())
    for difference in np.abs(before - now).ravel().tolist():
        found.probabilities.add(difference)
