"""Documents told again with other names."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpora.documents import Document, GoldMention
from models.corpora.errors import CorpusMissing
from models.corpora.registry import corpus
from models.training.joint.renaming import LONGEST, SHORT, Pool, name_pool, renamed
from processors.records import EntityType
from tests.models.corpora.conftest import small_data

TEXT = "Valproic acid (VPA) and hepatitis. We gave VPA; valproic acid helped in acute hepatitis."
CHEMICAL, DISEASE = EntityType.CHEMICAL, EntityType.DISEASE


def document(*surfaces: tuple[str, int, EntityType]) -> Document:
    mentions = []
    for surface, occurrence, kind in surfaces:
        start = -1
        for _ in range(occurrence):
            start = TEXT.index(surface, start + 1)
        mentions.append(GoldMention(start, start + len(surface), kind, (f"id:{surface.casefold()}",)))
    return Document("biored/train", "1", TEXT[:34], TEXT, tuple(sorted(mentions, key=lambda m: (m.start, m.end))), {("a", "b"): "Bind"})


POOL: Pool = {
    (CHEMICAL, False): ["pemoline"],
    (CHEMICAL, True): ["DXR"],
    (DISEASE, False): ["heart failure"],
    (DISEASE, True): ["CHF"],
}


def test_a_name_changes_wherever_it_stands_and_keeps_its_capital() -> None:
    chemicals = [("Valproic acid", 1, CHEMICAL), ("VPA", 1, CHEMICAL), ("VPA", 2, CHEMICAL), ("valproic acid", 1, CHEMICAL)]
    given_ = document(("hepatitis", 1, DISEASE), *chemicals)
    told = renamed(given_, POOL, random.Random(1), share=1.0)
    assert told.text == "Pemoline (DXR) and heart failure. We gave DXR; pemoline helped in acute hepatitis."
    assert told.title == "Pemoline (DXR) and heart failure."
    assert [told.text[m.start : m.end] for m in told.mentions] == ["Pemoline", "DXR", "heart failure", "DXR", "pemoline"]
    assert [(m.type, m.ids) for m in told.mentions] == [(m.type, m.ids) for m in given_.mentions]
    assert told.relations == given_.relations


def test_mentions_that_overlap_keep_their_names() -> None:
    given_ = document(("acute hepatitis", 1, DISEASE), ("hepatitis", 2, DISEASE), ("VPA", 1, CHEMICAL))
    told = renamed(given_, POOL, random.Random(1), share=1.0)
    assert [told.text[m.start : m.end] for m in told.mentions] == ["DXR", "acute hepatitis", "hepatitis"]


def test_without_another_name_nothing_changes() -> None:
    given_ = document(("VPA", 1, CHEMICAL))
    assert renamed(given_, {}, random.Random(1), share=1.0) is given_


WORDS = st.lists(st.sampled_from(["Valproic", "acid", "a", "\u03b1", "hepatitis", ".", "(", "VPA", "-"]), min_size=1, max_size=25)


@given(WORDS, st.data())
def test_what_is_between_mentions_and_what_they_mean_stays(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    place = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(place, place).map(sorted).filter(lambda s: s[0] < s[1]), max_size=6))
    kinds = data.draw(st.lists(st.sampled_from([CHEMICAL, DISEASE, EntityType.GENE]), min_size=len(spans), max_size=len(spans)))
    mentions = [GoldMention(a, b, kind, (str(n),)) for n, ((a, b), kind) in enumerate(zip(spans, kinds, strict=True))]
    given_ = Document("biored/train", "1", "", text, tuple(sorted(mentions, key=lambda m: (m.start, m.end))))
    told = renamed(given_, POOL, random.Random(data.draw(st.integers(0, 99))), share=0.5)
    new = {name.casefold() for names in POOL.values() for name in names}
    for before, after in zip(given_.mentions, told.mentions, strict=True):
        assert (before.type, before.ids) == (after.type, after.ids)
        surface = told.text[after.start : after.end]
        assert surface == text[before.start : before.end] or surface.casefold() in new
    assert _without(text, given_) == _without(told.text, told)


def _without(text: str, document: Document) -> str:
    """What no mention covers."""
    covered = {place for m in document.mentions for place in range(m.start, m.end)}
    return "".join(c for place, c in enumerate(text) if place not in covered)


def test_names_are_those_of_the_databases_and_of_the_documents(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    documents = corpus("bc5cdr").read("train", data)
    pool = name_pool(documents, data / "kb", ["Gene", "Chemical", "Disease"])
    assert "pemoline" in pool["Chemical", False]
    assert not any("protein" in name for name in pool["Chemical", False])
    assert not any("," in name for names in pool.values() for name in names)
    assert "heart failure" in pool["Disease", False]
    assert pool["Gene", True] == ["BRCA1"]
    assert all(len(name) <= LONGEST and (len(name) <= SHORT) == short for (_, short), names in pool.items() for name in names)
    own = {d.text[m.start : m.end] for d in documents for m in d.mentions}
    assert own & set(pool["Chemical", False])
    assert not {kind for kind, _ in pool} - {"Gene", "Chemical", "Disease"}


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match="tree-numbers"):
        name_pool([], tmp_path, ["Gene"])
