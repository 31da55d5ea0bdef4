"""Which rows of a masked corpus come from one sentence, though other names are masked in each.

GAD gives neither PMIDs nor names: of one sentence with two genes it makes `@GENE$ and LOC387715 are related to @DISEASE$` and
`CFH and @GENE$ are related to @DISEASE$`. Two rows are held for one sentence where some sentence fits both: their words are
equal in order, but for a mask, which stands for one to `LONGEST_NAME` words of the other.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

LONGEST_NAME = 8
"""Words that one mask may stand for."""

LEAST_SHARED = 0.6
"""Share of the longer row's different words that must be in both: below it, masks could join two short sentences that are not one."""

_RUN = 3  # words in a row that two rows must share to be compared at all
_MASK = ""  # stands for a mask among words, which are never empty
_TOKEN = re.compile(r"(?P<mask>@[A-Z]+\$)|[^\W_]+")


def same_sentence_groups(rows: Sequence[str]) -> list[str]:
    """A name for each row's group, the same for all rows of one sentence (and of sentences joined through a third row).

    Depends on the set of rows only, not on their order. `rows` hold masks as `@GENE$`.
    """
    words = {row: tuple(_MASK if found["mask"] else found[0].casefold() for found in _TOKEN.finditer(row)) for row in sorted(set(rows))}
    bags = {row: frozenset(tokens) - {_MASK} for row, tokens in words.items()}
    groups = {row: row for row in words}  # row -> a row nearer to the first of its group

    def first(row: str) -> str:
        while groups[row] != row:
            groups[row] = groups[groups[row]]
            row = groups[row]
        return row

    for a, b in _candidates(words):
        one, other = first(a), first(b)
        if one != other and _enough(bags[a], bags[b]) and fit(words[a], words[b]):
            groups[max(one, other)] = min(one, other)
    return [hashlib.sha256(" ".join(words[first(row)]).encode()).hexdigest()[:16] for row in rows]


def _candidates(words: dict[str, tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    """Pairs of rows that share a run of words, once each; rows too short to hold a run are compared with their like."""
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row, tokens in words.items():
        runs = {run for run in zip(*(tokens[i:] for i in range(_RUN)), strict=False) if _MASK not in run}
        for run in runs or {tuple(sorted(filter(None, tokens)))}:
            holders[run].append(row)
    seen: set[tuple[str, str]] = set()
    for rows in holders.values():
        for at, a in enumerate(rows):
            for b in rows[at + 1 :]:
                if (a, b) not in seen:
                    seen.add((a, b))
                    yield a, b


def _enough(a: frozenset[str], b: frozenset[str]) -> bool:
    least = LEAST_SHARED * max(len(a), len(b))
    return len(a) >= least and len(b) >= least and len(a & b) >= least


def fit(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether one sentence fits both rows of words; the empty word is a mask. Time: |a| x |b|."""
    # row[j] says how a[:i] and b[:j] can cover each other: bit 0, a word by a word; bits 1 to LONGEST_NAME, with a[i-1] a mask that
    # stands for that many words of b so far; the bits above, with b[j-1] a mask that stands for that many words of a.
    mine = ((1 << LONGEST_NAME) - 1) << 1
    theirs = mine << LONGEST_NAME
    opening = {(False, False): 0, (True, False): 2, (False, True): 2 << LONGEST_NAME, (True, True): 1 | 2 | 2 << LONGEST_NAME}
    above: list[int] = []
    for i in range(len(a) + 1):
        row = [0] * (len(b) + 1)
        row[0] = int(i == 0)
        for j in range(1, len(b) + 1) if i else ():
            mask_a, mask_b = a[i - 1] == _MASK, b[j - 1] == _MASK
            if above[j - 1]:
                row[j] = opening[mask_a, mask_b] or int(a[i - 1] == b[j - 1])
            if mask_a:
                row[j] |= (row[j - 1] & mine) << 1 & mine
            if mask_b:
                row[j] |= (above[j] & theirs) << 1 & theirs
        above = row
    return bool(above[-1])
