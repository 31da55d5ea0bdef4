"""Every error has its place in the drawing of `biorelay.errors`, a stable code of its own, and is re-exported."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import biorelay.errors
from biorelay.errors import BiorelayError

ROOMS = ("biorelay", "stream", "graphstore", "processors", "models")


def _load_every_error_module() -> None:
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if module.name.rpartition(".")[2] in {"errors", "refusals"}:
                importlib.import_module(module.name)


def _family(of: type[BiorelayError]) -> Iterator[type[BiorelayError]]:
    for child in sorted(of.__subclasses__(), key=lambda child: child.__name__):
        if child.__module__.startswith(ROOMS):
            yield child
            yield from _family(child)


def _draw(error: type[BiorelayError], depth: int = 0) -> list[str]:
    lines = ["  " * depth + error.__name__]
    for child in sorted(error.__subclasses__(), key=lambda child: child.__name__):
        if child.__module__.startswith(ROOMS):
            lines += _draw(child, depth + 1)
    return lines


def test_the_drawing_is_the_tree() -> None:
    _load_every_error_module()
    documented = inspect.getdoc(biorelay.errors) or ""
    drawn = [line.removeprefix("    ").rstrip() for line in documented.splitlines() if re.match(r"^ {4,}\w+( |$)", line)]
    names = [re.split(r" {2,}(?=\S)", line.lstrip())[0] for line in drawn]
    indented = [" " * (len(line) - len(line.lstrip())) + name for line, name in zip(drawn, names, strict=True)]
    assert indented == _draw(BiorelayError)


def test_errors_are_defined_where_the_tree_can_see_them() -> None:
    own = re.compile(r'^    code(: ClassVar\[str\])? = "[a-z-]+\.', re.MULTILINE)
    root = Path(__file__).parents[2]
    files = [file for room in ROOMS for file in (root / room).rglob("*.py") if file.stem not in {"errors", "refusals"}]
    assert len(files) > 100
    assert [str(file.relative_to(root)) for file in files if own.search(file.read_text(encoding="utf-8"))] == []


def test_every_error_is_exported_here() -> None:
    _load_every_error_module()
    for error in _family(BiorelayError):
        assert getattr(biorelay.errors, error.__name__, None) is error
        assert error.__name__ in biorelay.errors.__all__


def test_codes_are_stable_words_and_no_two_errors_share_one() -> None:
    _load_every_error_module()
    codes = [error.code for error in _family(BiorelayError)]
    assert sorted(codes) == sorted(set(codes))
    for code in codes:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)?", code), code


def test_every_error_says_what_it_means() -> None:
    _load_every_error_module()
    for error in _family(BiorelayError):
        assert error.__doc__
        assert error.__doc__ != BiorelayError.__doc__


def test_an_error_carries_its_remedy() -> None:
    with pytest.raises(BiorelayError, match="broken") as caught:
        raise BiorelayError("broken", remedy="mend it")
    assert caught.value.remedy == "mend it"
