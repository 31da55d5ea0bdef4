"""Which organism's gene a name means, by what the document says: names of organisms, strains and cell lines, and how the name is written.

After SR4GN (Wei, Kao and Lu 2012, doi:10.1371/journal.pone.0038460): a species in the name itself, else beside it, else in
its sentence, else the one that the document speaks of; here as one conditional logit over the organisms in question.
"""

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from processors.normalisation import exact_key
from processors.records import EntityType
from processors.sentences import split_sentences

if TYPE_CHECKING:
    from processors.linking.context import Context

HUMAN, MOUSE, RAT = "9606", "10090", "10116"
_STRAINS = {"559292": "4932", "284812": "4896", "511145": "562", "83333": "562", "8355": "8364", "1280": "1280"}
"""Organisms whose genes stand under another of their numbers."""
_RODENTS = frozenset({MOUSE, RAT})
GENOMES = frozenset(
    {"9606", "10090", "10116", "7955", "7227", "6239", "4932", "4896", "9031", "8364", "9913", "9615", "3702"}
    | {"9986", "9823", "10029", "10036", "9940", "9544", "562"}
)
"""Organisms whose genes papers speak of; others (viruses, hosts of expression) do not compete for a gene."""

_CUES: dict[str, str] = {
    HUMAN: r"HeLa|HEK[- ]?293T?|293T|MCF-?7|MDA-MB-\d+|HepG2|Hep3B|Huh-?7|U-?2 ?OS|Jurkat|K-?562|HCT-?116|A549|SH-SY5Y|LNCaP|PC-?3|DU-?145|"
    r"HL-?60|THP-?1|U937|Caco-?2|SK-N-SH|HT-?29|HUVECs?|SW480|U87|T47D|HaCaT|patients?|women|woman|men|children|volunteers|probands?|"
    r"pedigrees?|caucasians?|famil(?:y|ies)|individuals|carriers|homo sapiens|humans?|clinical|PBMCs?|twins|siblings|Chinese|Japanese",
    MOUSE: r"NIH ?3T3|3T3-?L1|MEFs?|RAW ?264\.?7|C2C12|B16|C57BL/6\w?|BALB/c|129/?Sv\w*|FVB|ICR|knock-?out mice|knockouts?|E\d{1,2}\.5|"
    r"littermates?|murine|mouse|mice|Neuro-?2a|N2a|BMDMs?|mESCs?|F9|MC3T3-E1|L929|P19|mus musculus",
    RAT: r"PC-?12|H9c2|INS-?1|Sprague[- ]Dawley|Wistar|GH3|rats?|rattus norvegicus|NRK|REF52|C6|L6|Long[- ]Evans",
    "7955": r"zebrafish|danio rerio|morpholinos?|morphants?",
    "7227": r"drosophila|fruit ?fl(?:y|ies)|fl(?:y|ies)|S2 cells|D\. ?melanogaster",
    "6239": r"C\. ?elegans|caenorhabditis elegans|nematodes?|worms?",
    "4932": r"(?<!fission )yeast(?! two-hybrid)|S\. ?cerevisiae|saccharomyces cerevisiae",
    "4896": r"fission yeast|S\. ?pombe|schizosaccharomyces pombe",
    "9031": r"chickens?|chicks?|DT40|gallus gallus|avian",
    "8364": r"xenopus|frogs?|X\. ?(?:laevis|tropicalis)",
    "9913": r"bovine|cows?|calf|cattle|bos taurus",
    "9615": r"dogs?|canine|MDCK",
    "3702": r"arabidopsis(?: thaliana)?|A\. thaliana",
    "9986": r"rabbits?",
    "9823": r"pigs?|porcine|swine|piglets?",
    "10029": r"CHO|chinese hamster",
    "562": r"E\. ?coli|escherichia coli",
}
_CUE = re.compile(rf"(?<![\w-])(?:{'|'.join(rf'(?P<t{taxon}>{words})' for taxon, words in _CUES.items())})(?!\w)", re.IGNORECASE)
_IN_NAME = {"human": HUMAN, "mouse": MOUSE, "murine": MOUSE, "rat": RAT, "drosophila": "7227", "zebrafish": "7955", "yeast": "4932",
            "bovine": "9913", "chicken": "9031", "xenopus": "8364", "porcine": "9823", "canine": "9615", "rabbit": "9986"}  # fmt: skip
_PREFIX = re.compile(r"([hmrdz])(?=[A-Z][A-Za-z]*\d*)")
_PREFIXED = {"h": HUMAN, "m": MOUSE, "r": RAT, "d": "7227", "z": "7955"}
_ALL_CAPITALS = re.compile(r"[A-Z][A-Z0-9/-]+[A-Za-z]?\d*")
_TITLE = re.compile(r"[A-Z][a-z]+[0-9][a-z0-9]*|[A-Z][a-z0-9]{2,}")
_LOWER = re.compile(r"[a-z]{2,4}-?\d*[a-z]?")

WEIGHTS: Mapping[str, float] = {
    "count": 1.15, "first": 0.52, "title": 0.65, "sentence": 0.68, "left": 1.06, "beside": 0.81, "prefix": 0.87, "human": 0.74,
    "human_capitals": 0.42, "human_title": -0.43, "human_style": -0.18, "mouse": 0.28, "mouse_absent": -1.36, "mouse_style": 0.33,
    "rodent_capitals": 0.38, "rodent_title": 0.25, "lower": 0.21, "in_name": 3.0,
}  # fmt: skip
"""Fitted on the gene mentions of the training parts of NLM-Gene, GNormPlus and BioRED, each document counting by the root of
its mentions; `in_name`, which hardly occurs there, is set."""


