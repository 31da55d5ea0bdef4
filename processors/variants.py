"""Sequence variants in words and in HGVS-like notation, as one code.

The code is tmVar's (Wei et al. 2022, doi:10.1093/bioinformatics/btac537), which BioRED uses where dbSNP has no entry:
`kind|operation|fields`, such as `p|SUB|V|600|E`, `c|DEL|1494|6`, `p|FS|R|58||`, with kind c, g, m, n, r or p.
It names a change, not a place in the genome: the same code in two genes is two variants.
"""

import re
from collections.abc import Sequence

_AMINO = {
    "ala": "A", "arg": "R", "asn": "N", "asp": "D", "cys": "C", "gln": "Q", "glu": "E", "gly": "G", "his": "H", "ile": "I",
    "leu": "L", "lys": "K", "met": "M", "phe": "F", "pro": "P", "ser": "S", "thr": "T", "trp": "W", "tyr": "Y", "val": "V",
    "ter": "X", "term": "X", "stop": "X", "alanine": "A", "arginine": "R", "asparagine": "N", "aspartic acid": "D", "aspartate": "D",
    "cysteine": "C", "glutamine": "Q", "glutamic acid": "E", "glutamate": "E", "glycine": "G", "histidine": "H", "isoleucine": "I",
    "leucine": "L", "lysine": "K", "methionine": "M", "phenylalanine": "F", "proline": "P", "serine": "S", "threonine": "T",
    "tryptophan": "W", "tyrosine": "Y", "valine": "V", "stop codon": "X", "termination codon": "X", "*": "X",
}  # fmt: skip
_BASES = {"adenine": "A", "adenosine": "A", "cytosine": "C", "cytidine": "C", "guanine": "G", "guanosine": "G", "thymine": "T",
          "thymidine": "T", "uracil": "U"}  # fmt: skip
_NUMBERS = {"a single": "1", "single": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
            "eight": "8", "nine": "9", "ten": "10"}  # fmt: skip


