"""Identifiers as corpora write them, as CURIEs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from processors.records import Curie, EntityType
from processors.sources.identifiers import document_id, split_identifiers, to_curie, variant_curies

GENE, DISEASE, CHEMICAL, VARIANT = EntityType.GENE, EntityType.DISEASE, EntityType.CHEMICAL, EntityType.VARIANT


@pytest.mark.parametrize(
    ("raw", "type_", "identifiers", "curies"),
    [
        ("D003409", DISEASE, ("D003409",), ("mesh:D003409",)),
        ("MESH:D003409", DISEASE, ("MESH:D003409",), ("mesh:D003409",)),
        ("C564766", CHEMICAL, ("C564766",), ("mesh:C564766",)),
        (" D008661", DISEASE, ("D008661",), ("mesh:D008661",)),
        ("D007674+D006222", DISEASE, ("D007674", "D006222"), ("mesh:D007674", "mesh:D006222")),
        ("D001943|D010051", DISEASE, ("D001943", "D010051"), ("mesh:D001943", "mesh:D010051")),
        ("OMIM:101400|C535668", DISEASE, ("OMIM:101400", "C535668"), ("omim:101400", "mesh:C535668")),
        ("OMIM_300834", DISEASE, ("OMIM_300834",), ("omim:300834",)),
        ("D002544|-1", DISEASE, ("D002544",), ("mesh:D002544",)),
        ("MESH:D049231,MESH:C042511,-", CHEMICAL, ("MESH:D049231", "MESH:C042511"), ("mesh:D049231", "mesh:C042511")),
        ("CHEBI:17478", CHEMICAL, ("CHEBI:17478",), ("chebi:17478",)),
        ("-", CHEMICAL, (), ()),
        ("-1", CHEMICAL, (), ()),
        ("", GENE, (), ()),
        ("6528", GENE, ("6528",), ("ncbigene:6528",)),
        ("11796,11797", GENE, ("11796", "11797"), ("ncbigene:11796", "ncbigene:11797")),
        ("26417;26413", GENE, ("26417", "26413"), ("ncbigene:26417", "ncbigene:26413")),
        ("172659(Tax:6239)", GENE, ("172659",), ("ncbigene:172659",)),
        ("D007333", GENE, ("D007333",), ()),
        ("9606", EntityType.SPECIES, ("9606",), ("ncbitaxon:9606",)),
        ("CVCL_0224", EntityType.CELL_LINE, ("CVCL_0224",), ("cellosaurus:CVCL_0224",)),
        ("9606", EntityType.CELL_LINE, ("9606",), ()),
        ("rs771966860", VARIANT, ("rs771966860",), ("dbsnp:rs771966860",)),
        ("rs1611115;Disease:D000544;VariantGroup:0", VARIANT, ("rs1611115",), ("dbsnp:rs1611115",)),
        ("c|SUB|C|643|T", VARIANT, ("c|SUB|C|643|T",), ()),
        ("p|SUB|S|276|T;Gene:3577;RS#:2234671;Disease:D008175", VARIANT, ("p|SUB|S|276|T",), ("dbsnp:rs2234671",)),
        ("p.G593S", VARIANT, ("p.G593S",), ()),
        ("whatever", None, ("whatever",), ()),
    ],
)
def test_an_identifier_column(raw: str, type_: EntityType | None, identifiers: tuple[str, ...], curies: tuple[str, ...]) -> None:
    assert split_identifiers(raw, type_) == identifiers
    found = [curie for identifier in identifiers if (curie := to_curie(identifier, type_))]
    assert tuple(dict.fromkeys([*found, *(variant_curies(raw, "") if type_ is VARIANT else ())])) == curies


def test_tmvar_gives_the_dbsnp_id_in_a_column_of_its_own() -> None:
    assert variant_curies("c|SUB|G|Ex2+860|C", "RSID:2234671") == ("dbsnp:rs2234671",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12345678", "pubmed:12345678"),
        ("PMID:12345678", "pubmed:12345678"),
        ("pmid 7", "pubmed:7"),
        ("pubmed:0012", "pubmed:12"),
        ("PMC3084216", "pmc:PMC3084216"),
        ("pmc:PMC3084216", "pmc:PMC3084216"),
        ("10.1093/bib/BBAC282", "doi:10.1093/bib/bbac282"),
        ("doi:10.1093/bib/bbac282", "doi:10.1093/bib/bbac282"),
        ("note-7", "local:note-7"),
        ("My:Own", "local:My:Own"),
        (" ", None),
    ],
)
def test_a_documents_id(text: str, expected: str | None) -> None:
    assert document_id(text) == expected


@given(st.text(max_size=40))
def test_a_documents_id_is_a_curie_or_none(text: str) -> None:
    found = document_id(text)
    if found and "\n" not in found:
        assert TypeAdapter(Curie).validate_python(found) == found
        assert document_id(found) == found
