"""The recipe's corpora as questions and answers: read, cleared of what may not be learned from, guarded, thinned, cut into pieces."""

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.corpora.documents import ENTITY_TYPES
from models.corpora.guard import Guard, Guarded, Passage, pmid_of, refuse_licences
from models.corpora.registry import corpus
from models.corpora.relations.pair import Pair
from models.corpora.relations.reading import read_pairs
from models.corpora.selection import refuse_choice
from models.corpora.shingles import fingerprint, words
from models.evaluation.pair_sets import type_pairs
from models.runtime.questions import Context, Questions
from models.runtime.tokenizer import PieceTokenizer
from models.training.errors import RecipeError
from models.training.pairwise.examples import Example, ExampleMaker
from models.training.pairwise.folds import fold_of
from models.training.pairwise.labels import Labels, labels_of
from models.training.pairwise.recipe import CorpusPart, FoldPart, PairwiseRecipe
from models.training.weights import TOKENIZER, weights_folder
from processors.records import EntityType


@dataclass(slots=True)
class PairData:
    """What a run learns from, filled corpus by corpus."""

    labels: Labels
    questions: Questions
    examples: list[Example] = field(default_factory=list)
    passes: list[int] = field(default_factory=list)  # how often each example is read in the run
    held_out: list[Example] = field(default_factory=list)  # every candidate pair of the held-out documents
    contexts: dict[str, Context] = field(default_factory=dict)  # by corpus
    type_pairs: dict[str, list[tuple[EntityType, EntityType]]] = field(default_factory=dict)  # of each corpus's candidates
    summary: list[dict[str, Any]] = field(default_factory=list)  # for the manifest
    fingerprint: str = ""  # changes with any pair that is learned from


def load_data(recipe: PairwiseRecipe, data: Path, out: Path) -> PairData:
    """Read the recipe's corpora.

    Every document that the recipe's `scored` sets hold is taken out, the held-out documents too, those of the fold that is left
    out, and a document that an earlier corpus holds; then the guard looks at what is left. Raises `LeakedDocument`,
    `LicenceNotAllowed`, `CorpusMissing`, `CorpusUnknown`, `RecipeError`, `WeightsMissing`.
    """
    if recipe.shipping:
        refuse_licences(corpus(part.name) for part in recipe.corpora)
    guard = Guard(_protected(recipe.scored, data))
    labels = labels_of([part.name for part in recipe.corpora])
    tokenizer = PieceTokenizer(weights_folder(recipe.encoder, out) / TOKENIZER)
    questions = Questions(tokenizer, types=len(ENTITY_TYPES), tasks=len(labels.tasks))
    maker = ExampleMaker(questions, labels)
    read = {part.name: by_document(read_pairs(corpus(part.name), "train", data)) for part in recipe.corpora}
    carved = {part.name: _carved(part, read[part.name]) for part in recipe.corpora}
    chosen_on = [passage for found in carved.values() for pairs in found for passage in passages(pairs)]
    held_apart = Guard(chosen_on)
    rng = random.Random(recipe.seed)  # noqa: S311  a choice of negatives, no secret
    digest = hashlib.sha256(repr(recipe.scored).encode())
    made = PairData(labels=labels, questions=questions)
    learned: list[Guarded] = []
    taken: set[str] = set()
    for part in recipe.corpora:
        made.contexts[part.name] = context = Context(part.read.budget, part.read.neighbours)
        made.type_pairs[part.name] = type_pairs([pair for pairs in read[part.name].values() for pair in pairs])
        kept, removed = _kept(part, read[part.name], guard, held_apart, taken=taken, fold=recipe.fold)
        learned.extend(passage for pairs in kept for passage in passages(pairs))
        before = len(made.examples)
        for pair in (pair for pairs in kept for pair in pairs):
            digest.update(repr(pair).encode())
            share = 1.0 if pair.labels else part.negatives.share(pair.apart)
            times = int(part.passes * share + rng.random())  # on average the share of the passes
            example = maker.make(pair, part.name, context, weight=1 / share) if times else None
            if example is not None:
                made.examples.append(example)
                made.passes.append(times)
        made.held_out.extend(
            example for pairs in carved[part.name] for pair in pairs if (example := maker.make(pair, part.name, context)) is not None
        )
        made.summary.append(
            {
                **_describe(part.name, data),
                "documents": len(kept),
                "passes": part.passes,
                "pairs": sum(map(len, kept)),
                "pairs_read": len(made.examples) - before,
                "pieces_read": sum(n * len(e.ids) for n, e in zip(made.passes[before:], made.examples[before:], strict=True)),
                "held_out": len(carved[part.name]),
                "removed": removed,
            }
        )
    guard.refuse(learned)
    if chosen_on:
        refuse_choice(chosen_on, learned, guard)
    made.fingerprint = digest.hexdigest()
    return made


def by_document(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    """A corpus's pairs by the document that they come from, in their order."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(pair.document, []).append(pair)
    return found


def passages(pairs: Iterable[Pair]) -> list[Passage]:
    """The texts of a document's pairs, as the guard compares them."""
    return [Passage(*key) for key in dict.fromkeys((pair.corpus, pair.document, pair.text) for pair in pairs)]


def _protected(sets: Iterable[str], data: Path) -> Iterator[Guarded]:
    """The documents of the sets; of a corpus that is published as sentences, these."""
    for name in sets:
        of, _, split = name.partition("/")
        if corpus(of).holds_documents:
            yield from corpus(of).read(split, data)
        else:
            yield from passages(read_pairs(corpus(of), split, data))


def _carved(part: CorpusPart, read: Mapping[str, list[Pair]]) -> list[list[Pair]]:
    """The held-out documents. Raises `RecipeError` for one that is no training document."""
    strangers = [name for name in part.held_out if name not in read]
    if strangers:
        raise RecipeError(f"held_out: {strangers[0]} is no training document of {part.name} with candidate pairs")
    return [read[name] for name in part.held_out]


def _kept(
    part: CorpusPart, read: Mapping[str, list[Pair]], guard: Guard, held_apart: Guard, *, taken: set[str], fold: FoldPart | None
) -> tuple[list[list[Pair]], dict[str, int]]:
    """The documents that are learned from, and how many are not, by reason; `taken` grows by them."""
    kept: list[list[Pair]] = []
    removed = {"scored": 0, "held_out": 0, "in_earlier_corpora": 0, "left_out_fold": 0}
    here: set[str] = set()
    for name, pairs in read.items():
        texts = passages(pairs)
        marks = {pmid_of(name)} if pmid_of(name) else {fingerprint(words(passage.text)) for passage in texts}
        if any(guard.find(passage) for passage in texts):
            removed["scored"] += 1
        elif any(held_apart.find(passage) for passage in texts):
            removed["held_out"] += 1
        elif marks & taken:
            removed["in_earlier_corpora"] += 1
        elif fold and fold_of(name, fold.of) == fold.number:
            removed["left_out_fold"] += 1
        elif part.limit is None or len(kept) < part.limit:
            kept.append(pairs)
            here |= marks
    taken |= here
    return kept, removed


def _describe(name: str, data: Path) -> dict[str, Any]:
    """What the manifest says of a corpus."""
    entry = corpus(name)
    return {
        "name": name,
        "version": entry.version,
        "licence": entry.licence,
        "source": entry.source,
        "split": "train",
        "sha256": entry.sha256("train", data),
    }
