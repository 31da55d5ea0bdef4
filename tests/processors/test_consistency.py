"""Names agree on one type within a document."""

from hypothesis import given
from hypothesis import strategies as st

from processors.consistency import agreed_types

GENE, CHEMICAL, DISEASE = 0, 1, 2


def places(text: str, *wanted: tuple[str, int, int, float]) -> list[tuple[int, int, int, float]]:
    """(surface, occurrence, type, score) as (start, end, type, score)."""
    found = []
    for surface, occurrence, kind, score in wanted:
        start = -1
        for _ in range(occurrence):
            start = text.index(surface, start + 1)
        found.append((start, start + len(surface), kind, score))
    return found


def test_the_type_with_the_most_evidence_wins() -> None:
    text = "Naloxone blocks. naloxone acts. Naloxone rests."
    mentions = places(text, ("Naloxone", 1, CHEMICAL, 0.9), ("naloxone", 1, GENE, 0.95), ("Naloxone", 2, CHEMICAL, 0.4))
    assert agreed_types(text, mentions) == [CHEMICAL, CHEMICAL, CHEMICAL]


def test_an_abbreviation_means_what_it_abbreviates() -> None:
    text = "Valproic acid (VPA) was given to patients. VPA was measured, and VPAs compared."
    mentions = places(text, ("Valproic acid", 1, CHEMICAL, 0.99), ("VPA", 1, CHEMICAL, 0.9), ("VPA", 2, GENE, 0.95), ("VPAs", 1, GENE, 0.9))
    assert agreed_types(text, mentions) == [CHEMICAL] * 4


def test_a_tie_goes_to_the_first() -> None:
    text = "cold and cold"
    assert agreed_types(text, places(text, ("cold", 1, DISEASE, 0.5), ("cold", 2, CHEMICAL, 0.5))) == [DISEASE, DISEASE]


def test_other_names_keep_their_types() -> None:
    text = "BRCA1 and lead"
    assert agreed_types(text, places(text, ("BRCA1", 1, GENE, 0.2), ("lead", 1, CHEMICAL, 0.1))) == [GENE, CHEMICAL]


@given(st.text(max_size=80), st.data())
def test_equal_names_have_equal_types_and_none_is_new(text: str, data: st.DataObject) -> None:
    place = st.integers(0, len(text))
    mention = st.tuples(place, place, st.integers(0, 5), st.floats(0, 1)).filter(lambda m: m[0] < m[1])
    mentions = data.draw(st.lists(mention, max_size=8)) if len(text) else []
    types = agreed_types(text, mentions)
    by_name: dict[str, set[int]] = {}
    for (start, end, _, _), kind in zip(mentions, types, strict=True):
        by_name.setdefault(text[start:end].casefold(), set()).add(kind)
    assert set(types) <= {kind for _, _, kind, _ in mentions}
    assert all(len(kinds) == 1 for name, kinds in by_name.items() if "(" not in text)
