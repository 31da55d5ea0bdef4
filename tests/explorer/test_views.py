"""Stored views: the shipped file, a user's own, and what is no view."""

from pathlib import Path

import pytest

from biorelay.errors import UnknownView
from biorelay.explorer.views import view_of, views_of
from biorelay.refusals import SettingsError


def test_the_shipped_views() -> None:
    views = views_of(None)
    assert list(views)[:1] == ["schizophrenia"]
    assert len(views["eu-adr"].show.documents) == len(set(views["eu-adr"].show.documents)) == 300
    assert all(view.description for view in views.values())
    assert view_of(views, "schizophrenia").show.center == "mesh:D012559"
    with pytest.raises(UnknownView, match="there is no view 'x'"):
        view_of(views, "x")


def test_a_users_own_views(tmp_path: Path) -> None:
    file = tmp_path / "views.toml"
    file.write_text('[[view]]\nname = "eu-adr"\ntitle = "Mine"\n[view.show]\nids = ["mesh:D1", "mesh:D2"]\n', encoding="utf-8")
    assert views_of(file)["eu-adr"].title == "Mine"
    assert "schizophrenia" in views_of(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[view]", "not TOML"),
        ('[[view]]\nname = "A b"\ntitle = "x"\n[view.show]\ncenter = "a:b"\n', "view.0.name"),
        ('[[view]]\nname = "a"\ntitle = "x"\n[view.show]\n', "give either center, or ids, or documents"),
        ('[[view]]\nname = "a"\ntitle = "x"\n[view.show]\ncenter = "a:b"\nhops = 3\n', "hops"),
        ('[[view]]\nname = "a"\ntitle = "x"\n[view.show]\ncenter = "a:b"\npredicates = []\n', "predicates"),
        ('[view]\nname = "a"\n', "view"),
    ],
)
def test_what_is_no_view(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "views.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"views\.toml") as raised:
        views_of(file)
    assert said in str(raised.value)
    with pytest.raises(SettingsError, match="cannot be read"):
        views_of(tmp_path / "none.toml")
