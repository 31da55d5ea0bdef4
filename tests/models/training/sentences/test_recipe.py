"""Sentence recipes."""

from pathlib import Path

import pytest

import models.training
from models.training import read_recipe
from models.training.errors import RecipeError
from models.training.sentences.sets import SETS

SHIPPED = Path(models.training.__file__).with_name("recipes")


def test_shipped_ones_are_read_and_are_research() -> None:
    found = {path.stem: recipe for path in sorted(SHIPPED.glob("*.toml")) if (recipe := read_recipe(path)).kind == "sentence"}
    assert {"gad", "gad-grouped", "eu-adr", "aimed", "bioinfer", "iepa", "lll"} <= set(found)
    scored = {(scored.corpus, scored.protocol) for scored in SETS.values()}
    for name, recipe in found.items():
        assert recipe.name == name
        assert not recipe.shipping, "no corpus of sentences has a licence on the allow-list"
        assert not recipe.rows.choosing
        assert (recipe.rows.name, recipe.rows.protocol) in scored, "it stands in a table"


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
