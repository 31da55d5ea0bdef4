"""Names as keys: how two spellings of one entity become the same string.

Two strengths. `exact_key` forgives case, hyphens, spaces, accents, possessives and Greek letters, and nothing that
could change the meaning. `loose_key` forgives also plurals, word order (`Carcinoma, Hepatocellular`), British spelling,
Roman numerals and the interchangeable head nouns of a type (`cancer`, `tumour`, `neoplasm`); it is asked only where the
exact key finds nothing. The vocabulary's builder and the linker use these very functions.
"""

import re
import unicodedata
from functools import lru_cache

from processors.records import EntityType

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_GREEK_TABLE = str.maketrans(_GREEK)
_GREEK_LETTER = {
    "alpha": "a", "beta": "b", "gamma": "g", "delta": "d", "epsilon": "e", "zeta": "z", "kappa": "k", "lambda": "l",
    "theta": "q", "sigma": "s", "omega": "w",
}  # fmt: skip
_GREEK_NAME = re.compile("|".join(sorted(_GREEK_LETTER, key=len, reverse=True)))

_POSSESSIVE = re.compile(r"(?<=\w)['’`]s\b")
_TOKEN = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_STOP = frozenset({"of", "the", "in", "to", "with", "and", "a", "an", "for", "by", "from", "due", "type", "on", "or", "mellitus"})

_DISEASE_WORDS = {
    "cancer": "neoplasm", "tumor": "neoplasm", "neoplasia": "neoplasm", "malignancy": "neoplasm", "neoplastic": "neoplasm",
    "disorder": "disease", "syndrome": "disease", "illness": "disease", "injury": "damage", "impairment": "dysfunction",
    "renal": "kidney", "hepatic": "liver", "pulmonary": "lung", "cardiac": "heart", "gastric": "stomach", "cerebral": "brain",
    "mammary": "breast", "colonic": "colon", "ovarian": "ovary", "prostatic": "prostate", "pancreatic": "pancreas",
    "hypertensive": "hypertension", "hypotensive": "hypotension", "epileptic": "epilepsy", "diabetic": "diabetes",
    "depressive": "depression", "schizophrenic": "schizophrenia", "psychotic": "psychosis", "toxic": "toxicity",
    "convulsion": "seizure", "febrile": "fever", "anemic": "anemia", "autistic": "autism", "leukemic": "leukemia",
    "inherited": "hereditary", "familial": "hereditary", "carcinogenesis": "neoplasm",
    "tumorigenesis": "neoplasm", "tumorigenic": "neoplasm", "tumorigenicity": "neoplasm", "carcinogenic": "neoplasm",
    "inflammatory": "inflammation", "proinflammatory": "inflammation", "ischemic": "ischemia", "asthmatic": "asthma", "obese": "obesity",
    "died": "death", "dying": "death", "mortality": "death", "preterm": "premature", "delivery": "birth",
    "defect": "abnormality", "malformation": "abnormality", "anomaly": "abnormality", "deformity": "abnormality",
}  # fmt: skip
_DISEASE_ENDINGS = (("emic", "emia"), ("otic", "osis"), ("itic", "itis"), ("plegic", "plegia"), ("trophic", "trophy"), ("pathic", "pathy"),
                    ("uric", "uria"), ("oxic", "oxia"), ("rrhagic", "rrhage"))  # fmt: skip
_SINGULAR_IN_S = frozenset({"diabetes", "herpes", "rabies", "scabies", "species", "series", "caries", "ascites"})
_CHEMICAL_WORDS = {"drug": "agent", "medication": "agent", "medicine": "agent", "blocker": "antagonist"}
_GENE_NOISE = frozenset({"gene", "protein", "human", "mouse", "rat", "murine", "precursor"})
_BRITISH = (("aemi", "emi"), ("haem", "hem"), ("oede", "ede"), ("oeso", "eso"), ("tumour", "tumor"), ("paed", "ped"), ("leuk", "leuk"),
            ("diarrhoe", "diarrhe"), ("anaes", "anes"), ("ischaem", "ischem"), ("foet", "fet"), ("sulph", "sulf"), ("oest", "est"),
            ("behaviour", "behavior"), ("fibre", "fiber"), ("gynaec", "gynec"), ("orrhoea", "orrhea"), ("caec", "cec"))  # fmt: skip


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """The runs of letters and digits of a name, case-folded, without accents, possessives and Greek letters."""
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKD", text).casefold().translate(_GREEK_TABLE)
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    return tuple(_TOKEN.findall(_POSSESSIVE.sub("", folded)))


def exact_key(text: str) -> str:
    """The strict key of a name: its tokens, joined. May be empty where the name has neither letter nor digit."""
    return "".join(tokens(text))


def singular(token: str) -> str:
    """A token without its English plural ending; shorter tokens and those in -ss, -us, -is stay."""
    if len(token) < 4 or not token.endswith("s") or token.endswith(("ss", "us", "is")) or token in _SINGULAR_IN_S:
        return token
    if token.endswith("ies") and len(token) > 4:
        return token[:-3] + "y"
    if token.endswith(("sses", "xes", "ches", "shes")):
        return token[:-2]
    return token[:-1]


def _american(token: str) -> str:
    for british, american in _BRITISH:
        if british in token:
            token = token.replace(british, american)
    return token


def _noun(token: str) -> str:
    for adjective, noun in _DISEASE_ENDINGS:
        if token.endswith(adjective):
            return token[: -len(adjective)] + noun
    return token


def loose_key(kind: EntityType, text: str) -> str:
    """The forgiving key of a name of one type. May be empty."""
    words = tokens(text)
    if kind is EntityType.GENE:
        kept = [singular(w) for w in words if w not in _GENE_NOISE] or list(words)
        pieces = [_GREEK_NAME.sub(lambda match: _GREEK_LETTER[match[0]], _ROMAN.get(w, w) if len(w) > 1 else w) for w in kept]
        return "".join(sorted(pieces) if sum(len(p) > 3 for p in pieces) > 1 else pieces)
    if kind is EntityType.SPECIES:
        return "".join(singular(w) for w in words)
    if kind is EntityType.CHEMICAL:  # repeated parts count, and digits stay with their letters: H2O2 is not H2O
        kept = [_american(singular(w)) for w in words if w not in _STOP]
        return " ".join(sorted(_ROMAN.get(w, _CHEMICAL_WORDS.get(w, w)) for w in kept))
    if kind is EntityType.DISEASE:
        parts = {_american(singular(piece)) for word in words if word not in _STOP for piece in _PIECE.findall(word)}
        return " ".join(sorted({_ROMAN.get(p) or _DISEASE_WORDS.get(p) or _noun(p) for p in parts}))
    return "".join(words)
