"""The training task of an assertion tagger."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from models.corpora.bioscope import GoldAbstract
from models.evaluation.polarity import score_scopes
from models.runtime.tokenizer import PieceTokenizer
from models.training.assertion.examples import ExampleMaker
from models.training.assertion.network import Tagger
from models.training.assertion.recipe import AssertionRecipe
from models.training.assertion.tagger import Finder
from models.training.attention import reduced
from models.training.network import seed_dropout
from models.training.plan import halves, padded, padded_pieces, plan
from models.training.weights import TOKENIZER, load_encoder, weights_folder


class AssertionTask:
    """What `models.training.engine` runs. Raises `WeightsMissing`."""

    def __init__(self, recipe: AssertionRecipe, learned: Sequence[GoldAbstract], carved: Sequence[GoldAbstract], out: Path) -> None:
        self.recipe = recipe
        self.carved = carved
        self.maker = ExampleMaker(PieceTokenizer(weights_folder(recipe.encoder, out) / TOKENIZER), window=recipe.encoder.window)
        self.examples = [e for a in learned for e in map(self.maker.make, a.sentences) if len(e.ids)]
        self.fingerprint = f"{recipe.fingerprint()} {hashlib.sha256(repr((learned, carved)).encode()).hexdigest()}"
        self.network = Tagger(load_encoder(recipe.encoder, out, seed=recipe.seed), width=recipe.width, dropout=recipe.dropout)
        self.shapes = [example.shape for example in self.examples]
        passes = [recipe.passes] * len(self.examples)
        self.steps = plan(self.shapes, passes, tokens_per_step=recipe.optimiser.tokens_per_step, seed=recipe.seed)
        self.sizes = [padded_pieces(self.shapes, step) for step in self.steps]
        read = [self.examples[i] for step in self.steps for i in step]
        self._scopes = max(sum(len(e.scopes) for e in read) / max(len(self.steps), 1), 1.0)

    def parts(self, step: int, n: int) -> Sequence[list[int]]:
        return halves(self.shapes, self.steps[step], n)

    def learn(self, part: Sequence[int], seed: int) -> Mapping[str, Tensor]:
        device = next(self.network.parameters()).device
        seed_dropout(seed, device)
        examples = [self.examples[i] for i in part]
        ids, mask = (torch.from_numpy(array).to(device) for array in padded([self.maker.framed(example) for example in examples]))
        bf16 = self.recipe.optimiser.precision == "bf16"
        with reduced(device, bf16=bf16):
            hidden = self.network.hidden(ids, mask)
        cues, scopes = torch.zeros((), device=device), torch.zeros((), device=device)
        for example, states in zip(examples, hidden.float(), strict=True):
            read = states[1 : len(example.ids) + 1]
            gold = torch.from_numpy(example.labels).to(device)
            cues = cues + cross_entropy(self.network.cues(read).reshape(-1, 3), gold.reshape(-1), reduction="sum")
            for scope in example.scopes:
                ends = self.network.scope(read, scope.kind, scope.first, scope.stop)
                wanted = torch.tensor([scope.start, scope.end - 1], device=device)
                scopes = scopes + cross_entropy(ends.T, wanted, reduction="sum")
        # Both by the scopes of a step: a mean over all pieces, next to none of which is a cue, would let scopes have the whole gradient.
        losses = {"cues": cues / self._scopes, "scopes": scopes / self._scopes}
        (losses["cues"] + losses["scopes"]).backward()  # type: ignore[no-untyped-call]
        return {name: loss.detach() for name, loss in losses.items()}

    def score(self) -> Mapping[str, float] | None:
        """Exact cues and exact scopes of the carved abstracts, both kinds; `mean` of the four."""
        if not self.carved:
            return None
        device = next(self.network.parameters()).device
        found = score_scopes(self.carved, Finder(self.network.to("cpu"), self.maker), gold_cues=False)
        self.network.to(device)
        scores = {f"{kind} {name}": found[kind][name]["f1"] / 100 for kind in ("negation", "speculation") for name in ("cue", "scope")}
        return {**scores, "mean": sum(scores.values()) / len(scores)}
