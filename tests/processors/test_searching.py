"""The search by names: what it finds, what it leaves, and where."""

import pytest

from processors.normalisation import exact_key, loose_key
from processors.records import EntityType
from processors.searching import Found, Searcher, apart, changes, written
from processors.vocabulary import Key, Vocabulary

D, G, C = EntityType.DISEASE, EntityType.GENE, EntityType.CHEMICAL


def key(kind: EntityType, name: str) -> Key:
    return Key(kind, exact_key(name))


def loose(kind: EntityType, name: str) -> Key:
    return Key(kind, loose_key(kind, name), loose=True)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("IL-6 rose.", "IL-6"),
        ("Plasma il6 rose.", "il6"),
        ("of IL 6", "IL 6"),
        ("IL-6s", "IL-6s"),
        ("interleukin-6", None),
        ("IL-60 rose.", None),
        ("IL", None),
        ("", None),
        ("\x00\ud800\u202e 6 IL -", None),
    ],
)
def test_spelling_of_a_joined_name(text: str, there: str | None) -> None:
    found = Searcher({"x": [key(G, "IL6")]}).search(text)
    assert [text[place.start : place.end] for place in found.get("x", ())] == ([there] if there else [])


def test_words_of_a_loose_key_may_stand_apart_and_in_any_order() -> None:
    searcher = Searcher({"x": [loose(D, "breast cancer")]})
    for text in ("carcinoma, but neoplasms of the left breast", "breast and ovarian tumours", "Mammary Cancers"):
        assert searcher.search(text), text
    assert not searcher.search("breast pain; he was treated, years later and elsewhere, for cancer")


def test_a_whole_name_is_told_from_a_part() -> None:
    (place,) = Searcher({"x": [key(D, "seizures")]}).search("a seizure")["x"]
    assert not place.whole, "the singular of the key only"
    (place,) = Searcher({"x": [key(D, "seizure")]}).search("two seizures")["x"]
    assert place == Found(1, 1, 4, 12, True)


def test_offsets_count_code_points_of_the_text_as_it_stands() -> None:
    text = "In Raynaud\u2019s disease \U0001d6c3-adrenergic TNF-\u03b1 and na\u00efve"
    found = Searcher({"r": [key(D, "Raynaud disease")], "t": [key(G, "TNF alpha")], "n": [key(D, "naive")]}).search(text)
    assert {thing: text[places[0].start : places[0].end] for thing, places in found.items()} == {
        "r": "Raynaud\u2019s disease",
        "t": "TNF-\u03b1",
        "n": "na\u00efve",
    }


def test_things_may_share_names() -> None:
    found = Searcher({"a": [key(G, "p53")], "b": [key(G, "p53"), key(G, "TP53")]}).search("p53 and TP53")
    assert {thing: len(places) for thing, places in found.items()} == {"a": 1, "b": 2}


def test_how_far_apart() -> None:
    found = Searcher({"a": [key(C, "aspirin")], "b": [key(D, "pain")]}).search("aspirin or ibuprofen for chronic pain; pain, aspirin")
    assert apart(found["a"], found["b"]) == 0
    far = Searcher({"a": [key(C, "aspirin")], "b": [key(D, "pain")]}).search("aspirin or ibuprofen for chronic pain")
    assert apart(far["a"], far["b"]) == 4
    assert apart(far["b"], far["a"]) == 4


def test_a_variant_is_found_in_every_notation() -> None:
    assert changes("p|SUB|V|600|E") == written("V600E") & changes("p|SUB|V|600|E")
    searcher = Searcher({"x": changes("p|SUB|V|600|E")})
    for text in ("BRAF V600E", "p.Val600Glu", "Val600Glu", "p.V600E"):
        assert searcher.search(text), text
    assert not searcher.search("V600K")


def test_keys_of_an_identifier() -> None:
    found = Vocabulary.open().keys_of({"mesh:D006973", "ncbigene:22059", "mesh:nothing"})
    assert Key(D, "highbloodpressure") in found["mesh:D006973"] or Key(D, "hypertension") in found["mesh:D006973"]
    assert Key(G, "tp53") in found["ncbigene:22059"], "the mouse's gene has the names of the human one"
    assert "mesh:nothing" not in found
    assert all(kind is not G for kind, _, _ in found["mesh:D006973"])
