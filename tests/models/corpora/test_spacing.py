"""The text that is put together from tokens: every token at its place, the spaces where a printer sets them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpora.spacing import spaced

PRINTED = [
    "Selegiline-induced postural hypotension in Parkinson's disease: a longitudinal study.",
    "5-bromo-2'-deoxyuridine (BrdU) labelling and detection kit I; Boehringer Mannheim, Germany",
    "the patients' records, and 'atypical' neuroleptics",
    'with "flash" pulmonary edema (95% CI, 1.9-9.1)',
    "of 1,000 mg at 7:30 a.m., i.e. early, E. coli and B. subtilis",
    "2,3,7,8-tetrachlorodibenzo-p-dioxin, 1, 2, 3 and 6",
    "alpha- and beta-adrenergic; right-to-left shunting; antigen-positive and -negative strains",
    "Na+-K+ ATPase, Ca(2+) and CD4+ cells of Dbh-/- mice",
    "54.5 +/- 3.1 years, P < 0.05, r = -0.7",
    "CYP2D6*4 and t(11; 22)(q24; q12), CO(2), 1.1 X 10(-3)",
    "the CAG repeat (AGC)n of the gene [3]",
]


@pytest.mark.parametrize("text", PRINTED)
def test_spaces_stand_where_a_printer_sets_them(text: str) -> None:
    assert spaced(re.findall(r"[A-Za-z0-9]+|[^A-Za-z0-9\s]", text))[0] == text


TOKENS = st.lists(
    st.one_of(st.sampled_from([*"()[]{}-/+'\".,:;=<>*%~", "s", "2", "10", "and", "to", "n"]), st.text(min_size=1, max_size=6)), max_size=30
)


@given(TOKENS.map(lambda tokens: [t for t in ("".join(token.split()) for token in tokens) if t]))
def test_every_token_stands_at_its_place(tokens: list[str]) -> None:
    text, spans = spaced(tokens)
    assert [text[start:end] for start, end in spans] == tokens
    ends = [0, *(end for _, end in spans)]
    gaps = [text[end:start] for end, (start, _) in zip(ends, spans, strict=False)]
    assert set(gaps) <= {"", " "}
    assert gaps[:1] in ([], [""])
    assert ends[-1] == len(text)


def test_the_ends() -> None:
    assert spaced([]) == ("", [])
    assert spaced(["1", *[",", "2"] * 40])[0] == "1" + ", 2" * 40
