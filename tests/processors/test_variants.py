"""Variants as tmVar codes; the pairs are BioRED's and tmVar's own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.variants import hgvs, is_ambiguous, rs_number, variant_code


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
        ("Val600->Glu", "p|SUB|V|600|E"),
        ("codon 600 valine to glutamate", "p|SUB|V|600|E"),
        ("BRAF:p.V600E", "p|SUB|V|600|E"),
        ("NM_004333.4:c.1799T>A", "c|SUB|T|1799|A"),
        ("ΔF508", "p|DEL|508|F"),
        ("delF508", "p|DEL|508|F"),
        ("35delG", "c|DEL|35|G"),
        ("IVS2+1G>A", "c|SUB|G|IVS2+1|A"),
        ("IVSII-1G>A", "c|SUB|G|IVS2-1|A"),
        ("c.*12A>G", "c|SUB|A|*12|G"),
        ("c.123_125delinsTT", "c|INDEL|123_125|TT"),
        ("p.Lys23dup", "p|DUP|23|K|"),
        ("mt.3243A>G", "m|SUB|A|3243|G"),
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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("V600E", "p.Val600Glu"),
        ("codon 600 valine to glutamate", "p.Val600Glu"),
        ("Q39X", "p.Gln39Ter"),
        ("R58fs", "p.Arg58fs"),
        ("p.Arg58Glyfs*12", "p.Arg58GlyfsTer12"),
        ("delF508", "p.Phe508del"),
        ("76A>T", "c.76A>T"),
        ("A to T transition at nucleotide 76", "c.76A>T"),
        ("IVS2+1G>A", "c.IVS2+1G>A"),
        ("35delG", "c.35delG"),
        ("c.5266dupC", "c.5266dupC"),
        ("217_218insC", "c.217_218insC"),
        ("c.123_125delinsTT", "c.123_125delinsTT"),
        ("m.3243A>G", "m.3243A>G"),
        ("g.3318-34C>T", "g.3318-34C>T"),
    ],
)
def test_names_of_the_nomenclature(text: str, name: str) -> None:
    code = variant_code(text)
    assert code is not None
    assert hgvs(code) == name


@pytest.mark.parametrize("text", ["5382insC", "1494del6", "13-bp deletion", "R-4Q", "111G", "192RR", "valine to glutamate", "E746_A750del"])
def test_what_the_nomenclature_cannot_say_without_more(text: str) -> None:
    code = variant_code(text)
    assert code is not None
    assert hgvs(code) is None


@given(st.text("cgp|SUBDELINSFS123ACV_+*", max_size=25))
def test_what_is_no_code_has_no_name_or_a_readable_one(code: str) -> None:
    name = hgvs(code)
    assert name is None or variant_code(name) is not None


@given(
    st.sampled_from("cgmnrp"),
    st.sampled_from(["SUB", "DEL", "INS", "DUP", "INDEL", "FS", "Allele"]),
    st.lists(st.text("ACGTVXE0159_+-*IS", max_size=5), min_size=4, max_size=4),
)
def test_a_name_is_read_back_as_the_change_that_it_names(kind: str, operation: str, fields: list[str]) -> None:
    size = {"SUB": 3, "DEL": 2, "INS": 2, "DUP": 3, "INDEL": 2, "FS": 4, "Allele": 2}[operation]
    name = hgvs("|".join([kind, operation, *fields[:size]]))
    if name is not None:
        code = variant_code(name)
        assert code is not None
        assert hgvs(code) == name


@given(st.sampled_from("ARNDCQEGHILKMFPSTWYV"), st.integers(1, 9999), st.sampled_from("ARNDCQEGHILKMFPSTWYVX"))
def test_every_way_of_writing_a_residue_s_change_is_one(first: str, place: int, second: str) -> None:
    name = hgvs(f"p|SUB|{first}|{place}|{second}")
    assert name is not None
    _, one, number, other = re.split(r"(?<=p\.)|(?<=[a-z])(?=\d)|(?<=\d)(?=[A-Z])", name)
    texts = [
        name,
        f"p.{first}{place}{second}",
        f"{one}{number}{other}",
        f"{one}{number}->{other}",
        f"{one} {number} {other}",
        f"p.({one}{number}{other})",
    ]
    assert {hgvs(variant_code(text) or "") for text in texts} == {name}


@pytest.mark.parametrize(("text", "ambiguous"), [("A76T", True), (" C677T ", True), ("76A>T", False), ("p.A76T", False), ("V600E", False)])
def test_bases_or_residues(text: str, *, ambiguous: bool) -> None:
    assert is_ambiguous(text) is ambiguous
