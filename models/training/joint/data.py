"""The recipe's corpora as training examples: read, cleared of what may not be learned from, guarded, cut into pieces."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.corpora.documents import Document
from models.corpora.guard import Guard, fingerprints_of, guard_over, remove_leaks
from models.corpora.licences import refuse_licences
from models.corpora.registry import Corpus, corpus
from models.corpora.selection import refuse_choice
from models.runtime.tokenizer import PieceTokenizer
from models.training.errors import RecipeError
from models.training.joint.examples import Example, ExampleMaker, ner_heads
from models.training.joint.recipe import JointRecipe
from models.training.joint.renaming import Pool, name_pool
from models.training.pairwise.targets import Targets, read_targets
from models.training.weights import TOKENIZER, refuse_start, weights_folder

HELD_OUT = "biored"
KNOWLEDGE = "kb"  # the knowledge bases' folder, beside the corpora


@dataclass(frozen=True, slots=True)
class TrainingData:
    examples: Sequence[Example]
    passes: Sequence[int]  # how often each example is read in the run
    held_out: Sequence[Example]
    heads: Sequence[tuple[str, str]]  # corpus and entity type of each NER head
    targets: Targets | None  # soft labels of pairs
    first: int  # numbers of the special pieces that frame a window
    last: int
    fingerprint: str  # changes with any byte of the corpora's files
    maker: ExampleMaker
    names: Pool | None  # other names for those of the documents
    summary: list[dict[str, Any]] = field(default_factory=list)  # for the manifest


def load_data(recipe: JointRecipe, data: Path, out: Path, *, beside: Path = Path()) -> TrainingData:
    """Read the recipe's corpora; `beside` is the folder that the recipe's own files are named from.

    Every document that a dev or test set under `data` holds is taken out, the held-out documents too, and a document
    that an earlier corpus holds; then the guards look at what is left. Raises `LeakedDocument`, `LicenceNotAllowed`,
    `CorpusMissing`, `RecipeError`.
    """
    corpora = [corpus(part.name) for part in recipe.corpora]
    if recipe.shipping:
        refuse_licences(corpora)
        refuse_start(recipe.encoder, out)
    targets = _targets(recipe, beside)
    guard = guard_over(data)
    held_out = _held_out(recipe, data)
    chosen_on = [*held_out, *_carved(recipe, data)]
    carved = Guard(chosen_on)
    taken: dict[str, str] = {}
    documents: list[Document] = []
    passes: list[int] = []
    summary: list[dict[str, Any]] = []
    for part, source in zip(recipe.corpora, corpora, strict=True):
        read = source.read("train", data)
        kept, leaked = guard.remove(read)
        kept, carved_out = carved.remove(kept)
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
    guard.refuse(documents)
    refuse_choice(chosen_on, documents, guard)
    tokenizer = PieceTokenizer(weights_folder(recipe.encoder, out) / TOKENIZER)
    heads = ner_heads([part.name for part in recipe.corpora])
    maker = ExampleMaker(tokenizer, heads, window=recipe.encoder.window, overlap=recipe.encoder.overlap)
    digest = hashlib.sha256(repr(summary).encode())
    names = name_pool(documents, data / KNOWLEDGE, recipe.names.types) if recipe.names else None
    if names is not None:
        digest.update(repr(names).encode())
    if recipe.distil:
        digest.update((beside / recipe.distil.targets).read_bytes())
    return TrainingData(
        examples=[maker.make(d) for d in documents],
        passes=passes,
        held_out=[maker.make(d) for d in held_out],
        heads=heads,
        targets=targets,
        first=tokenizer.first,
        last=tokenizer.last,
        fingerprint=digest.hexdigest(),
        maker=maker,
        names=names,
        summary=summary,
    )


def _targets(recipe: JointRecipe, beside: Path) -> Targets | None:
    """The soft labels. Raises `TargetsUnusable`; `LicenceNotAllowed` where their teacher may not teach what ships."""
    if recipe.distil is None:
        return None
    targets = read_targets(beside / recipe.distil.targets)
    if recipe.shipping:
        targets.refuse_research()
    return targets


def _held_out(recipe: JointRecipe, data: Path) -> list[Document]:
    """The held-out documents. Raises `RecipeError` for a PMID that is none of the training documents."""
    documents = {d.pmid: d for d in corpus(HELD_OUT).read("train", data)}
    strangers = [pmid for pmid in recipe.held_out if pmid not in documents]
    if strangers:
        raise RecipeError(f"held_out: {strangers[0]} is no training document of {HELD_OUT}")
    return [documents[pmid] for pmid in recipe.held_out]


def _carved(recipe: JointRecipe, data: Path) -> list[Document]:
    """The training documents that the recipe carves besides. Raises `RecipeError` for one that is none."""
    found = []
    for name in dict.fromkeys(place.partition("/")[0] for place in recipe.carved or ()):
        documents = {f"{name}/{d.pmid}": d for d in corpus(name).read("train", data)}
        wanted = [place for place in recipe.carved or () if place.partition("/")[0] == name]
        if strangers := [place for place in wanted if place not in documents]:
            raise RecipeError(f"carved: {strangers[0]} is no training document of {name}")
        found += [documents[place] for place in wanted]
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
