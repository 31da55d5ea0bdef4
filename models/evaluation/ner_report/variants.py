"""A joint recipe's variants for a learning curve and for tests across corpora: with less of each corpus, and without one of them.

python -m models.evaluation.ner_report.variants models/training/recipes/relay-mini.toml --data ../shared/data --output variants
biorelay train variants/relay-mini-25.toml --data ../shared/data --output runs
python -m models.evaluation.ner_report --data ../shared/data --only spans --model "a quarter=runs/relay-mini-25/1"
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from models.evaluation.errors import ResultUnusable
from models.evaluation.ner_report.bench import SHARES, Bench
from models.runtime.errors import BiorelayError

KEPT = ("biored",)
"""Corpora that every variant needs: the joint model's relations and its held-out documents are theirs."""

_PART = re.compile(r"^\[\[corpora\]\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
_NAME = re.compile(r'^name = "([^"]*)"$', re.MULTILINE)
_SHIPPING = re.compile(r"^shipping = true$", re.MULTILINE)


def variants(recipe: str, sizes: Callable[[str], int], shares: Sequence[int] = SHARES) -> Iterator[tuple[str, str]]:
    """Name and text of each variant of a recipe's text, for research only; everything but the corpora, the name and `shipping` stands.

    `sizes` says how many training documents a corpus has. Raises `ResultUnusable` where the text is no recipe of the usual layout:
    one `[[corpora]]` table a corpus, with its name on a line of its own.
    """
    parts = _PART.findall(recipe)
    names = [_name(part) for part in parts]
    try:
        read = tomllib.loads(recipe)
        usual = [part["name"] for part in read["corpora"]] == names and _NAME.search(recipe)
        own = str(read["name"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ResultUnusable(f"no joint recipe: {error!r}") from error
    if not usual:
        raise ResultUnusable(f"recipe {own} is not laid out as its variants need it", remedy="Write one [[corpora]] table a corpus.")
    for share in shares:
        less = recipe
        for name, part in zip(names, parts, strict=True):
            less = less.replace(part, _limited(part, max(1, sizes(name) * share // 100)))
        yield f"{own}-{share}", _renamed(less, f"{own}-{share}")
    for name in names:
        if name not in KEPT:
            yield f"{own}-without-{name}", _renamed(recipe.replace(parts[names.index(name)], ""), f"{own}-without-{name}")


def _name(part: str) -> str:
    found = _NAME.search(part)
    return found[1] if found else ""


def _limited(part: str, limit: int) -> str:
    lines = [line for line in part.rstrip("\n").split("\n") if not line.startswith("limit")]
    return "\n".join([*lines, f"limit = {limit}"]) + "\n" * (len(part) - len(part.rstrip("\n")))


def _renamed(recipe: str, name: str) -> str:
    return _SHIPPING.sub("shipping = false", _NAME.sub(f'name = "{name}"', recipe, count=1), count=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the variants' files; 0, or 1 with a line that says what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m models.evaluation.ner_report.variants", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("recipe", type=Path, help="a joint recipe")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="the corpora's folder")
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="where the recipes go")
    asked = parser.parse_args(arguments)
    try:
        bench = Bench(asked.data, asked.output, tell=lambda what: None)
        asked.output.mkdir(parents=True, exist_ok=True)
        for name, text in variants(asked.recipe.read_text(encoding="utf-8"), lambda name: len(bench.training(name))):
            path = asked.output / f"{name}.toml"
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path}\n")
    except (BiorelayError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
