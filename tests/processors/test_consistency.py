"""Names agree on one type within a document, and abbreviations of what is marked are marked."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.runtime.edges import EntitySpan
from processors.consistency import SURE, settled

GENE, CHEMICAL, DISEASE = 0, 1, 2


def places(text: str, *wanted: tuple[str, int, int, float]) -> list[EntitySpan]:
    """Spans of (surface, occurrence, type, score), in order."""
    found = []
    for surface, occurrence, kind, score in wanted:
        start = -1
        for _ in range(occurrence):
            start = text.index(surface, start + 1)
        found.append(EntitySpan(start, start + len(surface), kind, score))
    return sorted(found)


def types(text: str, *wanted: tuple[str, int, int, float]) -> list[int]:
    return [span.type for span in settled(text, places(text, *wanted))]


def test_the_type_with_the_most_evidence_wins() -> None:
    text = "Naloxone blocks. naloxone acts. Naloxone rests."
    found = types(text, ("Naloxone", 1, CHEMICAL, 0.9), ("naloxone", 1, GENE, 0.95), ("Naloxone", 2, CHEMICAL, 0.4))
    assert found == [CHEMICAL, CHEMICAL, CHEMICAL]


def test_an_abbreviation_means_what_it_abbreviates() -> None:
    text = "Valproic acid (VPA) was given to patients. VPA was measured, and VPAs compared."
    marked = (("Valproic acid", 1, CHEMICAL, 0.99), ("VPA", 1, CHEMICAL, 0.9), ("VPA", 2, GENE, 0.95), ("VPAs", 1, GENE, 0.9))
    assert types(text, *marked) == [CHEMICAL] * 4


def test_a_tie_goes_to_the_first() -> None:
    text = "cold and cold"
    assert types(text, ("cold", 1, DISEASE, 0.5), ("cold", 2, CHEMICAL, 0.5)) == [DISEASE, DISEASE]


def test_other_names_keep_their_types() -> None:
    text = "BRCA1 and lead"
    assert types(text, ("BRCA1", 1, GENE, 0.2), ("lead", 1, CHEMICAL, 0.1)) == [GENE, CHEMICAL]


def test_overlooked_abbreviations_are_marked_wherever_they_stand() -> None:
    text = "Tuberous sclerosis complex (TSC) is rare. TSC-related tumours, TSC1 and TSCs; tuberous sclerosis complex."
    (long,) = places(text, ("Tuberous sclerosis complex", 1, DISEASE, 0.8))
    found = settled(text, [long])
    assert [text[s.start : s.end] for s in found] == ["Tuberous sclerosis complex", "TSC", "TSC"]
    assert {(s.type, s.score) for s in found} == {(DISEASE, 0.8)}


def test_what_is_marked_already_stays_as_it_is() -> None:
    text = "Valproic acid (VPA) and VPA sodium."
    spans = places(text, ("Valproic acid", 1, CHEMICAL, 0.9), ("VPA sodium", 1, CHEMICAL, 0.6))
    assert [text[s.start : s.end] for s in settled(text, spans)] == ["Valproic acid", "VPA", "VPA sodium"]


def test_an_unsure_long_form_vouches_for_nothing() -> None:
    text = "Valproic acid (VPA) was given."
    spans = places(text, ("Valproic acid", 1, CHEMICAL, SURE - 0.01))
    assert settled(text, spans) == spans


WORDS = st.sampled_from(["heat", "shock", "protein", "(HSP)", "HSP", "HSP-like", "(HSPs)", "\u03b1", "Hsp", "."])


@given(st.lists(WORDS, max_size=20).map(" ".join), st.data())
def test_spans_stay_in_order_and_apart_and_no_type_is_new(text: str, data: st.DataObject) -> None:
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=12)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    spans = [EntitySpan(a, b, data.draw(st.integers(0, 5)), data.draw(st.floats(0, 1))) for a, b in pairs]
    found = settled(text, spans)
    assert {s[:2] for s in spans} <= {s[:2] for s in found}
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert {s.type for s in found} <= {s.type for s in spans}
    by_name: dict[str, set[int]] = {}
    for span in found:
        by_name.setdefault(text[span.start : span.end].casefold(), set()).add(span.type)
    assert all(len(kinds) == 1 for kinds in by_name.values()) or "(" in text
