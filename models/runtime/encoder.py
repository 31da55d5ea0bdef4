"""The shared encoder: a document's text in, one vector and the NER scores of every piece out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.artefact import ENCODER, TOKENIZER, Artefact
from models.runtime.cache import TextCache
from models.runtime.case import cases
from models.runtime.errors import TextTooLong
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
    """Runs `encoder.onnx` over texts: one window a call, so that no answer depends on its neighbours.

    Safe for threads: each call runs on its caller's thread, and equal texts give bit-identical arrays on one machine.
    """

    def __init__(
        self,
        artefact: Artefact,
        *,
        max_characters: int = MAX_CHARACTERS,
        cache_bytes: int = CACHE_BYTES,
        guideline: str | None = None,
    ) -> None:
        """`guideline`: the corpus whose way to mark mentions is followed, where the artefact has heads of several.

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
        inputs = dict.fromkeys(("input_ids", "attention_mask"), tokens)
        self._case = spec.case
        if spec.case or "token_type_ids" in self._graph.inputs:
            inputs["token_type_ids"] = tokens
        self._graph.check(inputs, {"hidden": (None, None, self._width[0]), "ner": (None, None, 3 * len(ner.heads or ner.types))})

    def encode(self, text: str) -> Encoded:
        """Encode one text; any string will do, the empty one gives no pieces.

        Offsets count the code points of `text` itself, whatever the tokeniser normalises away.
        Raises `TextTooLong` above `max_characters`.
        """
        if len(text) > self.max_characters:
            raise TextTooLong(
                f"the text has {len(text)} characters, the limit is {self.max_characters}",
                remedy="Cut it, or raise the limit of the settings.",
            )
        encoded = self.cache.get(text)
        if encoded is None:
            encoded = self._encode(text)
            self.cache.put(text, encoded)
        return encoded

    def _encode(self, text: str) -> Encoded:
        pieces = self._tokenizer.cut(text)
        ids, offsets, words = pieces
        types = cases(text, pieces) if self._case else np.zeros_like(ids)
        hidden = np.empty((len(ids), self._width[0]), dtype=np.float32)
        ner = np.empty((len(ids), self._width[1]), dtype=np.float32)
        for window in windows(len(ids), self._window, self._overlap):
            out_hidden, out_ner = self._run(ids[window.start : window.end], types[window.start : window.end])
            kept = slice(window.keep_start, window.keep_end)
            read = slice(1 + window.keep_start - window.start, 1 + window.keep_end - window.start)
            hidden[kept] = out_hidden[0, read]
            ner[kept] = out_ner[0, read][:, self._columns]
        for array in (offsets, words, hidden, ner):
            array.flags.writeable = False  # the cache hands the same arrays to every caller
        return Encoded(offsets, words, hidden, ner)

    def _run(self, ids: NDArray[np.int64], types: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        framed = np.empty((1, len(ids) + 2), dtype=np.int64)
        framed[0, 0], framed[0, 1:-1], framed[0, -1] = self._tokenizer.first, ids, self._tokenizer.last
        feed = {"input_ids": framed, "attention_mask": np.ones_like(framed)}
        if "token_type_ids" in self._graph.inputs:
            feed["token_type_ids"] = np.zeros_like(framed)
            feed["token_type_ids"][0, 1:-1] = types
        hidden, ner = self._graph.run(("hidden", "ner"), feed)
        return hidden, ner
