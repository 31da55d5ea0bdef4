"""The shared encoder: a document's text in, one vector and the NER scores of every piece out."""

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock

import numpy as np
from numpy.typing import NDArray

from models.runtime.artefact import ENCODER, TOKENIZER, Artefact
from models.runtime.batches import Batched, Batcher
from models.runtime.cache import TextCache
from models.runtime.case import cases
from models.runtime.device import IDS, MASK, TYPES, Answer, Framed, place
from models.runtime.errors import TextTooLong
from models.runtime.providers import CPU, Inference, buckets
from models.runtime.session import Graph, Shape
from models.runtime.tokenizer import PieceTokenizer
from models.runtime.windows import windows

MAX_CHARACTERS = 200_000
"""Default limit on a text's length; above it an abstract is an accident."""

CACHE_BYTES = 64 * 1024 * 1024
"""Default size of the cache: about a hundred abstracts, enough for a relation agent that follows the NER agent."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text's T pieces (without the special ones), read-only. H is the encoder's width, K the number of entity types."""

    offsets: NDArray[np.int32]  # (T, 2): code points in the text, start:end
    words: NDArray[np.int32]  # (T): which word (run without white space or punctuation) a piece is part of
    hidden: NDArray[np.float32]  # (T, H)
    ner: NDArray[np.float32]  # (T, 3 K) logits: O, B, I of each type

    @property
    def nbytes(self) -> int:
        return self.offsets.nbytes + self.words.nbytes + self.hidden.nbytes + self.ner.nbytes


