"""Where the spaces stood: a plausible text from tokens that were cut at every punctuation mark.

The rules are those of English typesetting and of the field's notation (decimals, locants, ions, knock-outs, karyotypes). They look at
tokens only, never at tags, so a mention's bounds cannot show in the spacing. Where a space may stand or not (`n=12`), the commoner
way is taken. Written from the training parts of BC5CDR and NCBI-disease, whose texts are also there as they were printed.
"""

import re
from collections.abc import Sequence

_CLOSING = frozenset({",", ".", ";", ":", "!", "?", ")", "]", "}", "%", "\u2019", "\u201d"})
_OPENING = frozenset({"(", "[", "{", "\u2018", "\u201c", "~", "#", "$"})
_JOINING = frozenset({"-", "/", "\u2010", "\u2011", "\u2013", "_", "@", "^", "\\"})
_COMPARING = frozenset({"=", "<", ">", "\u2264", "\u2265", "\u00b1"})
_HYPHENS = frozenset({"-", "\u2010", "\u2011", "\u2013"})
_AND = frozenset({"and", "or", "to", "nor", "but", "versus", "vs"})
_ENDINGS = frozenset({"s", "t", "re", "ve", "ll", "d", "m", "S"})
_ION = re.compile(r"(?:Na|K|Li|H|Mg2?|Ca2?|Zn2?|Fe[23]?|Cu[12]?|NAD|NADP|(?:CD|Ly|Sca|Thy)\d{0,3}[a-z]?|\d+)")
_BASE = re.compile(r"[A-Z][A-Za-z0-9]{0,5}|m|cm|mm|dm|alpha|beta|gamma|delta|epsilon|zeta|10")
_AHEAD = 16  # tokens that a rule looks at, after the one in question
_REARRANGED = frozenset({"t", "del", "dup", "inv", "ins", "der", "add"})


