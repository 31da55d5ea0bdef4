"""Sentences of abstracts: a fast, deterministic splitter.

A full stop ends a sentence when white space and something that may begin one follow, unless it belongs to an
abbreviation, an initial, a number or an open bracket. The rules are for English abstracts; elsewhere they err
towards longer sentences.
"""

import itertools
import re
from collections.abc import Iterator

Range = tuple[int, int]
"""A half-open range of code points in the text."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLOSERS = "\"'”’»)]}"
OPENERS = "\"'“‘«([{"

NEVER_LAST = _words(
    """
    e.g eg i.e ie cf vs viz fig figs eq eqs ref refs tab suppl no nos approx ca al resp incl dr prof mr mrs ms st vol pp ed eds
    dept univ dist subsp var cv str pv ser sect chap
    """
)
"""Abbreviations that something always follows."""

RARELY_LAST = _words(
    """
    sp spp inc ltd co corp jr sr et
    """
)
"""Abbreviations that end a sentence only where a usual opening word follows."""

STARTERS = _words(
    """
    a after all although among an and as at because before both but by conclusion conclusions data despite does during each
    finally findings for from furthermore given hence here how however if in interestingly is it its many methods most moreover
    neither no none not of on one only our patients recent results several similarly since so some specifically studies such taken
    that the their there therefore these they this those three thus to treatment two under until using was we were what when
    whereas whether which while with within without
    """
)
"""Words that often open a sentence of an abstract."""

LABELS = (
    "AIMS?|BACKGROUND|CASE(?: REPORTS?| PRESENTATION)?|CONCLUSIONS?|CONTEXT|DATA|DESIGN|DISCUSSION|EVIDENCE|FINDINGS|FUNDING|HYPOTHESIS|"
    "IMPLICATIONS?|IMPORTANCE|INTERPRETATION|INTERVENTIONS?|INTRODUCTION|LIMITATIONS?|MATERIALS?|MEASUREMENTS?|METHODOLOGY|METHODS?|"
    "OBJECTIVES?|OUTCOMES?|PARTICIPANTS|PATIENTS?|PURPOSE|RATIONALE|RESULTS?|SETTING|SIGNIFICANCE|SUBJECTS|SUMMARY"
)
WORD = r"(?:[A-Z]+|&)"
LABEL = rf"(?:(?:MAIN |MAJOR |PRIMARY |STUDY |KEY |CLINICAL )?(?:{LABELS})(?:[ /]{{1,3}}{WORD}){{0,4}}):\s"

BOUNDARY = re.compile(
    rf"(?P<mark>(?<![.?!…])[.?!…]+)[{re.escape(CLOSERS)}]*(?P<space>\s+)"  # a mark, brackets that close, white space
    rf"|(?P<wide>[。！？]+[{re.escape(CLOSERS)}」』）]*\s*)"  # Chinese and Japanese need no white space
    r"|(?P<paragraph>\n\s*\n\s*)"
    rf"|(?P<label>(?<=\s)(?<![A-Z&]\s)(?={LABEL}))"  # a structured abstract's next section, whatever ends the one before
)
LAST_WORD = re.compile(r"[^\s(\[{,;:/<>=]*$")
INITIALISM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
NUMBER = re.compile(r"\d+")
OPENING = re.compile(rf"[{re.escape(OPENERS)}]*(?P<word>[^\W_]+(?:[-–][^\W_]+)*)?")
NAME_LIKE = re.compile(r"[a-z]{1,4}[-–]?[A-Z0-9]|[a-z][-–][a-z]{3}")  # p53, mTOR, miR-21, c-myc: may begin a sentence

LONGEST_BRACKET = 300
"""A bracket that stays open for longer than this many characters was never meant to close."""


def split_sentences(text: str, *, title_end: int = 0) -> list[Range]:
    """Ranges that tile `text`; white space between sentences belongs to the one before it.

    The first `title_end` characters are a title: one sentence, whatever stands in it.
    The empty text has no sentences, one of only white space has one.
    """
    cuts = []
    start = 0
    if 0 < title_end < len(text):
        start = _skip_space(text, title_end)
        cuts.append(start)
    for cut in _cuts(text, start):
        if start < cut < len(text) and not text[start:cut].isspace():
            cuts.append(cut)
            start = cut
    edges = [0, *cuts, len(text)]
    return [(a, b) for a, b in itertools.pairwise(edges) if a < b]


def _cuts(text: str, begin: int) -> Iterator[int]:
    """Places where a new sentence begins, given that one begins at `begin`."""
    start = begin
    for match in BOUNDARY.finditer(text, begin):
        if match["mark"] is not None and not _ends(text, start, match):
            continue
        start = match.end()
        yield start


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the mark ends the sentence that began at `start`."""
    following = text[match.end() : match.end() + 40]
    opening = OPENING.match(following)
    word = (opening["word"] or "") if opening else ""
    if not _may_begin(word, following):
        return False
    if _in_bracket(text, start, match):
        return False
    if match["mark"] != ".":
        return True
    before = text[max(start, match.start() - 40) : match.start()]
    found = LAST_WORD.search(before)
    last = found[0] if found else ""
    return _full_stop(before[: len(before) - len(last)].rstrip(), last, word)


def _may_begin(word: str, following: str) -> bool:
    if not word:
        return following[:1] not in ",;:)]}%=<>+±/" and bool(following)
    return not word[0].islower() or bool(NAME_LIKE.match(word)) or not word[0].isascii()


def _full_stop(before: str, last: str, word: str) -> bool:
    """Whether `last` + "." ends a sentence when `word` follows; `before` is what precedes `last`."""
    lowered = last.lower()
    starter = word.lower() in STARTERS and word[:1].isupper()
    if not last:
        return True
    if lowered in NEVER_LAST:
        return False
    if lowered in RARELY_LAST:
        return starter
    if NUMBER.fullmatch(last):
        # "0. 05" is one number, "1. Methods" at the beginning an item of a list.
        return bool(before) and not (last == "0" and word[:1].isdigit())
    if len(last) == 1 and last.isalpha():
        # An initial ("J. Smith") or the end of a name ("vitamin C. Patients").
        previous = before.rsplit(maxsplit=1)[-1] if before else ""
        named = previous[-2:].islower() and previous[-2:].isalpha() and previous not in ("by", "of", "and", "from", "with", "to")
        named = named and not previous.istitle()
        return starter or named or (last.islower() and bool(before))
    if INITIALISM.fullmatch(last):
        return starter or (last.islower() and word[1:2].islower())
    return True


def _in_bracket(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the mark stands inside a round bracket that was opened in this sentence and closes soon."""
    near = max(start, match.start() - LONGEST_BRACKET)
    if text.count("(", near, match.end()) <= text.count(")", near, match.end()):
        return False
    closing = text.find(")", match.end(), match.end() + LONGEST_BRACKET)
    return closing >= 0 and text.find("(", match.end(), closing) < 0


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
