"""From abstracts to entities and relations, without Kafka and without a graph.

The agents and `biorelay extract` call these very functions, so streaming and batch cannot disagree.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

from models.runtime.artefact import Artefact, load_artefact
from models.runtime.device import Placement
from models.runtime.effort import Effort, Lookups
from models.runtime.encoder import CACHE_BYTES, MAX_CHARACTERS, Encoder
from models.runtime.errors import Action, BiorelayError
from models.runtime.pairwise import PairwiseHead, load_pairwise
from models.runtime.providers import CPU, Inference, Provider
from models.runtime.relation_head import RelationHead
from processors.linking import Linker, load_linker
from processors.linking.names import remembered
from processors.ner import Recogniser
from processors.records import Abstract, Entities, Provenance, Relations
from processors.relations import RelationClassifier

AHEAD = 4
"""Abstracts a worker that are read before their turn, so that no thread waits for the reader."""


SIBLING_TASK = "biored"
"""By whose rules a pairwise model judges: its relation types are ours."""


class Extractor:
    """Entities and relations of abstracts, with one model and one vocabulary.

    Safe for threads. On a CPU the same abstract gives the same bytes, whatever was extracted before it or beside it:
    every window is a call of its own on a single-thread session. On a GPU it gives them within a tolerance (docs/gpu.md).

    >>> extractor = Extractor.load()
    >>> entities, relations = extractor.extract(abstract)
    """

    def __init__(
        self,
        artefact: Artefact,
        linker: Linker,
        *,
        sibling: PairwiseHead | None = None,
        guideline: str | None = None,
        max_characters: int = MAX_CHARACTERS,
        cache_bytes: int = CACHE_BYTES,
        inference: Inference = CPU,
    ) -> None:
        from biorelay import __version__

        self.artefact = artefact
        self.linker = linker
        self.provenance = Provenance(
            software=__version__,
            model="+".join([artefact.reference, *([guideline] if guideline else []), *([sibling.artefact.reference] if sibling else [])]),
            generation=artefact.manifest.generation + (sibling.artefact.manifest.generation if sibling else 0),
            vocabulary=linker.version,
        )
        encoder = Encoder(artefact, max_characters=max_characters, cache_bytes=cache_bytes, guideline=guideline, inference=inference)
        self.cache = encoder.cache
        self.feeders = inference.feeders if encoder.batched else 1  # threads that keep a GPU busy
        self._encoder = encoder
        self._recogniser = Recogniser(encoder, linker, self.provenance)
        self._classifier = RelationClassifier(encoder, RelationHead(artefact), linker.name_of, self.provenance, sibling=sibling)

    @classmethod
    def load(
        cls,
        model: str | Path | None = None,
        vocabulary: str | Path | None = None,
        *,
        sibling: str | Path | None = None,
        guideline: str | None = None,
        max_characters: int = MAX_CHARACTERS,
        cache_bytes: int = CACHE_BYTES,
        inference: Inference = CPU,
    ) -> Self:
        """An extractor with a model (a folder, `name` or `name@version`) and a vocabulary; the shipped ones by default.

        `sibling` is the folder of a pairwise model that judges BioRED's relations in the model's place: one pass for each pair.
        `guideline` is the corpus whose way to mark mentions is followed, where the model learned several.
        `inference` is what the encoder runs on; where that cannot be had a warning says why, and the CPU takes over.

        Raises `ArtefactMissing`, `ArtefactCorrupt` or `ArtefactError`, `GuidelineUnknown`, and `RuntimeUnavailable` without onnxruntime.
        """
        asked = PairwiseHead(load_pairwise(Path(sibling)), SIBLING_TASK) if sibling else None
        return cls(
            load_artefact(model),
            load_linker(vocabulary),
            sibling=asked,
            guideline=guideline,
            max_characters=max_characters,
            cache_bytes=cache_bytes,
            inference=inference,
        )

    @property
    def provider(self) -> Provider:
        """What the encoder runs on."""
        return self.placement.provider

    @property
    def placement(self) -> Placement:
        """What the encoder runs on, and why, where that is not what was asked for. The heads and the sibling run on the CPU."""
        return self._encoder.placement

    def effort(self) -> Effort:
        """What answering took since it was loaded, all threads together; names are looked up by all linkers of the process."""
        done = self._encoder.computed
        return Effort(
            batches=done.batches,
            windows=done.windows,
            tokens=done.pieces,
            computed=done.padded,
            encoding_seconds=self._encoder.seconds,
            linking_seconds=self._recogniser.linking_seconds,
            caches={"encodings": Lookups(self.cache.hits, self.cache.misses), "names": Lookups(*remembered())},
        )

    def close(self) -> None:
        """Let a GPU go; nothing to do on a CPU. At the end of the process it happens by itself."""
        self._encoder.close()

    def entities(self, abstract: Abstract) -> Entities:
        """The linked mentions of an abstract. Raises `TextTooLong`."""
        return self._recogniser.recognise(abstract)

    def relations(self, entities: Entities) -> Relations:
        """The relations of a document; reuses the text's encoding where it is still cached. Raises `TextTooLong`."""
        return self._classifier.classify(entities)

    def extract(self, abstract: Abstract) -> tuple[Entities, Relations]:
        """Both. Raises `TextTooLong`."""
        entities = self.entities(abstract)
        return entities, self.relations(entities)

    def extract_many(
        self, abstracts: Iterable[Abstract], *, workers: int = 1, on_error: Callable[[Abstract, BiorelayError], None] | None = None
    ) -> Iterator[tuple[Entities, Relations]]:
        """`extract` of each abstract, in their order, on `workers` threads; reads at most `AHEAD` abstracts a worker ahead.

        With `on_error` an abstract that fails is reported there, in its turn, and left out;
        without it its error is raised and ends the iteration, and so is one that is not the abstract's (`Action.STOP`).
        """
        if workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        waiting: deque[tuple[Abstract, Future[tuple[Entities, Relations]]]] = deque()
        pool = ThreadPoolExecutor(workers, thread_name_prefix="extract")
        try:
            for abstract in abstracts:
                waiting.append((abstract, pool.submit(self.extract, abstract)))
                if len(waiting) >= AHEAD * workers:
                    yield from _result(*waiting.popleft(), on_error)
            while waiting:
                yield from _result(*waiting.popleft(), on_error)
        finally:
            pool.shutdown(cancel_futures=True)


def _result(
    abstract: Abstract, future: Future[tuple[Entities, Relations]], on_error: Callable[[Abstract, BiorelayError], None] | None
) -> Iterator[tuple[Entities, Relations]]:
    try:
        result = future.result()
    except BiorelayError as error:
        if on_error is None or error.action is Action.STOP:
            raise
        on_error(abstract, error)
    else:
        yield result