def spaced(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The tokens as one text, and the code points (start, end) of each; `text[start:end] == token` always."""
    text = ""
    spans = []
    for place, space in enumerate(_spaces(tokens)):
        if space:
            text += " "
        spans.append((len(text), len(text) + len(tokens[place])))
        text += tokens[place]
    return text, spans


def _spaces(tokens: Sequence[str]) -> list[bool]:
    """Whether a space stands before each token; never before the first."""
    padded = ["", "", "", *tokens, *[""] * _AHEAD]
    quotes = _quotes(tokens)
    found = [False] * len(tokens)
    for place in range(1, len(tokens)):
        if tokens[place - 1].isalnum() and tokens[place].isalnum():
            found[place] = True
        else:
            found[place] = _space(padded[place : place + 4 + _AHEAD], quotes.get(place - 1), quotes.get(place))
    return found


def _quotes(tokens: Sequence[str]) -> dict[int, bool]:
    """By place: whether that quotation mark opens; an apostrophe is none, and is left out."""
    found: dict[int, bool] = {}
    open_ = {'"': False, "'": False}
    for place, mark in enumerate(tokens):
        if mark not in open_:
            continue
        left, right = tokens[place - 1] if place else "", tokens[place + 1] if place + 1 < len(tokens) else ""
        if mark != '"' and _apostrophe(left, right, tokens[place + 2 :], in_quotes=open_[mark]):
            continue
        open_[mark] = not open_[mark]
        found[place] = open_[mark]
    return found


def _apostrophe(left: str, right: str, after: Sequence[str], *, in_quotes: bool) -> bool:
    if right in _ENDINGS and left.isalnum():
        return True
    if in_quotes or not left or not left[-1].isalnum():
        return False
    return left[-1].isdigit() or right in _JOINING or right in _CLOSING or after.count("'") % 2 == 0


def _space(window: Sequence[str], left_opens: bool | None, right_opens: bool | None) -> bool:
    """`window`: three tokens before the gap, the one after it, and more; empty where there is none."""
    before, left, right, after = window[1:5]
    if right_opens is not None:  # a quotation mark
        return right_opens and left not in _OPENING and left not in _JOINING
    if left_opens is not None:
        return not left_opens and right not in _CLOSING and right not in _JOINING
    if "'" in (left, right):
        return _beside_apostrophe(before, left, right)
    if right in {"(", "["}:
        return _before_bracket(left, window[4:])
    if left in _HYPHENS:
        return _after_hyphen(window)
    if right in _HYPHENS:
        return _before_hyphen(before, left, after)
    if right == "+" or left == "+":
        return _beside_plus(before, left, right, after)
    if left in {".", ",", ":"}:
        return _after_point(window)
    if right == "." and left in _COMPARING and after.isdigit():
        return True
    if left in {"]", ")"} and right.isalnum():
        return not (right in {"n", "i", "o"} and len(before) <= 4)
    if "*" in (left, right):
        return not (after[:1].isdigit() if right == "*" else right[:1].isdigit())
    return not (right in _CLOSING or left in _OPENING or right in _JOINING or left in _JOINING)


def _beside_apostrophe(before: str, left: str, right: str) -> bool:
    if right == "'":
        return False
    return not (right in _ENDINGS or right in _CLOSING or right in _JOINING or before[-1:].isdigit())


def _before_bracket(left: str, after: Sequence[str]) -> bool:
    if left in _OPENING or left in _JOINING:
        return False
    content = "".join(after[: after.index(")")]) if ")" in after else ""
    if left[-1:].isalnum() and re.fullmatch(r"\d{0,2}[+-]\d{0,2}|[+-]/[+-]", content):  # an ion, an exponent, a genotype
        return False
    if left in _REARRANGED and re.fullmatch(r"\d{1,2}|X|Y", after[0]):
        return False
    if left == ")" and re.fullmatch(r"[pq]\d+", after[0]):
        return False
    return not (re.fullmatch(r"\d{1,2}", content) and _BASE.fullmatch(left))


def _before_hyphen(before: str, left: str, after: str) -> bool:
    if left in _AND and before and before not in _HYPHENS:
        return True
    return left in _COMPARING and after[:1].isdigit()


def _after_hyphen(window: Sequence[str]) -> bool:
    earlier, before, _, right, after = window[:5]
    if right in _AND and (before.isalnum() and after not in _HYPHENS):
        return True
    if before == "/" and earlier in {"+", "-"}:
        return right.isalnum()
    return False


def _beside_plus(before: str, left: str, right: str, after: str) -> bool:
    if right == "+":
        if left in _OPENING or left in _JOINING:
            return False
        if after == "/":
            return True
        return not (_ION.fullmatch(left) and (not left.isdigit() or after in {")", "]"}))
    if right in _CLOSING or right in _JOINING:
        return False
    return not (before in _OPENING or before in _COMPARING)


def _after_point(window: Sequence[str]) -> bool:
    """After a full stop, a comma or a colon."""
    earlier, before, left, right, after = window[:5]
    if right in _CLOSING or right in _JOINING:
        return right in _HYPHENS and left == "," and after[:1].isdigit()
    if right[:1].isdigit() and left == ".":
        return not (before[-1:].isdigit() or not before[-1:].isalnum())
    if right[:1].isdigit() and before[-1:].isdigit() and left == ":":
        return False
    if left == ",":
        thousands = re.fullmatch(r"\d{1,3}", before) and re.fullmatch(r"\d{3}", right) and earlier != ","
        locants = re.fullmatch(r"\d{1,2}[a-z']?", before) and re.fullmatch(r"\d{1,2}[a-zA-Z']?", right) and _runs_on(window[4:])
        return not (thousands or locants)
    letters = len(before) == len(right) == 1 and before.isalpha() and right.isalpha() and before.islower() == right.islower()
    return not (left == "." and letters and after == ".")


def _runs_on(after: Sequence[str]) -> bool:
    """Whether a number goes on as the locants of a name do: `2,3-`, `2,3,7-`."""
    place = 0
    while place + 1 < len(after) and after[place] == "," and after[place + 1][:1].isdigit():
        place += 2
    return place < len(after) and after[place] in _HYPHENS
