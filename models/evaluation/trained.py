"""What a model was trained on, so that nothing of it is scored."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from models.corpora.documents import Document
from models.corpora.guard import protected_documents, remove_leaks
from models.corpora.registry import corpus
from models.evaluation.scores import NER_SETS
from models.runtime.artefact import Artefact
from processors.records import Abstract


def training_documents(names: Sequence[str], data: Path) -> list[Document]:
    """The corpora's training documents, without those of the dev and test sets of these corpora and of the sets that are always scored."""
    scored = dict.fromkeys([*names, *(name for name, _ in NER_SETS)])
    protected = protected_documents(data, [corpus(name) for name in scored])
    return [d for name in names for d in remove_leaks(corpus(name).read("train", data), protected)[0]]


def trained_on(model: Artefact) -> list[str]:
    """The names of the corpora that a model's manifest says it was trained on."""
    return [part["name"] for part in model.manifest.training.get("corpora") or ()]


def fingerprints(documents: Iterable[Document]) -> set[str]:
    """The fingerprints of all of them."""
    return {mark for document in documents for mark in document.fingerprints()}


def marks(abstract: Abstract) -> set[str]:
    """An abstract's fingerprints."""
    return Document("", abstract.id.partition(":")[2], abstract.title, abstract.text, ()).fingerprints()
