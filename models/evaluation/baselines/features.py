"""What the CRF sees of a word: spelling, affixes, shape, neighbours, and whether a knowledge base has the name.

The usual set for biomedical names since BANNER (Leaman and Gonzalez 2008) and tmChem (Leaman et al. 2015, doi:10.1186/1758-2946-7-S1-S3).
"""

import re
from collections.abc import Sequence

from models.evaluation.baselines.gazetteer import Gazetteer
from models.evaluation.baselines.words import Word

_GREEK = re.compile(r"alpha|beta|gamma|delta|epsilon|kappa|lambda|omega|sigma|[α-ω]", re.IGNORECASE)
_ROMAN = re.compile(r"[IVX]{1,4}")
_AMINO_ACID = re.compile(
    r"(?:Ala|Arg|Asn|Asp|Cys|Gln|Glu|Gly|His|Ile|Leu|Lys|Met|Phe|Pro|Ser|Thr|Trp|Tyr|Val|Ter)\d+|[ACDEFGHIKLMNPQRSTVWY]\d+[A-Z*]"
)
_DIGITS = re.compile(r"\d+")
_RUN = re.compile(r"(.)\1+")


def shape(word: str) -> str:
    """`A` for a capital, `a` for another letter, `0` for a digit; other signs stand."""
    return "".join("A" if c.isupper() else "a" if c.isalpha() else "0" if c.isdigit() else c for c in word)


def brief(word: str) -> str:
    """The shape with every run cut to one sign."""
    return _RUN.sub(r"\1", shape(word))


def features(words: Sequence[Word], gazetteer: Gazetteer | None) -> list[list[str]]:
    """The features of each word of one sentence."""
    own = [_own(word, words[i - 1] if i else None) for i, word in enumerate(words)]
    near = [_near(word) for word in words]
    known = _known(words, gazetteer)
    lower = [word.text.casefold() for word in words]
    rows = []
    for i in range(len(words)):
        row = ["bias", *own[i], *known[i]]
        for step in (-2, -1, 1, 2):
            at = i + step
            if 0 <= at < len(words):
                row += [f"{step}{name}" for name in near[at]]
                if abs(step) == 1:
                    row += [f"{step}{name}" for name in known[at]]
            else:
                row.append(f"{step}edge")
        if i:
            row.append(f"pair={lower[i - 1]}|{lower[i]}")
        if i + 1 < len(words):
            row.append(f"next={lower[i]}|{lower[i + 1]}")
        rows.append(row)
    return rows


def _own(word: Word, before: Word | None) -> list[str]:
    text, lower = word.text, word.text.casefold()
    found = [f"w={lower}", f"digits={_DIGITS.sub('0', lower)}", f"shape={shape(text)[:12]}", f"brief={brief(text)}"]
    for length in (2, 3, 4):
        if len(lower) > length:
            found += [f"p={lower[:length]}", f"s={lower[-length:]}"]
    found.append(f"length={min(len(text), 10)}")
    if before is not None and before.end == word.start:
        found.append("joined")
    for name, pattern in (("roman", _ROMAN), ("acid", _AMINO_ACID)):
        if pattern.fullmatch(text):
            found.append(name)
    if _GREEK.fullmatch(lower):
        found.append("greek")
    elif _GREEK.search(lower):
        found.append("with-greek")
    return found


def _near(word: Word) -> list[str]:
    lower = word.text.casefold()
    return [f"w={lower}", f"brief={brief(word.text)}", f"s={lower[-3:]}"]


def _known(words: Sequence[Word], gazetteer: Gazetteer | None) -> list[list[str]]:
    marks: list[list[str]] = [[] for _ in words]
    if gazetteer is not None:
        for first, stop, kinds in gazetteer.matches(words):
            for at in range(first, stop):
                place = "only" if stop - first == 1 else "first" if at == first else "later"
                marks[at] += [f"known={kind}:{place}" for kind in kinds]
    return marks
