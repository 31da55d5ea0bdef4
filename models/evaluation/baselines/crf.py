"""A linear-chain CRF over hand features (Lafferty et al. 2001), trained with CRFsuite (Okazaki 2007)."""

from collections.abc import Collection, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.corpora.documents import Document
from models.evaluation.baselines.features import features
from models.evaluation.baselines.gazetteer import Gazetteer
from models.evaluation.baselines.words import OUT, Span, decode, encode, sentences_of, words_of
from processors.records import EntityType

L1, L2 = 0.02, 0.1
"""Penalties of the weights, chosen on a fifth of the training documents of NCBI-disease and BC5CDR."""
ITERATIONS = 120


class Crf:
    """Tags the words of each sentence with B, I and O of all its types at once."""

    def __init__(
        self,
        documents: Iterable[Document],
        types: Collection[EntityType],
        gazetteer: Gazetteer | None = None,
        *,
        iterations: int = ITERATIONS,
    ) -> None:
        """Train on documents whose corpora annotate all `types`; other mentions do not count. Equal documents give equal weights.

        Raises `ValueError` where no document holds a mention.
        """
        import pycrfsuite

        self._gazetteer = gazetteer
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
        trainer.set_params({"c1": L1, "c2": L2, "max_iterations": iterations, "feature.possible_transitions": True})
        learned = False
        for document in documents:
            words = words_of(document.text)
            tags = encode(words, [(m.start, m.end, m.type) for m in document.mentions if m.type in types])
            learned = learned or any(tag != OUT for tag in tags)
            for part in sentences_of(document.text, words):
                trainer.append(features(words[part], gazetteer), tags[part])
        if not learned:
            raise ValueError("no training document holds a mention of these types")
        with TemporaryDirectory() as folder:
            path = Path(folder) / "weights"
            trainer.train(str(path))
            self._weights = path.read_bytes()
        self._tagger: Any = pycrfsuite.Tagger()
        self._tagger.open_inmemory(self._weights)

    @property
    def size(self) -> int:
        """Bytes of the trained weights."""
        return len(self._weights)

    def find(self, text: str) -> list[Span]:
        """The mentions of a text, from left to right."""
        words = words_of(text)
        tags = [tag for part in sentences_of(text, words) for tag in self._tagger.tag(features(words[part], self._gazetteer))]
        return decode(words, tags)
