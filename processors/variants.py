"""Sequence variants in words and in HGVS-like notation, as one code.

The code is tmVar's (Wei et al. 2022, doi:10.1093/bioinformatics/btac537), which BioRED uses where dbSNP has no entry:
`kind|operation|fields`, such as `p|SUB|V|600|E`, `c|DEL|1494|6`, `p|FS|R|58||`, with kind c, g, m, n, r or p.
It names a change, not a place in the genome: the same code in two genes is two variants.
"""

import re

_AMINO = {
    "ala": "A", "arg": "R", "asn": "N", "asp": "D", "cys": "C", "gln": "Q", "glu": "E", "gly": "G", "his": "H", "ile": "I",
    "leu": "L", "lys": "K", "met": "M", "phe": "F", "pro": "P", "ser": "S", "thr": "T", "trp": "W", "tyr": "Y", "val": "V",
    "ter": "X", "stop": "X", "alanine": "A", "arginine": "R", "asparagine": "N", "aspartic acid": "D", "aspartate": "D",
    "cysteine": "C", "glutamine": "Q", "glutamic acid": "E", "glutamate": "E", "glycine": "G", "histidine": "H", "isoleucine": "I",
    "leucine": "L", "lysine": "K", "methionine": "M", "phenylalanine": "F", "proline": "P", "serine": "S", "threonine": "T",
    "tryptophan": "W", "tyrosine": "Y", "valine": "V", "termination": "X", "*": "X",
}  # fmt: skip
_BASES = {"adenine": "A", "cytosine": "C", "guanine": "G", "thymine": "T", "uracil": "U"}

_LONG_AMINO = "|".join(sorted((re.escape(a) for a in _AMINO), key=len, reverse=True))
_AA = rf"(?:{_LONG_AMINO}|[ACDEFGHIKLMNPQRSTVWXY])"
_BASE = r"(?:adenine|cytosine|guanine|thymine|uracil|[ACGTU])"
_PLACE = r"(?:IVS\s?\d+\s?)?[+-]?\d+(?:\s?[+-]\s?\d+)?"
_RANGE = rf"{_PLACE}(?:_{_PLACE})?"
_ARROW = r"\s*(?:-+>|→|>|/|\bto\b|\bfor\b)\s*"
_DASH = r"[\s()-]*"

