"""Biolink's terms: our part of the hierarchy is the model's own, and identifiers go both ways."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorelay.translator import biolink
from biorelay.translator.meta import FAMILIES, ID_PREFIXES
from processors.outputs.kgx import CATEGORIES
from processors.records import BIOLINK, EntityType, Predicate
from processors.vocabulary import LETTERS, Vocabulary

MODEL = json.loads((Path(__file__).parents[2] / "data" / "biolink_4.4_hierarchy.json").read_text(encoding="utf-8"))


def above(table: dict[str, list[str]], term: str) -> set[str]:
    """All that stands above a term in the model."""
    found: set[str] = set()
    waiting = list(table[term])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += table.get(one, [])
    return {one.removeprefix("biolink:") for one in found}


@pytest.mark.parametrize("category", sorted({*CATEGORIES.values(), "biolink:GeneFamily"}))
def test_what_stands_above_a_category_is_the_models(category: str) -> None:
    assert set(biolink.ABOVE[category]) == above(MODEL["classes"], category)


@pytest.mark.parametrize("predicate", sorted(set(BIOLINK.values())))
def test_what_stands_above_a_predicate_is_the_models_and_it_is_symmetric(predicate: str) -> None:
    parents = {name: facts["parents"] for name, facts in MODEL["predicates"].items()}
    assert set(biolink.PREDICATES_ABOVE[predicate]) == above(parents, predicate)
    assert MODEL["predicates"][predicate]["symmetric"]


def test_coarse_classes_are_below_ours_and_all_of_those_below_are_listed() -> None:
    assert MODEL["version"] == biolink.VERSION
    for ours, listed in biolink.COARSE.items():
        base = "GeneOrGeneProduct" if ours == "biolink:Gene" else ours.removeprefix("biolink:")
        below = {name.removeprefix("biolink:") for name in MODEL["classes"] if base in above(MODEL["classes"], name)}
        mixins = {name for name in below if name.endswith("Mixin")} | {"Gene", "NucleosomeModification", "PosttranslationalModification"}
        assert set(listed) == below - (mixins if ours == "biolink:Gene" else set())


def test_a_query_matches_what_is_below_its_category() -> None:
    assert biolink.wanted(["biolink:BiologicalEntity"]).types == (
        EntityType.GENE,
        EntityType.DISEASE,
        EntityType.VARIANT,
        EntityType.CELL_LINE,
    )
    assert biolink.wanted(["biolink:NamedThing"]).categories == biolink.EVERY.categories
    assert biolink.wanted(["biolink:Pathway"]).categories == frozenset()
    drugs = biolink.wanted(["biolink:Drug", "biolink:Gene"])
    assert (drugs.categories, drugs.coarse) == ({"biolink:ChemicalEntity", "biolink:Gene"}, ("biolink:Drug",))
    assert biolink.wanted(["biolink:GeneFamily"]).has("fplx:PTGS", "Gene")
    assert not biolink.wanted(["biolink:Gene"]).has("fplx:PTGS", "Gene")
    assert biolink.EVERY.has("x:1", "")


def test_a_query_matches_what_is_below_its_predicate() -> None:
    assert biolink.predicates(None) == frozenset(Predicate)
    assert biolink.predicates(["biolink:related_to"]) == frozenset(Predicate)
    assert biolink.predicates(["biolink:associated_with"]) == {
        Predicate.ASSOCIATION,
        Predicate.POSITIVE_CORRELATION,
        Predicate.NEGATIVE_CORRELATION,
    }
    assert biolink.predicates(["biolink:physically_interacts_with"]) == {Predicate.BIND}
    assert biolink.predicates(["biolink:treats"]) == frozenset()


@given(st.sampled_from(["mesh", "ncbigene", "omim", "dbsnp", "hgvs", "local", "cellosaurus"]), st.text(min_size=1, max_size=30))
def test_identifiers_go_there_and_back(prefix: str, local: str) -> None:
    curie = f"{prefix}:{local}"
    if local.strip() == local and not any(ord(character) < 32 or ord(character) == 127 for character in local):
        assert biolink.ours(biolink.theirs(curie)) == curie


def test_the_prefixes_that_are_told_are_the_vocabularys() -> None:
    vocabulary = Vocabulary.open()
    for kind, letter in LETTERS.items():
        rows = {row for _, (row, *_) in vocabulary._names.iteritems(letter)}
        held = {one.partition(":")[0] for row in rows for one in vocabulary._identifiers.restore_key(row).partition("\t")[0].split("|")}
        told = {*ID_PREFIXES[kind], *(FAMILIES if kind is EntityType.GENE else ())}
        assert held <= told
