"""Hand-made features of a row, as relation extractors before embeddings had them (Zhou et al. 2005, doi:10.3115/1219840.1219893;
Giuliano et al. 2006, https://aclanthology.org/E06-1051)."""

from bisect import bisect_right
from functools import lru_cache

from models.training.sentences.baselines.rules import stated
from models.training.sentences.rows import Row
from models.training.sentences.words import MASKS, Parts, parts

NEAR = 3  # words before and after that count by themselves
STEPS = (0, 1, 2, 3, 5, 8, 12, 18, 30, 60)  # how far apart, in words
NEGATIONS = frozenset({"no", "not", "without", "lack", "absence", "neither", "nor", "failed", "cannot", "unlikely"})
HEDGES = frozenset({"may", "might", "could", "suggest", "suggests", "possible", "possibly", "whether", "potential", "putative", "likely"})


@lru_cache(maxsize=16_384)
def features(row: Row) -> dict[str, float]:
    """Feature name -> value: words and word pairs by place, distance, order, types, stating, denying and hedging words."""
    p = parts(row)
    found = dict.fromkeys(_grams("between", p.between, 3), 1.0)
    found.update(dict.fromkeys(_grams("before", p.before[-NEAR:], 2), 1.0))
    found.update(dict.fromkeys(_grams("after", p.after[:NEAR], 2), 1.0))
    found.update(dict.fromkeys((f"anywhere {word}" for word in (*p.before, *p.after)), 0.5))
    found.update(dict.fromkeys(_marks(row, p), 1.0))
    return found


def _grams(place: str, words: tuple[str, ...], longest: int) -> list[str]:
    return [f"{place} {' '.join(words[i : i + n])}" for n in range(1, longest + 1) for i in range(len(words) - n + 1)]


def _marks(row: Row, p: Parts) -> list[str]:
    everywhere = (*p.before, *p.between, *p.after)
    marks = [
        f"apart {bisect_right(STEPS, len(p.between))}",
        f"long {bisect_right(STEPS, len(everywhere))}",
        f"types {' '.join(row.kinds)}",
        f"swapped {p.swapped}",
        f"commas {min(p.between.count(','), 3)}",
        f"others {min(sum(word in MASKS for word in p.between), 3)}",
    ]
    for place, words in (("before", p.before[-NEAR:]), ("between", p.between), ("after", p.after[:NEAR])):
        stems = stated(words, row.kinds)
        marks += [f"states {place} {stem}" for stem in stems] or [f"states nothing {place}"]
    marks += [f"denied {place}" for place, words in (("between", p.between), ("anywhere", everywhere)) if NEGATIONS & set(words)]
    marks += [f"hedged {place}" for place, words in (("between", p.between), ("anywhere", everywhere)) if HEDGES & set(words)]
    return marks
