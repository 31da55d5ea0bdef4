"""Every setting by its dotted key: what it means, what it may be, and how else it is called."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from biorelay.settings.section import Section
from biorelay.settings.sections import ENVIRONMENT_PREFIX, Settings


@dataclass(frozen=True)
class Key:
    """One setting."""

    name: str  # worker.batch
    meaning: str
    default: Any
    accepts: str  # in words: 'whole number, 1 to 10000'
    secret: bool

    @property
    def variable(self) -> str:
        """`BIORELAY_WORKER_BATCH`."""
        return variable(self.name)


def variable(name: str) -> str:
    """The environment variable of a dotted key."""
    return ENVIRONMENT_PREFIX + name.replace(".", "_").upper()


def sections() -> dict[str, type[Section]]:
    """The sections by name, in their order."""
    return {name: type(field.default) for name, field in Settings.model_fields.items() if isinstance(field.default, Section)}


@cache
def keys() -> dict[str, Key]:
    """Every setting by its dotted name: those without a section first, as a TOML file needs them."""
    found = {name: _key(name, field) for name, field in Settings.model_fields.items() if name not in sections()}
    for section, model in sections().items():
        for name, field in model.model_fields.items():
            found[f"{section}.{name}"] = _key(f"{section}.{name}", field)
    return found


def nearest(name: str) -> str | None:
    """The key that was most likely meant by one that does not exist: by its whole name, or by its last word in another section."""
    known = list(keys())
    if close := difflib.get_close_matches(name, known if "." in name else [*known, *sections()], n=1, cutoff=0.75):
        return close[0]
    words = {key.rpartition(".")[2]: key for key in known}
    close = difflib.get_close_matches(name.rpartition(".")[2], list(words), n=1, cutoff=0.75)
    return words[close[0]] if close else None


def _key(name: str, field: FieldInfo) -> Key:
    kinds = set(_kinds(field.annotation))
    meaning = " ".join((field.description or "").split())
    return Key(name, meaning, field.default, _accepts(field), secret=SecretStr in kinds)


def _kinds(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _kinds(part)
    elif get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    else:
        yield annotation


_WORDS = {bool: "true or false", int: "whole number", float: "number", str: "text", SecretStr: "text, kept secret"}


def _accepts(field: FieldInfo) -> str:
    said = [_kind(kind) for kind in _kinds(field.annotation) if kind is not NoneType]
    low = high = pattern = None
    for rule in field.metadata:
        low = getattr(rule, "ge", None) if getattr(rule, "ge", None) is not None else low
        if getattr(rule, "gt", None) is not None:
            said.append(f"above {rule.gt}")
        high = getattr(rule, "le", high)
        pattern = getattr(rule, "pattern", pattern)
    if low is not None or high is not None:
        said.append(f"at least {low}" if high is None else f"at most {high}" if low is None else f"{low} to {high}")
    if pattern:
        said.append(f"matching {pattern}")
    return ", ".join(said)


def _kind(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(map(str, get_args(kind)))
    if get_origin(kind) is tuple:
        return f"list of {_kind(get_args(kind)[0])}"
    return _WORDS.get(kind, "path")
