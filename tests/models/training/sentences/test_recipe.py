"""Sentence recipes."""

from pathlib import Path

import pytest

import models.training
from models.training import read_recipe
from models.training.errors import RecipeError

SHIPPED = Path(models.training.__file__).with_name("recipes")


@pytest.mark.parametrize("path", sorted(p for p in SHIPPED.glob("*.toml") if 'kind = "sentence"' in p.read_text()), ids=lambda p: p.stem)
def test_shipped_ones_are_read_and_are_research(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.kind == "sentence"
    assert recipe.name == path.stem
    assert not recipe.shipping
    assert not recipe.rows.choosing


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[rows]\nname = "gad"\nprotocol = "leaked"', "rows.protocol"),
        ('[rows]\nname = "gad"\nprotocol = "published"\nchoosing = true', "rows.choosing needs rows.carved"),
        ('[rows]\nname = "gad"\nprotocol = "published"\n[network]\npooling = ["cls", "cls"]', "names each part once"),
        ('[rows]\nname = "gad"\nprotocol = "published"\n[network]\npooling = []', "at least one"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, table: str, said: str) -> None:
    path = tmp_path / "r.toml"
    head = 'schema = "biorelay.recipe/1"\nkind = "sentence"\nname = "r"\nversion = "1"\n[encoder]\nfolder = "x"\nlicence = "MIT"\n'
    path.write_text(head + table, encoding="utf-8")
    with pytest.raises(RecipeError, match=said):
        read_recipe(path)
