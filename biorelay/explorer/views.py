"""Stored views: parts of the graph worth looking at, as data. The shipped ones are in `views.toml`, others in the file of the settings.

    [[view]]
    name = "clonidine"
    title = "What is related to clonidine"
    description = "Two steps around clonidine."
    [view.show]
    center = "mesh:D003000"
    hops = 2

`show` holds what `/api/v1/network` takes: `center`, `ids` or `documents`, and filters.
"""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from biorelay.explorer.drawing import MOST_EDGES, MOST_ENTITIES
from biorelay.explorer.parameters import Beside, Text
from biorelay.explorer.refusals import UnknownView
from biorelay.refusals import SettingsError

MOST_DOCUMENTS = 5000
"""Papers of one view."""


class Shown(Beside):
    """What is drawn: what lies around an entity, between some entities, or in some papers; and which relations of it."""

    center: Text | None = None
    """around this entity, by CURIE or whole name"""
    hops: Annotated[int, Field(ge=1, le=2)] = 1
    """how far around"""
    ids: Annotated[tuple[Text, ...], Field(max_length=MOST_ENTITIES)] = ()
    """between these entities, by CURIE"""
    documents: Annotated[tuple[Text, ...], Field(max_length=MOST_DOCUMENTS)] = ()
    """in these papers, by CURIE"""
    max_edges: Annotated[int, Field(ge=1, le=MOST_EDGES)] = 500
    """edges, the strongest first"""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(map(bool, (self.center, self.ids, self.documents))) != 1:
            raise ValueError("give either center, or ids, or documents")
        return self


class View(BaseModel):
    """A stored view."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=2000)] = ""
    show: Shown


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    view: list[View] = []


def views_of(more: Path | None) -> dict[str, View]:
    """The shipped views by name, and those of a file, which replace shipped ones of their names. Raises `SettingsError`."""
    shipped = _read(files("biorelay.explorer").joinpath("views.toml").read_text(encoding="utf-8"), "views.toml")
    if more is None:
        return {view.name: view for view in shipped}
    try:
        text = more.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError(f"serve.views: {more} cannot be read: {error}", remedy="Name a TOML file.") from error
    return {view.name: view for view in (*shipped, *_read(text, str(more)))}


def view_of(views: dict[str, View], name: str) -> View:
    """The view of this name. Raises `UnknownView`."""
    if name not in views:
        raise UnknownView(f"there is no view {name[:80]!r}", remedy=f"There is {', '.join(views)}.")
    return views[name]


def _read(text: str, place: str) -> Sequence[View]:
    try:
        return _File.model_validate(tomllib.loads(text)).view
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{place} is not TOML: {error}", remedy="Mend the file.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{place}: {where}: {said}", remedy="docs/explorer.md says what a view holds.") from error
