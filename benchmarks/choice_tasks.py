"""Two ways to learn NER that the shipped recipe does not take, for `benchmarks.bench_choices`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.corpora.documents import ENTITY_TYPES
from models.evaluation.baselines.gazetteer import Gazetteer, knowledge_names
from models.evaluation.baselines.words import words_of
from models.runtime.case import CASES
from models.runtime.pieces import piece_ranges
from models.training.joint.data import TrainingData
from models.training.joint.examples import IGNORED, B, Example, I
from models.training.joint.recipe import JointRecipe
from models.training.joint.task import JointTask

BARRED = -1e9


def by_paths(ner: Sequence[Tensor], examples: Sequence[Example]) -> Tensor:
    """The negative log likelihood of each head's whole row of labels among all rows where I follows only B or I.

    A linear-chain CRF (Lafferty et al. 2001) whose one transition rule is that of `models.runtime.spans.best_path`, so the path that
    is served is the likeliest one.
    """
    rows: list[Tensor] = []
    golds: list[Tensor] = []
    for logits, example in zip(ner, examples, strict=True):
        heads = [k for k in range(example.labels.shape[1]) if len(example.labels) and example.labels[0, k] != IGNORED]
        rows.extend(logits.reshape(len(logits), -1, 3)[:, heads].unbind(dim=1))
        golds.extend(torch.from_numpy(example.labels[:, heads]).to(logits.device).unbind(dim=1))
    if not rows:
        return torch.zeros((), device=ner[0].device)
    sizes = torch.tensor([len(row) for row in rows], device=rows[0].device)
    scores = nn.utils.rnn.pad_sequence(rows, batch_first=True)  # (S, T, 3)
    gold = nn.utils.rnn.pad_sequence(golds, batch_first=True)
    inside = torch.arange(scores.shape[1], device=scores.device) < sizes[:, None]
    stated = (scores.gather(2, gold.unsqueeze(2)).squeeze(2) * inside).sum()
    reached = scores[:, 0] + torch.tensor([0.0, 0.0, BARRED], device=scores.device)
    for at in range(1, scores.shape[1]):
        any_label, entity = torch.logsumexp(reached, dim=1), torch.logsumexp(reached[:, [B, I]], dim=1)
        further = torch.stack([any_label, any_label, entity], dim=1) + scores[:, at]
        reached = torch.where(inside[:, at, None], further, reached)
    return torch.logsumexp(reached, dim=1).sum() - stated


class PathsTask(JointTask):
    """NER as a linear-chain CRF."""

    ner_loss = staticmethod(by_paths)


class NamesTask(JointTask):
    """The encoder is told which pieces are in a name of the knowledge bases, and of what type."""

    def __init__(self, recipe: JointRecipe, data: TrainingData, out: Path, *, names: Gazetteer) -> None:
        self.names = names
        super().__init__(recipe, replace(data, examples=[self.told(e) for e in data.examples], held_out=[]), out)
        self.fingerprint += " names"
        embeddings = self.network.encoder.bert.embeddings
        embeddings.token_type_embeddings = _CaseAndName(embeddings.token_type_embeddings)

    def told(self, example: Example) -> Example:
        """The example with the numbers of its names beside those of its letter cases."""
        words = words_of(example.document.text)
        matches = self.names.matches(words)
        firsts, stops = piece_ranges(example.offsets, [words[a].start for a, _, _ in matches], [words[b - 1].end for _, b, _ in matches])
        kinds = np.zeros_like(example.cases)
        for (_, _, types), first, stop in zip(matches, firsts.tolist(), stops.tolist(), strict=True):
            kinds[first:stop] = 2 + 2 * ENTITY_TYPES.index(types[0])
            kinds[first : first + 1] -= 1
        return replace(example, cases=example.cases + CASES * kinds)


class _CaseAndName(nn.Module):
    def __init__(self, cases: nn.Embedding) -> None:
        super().__init__()
        self.cases = cases
        self.names = nn.Embedding(1 + 2 * len(ENTITY_TYPES), cases.embedding_dim)
        nn.init.zeros_(self.names.weight)

    def forward(self, types: Tensor) -> Tensor:
        told: Tensor = self.cases(types % CASES) + self.names(types // CASES)
        return told


def knowledge_gazetteer(data: Path) -> Gazetteer:
    """The names of the knowledge bases under the data folder. Raises `OSError` where a file is missing."""
    return Gazetteer(knowledge_names(data / "kb"))


def task_of(kind: str, recipe: JointRecipe, data: TrainingData, out: Path, corpora: Path) -> Any:
    """The training task of a variant: `pieces` is the recipe's own, `paths` the CRF, `names` dictionary features."""
    if kind == "names":
        return NamesTask(recipe, data, out, names=knowledge_gazetteer(corpora))
    return (PathsTask if kind == "paths" else JointTask)(recipe, data, out)
