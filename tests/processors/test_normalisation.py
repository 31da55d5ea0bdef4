"""Names as keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.normalisation import exact_key, loose_key, singular
from processors.records import EntityType


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IL-6", "il 6"),
        ("TNF-α", "TNF-alpha"),
        ("Alzheimer's disease", "alzheimer disease"),
        ("Sjögren syndrome", "Sjogren Syndrome"),
        ("β-carotene", "beta carotene"),
        ("NF-κB", "nf kappa b"),
        ("ﬁbrosis", "fibrosis"),
    ],
)
def test_spellings_of_one_name_have_one_exact_key(one: str, other: str) -> None:
    assert exact_key(one) == exact_key(other)


@pytest.mark.parametrize(("one", "other"), [("IL-6", "IL-16"), ("breast cancer", "breast cancers"), ("p53", "p63"), ("CoA", "Co")])
def test_different_names_have_different_exact_keys(one: str, other: str) -> None:
    assert exact_key(one) != exact_key(other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (EntityType.DISEASE, "cancer of the breast", "Breast Neoplasms"),
        (EntityType.DISEASE, "Carcinoma, Hepatocellular", "hepatocellular carcinomas"),
        (EntityType.DISEASE, "Type II diabetes", "Diabetes Mellitus, Type 2"),
        (EntityType.DISEASE, "renal tumours", "Kidney Neoplasms"),
        (EntityType.DISEASE, "ischaemic anaemia", "anemia, ischemia"),
        (EntityType.DISEASE, "diabetic nephropathies", "Nephropathy, Diabetes"),
        (EntityType.CHEMICAL, "antipsychotic drugs", "Antipsychotic Agents"),
        (EntityType.CHEMICAL, "Agents, Anti-Inflammatory", "anti-inflammatory agent"),
        (EntityType.GENE, "human TNF alpha gene", "TNFa"),
        (EntityType.GENE, "caspases", "caspase"),
        (EntityType.SPECIES, "Guinea Pigs", "guinea pig"),
    ],
)
def test_spellings_of_one_name_have_one_loose_key(kind: EntityType, one: str, other: str) -> None:
    assert loose_key(kind, one) == loose_key(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (EntityType.DISEASE, "Diabetes Mellitus, Type 1", "Diabetes Mellitus, Type 2"),
        (EntityType.DISEASE, "breast cancer", "ovarian cancer"),
        (EntityType.GENE, "IL12", "IL21"),
        (EntityType.GENE, "CD4", "CD8"),
        (EntityType.CHEMICAL, "H2O2", "H2O"),
        (EntityType.CHEMICAL, "vitamin B 12", "vitamin B 6"),
    ],
)
def test_different_names_have_different_loose_keys(kind: EntityType, one: str, other: str) -> None:
    assert loose_key(kind, one) != loose_key(kind, other)


@pytest.mark.parametrize(
    ("plural", "one"), [("studies", "study"), ("masses", "mass"), ("virus", "virus"), ("sepsis", "sepsis"), ("gas", "gas")]
)
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


@given(st.text(max_size=80), st.sampled_from(EntityType))
def test_keys_are_plain_and_stable(text: str, kind: EntityType) -> None:
    key = exact_key(text)
    assert all(c.isalnum() for c in key)
    assert exact_key(key) == key
    assert exact_key(text.replace(" ", "-")) == key
    assert set(loose_key(kind, text)) <= set(key) | set("abcdefghijklmnopqrstuvwxyz 0123456789")
    assert not key or loose_key(kind, text) is not None
