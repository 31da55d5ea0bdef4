"""Variants as tmVar codes; the pairs are BioRED's and tmVar's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.variants import rs_number, variant_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("V600E", "p|SUB|V|600|E"),
        ("p.Leu307Arg", "p|SUB|L|307|R"),
        ("Arg 3500 Gln", "p|SUB|R|3500|Q"),
        ("valine-539-aspartic acid", "p|SUB|V|539|D"),
        ("R-4Q", "p|SUB|R|-4|Q"),
        ("stop codon for glutamine at codon 298", "p|SUB|Q|298|X"),
        ("C677T", "c|SUB|C|677|T"),
        ("c.920T>G", "c|SUB|T|920|G"),
        ("g.3318-34C>T", "g|SUB|C|3318-34|T"),
        ("IVS3+1G>A", "c|SUB|G|IVS3+1|A"),
        ("T to A at nucleotide position 1135", "c|SUB|T|1135|A"),
        ("1494del6", "c|DEL|1494|6"),
        ("c.609+28_610-16del", "c|DEL|609+28_610-16|"),
        ("g.3352delG", "g|DEL|3352|G"),
        ("p.V239del", "p|DEL|239|V"),
        ("13-bp deletion", "c|DEL||13"),
        ("650-kbp deletion", "c|DEL||650K"),
        ("Delta32", "c|DEL||32"),
        ("217_218insC", "c|INS|217_218|C"),
        ("cytosine insertion at position 3020", "c|INS|3020|C"),
        ("ins/del 6 bp", "c|INDEL||6"),
        ("Y329fs", "p|FS|Y|329||"),
        ("p.N102DfsX4", "p|FS|N|102|D|4"),
        ("111G", "c|Allele|G|111"),
        ("192RR", "p|Allele|R|192"),
    ],
)
def test_codes(text: str, code: str) -> None:
    assert variant_code(text) == code


@pytest.mark.parametrize("text", ["", "polymorphism", "the long allele", "exon 4", "α", "🧬"])
def test_what_has_no_code(text: str) -> None:
    assert variant_code(text) is None


@pytest.mark.parametrize(("text", "number"), [("rs1800562", "rs1800562"), ("RS#: 1801282", "rs1801282"), ("mrs12", None), ("rs", None)])
def test_rs_numbers(text: str, number: str | None) -> None:
    assert rs_number(text) == number


@given(
    st.one_of(st.text(max_size=200), st.from_regex(r"[cgp]?\.?[ACGT]?[A-Za-z]{0,4}[ +-]?[0-9]{0,5}( |_|>|del|ins|fs|to|-)?[A-Za-z]{0,4}"))
)
def test_a_code_has_the_shape_of_a_code(text: str) -> None:
    code = variant_code(text)
    if code is not None:
        kind, operation, *rest = code.split("|")
        assert kind in "cgmnrp"
        assert operation in {"SUB", "DEL", "INS", "DUP", "INDEL", "FS", "Allele"}
        assert len(rest) == {"SUB": 3, "DEL": 2, "INS": 2, "DUP": 3, "INDEL": 2, "FS": 4, "Allele": 2}[operation]
        assert not any(c.isspace() for c in rest[0])
