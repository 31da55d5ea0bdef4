"""The recipe's corpora as training examples: read, cleared of what may not be learned from, guarded, cut into pieces."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.corpora.documents import Document
from models.corpora.guard import fingerprints_of, protected_documents, refuse_leaks, refuse_licences, remove_leaks
from models.corpora.registry import CORPORA, Corpus, corpus
from models.runtime.tokenizer import PieceTokenizer
from models.training.errors import RecipeError
from models.training.joint.examples import Example, ExampleMaker, ner_heads
from models.training.joint.recipe import JointRecipe
from models.training.weights import TOKENIZER, weights_folder

HELD_OUT = "biored"


@dataclass(frozen=True, slots=True)
class TrainingData:
    examples: Sequence[Example]
    passes: Sequence[int]  # how often each example is read in the run
    held_out: Sequence[Example]
    heads: Sequence[tuple[str, str]]  # corpus and entity type of each NER head
    first: int  # numbers of the special pieces that frame a window
    last: int
    fingerprint: str  # changes with any byte of the corpora's files
    summary: list[dict[str, Any]] = field(default_factory=list)  # for the manifest


def load_data(recipe: JointRecipe, data: Path, out: Path) -> TrainingData:
    """Read the recipe's corpora.

    Every document that any registered dev or test set holds is taken out, the held-out documents too, and a document
    that an earlier corpus holds; then the guard looks at what is left. Raises `LeakedDocument`, `LicenceNotAllowed`,
    `CorpusMissing`, `RecipeError`.
    """
    corpora = [corpus(part.name) for part in recipe.corpora]
    if recipe.shipping:
        refuse_licences(corpora)
    protected = protected_documents(data, CORPORA.values())
    held_out = _held_out(recipe, data, protected)
    carved = fingerprints_of(held_out)
    taken: dict[str, str] = {}
    documents: list[Document] = []
    passes: list[int] = []
    summary: list[dict[str, Any]] = []
    for part, source in zip(recipe.corpora, corpora, strict=True):
        read = source.read("train", data)
        kept, leaked = remove_leaks(read, protected)
        kept, carved_out = remove_leaks(kept, carved)
        kept, repeated = remove_leaks(kept, taken)
        kept = kept[: part.limit]
        taken.update(fingerprints_of(kept))
        documents.extend(kept)
        passes.extend([part.passes] * len(kept))
        summary.append(
            {
                **_describe(source, data),
                "documents": len(kept),
                "passes": part.passes,
                "removed": {"in_dev_or_test_sets": len(leaked), "held_out": len(carved_out), "in_earlier_corpora": len(repeated)},
            }
        )
    refuse_leaks(documents, {**protected, **carved})
    tokenizer = PieceTokenizer(weights_folder(recipe.encoder, out) / TOKENIZER)
    heads = ner_heads([part.name for part in recipe.corpora])
    maker = ExampleMaker(tokenizer, heads, window=recipe.encoder.window, overlap=recipe.encoder.overlap)
    return TrainingData(
        examples=[maker.make(d) for d in documents],
        passes=passes,
        held_out=[maker.make(d) for d in held_out],
        heads=heads,
        first=tokenizer.first,
        last=tokenizer.last,
        fingerprint=hashlib.sha256(repr(summary).encode()).hexdigest(),
        summary=summary,
    )


def _held_out(recipe: JointRecipe, data: Path, protected: dict[str, str]) -> list[Document]:
    """The held-out documents.

    Raises `RecipeError` for a PMID that is none of the training documents, `LeakedDocument` for one that dev or test holds.
    """
    documents = {d.pmid: d for d in corpus(HELD_OUT).read("train", data)}
    strangers = [pmid for pmid in recipe.held_out if pmid not in documents]
    if strangers:
        raise RecipeError(f"held_out: {strangers[0]} is no training document of {HELD_OUT}")
    found = [documents[pmid] for pmid in recipe.held_out]
    refuse_leaks(found, protected)
    return found


def _describe(source: Corpus, data: Path) -> dict[str, Any]:
    return {
        "name": source.name,
        "version": source.version,
        "licence": source.licence,
        "source": source.source,
        "split": "train",
        "sha256": source.sha256("train", data),
    }
