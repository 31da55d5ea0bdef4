"""A formula becomes one line of text that keeps every operator."""

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.sources.markup import text_of


def words(inner: str, namespace: str = "http://www.w3.org/1998/Math/MathML") -> str:
    return text_of(fromstring(f'<t>p <m:math xmlns:m="{namespace}">\n  {inner}\n</m:math> q</t>'))


X, Y, TWO = "<m:mi>x</m:mi>", "<m:mi>y</m:mi>", "<m:mn>2</m:mn>"
SUM = f"<m:mrow>\n {X} <m:mo>+</m:mo> {Y}\n</m:mrow>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (f"<m:mrow>{X}<m:mo>=</m:mo>{TWO}</m:mrow>", "x=2"),
        (f"<m:mfrac>{X}{TWO}</m:mfrac>", "x/2"),
        (f"<m:mfrac>{SUM}<m:mrow>{TWO}{X}</m:mrow></m:mfrac>", "(x+y)/2x"),
        (f"<m:msup>{X}{TWO}</m:msup>", "x^2"),
        (f"<m:msup>{X}{SUM}</m:msup>", "x^(x+y)"),
        (f"<m:msup><m:mfenced>{SUM}</m:mfenced>{TWO}</m:msup>", "(x+y)^2"),
        ("<m:msup><m:mn>10</m:mn><m:mrow><m:mo>−</m:mo><m:mn>3</m:mn></m:mrow></m:msup>", "10^−3"),
        ("<m:msup><m:mi>Ca</m:mi><m:mrow><m:mn>2</m:mn><m:mo>+</m:mo></m:mrow></m:msup>", "Ca2+"),
        ("<m:msub><m:mi>CO</m:mi><m:mn>2</m:mn></m:msub>", "CO2"),
        ("<m:msubsup><m:mi>η</m:mi><m:mi>p</m:mi><m:mn>2</m:mn></m:msubsup>", "ηp^2"),
        (f"<m:msqrt>{SUM}</m:msqrt>", "√(x+y)"),
        (f"<m:mroot>{X}<m:mn>3</m:mn></m:mroot>", "3√(x)"),
        (f"<m:munderover><m:mo>∑</m:mo><m:mrow>{X}<m:mo>=</m:mo>{TWO}</m:mrow>{Y}</m:munderover>", "∑_(x=2)^y"),
        (f"<m:mover>{X}<m:mo>¯</m:mo></m:mover>", "x¯"),
        (f'<m:mfenced open="[" close="]" separators=";">{X}{Y}{TWO}</m:mfenced>', "[x;y;2]"),
        (f"<m:mfenced>{X}{Y}</m:mfenced>", "(x,y)"),
        ("<m:mmultiscripts><m:mi>Tc</m:mi><m:mprescripts/><m:none/><m:mn>99</m:mn></m:mmultiscripts>", "99Tc"),
        (f"<m:mtable><m:mtr><m:mtd>{X}</m:mtd><m:mtd>{Y}</m:mtd></m:mtr><m:mtr><m:mtd>{TWO}</m:mtd></m:mtr></m:mtable>", "x, y; 2"),
        (f'<m:semantics>{X}<m:annotation encoding="application/x-tex">\\hat x</m:annotation></m:semantics>', "x"),
        (f"{X}<m:mphantom>{Y}</m:mphantom><m:mo>\u2062</m:mo>{TWO}", "x2"),
        ("<m:mtext>p value</m:mtext><m:mspace/><m:mo>&lt;</m:mo><m:mn>0.05</m:mn>", "p value <0.05"),
        ("<m:infinity/>", "∞"),
        ("<m:apply><m:plus/><m:ci>x</m:ci><m:cn>1</m:cn></m:apply>", "x+1"),
        ("<m:apply><m:minus/><m:ci>x</m:ci></m:apply>", "-x"),
        ("<m:apply><m:sin/><m:ci>x</m:ci></m:apply>", "sin(x)"),
        (
            "<m:matrix><m:matrixrow><m:cn> 0 </m:cn> <m:cn>1</m:cn></m:matrixrow><m:matrixrow><m:cn>2</m:cn></m:matrixrow></m:matrix>",
            "0, 1; 2",
        ),
        ("<m:mfrac/><m:msup/><m:mroot/><m:mmultiscripts/><m:semantics/><m:apply/><m:munder/>", "/√()"),
        (f"<m:unheardof>{X}<m:mo>+</m:mo>{Y}</m:unheardof> loose words", "x+yloose words"),
    ],
)
def test_a_formula(inner: str, expected: str) -> None:
    assert words(inner) == f"p {expected} q"
    assert words(inner, "urn:another") == f"p {expected} q"


def test_inline_markup_is_its_text_and_comments_are_nothing() -> None:
    assert text_of(fromstring("<t>H<sub>2</sub>O, <i>E. <b>coli</b></i>,\n x<!-- no --><sup>2</sup></t>")) == "H2O, E. coli, x2"
    assert text_of(fromstring("<t> </t>")) == text_of(None) == ""


LEAVES = st.sampled_from([("mi", "x"), ("mn", "2"), ("mo", "+"), ("mo", "−"), ("mtext", "dose"), ("mo", "≤")]).map(
    lambda leaf: (f"<m:{leaf[0]}>{leaf[1]}</m:{leaf[0]}>", leaf[1])
)
SIZES = {"mfrac": 2, "msup": 2, "msub": 2, "munder": 2, "mover": 2, "mroot": 2}
"""How many parts MathML allows."""
ROWS = ["mrow", "mstyle", "msqrt", "mfenced", "mtable", "mtr", "mtd", "menclose", "msubsup", "munderover"]
TAGS = st.sampled_from([*ROWS, *SIZES])


@given(
    st.recursive(
        LEAVES,
        lambda inner: st.tuples(TAGS, st.lists(inner, min_size=3, max_size=3)).map(
            lambda node: (
                f"<m:{node[0]}>{''.join(child[0] for child in node[1][: SIZES.get(node[0], 3)])}</m:{node[0]}>",
                "".join(child[1] for child in node[1][: SIZES.get(node[0], 3)]),
            )
        ),
        max_leaves=12,
    )
)
@settings(deadline=None)
def test_no_sign_is_lost_whatever_the_layout(formula: tuple[str, str]) -> None:
    xml, signs = formula
    found = words(xml)
    assert sorted(sign for sign in found if sign in "x2+−≤") == sorted(sign for sign in signs if sign in "x2+−≤")
    assert "\n" not in found


def test_a_formula_as_deep_as_a_record_may_be_is_read() -> None:
    depth = 95
    assert words("<m:mfrac>" * depth + X + f"{Y}</m:mfrac>" * depth).count("/") == depth