class Organisms:
    """The organisms of one document."""

    def __init__(self, context: "Context") -> None:
        self._text = context.text
        self._places: list[tuple[int, int, str]] = []
        self._places = sorted(self._named(context) | self._cues())
        self._sentences = [start for start, _ in split_sentences(context.text)]
        self._sentence_of = [bisect_right(self._sentences, start) for start, _, _ in self._places]
        self.count: Counter[str] = Counter(taxon for _, _, taxon in self._places)
        first = self._sentences[1] if len(self._sentences) > 1 else len(context.text)
        names = {context.text[start:end] for start, end, kind in context.mentions if kind is EntityType.GENE}
        written = [name for name in names if _TITLE.fullmatch(name) or _ALL_CAPITALS.fullmatch(name)]
        self._written = sum(bool(_TITLE.fullmatch(name)) for name in written) / max(1, len(written)) if len(written) > 1 else 0.5
        self._title = {taxon for start, _, taxon in self._places if start < first}

    @staticmethod
    def _named(context: "Context") -> set[tuple[int, int, str]]:
        """The species mentions of the document."""
        found = set()
        for start, end, kind in context.mentions:
            if kind is EntityType.SPECIES:
                candidates = context.vocabulary.candidates(kind, exact_key(context.text[start:end]))
                best = min(candidates, key=lambda c: (-c.mentions, c.tier, c.curies), default=None)
                for curie in best.curies if best else ():
                    taxon = curie.partition(":")[2]
                    found.add((start, end, _STRAINS.get(taxon, taxon)))
        return {place for place in found if place[2] in GENOMES}

    def _cues(self) -> set[tuple[int, int, str]]:
        return {(m.start(), m.end(), str(m.lastgroup)[1:]) for m in _CUE.finditer(self._text)}

    def _near(self, start: int) -> "_Near":
        """The organisms named in the sentence of a place."""
        sentence = bisect_right(self._sentences, start)
        near = [place for place, of in zip(self._places, self._sentence_of, strict=True) if of == sentence]
        before = [(start - e, t) for _, e, t in near if e <= start]
        return _Near({t for _, _, t in near}, *min(before, default=(None, None)))

    def _features(self, taxon: str, surface: str, near: "_Near") -> dict[str, float]:
        """What speaks for an organism at a mention."""
        found: dict[str, float] = {}
        found["title"] = float(taxon in self._title)
        found["sentence"] = float(taxon in near.taxa)
        found["left"] = float(near.left == taxon)
        found["beside"] = float(near.left == taxon and near.gap is not None and near.gap <= 2)
        words = re.findall(r"[a-z]+", surface.lower())
        found["in_name"] = float(any(_IN_NAME.get(word) == taxon for word in words))
        match = _PREFIX.match(surface)
        found["prefix"] = float(bool(match) and _PREFIXED[match[1]] == taxon) if match else 0.0
        human, rodent = taxon == HUMAN, taxon in _RODENTS
        found["human"] = float(human)
        found["mouse"] = float(taxon == MOUSE)
        found["human_capitals"] = float(human and bool(_ALL_CAPITALS.fullmatch(surface)))
        found["human_title"] = float(human and bool(_TITLE.fullmatch(surface)))
        found["rodent_capitals"] = float(rodent and bool(_ALL_CAPITALS.fullmatch(surface)))
        found["rodent_title"] = float(rodent and bool(_TITLE.fullmatch(surface)))
        found["mouse_absent"] = float(taxon == MOUSE and taxon not in self.count)
        found["human_style"] = float(human) * (self._written - 0.5)
        found["mouse_style"] = float(taxon == MOUSE) * (self._written - 0.5)
        found["count"] = math.log1p(self.count[taxon])
        found["first"] = float(bool(self._places) and self._places[0][2] == taxon)
        found["lower"] = float(not human and not rodent and bool(_LOWER.fullmatch(surface)))
        return found

    @property
    def taxa(self) -> list[str]:
        """The organisms in question: those that the document speaks of, human, and mouse, whose genes are written in a way of their own."""
        return sorted({*self.count, HUMAN, MOUSE})

    def probabilities(self, places: Sequence[tuple[int, int]]) -> dict[str, float]:
        """The probability of each organism in question that a name, with its places in the document, means its gene."""
        seen = [(self._text[start:end], self._near(start)) for start, end in places]
        totals = {t: self._total(t, seen) for t in self.taxa}
        highest = max(totals.values())
        weights = {taxon: math.exp(total - highest) for taxon, total in totals.items()}
        whole = math.fsum(weights.values())
        return {taxon: weight / whole for taxon, weight in weights.items()}

    def _total(self, taxon: str, seen: Sequence[tuple[str, "_Near"]]) -> float:
        values = (WEIGHTS[name] * value for surface, near in seen for name, value in self._features(taxon, surface, near).items() if value)
        return math.fsum(values) / len(seen)


class _Near(NamedTuple):
    """What stands in one sentence with a mention."""

    taxa: set[str]
    gap: int | None  # letters from the last organism on its left; None: there is none
    left: str | None
