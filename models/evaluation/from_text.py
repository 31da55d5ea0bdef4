"""From raw text to linked mentions and relations, through the extractor's own parts."""

from models.evaluation.served import Served
from models.runtime.encoder import Encoder
from processors.linking import Linker
from processors.ner import Recogniser
from processors.records import Abstract, Entities, Provenance, Relations
from processors.relations import RelationClassifier


class Reader:
    """Reads abstracts as the extractor does."""

    def __init__(self, served: Served, linker: Linker) -> None:
        manifest = served.artefact.manifest
        provenance = Provenance(software="evaluation", model=served.artefact.reference, generation=manifest.generation)
        encoder = Encoder(served.artefact)
        self._recogniser = Recogniser(encoder, linker, provenance)
        self._classifier = RelationClassifier(encoder, served.head, linker.name_of, provenance)

    def read(self, abstract: Abstract) -> tuple[Entities, Relations]:
        """Raises `TextTooLong`."""
        entities = self._recogniser.recognise(abstract)
        return entities, self._classifier.classify(entities)