_RS = re.compile(r"\brs\s?#?:?\s?(\d{2,})\b", re.IGNORECASE)
_KIND = re.compile(r"^\s*\(?\s*([cgmnrp])\s?\.\s?", re.IGNORECASE)
_PATTERNS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("p", "FS", re.compile(rf"(?P<a>{_AA})(?P<n>\d+)\s*(?:{_AA})?\s*(?:fs|frame\s?shift)\w*\**\d*", re.IGNORECASE)),
    ("c", "DEL", re.compile(rf"(?P<n>{_RANGE})\s?del(?:etion)?\s?(?P<b>[ACGT]+|\d+)?(?:\s?bp)?", re.IGNORECASE)),
    ("c", "INS", re.compile(rf"(?P<n>{_RANGE})\s?ins(?:ertion)?\s?(?P<b>[ACGT]+|\d+)?(?:\s?bp)?", re.IGNORECASE)),
    ("c", "DUP", re.compile(rf"(?P<n>{_RANGE})\s?dup(?:lication)?\s?(?P<b>[ACGT]+|\d+)?(?:\s?bp)?", re.IGNORECASE)),
    ("p", "DEL", re.compile(rf"(?P<b>{_AA})(?P<n>\d+)\s?del(?:etion)?", re.IGNORECASE)),
    ("c", "DEL", re.compile(r"del(?:ta)?\s?(?P<n>\d+)\s?(?P<b>[ACGT]+)", re.IGNORECASE)),
    ("c", "DEL", re.compile(r"(?P<b>\d+)[\s-]?(?:bp|base[\s-]pair)s?[\s-]del(?:etion)?", re.IGNORECASE)),
    ("c", "INS", re.compile(r"(?P<b>\d+)[\s-]?(?:bp|base[\s-]pair)s?[\s-]ins(?:ertion)?", re.IGNORECASE)),
    ("c", "SUB", re.compile(rf"(?P<n>{_PLACE})\s*(?P<a>{_BASE}){_ARROW}(?P<b>{_BASE})", re.IGNORECASE)),
    ("c", "SUB", re.compile(rf"(?P<a>{_BASE}){_ARROW}(?P<b>{_BASE})(?:.*?(?:position|nucleotide|at)\s*(?P<n>{_PLACE}))?", re.IGNORECASE)),
    ("c", "SUB", re.compile(rf"(?P<a>[ACGT])[\s(]*(?P<n>{_PLACE})[\s)]*(?P<b>[ACGT])")),
    ("c", "SUB", re.compile(rf"(?P<a>[ACGT])(?P<n>{_PLACE}){_ARROW}(?P<b>[ACGT])")),
    ("c", "SUB", re.compile(rf"(?P<n>{_PLACE})(?P<a>[ACGT])/?(?P<b>[ACGT])")),
    ("p", "SUB", re.compile(rf"(?P<a>{_AA}){_DASH}(?P<n>\d+){_DASH}(?:{_ARROW})?(?P<b>{_AA})", re.IGNORECASE)),
    ("p", "SUB", re.compile(rf"(?P<a>{_AA}){_ARROW}(?P<b>{_AA})\b.*?(?P<n>\d+)", re.IGNORECASE)),
    ("p", "SUB", re.compile(rf"(?P<n>\d+)\s?(?P<a>{_AA})(?:{_ARROW})(?P<b>{_AA})", re.IGNORECASE)),
    ("c", "Allele", re.compile(r"(?P<n>[+-]?\d+)\s?\(?(?P<a>[ACGT])\)?\*?(?:\s?allele)?")),
    ("c", "Allele", re.compile(r"(?P<a>[ACGT])\s?(?P<n>-?\d+)")),
    ("p", "Allele", re.compile(rf"(?P<n>\d+)\s?(?P<a>{_AA})(?P=a)?", re.IGNORECASE)),
    ("p", "Allele", re.compile(rf"(?P<a>{_AA})[\s(-]*(?P<n>\d+)\)?", re.IGNORECASE)),
)


def rs_number(text: str) -> str | None:
    """The dbSNP number in a mention (`rs1800562`), or None."""
    match = _RS.search(text)
    return f"rs{match[1]}" if match else None


def variant_code(text: str) -> str | None:
    """The tmVar code of a variant mention, or None where its notation is not known."""
    text = text.strip().strip(".,;")
    kind = None
    if prefix := _KIND.match(text):
        kind = prefix[1].lower()
        text = text[prefix.end() :].strip("() ")
    for default, operation, pattern in _PATTERNS:
        if kind and (kind == "p") != (default == "p"):
            continue
        if match := pattern.fullmatch(text):
            return _code(kind or default, operation, match.groupdict())
    return None


def _code(kind: str, operation: str, groups: dict[str, str | None]) -> str:
    place = re.sub(r"\s", "", groups.get("n") or "")
    letters = {"a": groups.get("a") or "", "b": groups.get("b") or ""}
    table = _AMINO if kind == "p" else _BASES
    first, second = (table.get(value.lower(), value.upper()) for value in (letters["a"], letters["b"]))
    if operation == "SUB":
        return f"{kind}|SUB|{first}|{place}|{second}"
    if operation == "FS":
        return f"{kind}|FS|{first}|{place}||"
    if operation == "Allele":
        return f"{kind}|Allele|{first}|{place}"
    if operation == "DUP":
        return f"{kind}|DUP|{place}|{second}|"
    return f"{kind}|{operation}|{place}|{second}"
