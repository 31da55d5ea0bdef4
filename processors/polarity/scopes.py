"""Which words of a sentence negate or hedge, and what they bear on.

Rules over the shipped cues (`cues.toml`): the longest phrase at a place counts, pseudo-cues hide their words, each cue's kind of reach
says how its scope is drawn. Scopes hold their cue and may hold one another, as in BioScope.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from processors.polarity.clauses import Words, antecedent_start, clause_end, is_participle, is_passive, subject_start
from processors.polarity.lexicon import Entry, Reach, cues, grammar
from processors.records import CueKind

Range = tuple[int, int]

MAX_CUES = 100
"""Only so many cues of a sentence are looked at, the first ones. English sentences have one or two."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A cue, in one part or two ("neither ... nor"), and the words that it bears on. Offsets are the sentence's code points."""

    kind: CueKind
    reach: Reach
    cue: tuple[Range, ...]
    start: int
    end: int
    subject: int  # where what the cue's clause is said of begins


def find_scopes(text: str) -> tuple[Scope, ...]:
    """The scopes of one sentence, in order of their cues; some tens of microseconds."""
    sentence = Words.of(text)
    return tuple(draw_scopes(sentence, find_cues(sentence)))


def find_cues(sentence: Words) -> list[tuple[Entry, int]]:
    """The cues and the place of their first word, from left to right; they do not overlap."""
    known = cues()
    found: list[tuple[Entry, int]] = []
    at = 0
    while at < len(sentence) and len(found) < MAX_CUES:
        entry = next((entry for entry in known.get(sentence.words[at], ()) if entry.matches(sentence.words, at)), None)
        if entry is None or _is_a_name(sentence, at):
            at += 1
            continue
        if entry.kind is not None:
            found.append((entry, at))
        at += len(entry.words)
    return found


def draw_scopes(sentence: Words, found: Sequence[tuple[Entry, int]]) -> list[Scope]:
    """The scopes of the cues, in their order; a "nor" that belongs to a "neither" is the second part of its cue."""
    paired: set[int] = set()
    scopes = []
    for number, (entry, at) in enumerate(found):
        if number in paired:
            continue
        second = None
        if entry.words == ("neither",):
            second = next((later for later in range(number + 1, len(found)) if found[later][0].words == ("nor",)), None)
        if second is not None:
            paired.add(second)
        parts = [(at, at + len(entry.words))] + ([(found[second][1], found[second][1] + 1)] if second is not None else [])
        scopes.append(draw_scope(sentence, entry, parts))
    return scopes


def draw_scope(sentence: Words, entry: Entry, parts: Sequence[Range]) -> Scope:
    """The scope of the cue at these words, in one part or two. Raises `ValueError` for a pseudo-cue."""
    if entry.kind is None:
        raise ValueError(f"{' '.join(entry.words)!r} is no cue")
    first, stop = parts[0]
    reach = _reach(sentence, entry, first)
    cue = tuple((sentence.starts[a], sentence.ends[b - 1]) for a, b in parts)
    subject = subject_start(sentence, first)
    raised = sentence.at(stop) in ("appear", "seem")
    passive = reach is Reach.SUBJECT or (reach is Reach.VERB and (raised or is_passive(sentence, first, stop)))
    behind = clause_end(sentence, first, parts[-1][1], reach)
    while behind > stop and sentence.words[behind - 1] == ",":
        behind -= 1
    end = max(sentence.ends[behind - 1], cue[-1][1])
    start = sentence.starts[subject if passive else first]
    return Scope(entry.kind, reach, cue, start, end, sentence.starts[antecedent_start(sentence, subject, first)])


def _reach(sentence: Words, entry: Entry, at: int) -> Reach:
    """The cue's reach at this place: "but not B" sets B apart, "is likely" bears on the subject."""
    before = sentence.at(at - 1)
    if entry.words == ("not",) and (before == "but" or (before in (",", "and", "(") and not is_participle(sentence.at(at + 1)))):
        return Reach.CONTRAST
    if entry.words == ("likely",) and sentence.at(at + 1) in (".", ",", ";", ":", "") and before in grammar().be:
        return Reach.SUBJECT
    if entry.reach is Reach.SUBJECT and before == "it":
        return Reach.CLAUSE
    if entry.reach is Reach.SUBJECT and len(entry.words) == 1 and (before in grammar().preposition or before in grammar().determiner):
        return Reach.PHRASE
    return entry.reach or Reach.CLAUSE


def _is_a_name(sentence: Words, at: int) -> bool:
    """ "NO" in capitals is nitric oxide, unless its neighbours are in capitals too."""
    text = sentence.text
    if text[sentence.starts[at] : sentence.ends[at]] != "NO":
        return False
    near = [index for index in (at - 1, at + 1) if 0 <= index < len(sentence) and sentence.words[index].isalpha()]
    return not near or any(not text[sentence.starts[index] : sentence.ends[index]].isupper() for index in near)
