"""Variants of the shipped recipe are recipes that differ in their corpora, their name and nothing else."""

import tomllib
from pathlib import Path

import pytest

import models.training
from models.evaluation.errors import ResultUnusable
from models.evaluation.ner_report.variants import variants
from models.training.recipe import read_recipe

SHIPPED = Path(models.training.__file__).parent / "recipes" / "relay-mini.toml"


def test_less_of_each_corpus_and_none_of_one(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    whole = tomllib.loads(text)
    names = [part["name"] for part in whole["corpora"]]
    found = dict(variants(text, lambda name: 1 if name == names[0] else 200))
    assert list(found) == ["relay-mini-10", "relay-mini-25", "relay-mini-50", *(f"relay-mini-without-{n}" for n in names if n != "biored")]
    for name, written in found.items():
        (tmp_path / name).write_text(written, encoding="utf-8")
        recipe = read_recipe(tmp_path / name)
        assert (recipe.name, recipe.shipping) == (name, False)
        read = tomllib.loads(written)
        assert {key: value for key, value in read.items() if key not in {"name", "shipping", "corpora"}} == {
            key: value for key, value in whole.items() if key not in {"name", "shipping", "corpora"}
        }
    quarter = tomllib.loads(found["relay-mini-25"])["corpora"]
    assert quarter == [{**part, "limit": 1 if part["name"] == names[0] else 50} for part in whole["corpora"]]
    without = tomllib.loads(found["relay-mini-without-bc5cdr"])["corpora"]
    assert without == [part for part in whole["corpora"] if part["name"] != "bc5cdr"]


@pytest.mark.parametrize("text", ["", "x = ", 'name = "a"\ncorpora = [{name = "biored", passes = 1}]\n', 'name = "a"\ncorpora = 3\n'])
def test_another_layout_is_refused(text: str) -> None:
    with pytest.raises(ResultUnusable):
        list(variants(text, lambda _: 1))
