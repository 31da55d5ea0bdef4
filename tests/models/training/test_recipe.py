"""Recipes: the shipped one is sound, and faults are named."""

from pathlib import Path

import pytest

import models.training
from models.corpora.registry import CORPORA
from models.training import read_recipe
from models.training.errors import RecipeError
from models.training.recipe import with_encoder

RECIPES = Path(models.training.__file__).with_name("recipes")
RELAY = RECIPES / "relay-mini.toml"
SHIPPED = sorted(RECIPES.glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_recipes_are_sound(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.name == path.stem
    if recipe.kind == "joint":
        assert len(set(recipe.held_out)) == len(recipe.held_out) > 20
        assert {part.name for part in recipe.corpora} <= CORPORA.keys()
    assert recipe.fingerprint() == read_recipe(path).fingerprint()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("seed = 1", "seed = 'one'", "seed"),
        ("seed = 1", "seed = 1\nsede = 2", "sede"),
        ('name = "biored"\npasses = 16', 'name = "biored"\npasses = 0', "corpora.0.passes"),
        ("biorelay.recipe/1", "biorelay.recipe/2", "schema"),
        ("encoder_rate = 3e-4", "encoder_rate = -1.0", "encoder_rate"),
        ("[relations]", "[relations", "TOML"),
        ('licence = "Apache-2.0', 'licence = "not stated', "weights whose licence is"),
    ],
)
def test_faults_are_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = RELAY.read_text(encoding="utf-8")
    assert old in text
    place = tmp_path / "recipe.toml"
    place.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RecipeError, match=complaint):
        read_recipe(place)


def test_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no recipe"):
        read_recipe(tmp_path / "none.toml")


def test_anything_that_matters_changes_the_fingerprint(tmp_path: Path) -> None:
    text = RELAY.read_text(encoding="utf-8")
    place = tmp_path / "recipe.toml"
    place.write_text(text.replace("seed = 1", "seed = 2"), encoding="utf-8")
    assert read_recipe(place).fingerprint() != read_recipe(RELAY).fingerprint()


def test_a_recipe_extends_another(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(RELAY.read_text(encoding="utf-8"), encoding="utf-8")
    place = tmp_path / "recipe.toml"
    place.write_text('extends = "base.toml"\nseed = 7\n[optimiser]\nencoder_rate = 1e-5\n', encoding="utf-8")
    base, recipe = read_recipe(RELAY), read_recipe(place)
    assert recipe.seed == 7
    assert recipe.optimiser.encoder_rate == 1e-5
    assert recipe.optimiser.head_rate == type(recipe.optimiser)().head_rate  # a table is taken whole or not at all
    assert recipe.corpora == base.corpora
    for wrong, complaint in (("none.toml", "no recipe"), ("recipe.toml", "extends itself")):
        place.write_text(f'extends = "{wrong}"\n', encoding="utf-8")
        with pytest.raises(RecipeError, match=complaint):
            read_recipe(place)


def test_how_a_result_is_served_changes_no_fingerprint(tmp_path: Path) -> None:
    place = tmp_path / "recipe.toml"
    place.write_text(RELAY.read_text(encoding="utf-8") + '\n[export]\nprecision = "fp16"\nloss_limit = 1.0\n', encoding="utf-8")
    recipe = read_recipe(place)
    assert recipe.export.precision == "fp16"
    assert recipe.fingerprint() == read_recipe(RELAY).fingerprint()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_any_recipe_takes_another_encoder(path: Path, tmp_path: Path) -> None:
    given = read_recipe(path)
    for named, field in ((str(tmp_path), "folder"), ("org/some_encoder", "hub")):
        recipe = with_encoder(given, named)
        assert getattr(recipe.encoder, field) == named
        assert recipe.encoder.window == given.encoder.window
        assert not recipe.shipping
        assert recipe.name.startswith(f"{given.name}-")
        assert recipe.fingerprint() != given.fingerprint()
        stated = {**recipe.model_dump(by_alias=True), "export": recipe.export.model_dump()}  # no weight depends on it: it is not dumped
        assert type(given).model_validate(stated, strict=True) == recipe
