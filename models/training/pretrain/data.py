"""The texts of a pretraining run, cut into sequences of pieces."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpora.abstracts import ABSTRACTS, read_abstracts
from models.corpora.documents import Document
from models.corpora.guard import fingerprints_of, guard_over, remove_leaks
from models.corpora.licences import ALLOWED_LICENCES, refuse_licences
from models.corpora.registry import corpus
from models.training.errors import RecipeError
from models.training.plan import Shape
from models.training.pretrain.recipe import PretrainRecipe


@dataclass(frozen=True, slots=True)
class Pieces:
    """One sequence: pieces without the special ones, and the word each is part of."""

    ids: NDArray[np.int32]
    words: NDArray[np.int32]

    @property
    def shape(self) -> Shape:
        return Shape(1, len(self.ids) + 2, len(self.ids) + 2)


@dataclass(frozen=True, slots=True)
class Texts:
    learned: list[str]
    held_out: list[str]
    summary: list[dict[str, Any]]

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(repr(self.summary).encode())
        for text in (*self.learned, *self.held_out):
            digest.update(hashlib.sha256(text.encode()).digest())
        return digest.hexdigest()


def load_texts(recipe: PretrainRecipe, data: Path) -> Texts:
    """Read the recipe's texts, each once, without those that a dev or test set under `data` holds.

    Raises `CorpusMissing`, `LicenceNotAllowed`, `RecipeError`.
    """
    unknown = [name for name in recipe.abstracts if name not in ABSTRACTS]
    if unknown:
        raise RecipeError(f"abstracts: there is no set {unknown[0]!r}", remedy=f"There are {', '.join(ABSTRACTS)}.")
    sources = [ABSTRACTS[name] for name in recipe.abstracts]
    corpora = [corpus(name) for name in recipe.corpora]
    licences = ALLOWED_LICENCES if recipe.shipping else {source.licence for source in sources}
    if recipe.shipping:
        refuse_licences(corpora)
    taken: dict[str, str] = {}
    documents: list[Document] = []
    summary: list[dict[str, Any]] = []
    for source in corpora:
        kept = remove_leaks(source.read("train", data), taken)[0]
        documents += kept
        taken |= fingerprints_of(kept)
        summary.append({"name": source.name, "licence": source.licence, "documents": len(kept)})
    found, told = read_abstracts(data, taken, licences=licences, sets=sources)
    learned, leaks = guard_over(data).remove([*documents, *found])
    summary += [{**entry, "removed": {"in_earlier_sets": sum(entry["removed"].values())}} for entry in told]
    summary.append({"name": "in dev or test sets", "removed": len(leaks)})
    missing = {source.name for source in sources} - {str(entry["name"]) for entry in told}
    if missing:
        raise RecipeError(
            f"abstracts: the licence of {min(missing)} is not allowed in a model that ships",
            remedy="Leave the set out, or make the recipe one for research: shipping = false.",
        )
    texts = sorted({d.text for d in learned}, key=lambda text: hashlib.sha256(text.encode()).digest())
    texts = texts[: recipe.limit]
    carved = round(recipe.held_out * len(texts))
    return Texts(texts[carved:], texts[:carved], summary)


def sequences(texts: Sequence[str], tokenizer: Any, *, window: int) -> list[Pieces]:
    """The texts in sequences of at most `window` pieces, the two special ones included; a text never ends in a scrap of its last ten."""
    size = window - 2
    found = []
    for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        ids, words = np.array(encoding.ids, dtype=np.int32), np.array(encoding.word_ids, dtype=np.int32)
        parts = max(1, -(-len(ids) // size))
        for piece, number in zip(np.array_split(ids, parts), np.array_split(words, parts), strict=True):
            if len(piece) > 10:
                found.append(Pieces(piece, number))
    return found
