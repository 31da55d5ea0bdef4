"""Identifiers of gold files in their many dialects, and relations between them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation.end_to_end.identifiers import PLAIN, WHOLE, Ends, canonical, pairs, plain, sets, whole
from models.evaluation.end_to_end.names import Names
from models.evaluation.errors import GoldUnusable
from processors.records import EntityType

GENE, DISEASE, CHEMICAL, VARIANT = EntityType.GENE, EntityType.DISEASE, EntityType.CHEMICAL, EntityType.VARIANT
SPECIES, CELL_LINE = EntityType.SPECIES, EntityType.CELL_LINE


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        (CHEMICAL, ["D003924", "MESH:D003924", "mesh:D003924", "MeSH:d003924"], "D003924"),
        (DISEASE, ["OMIM:125310", "omim:125310", "125310", "MIM:125310"], "125310"),
        (GENE, ["672", "NCBIGene:672", "ncbigene:672", "NCBI Gene:672", "GeneID:672", "Entrez:672", "gene:672"], "672"),
        (SPECIES, ["9606", "NCBITaxon:9606", "taxid:9606", "Taxonomy:9606", "TAX:9606"], "9606"),
        (VARIANT, ["rs113488022", "RS#:113488022", "dbSNP:rs113488022", "RS113488022"], "RS113488022"),
        (CELL_LINE, ["CVCL_0030", "cellosaurus:CVCL_0030"], "CVCL_0030"),
        (VARIANT, ["p|SUB|V|600|E", "tmVar:p|SUB|V|600|E"], "P|SUB|V|600|E"),
    ],
)
def test_one_identifier_however_it_is_written(kind: EntityType, written: list[str], expected: str) -> None:
    assert {canonical(text, kind) for text in written} == {expected}


def test_composites_are_their_parts_and_a_notation_is_one() -> None:
    assert whole("D007674+D006222", DISEASE) == ("D007674", "D006222")
    assert whole("MESH:D1|D2,D3;D1", DISEASE) == ("D1", "D2", "D3")
    assert whole("p|SUB|V|600|E;RS#:113488022", VARIANT) == ("P|SUB|V|600|E",)
    assert plain("p|SUB|V|600|E") == ("600", "E", "P", "SUB", "V")
    assert whole("-", DISEASE) == plain("-1") == ()


@settings(deadline=None)
@given(st.text(max_size=12), st.sampled_from(EntityType))
def test_what_is_canonical_stays(text: str, kind: EntityType) -> None:
    once = canonical(text, kind)
    assert canonical(once, kind) == once or ":" in text or "_" in text


def test_ends_are_found_by_part_by_column_and_by_any_prefix() -> None:
    ends = Ends([(DISEASE, "MESH:D007674|MESH:D006222"), (GENE, "672"), (VARIANT, "c|DEL|1314_1328|")])
    assert ends.of("MESH:D007674|MESH:D006222") == ("D007674", "D006222")
    assert ends.of("D006222") == ("D006222",)
    assert ends.of("NCBI Gene:672") == ("672",)
    assert ends.of("c|DEL|1314_1328|") == ("C|DEL|1314_1328|",)
    assert ends.of("D000001|D000002") == ("D000001", "D000002")
    assert ends.of("-") == ()


def test_pairs_have_no_direction_and_no_loops() -> None:
    assert pairs(("a", "b"), ("b", "c")) == {frozenset("ab"), frozenset("ac"), frozenset("bc")}


def test_sets_keep_to_the_types_that_are_scored() -> None:
    mentions = [(GENE, "672,675"), (DISEASE, "D1"), (VARIANT, "c|A")]
    assert sets(mentions, (GENE, VARIANT), WHOLE) == {GENE: {"672", "675"}, VARIANT: {"C|A"}}
    assert sets(mentions, (GENE, VARIANT), PLAIN) == {GENE: {"672", "675"}, VARIANT: {"C", "A"}}


def test_names_of_other_corpora_are_known_and_the_users_win() -> None:
    names = Names.parse(["Drug=Gene", "Symptom = Disease", "Cell=-", "CID=positive_correlation"])
    assert names.entity("GENE-Y") is GENE
    assert names.entity("Drug") is GENE
    assert names.entity("Symptom") is DISEASE
    assert names.entity("Cell") is None
    assert names.entity("DomainMotif") is None
    assert names.relation("CID") == "Positive_Correlation"
    assert names.relation("negative correlation") == "Negative_Correlation"
    assert names.relation("Treats") == "Treats"
    assert Names().entity("Drug") is CHEMICAL


@pytest.mark.parametrize("entry", ["Symptom", "Symptom=", "=Gene", "Symptom=Illness", ""])
def test_a_mapping_that_is_none_is_refused_with_what_may_be_written(entry: str) -> None:
    with pytest.raises(GoldUnusable, match="--types") as refused:
        Names.parse([entry])
    assert "CellLine" in str(refused.value.remedy)
