"""What an artefact's `manifest.json` must state, schema `biorelay.artefact/1`."""

from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from models.runtime.errors import GuidelineUnknown
from models.runtime.spans import SpanRule

SCHEMA = "biorelay.artefact/1"

OPSETS = range(13, 24)
"""Default-domain ONNX operator sets that this version was written for; 13 brought per-channel quantisation."""

Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Part(BaseModel):
    """Base of the manifest's parts: immutable; what this version does not know is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class FileEntry(Part):
    """What a file of the artefact must be, to the byte."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(ge=0)]


class EncoderSpec(Part):
    """The shared encoder: sizes in pieces; a window counts its two special pieces."""

    hidden: Annotated[int, Field(gt=0)]
    window: Annotated[int, Field(gt=2)]
    overlap: Annotated[int, Field(ge=0)]
    precision: str
    opset: int
    lowercase: bool = True
    case: bool = False  # the token types say how each piece's word is written (`models.runtime.case`)

    @model_validator(mode="after")
    def _runs_here(self) -> Self:
        if self.opset not in OPSETS:
            raise ValueError(f"opset {self.opset} is outside {OPSETS.start} to {OPSETS.stop - 1}, which this version runs")
        if self.overlap >= self.window - 2:
            raise ValueError(f"an overlap of {self.overlap} pieces leaves nothing of a window of {self.window}")
        return self


class NerSpec(Part):
    """The token heads: `logits[:, 3*k + {0, 1, 2}]` are O, B and I of head k.

    A head marks one entity type by one corpus's guideline; without `heads` there is one for each type, in their order.
    """

    types: Annotated[tuple[str, ...], Field(min_length=1)]
    heads: tuple[tuple[str, str], ...] = ()  # corpus, type
    guideline: str = ""  # the corpus that is followed where the caller names none; it has a head for every type
    temperature: Positive | dict[str, Positive] = 1.0
    threshold: Share | dict[str, Share] = 0.0
    platt: tuple[Positive, Finite] | None = None  # slope and offset (`models.runtime.spans.SpanRule`)

    @model_validator(mode="after")
    def _names_its_types(self) -> Self:
        if len(set(self.types)) != len(self.types):
            raise ValueError("a type is named twice")
        for table in (self.temperature, self.threshold):
            if isinstance(table, dict) and set(table) != set(self.types):
                raise ValueError(f"a table by type names {sorted(table)}, the types are {sorted(self.types)}")
        lacking = [name for name in self.types if self.heads and (self.guideline, name) not in self.heads]
        if lacking:
            raise ValueError(f"guideline {self.guideline!r} has no head for {', '.join(lacking)}")
        return self

    @property
    def guidelines(self) -> tuple[str, ...]:
        """The corpora whose guidelines can be followed."""
        return tuple(dict.fromkeys(name for name, _ in self.heads))

    def columns(self, guideline: str | None = None) -> tuple[int, ...]:
        """The columns of O, B and I of each type, in the order of `types`: by that guideline, where it has the type, else by the default.

        Raises `GuidelineUnknown` for a guideline that no head follows.
        """
        if guideline is not None and guideline not in self.guidelines:
            raise GuidelineUnknown(
                f"this model has no guideline {guideline!r}",
                remedy=f"Name one of {', '.join(self.guidelines)}, or none." if self.heads else "Name none: it learned one way alone.",
            )
        heads = self.heads or tuple((self.guideline, name) for name in self.types)
        at = [heads.index((guideline, name) if (guideline, name) in heads else (self.guideline, name)) for name in self.types]
        return tuple(3 * head + label for head in at for label in range(3))

    def rule(self) -> SpanRule:
        """How mentions are scored and which are kept."""
        return SpanRule(self._by_type(self.temperature), self._by_type(self.threshold), self.platt)

    def _by_type(self, value: float | dict[str, float]) -> tuple[float, ...]:
        return tuple(value[name] for name in self.types) if isinstance(value, dict) else (value,) * len(self.types)


class NoveltySpec(Part):
    """Of a stated relation: p(the article's own finding) = sigmoid((logit + bias) / temperature)."""

    bias: Finite = 0.0
    temperature: Positive = 1.0


class RelationsSpec(Part):
    """The pair head: `labels[0]` is None, no relation; its logit gets `none_bias`, then all are divided by `temperature`.

    A pair is related where the probability of any relation is at least `threshold` (without one: where None is not
    the likeliest label), by the likeliest label besides None. `decision` says the same in words.
    """

    labels: Annotated[tuple[str, ...], Field(min_length=2)]
    none_bias: Finite = 0.0
    temperature: Positive = 1.0
    threshold: Share | None = None
    type_pairs: tuple[tuple[str, str], ...]
    features: str
    novelty: NoveltySpec | None = None  # None: this model does not judge it
    decision: Any = None

    @field_validator("labels")
    @classmethod
    def _none_first(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if labels[0] != "None" or len(set(labels)) != len(labels):
            raise ValueError(f"labels must be distinct and begin with None, not {labels}")
        return labels


class Manifest(Part):
    """One artefact: what it is, what runs it, and the sha256 of every file."""

    schema_: Literal["biorelay.artefact/1"] = Field(alias="schema")
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    generation: Annotated[int, Field(ge=0)]
    task: Literal["ner+relations"]
    software: str = ""
    git_commit: str | None = None
    encoder: EncoderSpec
    ner: NerSpec
    relations: RelationsSpec
    files: dict[str, FileEntry]
    training: dict[str, Any] = {}
    metrics: dict[str, Any] = {}

    @field_validator("version", mode="before")
    @classmethod
    def _version_is_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("files")
    @classmethod
    def _stay_in_the_folder(cls, files: dict[str, FileEntry]) -> dict[str, FileEntry]:
        for name in files:
            if PurePosixPath(name).name != name or "\\" in name or name in ("", ".", ".."):
                raise ValueError(f"file {name!r} does not lie in the artefact's own folder")
        return files

    @model_validator(mode="after")
    def _types_agree(self) -> Self:
        unknown = {name for pair in self.relations.type_pairs for name in pair} - set(self.ner.types)
        if unknown:
            raise ValueError(f"relations.type_pairs name {sorted(unknown)}, which ner.types lack")
        return self