def _any(words: dict[str, str]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


_AA = rf"(?:(?:{_any(_AMINO)})(?:\s?\([A-Za-z]+\))?(?:\sresidue)?|[ACDEFGHIKLMNPQRSTVWXY])"
_LONG_AA = rf"(?:(?:{_any(_AMINO)})(?:\s?\([A-Za-z]+\))?(?:\sresidue)?)"
_BASE = rf"(?:(?:{_any(_BASES)})(?:\s?\([ACGT]\))?|[ACGTU])"
_PLACE = r"(?:IVS-?(?:\d+|[IVX]+)\s?,?\s?)?[+*-]?\d+(?:\s?[+-]\s?\d+)?"
_RANGE = rf"{_PLACE}(?:\s?_\s?{_PLACE})?"
_ARROW = r"\s*(?:-+\s?>|→|>|/|-to-|\bto\b|\binto\b|\bby\b|\bwith\b|-+)\s*(?:an?\s)?"
_GAP = r"[\s()-]*"
_CHANGE = r"(?:\s(?:substitution|transition|transversion|mutation|change|polymorphism))?"
_AT_WORDS = r"(?:amino[\s-]acid|nucleotide|nt|cDNA|base|codon|residue|position|number|allele|\s)*"
_AT = rf"(?:[\s,]+(?:\(?at|in|of|on)?\s?(?:the\s)?{_AT_WORDS}\(?(?P<n>{_PLACE})(?:\sposition)?\)?)"
_AT_MAYBE = rf"{_AT}?"
_SIZE = rf"(?:\d+(?:\.\d+)?|{_any(_NUMBERS)})"
_UNIT = r"[\s-]*(?P<u>kb|kbp|mb|mbp|bp|bps|nt|base[\s-]?pairs?|bases?|nucleotides?|amino acids?)"
_SCOPE = r"(?:[\s-](?:gene|genomic|in-?frame|homozygous|heterozygous))?"
_FRAME = r"(?:fs|frame\s?shift)(?:\s?(?:X|\*|Ter)?\s?(?P<s>\d+))?[X*]?"
_OPERATIONS = (
    ("DEL", r"(?:deletions?|deleted|del)"),
    ("INS", r"(?:insertions?|inserted|insert|ins)"),
    ("DUP", r"(?:(?:tandem )?(?:duplications?|repeats?)|dup)"),
    ("INDEL", r"(?:insertion\s?/\s?deletion|deletion\s?/\s?insertion|ins/del|del/ins|insertion-deletion|indel)(?: polymorphism)?"),
)

_RS = re.compile(r"\brs\s?#?:?\s?(\d{2,})\b", re.IGNORECASE)
_KIND = re.compile(r"^\s*\(?\s*([cgmnrp])t?\s?\.\s?", re.IGNORECASE)
_REFERENCE = re.compile(
    r"^(?:[NX][CGMPRT]_\d+(?:\.\d+)?|ENS[GPT]\d+(?:\.\d+)?|LRG_\d+\w*|[A-Z][A-Z0-9-]{1,9})(?:\([^()]*\))?\s?:\s?(?=[cgmnrp]\.)"
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
_ROMAN_INTRON = re.compile(rf"IVS-?({'|'.join(sorted(_ROMAN, key=len, reverse=True))})(?![IVX])")
_BASES_OR_RESIDUES = re.compile(r"[ACGT]\d+[ACGT]")


def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    rows: list[tuple[str, str, str, int]] = [
        (
            "p",
            "FS",
            rf"(?P<a>{_AA})(?P<n>\d+)\s*(?P<b>{_AA})?\s*(?:fs|frame\s?shift)(?:\s?(?:X|\*|Ter)?\s?(?P<s>\d+))?[X*]?",
            re.IGNORECASE,
        ),
        ("p", "INDEL", rf"{_AA}(?P<n>\d+)_{_AA}(?P<m>\d+)\s?delins(?P<b>\w+)", re.IGNORECASE),
        ("p", "DEL", r"(?P<a>[A-Z][a-z]{2}|[A-Z])(?P<n>\d+)[_-](?P<b>[A-Z][a-z]{2}|[A-Z])(?P<m>\d+)\s?del(?:etion)?", 0),
        ("p", "DEL", rf"(?P<b>{_AA})-?(?P<n>\d+)\s?del(?:etion)?", re.IGNORECASE),
        ("p", "DEL", rf"(?:del(?:ta)?|Δ)[\s-]?(?P<b>{_AA})-?(?P<n>\d+)", re.IGNORECASE),
        ("p", "DUP", rf"(?P<b>{_AA})(?P<n>\d+)\s?dup(?:lication)?", re.IGNORECASE),
        ("c", "INDEL", rf"(?P<n>{_RANGE})\s?(?:del[ACGT]*ins|indel)\s?(?P<b>[ACGT]+)", re.IGNORECASE),
    ]
    for name, word in _OPERATIONS:
        rows += [
            ("c", name, rf"(?P<n>{_RANGE})\s?{word}\.?\s?(?P<b>[ACGT]+|\d+)?(?:\s?bp)?", re.IGNORECASE),
            ("c", name, rf"{word}\s?\(?(?P<b>[ACGT]+)\)?", 0),
            ("c", name, rf"{word}\s?(?P<b>\d+)(?:\s?bp)?", re.IGNORECASE),
            ("c", name, rf"{word} (?P<b>\d+) ?bp", re.IGNORECASE),
            ("c", name, rf"{word} of (?P<b>{_SIZE}){_UNIT}{_AT_MAYBE}", re.IGNORECASE),
            (
                "c",
                name,
                rf"(?P<b>{_SIZE}){_UNIT}{_SCOPE}[\s-]{word}{_AT_MAYBE}",
                re.IGNORECASE,
            ),
            ("c", name, rf"\(?(?P<b>{_BASE}|[ACGT]{{2,}})\)?\s(?:nucleotide )?{word}{_AT_MAYBE}", 0),
            ("c", name, rf"{word} of (?:an? )?(?P<b>{_BASE})(?: nucleotide)?{_AT_MAYBE}", 0),
        ]
    rows += [
        ("c", "DEL", r"[Dd]el(?:ta)?\s?(?P<n>\d+)\s?(?P<b>[ACGT]+)", 0),
        ("c", "DEL", r"(?:[Dd]elta|DD|Δ)\s?-?(?P<b>\d+)(?: deletion)?", 0),
        ("c", "SUB", rf"(?P<n>{_PLACE}),?\s*\(?(?P<a>{_BASE}){_ARROW}(?P<b>{_BASE})\)?", re.IGNORECASE),
        ("c", "SUB", rf"\(?(?P<a>{_BASE}){_ARROW}(?P<b>{_BASE})\)?{_CHANGE}{_AT_MAYBE}", re.IGNORECASE),
        ("c", "SUB", r"(?P<a>[ACGT]{2})\sto\s(?P<b>[ACGT]{1,2})", 0),
        ("c", "SUB", rf"(?P<a>[ACGT])[\s(]*(?P<n>{_PLACE})[\s)]*(?P<b>[ACGT])", 0),
        ("c", "SUB", rf"(?P<a>[ACGT])\s?(?P<n>{_PLACE}){_ARROW}(?P<b>[ACGT])", 0),
        ("c", "SUB", rf"(?P<n>{_PLACE})\s?(?P<a>[ACGT])/?(?P<b>[ACGT])", 0),
        ("p", "SUB", rf"(?P<a>{_AA})(?P<n>-\d+)(?P<b>{_AA})", 0),
        ("p", "SUB", rf"(?P<a>{_AA}){_GAP}(?P<n>\d+){_GAP}(?:{_ARROW})?(?P<b>{_AA})", re.IGNORECASE),
        ("p", "SUB", rf"(?P<a>{_LONG_AA}){_ARROW}(?P<b>{_LONG_AA}){_CHANGE}{_AT_MAYBE}", re.IGNORECASE),
        ("p", "SUB", rf"(?P<b>{_LONG_AA}) for (?:the |an? )?(?P<a>{_LONG_AA}){_CHANGE}{_AT_MAYBE}", re.IGNORECASE),
        ("p", "SUB", rf"codon (?P<n>\d+),? (?P<a>{_LONG_AA}){_ARROW}(?P<b>{_LONG_AA})", re.IGNORECASE),
        ("p", "SUB", rf"(?P<n>\d+)\s?(?P<a>{_AA})(?:{_ARROW})(?P<b>{_AA})", re.IGNORECASE),
        ("c", "Allele", rf"(?P<n>{_PLACE})\s?\(?(?P<a>[ACGT])\)?\*?(?:\s?allele)?", 0),
        ("c", "Allele", r"(?P<a>[ACGT])\s?\(?(?P<n>-?\d+)\)?", 0),
        ("c", "Allele", rf"(?P<a>{_BASE}) allele{_AT}", re.IGNORECASE),
        ("p", "Allele", rf"(?P<n>\d+)\s?(?P<a>{_AA})(?P=a)?", re.IGNORECASE),
        ("p", "Allele", rf"(?P<a>{_AA})[\s(-]*(?P<n>\d+)\)?", re.IGNORECASE),
        ("p", "Allele", rf"(?P<a>{_LONG_AA}){_AT}", re.IGNORECASE),
    ]
    return [(kind, operation, re.compile(pattern, flags)) for kind, operation, pattern, flags in rows]


_PATTERNS = _patterns()


def rs_number(text: str) -> str | None:
    """The dbSNP number in a mention (`rs1800562`), or None."""
    match = _RS.search(text)
    return f"rs{match[1]}" if match else None


def variant_code(text: str) -> str | None:
    """The tmVar code of a variant mention, or None where its notation is not known."""
    text = " ".join(text.split()).strip(".,;")
    if len(text) > 120:
        return None
    text = _REFERENCE.sub("", text)
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


_THREE = {
    "A": "Ala", "R": "Arg", "N": "Asn", "D": "Asp", "C": "Cys", "Q": "Gln", "E": "Glu", "G": "Gly", "H": "His", "I": "Ile", "L": "Leu",
    "K": "Lys", "M": "Met", "F": "Phe", "P": "Pro", "S": "Ser", "T": "Thr", "W": "Trp", "Y": "Tyr", "V": "Val", "X": "Ter",
}  # fmt: skip
_WHERE = re.compile(r"\*?[1-9]\d*(?:[+-]\d+)?|-[1-9]\d*(?:[+-]\d+)?|IVS\d+[+-]\d+")
_LETTERS = re.compile(r"[ACGT]+")


def is_ambiguous(text: str) -> bool:
    """Whether a notation may mean bases as well as residues, as `A76T` does."""
    return _BASES_OR_RESIDUES.fullmatch(text.strip()) is not None


def hgvs(code: str) -> str | None:
    """A tmVar code in HGVS notation without its reference (`p.Val600Glu`, `c.76A>T`), or None where that takes more than the code says.

    The nomenclature is that of the Human Genome Variation Society (den Dunnen et al. 2016, doi:10.1002/humu.22981), beside
    which only the deleted and doubled letters are kept, where they are known, and introns by number (`IVS2+1`).
    """
    parts = [*code.split("|"), "", "", "", "", ""]
    kind, operation, fields = parts[0], parts[1], parts[2:]
    if kind == "p":
        change = _protein_change(operation, fields)
    else:
        change = _sequence_change(operation, fields) if kind in {"c", "g", "m", "n"} else None
    return f"{kind}.{change}" if change else None


def _protein_change(operation: str, fields: Sequence[str]) -> str | None:
    if operation == "SUB":
        first, place, second = fields[:3]
        return f"{_THREE[first]}{place}{_THREE[second]}" if first in _THREE and second in _THREE and _is_number(place) else None
    if operation == "FS":
        first, place, second, stop = fields[:4]
        if first not in _THREE or not _is_number(place) or (second and second not in _THREE):
            return None
        return f"{_THREE[first]}{place}{_THREE.get(second, '')}fs{f'Ter{stop}' if stop else ''}"
    if operation in {"DEL", "DUP"}:
        place, residue = fields[:2]
        return f"{_THREE[residue]}{place}{operation.lower()}" if residue in _THREE and _is_number(place) else None
    return None


def _sequence_change(operation: str, fields: Sequence[str]) -> str | None:
    if operation == "SUB":
        first, place, second = fields[:3]
        return (
            f"{place}{first}>{second}"
            if _LETTERS.fullmatch(first + second) and len(first + second) == 2 and _WHERE.fullmatch(place)
            else None
        )
    if operation not in {"DEL", "DUP", "INS", "INDEL"}:
        return None
    place, letters = fields[:2]
    begin, _, end = place.partition("_")
    if not (_WHERE.fullmatch(begin) and (not end or _WHERE.fullmatch(end)) and (not letters or _LETTERS.fullmatch(letters))):
        return None
    if (operation in {"INS", "INDEL"} and not letters) or (operation == "INS" and not end):
        return None
    return f"{place}{'delins' if operation == 'INDEL' else operation.lower()}{letters}"


def _is_number(place: str) -> bool:
    return place.isascii() and place.isdigit() and not place.startswith("0")


def _code(kind: str, operation: str, groups: dict[str, str | None]) -> str:
    place = _ROMAN_INTRON.sub(lambda match: f"IVS{_ROMAN[match[1]]}", re.sub(r"[\s,]", "", groups.get("n") or ""))
    if groups.get("m"):
        place = f"{place}_{groups['m']}"
    elif operation in {"DEL", "INS", "DUP"} and (match := re.fullmatch(r"(\d+)-(\d+)", place)):
        place = f"{match[1]}_{match[2]}"
    table = _AMINO if kind == "p" else _BASES
    first, second = (_letter(groups.get(name) or "", table) for name in ("a", "b"))
    if unit := (groups.get("u") or "").lower():
        second += {"k": "K", "m": "M"}.get(unit[0], "")
        kind = "p" if unit.startswith("amino") else kind
    if operation == "SUB":
        return f"{kind}|SUB|{first}|{place}|{second}"
    if operation == "FS":
        return f"{kind}|FS|{first}|{place}|{second}|{groups.get('s') or ''}"
    if operation == "Allele":
        return f"{kind}|Allele|{first}|{place}"
    if operation == "DUP":
        return f"{kind}|DUP|{place}|{second}|"
    return f"{kind}|{operation}|{place}|{second}"


def _letter(word: str, table: dict[str, str]) -> str:
    word = re.sub(r"\s?\([^)]*\)|\sresidue", "", word)
    return table.get(word.lower()) or _NUMBERS.get(word.lower()) or word.upper()
