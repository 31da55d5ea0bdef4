"""The joint model's training task: NER and pairs of whole documents."""

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from torch import Tensor

from models.training.joint.data import HELD_OUT, TrainingData
from models.training.joint.examples import IGNORED, Example, columns, type_pair_indices
from models.training.joint.held_out import score
from models.training.joint.network import build
from models.training.joint.recipe import JointRecipe
from models.training.joint.renaming import renamed
from models.training.joint.steps import Batch, NerLoss, PairTask, by_pieces, learn, pair_task, with_soft
from models.training.plan import halves, padded_pieces, plan


class JointTask:
    """What `models.training.engine` runs. Raises `WeightsMissing`."""

    ner_loss: NerLoss = staticmethod(by_pieces)

    def __init__(self, recipe: JointRecipe, data: TrainingData, out: Path) -> None:
        self.data = data
        self.recipe = recipe
        self.fingerprint = f"{recipe.fingerprint()} {data.fingerprint}"
        self.network = build(recipe, data.heads, out)
        self.shapes = [example.shape for example in data.examples]
        self.steps = plan(self.shapes, data.passes, tokens_per_step=recipe.optimiser.tokens_per_step, seed=recipe.seed)
        self.sizes = [padded_pieces(self.shapes, step) for step in self.steps]
        self.type_pairs = type_pair_indices(recipe.relations.type_pairs)
        distil = recipe.distil
        self._temperature = distil.temperature if distil else 1.0
        self._tasks = [pair_task(e, self.type_pairs, data.targets, temperature=self._temperature) for e in data.examples]
        self._mean = self._means()
        self._weights = {
            "ner": 1.0,
            "pairs": recipe.relations.weight,
            "cid": recipe.relations.cid_weight,
            "novel": recipe.relations.novel_weight,
            "soft": distil.weight if distil else 0.0,
        }

    def parts(self, step: int, n: int) -> Sequence[list[int]]:
        return halves(self.shapes, self.steps[step], n)

    def learn(self, part: Sequence[int], seed: int) -> Mapping[str, Tensor]:
        examples, tasks = zip(*self._read(part, seed), strict=True)
        batch = Batch(examples, self.data.first, self.data.last)
        bf16 = self.recipe.optimiser.precision == "bf16"
        return learn(
            self.network,
            batch,
            tasks,
            mean=self._mean,
            weights=self._weights,
            seed=seed,
            bf16=bf16,
            temperature=self._temperature,
            ner_loss=self.ner_loss,
        )

    def _read(self, part: Sequence[int], seed: int) -> Iterator[tuple[Example, PairTask | None]]:
        """The examples as they are read this time, with their pairs; names are drawn by the seed alone."""
        rng = random.Random(seed)  # noqa: S311  a choice of names, no secret
        for i in part:
            example, task = self.data.examples[i], self._tasks[i]
            if self.data.names is not None and self.recipe.names is not None:
                document = renamed(example.document, self.data.names, rng, share=self.recipe.names.share)
                if document is not example.document:
                    example = self.data.maker.make(document)
                    task = with_soft(pair_task(example, self.type_pairs), task)
            yield example, task

    def score(self) -> Mapping[str, float] | None:
        if not self.data.held_out:
            return None
        read = columns(self.data.heads, HELD_OUT)
        return score(self.network, self.data.held_out, self.type_pairs, columns=read, first=self.data.first, last=self.data.last)

    def _means(self) -> dict[str, float]:
        """What a step holds on average: pieces, BioRED pairs, chemical-induced-disease pairs, relations, pairs with soft labels."""
        read = [i for step in self.steps for i in step]
        tasks = [task for task in (self._tasks[i] for i in read) if task]
        counts = {
            "ner": sum(len(self.data.examples[i].ids) for i in read),
            "pairs": sum(int((task.labels != IGNORED).sum()) for task in tasks),
            "cid": sum(int((task.cid != IGNORED).sum()) for task in tasks),
            "novel": sum(int((task.novel != IGNORED).sum()) for task in tasks),
            "soft": sum(int(task.soft[:, 0].isfinite().sum()) for task in tasks if task.soft is not None),
        }
        return {name: max(count / len(self.steps), 1.0) for name, count in counts.items()}
