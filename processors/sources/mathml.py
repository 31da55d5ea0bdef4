"""A formula in MathML as one line of text that keeps every operator: `η²` as `η^2`, a fraction as `(a+b)/c`, a root as `√(x)`.

Subscripts, and superscripts that are charges, are written as inline `sub` and `sup` are: `CO2`, `Ca2+`. Presentation MathML 3 whole
(https://www.w3.org/TR/MathML3/chapter3.html); of content MathML the usual operators and constants. What draws nothing on its own
(`mphantom`, invisible operators) is left out, an annotation in another language (TeX) too. An unknown element gives its parts.
"""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

_CHARGE = re.compile(r"[0-9]*[+\-−–]|[+\-−–]+|[′″‴'*†‡∗]+|th|st|nd|rd")
_PLAIN = re.compile(r"[\w.,%′'∞]+|\([^()]*\)|√\([^()]*\)")
_UNSEEN = re.compile("[\u2061-\u2064\u200b]")
_INFIX = {
    "plus": "+",
    "minus": "-",
    "times": "*",
    "divide": "/",
    "power": "^",
    "eq": "=",
    "neq": "≠",
    "lt": "<",
    "gt": ">",
    "leq": "≤",
    "geq": "≥",
    "approx": "≈",
    "equivalent": "≡",
    "in": "∈",
    "notin": "∉",
    "subset": "⊂",
    "union": "∪",
    "intersect": "∩",
    "and": "∧",
    "or": "∨",
    "implies": "⇒",
    "tendsto": "→",
}
_CONSTANTS = {
    "infinity": "∞",
    "pi": "π",
    "exponentiale": "e",
    "imaginaryi": "i",
    "emptyset": "∅",
    "reals": "ℝ",
    "integers": "ℤ",
    "naturalnumbers": "ℕ",
    "rationals": "ℚ",
    "complexes": "ℂ",
    "true": "true",
    "false": "false",
}
_NOTHING = frozenset({"mphantom", "annotation", "annotation-xml", "none", "mprescripts", "maligngroup", "malignmark"})


def is_math(element: Element) -> bool:
    """Whether a formula begins here, in whatever namespace."""
    return isinstance(element.tag, str) and element.tag.rpartition("}")[2] == "math"


def linear(element: Element) -> str:
    """The formula, or a part of it, as text without line breaks."""
    name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "none"
    if name in _NOTHING:
        return ""
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if name in _INFIX:
        return _INFIX[name]
    layout = _LAYOUTS.get(name)
    if layout:
        return layout(element)
    if len(element):
        return _row(element)
    text = _UNSEEN.sub("", " ".join((element.text or "").split()))
    return text or (" " if name == "mspace" else "")


def _row(element: Element) -> str:
    """Parts side by side, and whatever text stands between them."""
    pieces = [(element.text or "").strip()]
    for child in element:
        pieces += [linear(child), (child.tail or "").strip()]
    return "".join(pieces)


def _parts(element: Element) -> list[str]:
    return [linear(child) for child in element]


def _grouped(text: str) -> str:
    """In brackets, where it would otherwise be read apart."""
    return text if not text or _PLAIN.fullmatch(text) else f"({text})"


def _raised(text: str) -> str:
    return text if not text or _CHARGE.fullmatch(text) else f"^{_grouped(text) if not _signed(text) else text}"


def _signed(text: str) -> bool:
    return bool(re.fullmatch(r"[+\-−–][\w.]+", text))


def _at(parts: list[str], index: int) -> str:
    return parts[index] if index < len(parts) else ""


def _fraction(element: Element) -> str:
    parts = _parts(element)
    return f"{_grouped(_at(parts, 0))}/{_grouped(_at(parts, 1))}"


def _scripts(element: Element) -> str:
    """msub, msup, msubsup: base, then what stands below, then what stands above."""
    parts = _parts(element)
    name = element.tag.rpartition("}")[2]
    below, above = ("", _at(parts, 1)) if name == "msup" else (_at(parts, 1), _at(parts, 2))
    base = _at(parts, 0)
    return f"{_grouped(base) if above and not _CHARGE.fullmatch(above) else base}{below}{_raised(above)}"


def _limits(element: Element) -> str:
    """munder, mover, munderover: `∑_(i=1)^n`; a bar or hat stands behind its letter."""
    parts = _parts(element)
    name = element.tag.rpartition("}")[2]
    below, above = ("", _at(parts, 1)) if name == "mover" else (_at(parts, 1), _at(parts, 2))
    return _at(parts, 0) + _mark("_", below) + _mark("^", above)


def _mark(sign: str, text: str) -> str:
    is_accent = len(text) == 1 and not text.isalnum()
    return text if not text or is_accent else f"{sign}{_grouped(text)}"


def _root(element: Element) -> str:
    parts = _parts(element)
    return f"{_at(parts, 1)}√({_at(parts, 0)})"


def _fenced(element: Element) -> str:
    parts = _parts(element)
    signs = "".join(element.get("separators", ",").split())
    between = [signs[min(index, len(signs) - 1)] if signs else "" for index in range(len(parts) - 1)] + [""]
    return element.get("open", "(") + "".join(part + sign for part, sign in zip(parts, between, strict=False)) + element.get("close", ")")


def _prescripts(element: Element) -> str:
    """mmultiscripts: what stands before the base (an isotope's number) is written first."""
    before, after, is_before = "", "", False
    for child in list(element)[1:]:
        if isinstance(child.tag, str) and child.tag.endswith("mprescripts"):
            is_before = True
        elif is_before:
            before += linear(child)
        else:
            after += linear(child)
    return before + (linear(element[0]) if len(element) else "") + after


def _apply(element: Element) -> str:
    """Content MathML: `<apply><plus/>a b</apply>` is `a+b`."""
    children = list(element)
    if not children:
        return ""
    name = children[0].tag.rpartition("}")[2] if isinstance(children[0].tag, str) else ""
    operands = [linear(child) for child in children[1:]]
    if name in _INFIX:
        sign = _INFIX[name]
        return sign + "".join(operands) if len(operands) == 1 else sign.join(map(_grouped, operands))
    if name == "root":
        return f"√({''.join(operands)})"
    return f"{linear(children[0]) or name}({', '.join(operands)})"


_LAYOUTS: dict[str, Callable[[Element], str]] = {
    "mfrac": _fraction,
    "msqrt": lambda element: f"√({_row(element)})",
    "mroot": _root,
    "msub": _scripts,
    "msup": _scripts,
    "msubsup": _scripts,
    "munder": _limits,
    "mover": _limits,
    "munderover": _limits,
    "mmultiscripts": _prescripts,
    "mfenced": _fenced,
    "mtable": lambda element: "; ".join(_parts(element)),
    "mtr": lambda element: ", ".join(_parts(element)),
    "mlabeledtr": lambda element: ", ".join(_parts(element)[1:]),
    "semantics": lambda element: linear(element[0]) if len(element) else "",
    "maction": lambda element: linear(element[0]) if len(element) else "",
    "apply": _apply,
    "matrix": lambda element: "; ".join(_parts(element)),
    "matrixrow": lambda element: ", ".join(_parts(element)),
    "vector": lambda element: f"({', '.join(_parts(element))})",
    "interval": lambda element: f"[{', '.join(_parts(element))}]",
    "sep": lambda _: "/",
}
