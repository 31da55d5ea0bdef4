"""The trigram index, against likeness worked out name by name."""

import math
import random
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.ngrams import GROUP, NgramIndex, trigrams, write_index
from processors.normalisation import tokens

NAMES = [
    (0, "breast cancer", 1), (1, "breast neoplasms", 1), (2, "cancer", 1), (3, "apnea", 1), (4, "sleep apnea", 1), (5, "breast milk", 2),
    (6, "pentylenetetrazole", 2), (7, "βlocker ünknown", 2),
]  # fmt: skip


def built(folder: Path, names: list[tuple[int, str, int]] = NAMES) -> NgramIndex:
    return NgramIndex(folder / "index", write_index(folder / "index", names))


def likeness(one: str, other: str, group: int) -> float:
    """The definition: sum of the shared trigrams' weights over the root of both sums' product."""
    grams = {row: set(trigrams(words, g).tolist()) for row, words, g in NAMES}

    def weight(gram: int) -> int:
        return round(16 * math.log2(1 + len(NAMES) / sum(gram in own for own in grams.values())))

    a, b = (set(trigrams(words, group).tolist()) for words in (one, other))
    known = {gram for own in grams.values() for gram in own}
    sizes = [sum(weight(g) for g in x & known) + len(x - known) * max((weight(g) for g in x & known), default=0) for x in (a, b)]
    return sum(weight(g) for g in a & b) / math.sqrt(sizes[0] * sizes[1])


def test_the_likest_first_of_its_group_only(tmp_path: Path) -> None:
    hits = built(tmp_path).search("breast cancers", 1, least=0.2, most=3)
    assert [hit.row for hit in hits] == [0, 2, 1]
    assert built(tmp_path).search("breast cancers", 0, least=0, most=3) == []
    assert [hit.row for hit in built(tmp_path).search("pentylenetetrazol", 2, least=0.5, most=3)] == [6]


def test_likeness_is_the_weighted_cosine(tmp_path: Path) -> None:
    index = built(tmp_path)
    for row, words, group in NAMES:
        for query in ("breast apnea", "breast cancer", "cancer milk zzz", words):
            found = {hit.row: hit.likeness for hit in index.search(query, group, least=0, most=99)}
            if row in found:
                assert math.isclose(found[row], likeness(query, words, group), rel_tol=1e-9)
    assert index.search("sleep apnea", 1, least=0.99, most=1)[0].likeness == 1.0


def test_same_names_same_bytes_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first = write_index(tmp_path / "index", NAMES)
    second = write_index(tmp_path / "other" / "index", random.Random(1).sample(NAMES, len(NAMES)))
    assert first == second
    assert (tmp_path / "index").read_bytes() == (tmp_path / "other" / "index").read_bytes()


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    assert built(tmp_path, []).search("anything", 0, least=0, most=9) == []


@given(st.text(max_size=80), st.integers(0, 5))
def test_trigrams_of_any_text(text: str, group: int) -> None:
    codes = trigrams(" ".join(tokens(text)), group)
    assert ((codes >= group * GROUP) & (codes < (group + 1) * GROUP)).all()
    assert (np.diff(codes) > 0).all()