class Encoder:
    """Runs `encoder.onnx` over texts. Safe for threads.

    On a CPU one window a call, on its caller's thread: no answer depends on its neighbours, and equal texts give bit-identical arrays
    on one machine. On a GPU the windows of all callers are computed in batches, and equal texts give equal arrays within the
    tolerance of docs/gpu.md; each caller cuts its next text while the device computes.
    """

    def __init__(
        self,
        artefact: Artefact,
        *,
        max_characters: int = MAX_CHARACTERS,
        cache_bytes: int = CACHE_BYTES,
        guideline: str | None = None,
        inference: Inference = CPU,
    ) -> None:
        """`guideline`: the corpus whose way to mark mentions is followed, where the artefact has heads of several.

        `inference`: what to run on; where that cannot be had, `placement` says why the CPU took over.

        Raises `ArtefactError` where graph or tokeniser are not what the manifest says, `RuntimeUnavailable` without onnxruntime,
        `GuidelineUnknown`.
        """
        spec = artefact.manifest.encoder
        self.artefact = artefact
        self.max_characters = max_characters
        self.cache: TextCache[Encoded] = TextCache(cache_bytes)
        self._window = spec.window - 2  # the two special pieces
        self._overlap = spec.overlap
        ner = artefact.manifest.ner
        self._columns = list(ner.columns(guideline))
        self._width = (spec.hidden, len(self._columns))
        self._tokenizer = PieceTokenizer(artefact.path(TOKENIZER))
        self._graph = Graph(artefact, ENCODER)
        tokens: Shape = (None, None)
        self._case = spec.case
        told = {TYPES} if spec.case else set()
        inputs = dict.fromkeys({IDS, *told, *({MASK, TYPES} & self._graph.inputs.keys())}, tokens)
        self._graph.check(inputs, {"hidden": (None, None, self._width[0]), "ner": (None, None, 3 * len(ner.heads or ner.types))})
        device, self.placement = place(
            artefact.path(ENCODER),
            inference,
            inputs=list(self._graph.inputs),
            window=spec.window,
            precision=spec.precision,
            model=artefact.reference,
        )
        self._batcher: Batcher[Framed, Answer] | None = None
        if device:
            self._graph.rest()
            self._batcher = Batcher(device.compute, _pieces, budget=inference.batch_pieces, buckets=buckets(spec.window))
        self.seconds = 0.0  # that callers spent on encoding, all threads together
        self._alone_done = Batched()
        self._counting = Lock()
        # Threads that were to feed a GPU are more than the cores, and each would open a session.
        took_over = inference.provider != "cpu" and device is None
        self._turn = BoundedSemaphore(os.cpu_count() or 1) if took_over else nullcontext()

    @property
    def batched(self) -> bool:
        """Whether windows of several callers are computed together: then as many threads should call as fill a batch."""
        return self._batcher is not None

    @property
    def gathered(self) -> Batched | None:
        """What was computed in batches so far; None where one window is a call."""
        return self._batcher.done if self._batcher else None

    @property
    def computed(self) -> Batched:
        """What was computed so far; where one window is a call, each counts as a batch without padding."""
        return self.gathered or self._alone_done

    def close(self) -> None:
        """End the thread that computes batches, where there is one; what still waits raises `RuntimeUnavailable`."""
        if self._batcher:
            self._batcher.close()

    def encode(self, text: str) -> Encoded:
        """Encode one text; any string will do, the empty one gives no pieces.

        Offsets count the code points of `text` itself, whatever the tokeniser normalises away.
        Raises `TextTooLong` above `max_characters`.
        """
        if len(text) > self.max_characters:
            raise TextTooLong(
                f"the text has {len(text)} characters, the limit is {self.max_characters}",
                remedy="Cut it, or raise the limit of the settings.",
                limit="limits.text_characters",
            )
        encoded = self.cache.get(text)
        if encoded is None:
            encoded = self._encode(text)
            self.cache.put(text, encoded)
        return encoded

    def _encode(self, text: str) -> Encoded:
        began = time.perf_counter()
        pieces = self._tokenizer.cut(text)
        ids, offsets, words = pieces
        types = cases(text, pieces) if self._case else np.zeros_like(ids)
        hidden = np.empty((len(ids), self._width[0]), dtype=np.float32)
        ner = np.empty((len(ids), self._width[1]), dtype=np.float32)
        cut = windows(len(ids), self._window, self._overlap)
        answers = self._answers([self._framed(ids[window.start : window.end], types[window.start : window.end]) for window in cut])
        for window, (out_hidden, out_ner) in zip(cut, answers, strict=True):
            kept = slice(window.keep_start, window.keep_end)
            read = slice(1 + window.keep_start - window.start, 1 + window.keep_end - window.start)
            hidden[kept] = out_hidden[read]
            ner[kept] = out_ner[read][:, self._columns]
        self._count([2 + window.end - window.start for window in cut], time.perf_counter() - began)
        for array in (offsets, words, hidden, ner):
            array.flags.writeable = False  # the cache hands the same arrays to every caller
        return Encoded(offsets, words, hidden, ner)

    def _count(self, lengths: Sequence[int], seconds: float) -> None:
        """One text of windows of so many pieces was encoded."""
        with self._counting:
            self.seconds += seconds
            if self._batcher is None:
                done, pieces = self._alone_done, sum(lengths)
                done.batches += len(lengths)
                done.windows += len(lengths)
                done.pieces += pieces
                done.padded += pieces

    def _framed(self, ids: NDArray[np.int64], types: NDArray[np.int64]) -> Framed:
        framed = np.empty(len(ids) + 2, dtype=np.int64)
        framed[0], framed[1:-1], framed[-1] = self._tokenizer.first, ids, self._tokenizer.last
        told = np.zeros_like(framed)
        told[1:-1] = types
        return Framed(framed, told)

    def _answers(self, asked: Sequence[Framed]) -> Iterable[Answer]:
        """What the graph says of a text's windows, in their order."""
        if self._batcher is None:
            return map(self._alone, asked)
        return (answer.result() for answer in self._batcher.submit(asked))

    def _alone(self, window: Framed) -> Answer:
        feed = {IDS: window.ids[None], MASK: np.ones((1, len(window.ids)), dtype=np.int64), TYPES: window.types[None]}
        with self._turn:
            hidden, ner = self._graph.run(("hidden", "ner"), {name: feed[name] for name in self._graph.inputs})
        return Answer(hidden[0], ner[0])


def _pieces(window: Framed) -> int:
    return len(window.ids)
