"""What a surface may be read as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.linking.likeness import alike, compare
from processors.linking.surface import bare, parts, without_brackets
from processors.records import EntityType

DISEASE, CHEMICAL = EntityType.DISEASE, EntityType.CHEMICAL


@pytest.mark.parametrize(
    ("surface", "names"),
    [
        ("ERK1/2", ("ERK1", "ERK2")),
        ("breast and ovarian cancer", ("breast cancer", "ovarian cancer")),
        ("hepatitis B and C", ("hepatitis B", "hepatitis C")),
        ("epilepsy and malaria", ("epilepsy", "malaria")),
        ("renal, hepatic, and cardiac disease", ("renal disease", "hepatic disease", "cardiac disease")),
        ("complement C3, C6 and C9", ("complement C3", "complement C6", "complement C9")),
    ],
)
def test_joined_names(surface: str, names: tuple[str, ...]) -> None:
    assert names in list(parts(surface))


@pytest.mark.parametrize(
    ("kind", "surface", "name"),
    [
        (DISEASE, "severe acute malaria infection", "malaria"),
        (DISEASE, "jaw lesions", "jaw diseases"),
        (DISEASE, "impairment of hepatic function", "hepatic diseases"),
        (CHEMICAL, "naloxone hydrochloride", "naloxone"),
        (CHEMICAL, "(+/-)-verapamil sulphate", "verapamil"),
    ],
)
def test_what_makes_no_other_entity_is_left_out(kind: EntityType, surface: str, name: str) -> None:
    assert name in list(bare(kind, surface))


def test_brackets() -> None:
    assert list(without_brackets("interleukin (IL)-6")) == ["interleukin -6", "IL-6"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("type 2 diabetes", "type 1 2 diabetes"),
        ("hepatitis b", "hepatitis c"),
        ("mps vii", "mps vi"),
        ("factor 8 deficiency", "factor 9 deficiency"),
    ],
)
def test_other_numbers_are_other_things(one: str, other: str) -> None:
    assert (compare(DISEASE, one, other) is None) == (one != "type 2 diabetes")


def test_spellings_are_alike() -> None:
    seen = compare(CHEMICAL, "pentylenetetrezol", "pentylenetetrazole")
    assert seen is not None
    assert min(seen["mine"], seen["its"], seen["head"], seen["start"]) > 0.7
    assert alike("renal", "renal") == 1.0


@given(st.text(max_size=120), st.sampled_from(EntityType))
def test_any_surface_can_be_read(surface: str, kind: EntityType) -> None:
    readings = [*without_brackets(surface), *bare(kind, surface), *(name for names in parts(surface) for name in names)]
    assert all(isinstance(name, str) for name in readings)
    assert surface not in bare(kind, surface) or kind is DISEASE
    assert all(len(names) > 1 for names in parts(surface))


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(EntityType))
def test_likeness_is_a_share_and_whole_for_equals(one: str, other: str, kind: EntityType) -> None:
    seen = compare(kind, one, other)
    assert seen is None or all(0 <= value <= 1.000001 for value in seen.values())
    assert 0 <= alike(one, other) <= 1
    assert compare(kind, one, one) is not None
