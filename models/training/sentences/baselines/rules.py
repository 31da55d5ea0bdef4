"""Pattern rules: words that state a relation, where they stand to the two mentions, and shapes that state none.

Written from what such sentences say, never from a corpus's answers. The lists of interaction words follow those of
rule systems for protein interactions (Fundel et al. 2007, doi:10.1093/bioinformatics/btl616; Blaschke et al. 1999).
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.training.sentences.rows import Row
from models.training.sentences.words import MASKS, Parts, parts


def _stems(words: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(words.split(), key=len, reverse=True)))


INTERACTION = _stems(
    "abolish accelerat acetylat activat affect amplif antagoni associat assembl attenuat augment bind block bound cleav cluster "
    "co-immunoprecipitat coimmunoprecipitat colocali complex conjugat coordinat coprecipitat crosslink degrad dephosphorylat depend "
    "deplet destabili dimer direct down-regulat downregulat effect elevat elicit encod enhanc form heterodimer impair increas induc "
    "influenc inhibit initiat interact interfer lead mediat methylat modif modulat oligomer phosphorylat potentiat prevent produc "
    "promot react recogni recruit reduc regulat releas repress requir respon secret sequester sever signal stabil stimul suppress "
    "target transactivat transcri transport trigger ubiquitinat up-regulat upregulat"
)
ASSOCIATION = _stems(
    "affect associat caus confer contribut correlat determin develop effect etiolog factor implicat increas influenc involv lead "
    "link marker modif modulat mutat pathogen play polymorphism predict predispos prognos progress protect related relationship "
    "responsib result risk role suscept variant variation"
)
TREATMENT = _stems(
    "allevi ameliorat attenuat block caus cure decreas develop effect effic exacerbat improv increas induc inhibit interact metaboli "
    "prevent protect receiv reduc relat releas relieve resist respon result reversal revers risk suppress target therap toxic "
    "treat trigger user"
)
AROUND = 4
"""Words before the first mention and after the second that are read too."""


class Rules:
    """Related where a stating word stands between the mentions or right around them, and the mentions are not merely listed."""

    def fit(self, rows: Sequence[Row], seed: int) -> None:
        """Learns nothing."""

    def score(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        return np.array([_judge(parts(row), row.kinds) for row in rows], dtype=np.float64)


def stated(words: Sequence[str], kinds: tuple[str, str]) -> list[str]:
    """The stems among these words that state a relation of these types."""
    types = {kind.casefold() for kind in kinds}
    stems = INTERACTION
    if "disease" in types:
        stems = TREATMENT if types & {"drug", "chemical"} else ASSOCIATION
    return [found[0] for word in words if (found := stems.match(word))]


LIST_WORDS = frozenset({"and", "or", ",", "/", "(", ")", "as", "well", "-", "plus", "not", "but"})


def _judge(words: Parts, kinds: tuple[str, str]) -> float:
    """How many stating words are read, less what says that the two are only named together."""
    between = len(stated(words.between, kinds))
    around = len(stated((*words.before[-AROUND:], *words.after[:AROUND]), kinds))
    listed = all(word in LIST_WORDS or word in MASKS for word in words.between)
    said = between + 0.5 * around
    if listed:
        said = 1.0 if any(w in {"-", "/"} for w in words.between) and around else said - 1.0
    return said - 0.25 - (0.5 if ";" in words.between else 0.0)
