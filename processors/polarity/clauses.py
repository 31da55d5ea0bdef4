"""Where a clause begins and ends, without a parser: closed word classes, punctuation and brackets.

In the spirit of NegEx's terminators (Chapman et al. 2001), with what BioScope's guidelines add: subjects of the passive voice, fronted
members, coordination (Vincze et al. 2008). A sentence's words are looked at a bounded number of times, so the cost is linear.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

from processors.polarity.lexicon import Reach, grammar

TOKEN = re.compile(r"[^\W_]+(?:[-'’./][^\W_]+)*|[^\w\s]|_")
OPENERS, CLOSERS = "([{", ")]}"

SCANNED = 150
"""A clause reaches at most so many words to either side of its cue: what never ends must not cost its square."""

ANTECEDENT = 4
"""A relative pronoun stands for something within so many words before it."""

LOOK_BACK = 60
"""So many words before a comma are looked through for what makes them a member of their own."""

LOOK_AHEAD = 12
"""So many words behind a conjunction are looked through for the verb that would make it a clause."""


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence as words and marks: lower-case words and where they stand in the sentence."""

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Words":
        found = [(match[0].lower().replace("’", "'"), match.start(), match.end()) for match in TOKEN.finditer(text)]
        words, starts, ends = zip(*found, strict=True) if found else ((), (), ())
        return cls(text, words, starts, ends)

    def __len__(self) -> int:
        return len(self.words)

    def at(self, index: int) -> str:
        """The word there, empty outside the sentence."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def index(self, offset: int) -> int:
        """The first word that ends behind the offset."""
        return bisect_left(self.ends, offset + 1)


def clause_end(sentence: Words, cue: int, begin: int, reach: Reach) -> int:
    """The first word behind what a cue bears on.

    `cue` is the cue's first word and `begin` the word to look from.
    """
    words, g = sentence.words, grammar()
    depth = 0
    listed = False
    relative = sentence.at(begin) == "to"
    nominal = reach in (Reach.PHRASE, Reach.NOUN, Reach.CONTRAST)
    whole = reach is Reach.SENTENCE
    modifying = nominal or _modifies(sentence, cue)
    stops_at_comma = (modifying and reach is not Reach.PHRASE) or is_fronted(sentence, cue)
    has_verb = reach in (Reach.VERB, Reach.SUBJECT) or words[cue] in ("unable", "failed", "fails", "fail")
    limit = min(len(words), begin + SCANNED)
    for at in range(begin, limit):
        word = words[at]
        if word in OPENERS:
            depth += 1
        elif word in CLOSERS:
            if depth == 0:
                return at
            depth -= 1
        elif depth:
            continue
        elif word == ";" or (word in ".?!" and at == len(words) - 1) or (word == ":" and not whole):
            return at
        elif word == "," and not whole:
            if at > begin and (stops_at_comma or _ends_at_comma(sentence, at, listed=listed)):
                return at
            listed = True
        elif word in ("and", "but", ",") and whole:
            if _resumes(sentence, at):
                return at
        elif word == "but" and sentence.at(at + 1) in ("not", "also") and reach is not Reach.CONTRAST and sentence.words[cue] != "not":
            listed = True
        elif word in g.terminator and at > begin and words[at - 1] not in ("that", ",") and not whole:
            return at - 1 if words[at - 1] == "even" else at
        elif word == "and" and at > begin and (_begins_clause(sentence, at) or (has_verb and _has_verb(sentence, at + 1, sure=True))):
            return at
        elif modifying and at > begin:
            relative = relative or word in ("that", "which", "who", "whose")
            if (word in g.auxiliary or word in g.finite) and not relative:
                return at
            if reach is Reach.NOUN and (word in ("that", "which", "and", "as") or (word in g.preposition and word not in ("of", "for"))):
                return at
            if word in ("result", "results") and sentence.at(at + 1) in ("in", "from"):
                return at
            if word in ("containing", "including", "encoding", "involving", "designated", "selected", "located"):
                return at
    return limit


def _modifies(sentence: Words, cue: int) -> bool:
    """Whether the cue's verb is of a relative clause, and so ends before the main one: "patients who did not receive A [were ...]"."""
    g = grammar()
    at = cue - 1
    while at >= 0 and (sentence.words[at] in g.auxiliary or sentence.words[at] in g.adverb):
        at -= 1
    if sentence.at(at) in ("who", "which", "whose") or (sentence.at(at) == "that" and sentence.at(at - 1) not in g.saying):
        return True
    reduced = at == cue - 1 and sentence.words[cue] == "not" and sentence.at(at).isalnum() and sentence.at(at) not in ("but", "and", "or")
    return reduced and (sentence.at(cue + 1).endswith("ing") or is_participle(sentence.at(cue + 1)))


def subject_start(sentence: Words, cue: int) -> int:
    """The first word of the clause that the cue stands in: where its subject begins."""
    words, g = sentence.words, grammar()
    depth = 0
    limit = max(0, cue - SCANNED)
    for at in range(cue - 1, limit - 1, -1):
        word = words[at]
        if word in CLOSERS:
            depth += 1
        elif word in OPENERS:
            if depth == 0:
                return at + 1
            depth -= 1
        elif depth:
            continue
        elif word in ";:":
            return at + 1
        elif word in ("that", "which", "who", "whose", "whereby"):
            if _is_closed(sentence, at, cue):
                continue
            before = sentence.at(at - 1)
            says = word == "that" and (before in g.saying or before == "," or not _is_verbal(sentence, at + 1))
            return at + 1 if at + 1 < cue and (says or before in g.preposition) else at
        elif word == "but" and sentence.at(at + 1) in ("not", "also"):
            continue
        elif _opens_clause(sentence, at, cue):
            return at + 1
        elif word == "," and _subject_behind(sentence, at, cue):
            behind = at + 1
            return behind + 1 if words[behind] in ("and", "or", "but") else behind
    return limit


def antecedent_start(sentence: Words, start: int, cue: int) -> int:
    """Where what the clause is said of begins, for a clause from `start` whose own subject is left out or a relative pronoun.

    "[A] binds B but (does not inhibit C)", "[A], (which is not affected by B)".
    """
    before = sentence.at(start - 1)
    if before in ("and", "or", "but", "nor") and (start == cue or _is_verbal(sentence, start)):
        return subject_start(sentence, start - 1)
    if sentence.at(start) in ("that", "which", "who"):
        return max(0, start - ANTECEDENT)
    return start


def _opens_clause(sentence: Words, at: int, cue: int) -> bool:
    """Whether the word joins a clause, or a second verb of the same subject: "A binds B and [is (not) required]"."""
    word = sentence.words[at]
    if word in ("and", "or", "nor"):
        return at + 1 == cue or _is_verbal(sentence, at + 1) or (word == "and" and _verb_precedes(sentence, at))
    return word in grammar().conjunction or word in ("suggesting", "indicating")


def _verb_precedes(sentence: Words, conjunction: int) -> bool:
    """Whether a clause with a verb of its own ends at the conjunction."""
    g = grammar()
    for at in range(conjunction - 1, max(-1, conjunction - LOOK_BACK), -1):
        word = sentence.words[at]
        if word in ";:," or word in g.conjunction or word in ("that", "which", "who"):
            return False
        if word in g.auxiliary or word in g.finite:
            return True
    return False


def _is_closed(sentence: Words, pronoun: int, cue: int) -> bool:
    """Whether the relative clause that the pronoun opens has a verb of its own: "[genes that are induced by A] were (not) found"."""
    g = grammar()
    group = cue
    while group - 1 > pronoun and (sentence.words[group - 1] in g.auxiliary or sentence.words[group - 1] in g.adverb):
        group -= 1
    if sentence.at(pronoun) == "that" and sentence.at(pronoun - 1) in g.saying:
        return False
    return any(word in g.auxiliary or word in g.finite for word in sentence.words[pronoun + 1 : group])


def is_fronted(sentence: Words, cue: int) -> bool:
    """Whether the cue stands in a member that is set before the statement ("To determine whether ...", "In the absence of ...")."""
    at = cue
    while at > max(0, cue - SCANNED) and sentence.words[at - 1] not in ",;:()":
        at -= 1
    return sentence.at(at - 1) in ("", ";", ":") and sentence.at(at) in grammar().fronted


def is_passive(sentence: Words, first: int, stop: int) -> bool:
    """Whether the verb that the cue at words `first` to `stop` belongs to is passive: "was (not) detected", "may be further inhibited"."""
    g = grammar()
    passive = sentence.at(first - 1) in g.be or (sentence.at(first - 1) in g.adverb and sentence.at(first - 2) in g.be)
    if passive and stop == first + 1 and is_participle(sentence.at(first)):
        return True
    for word in sentence.words[stop : stop + 5]:
        if word in g.be:
            passive = True
        elif is_participle(word):
            return passive and word not in ("related", "limited")
        elif not (word.endswith("ly") or word in g.adverb):
            return False
    return False


def is_participle(word: str) -> bool:
    """Whether the word may be a past participle."""
    return (word.endswith("ed") and len(word) > 4) or word in grammar().participle


def _is_verbal(sentence: Words, at: int) -> bool:
    """Whether a verb begins there, perhaps behind an adverb."""
    g = grammar()
    word = sentence.at(at)
    if word.endswith("ly") or word in ("then", "therefore", "thus", "also", "hence", "even"):
        at += 1
        word = sentence.at(at)
    return word in g.auxiliary or word in g.finite


def _begins_clause(sentence: Words, conjunction: int) -> bool:
    """Whether "and" joins another clause or verb, not another noun."""
    following = sentence.at(conjunction + 1)
    return _is_verbal(sentence, conjunction + 1) or following in grammar().pronoun or following in ("therefore", "thus", "hence", "thereby")


def _resumes(sentence: Words, at: int) -> bool:
    """Whether the main clause goes on behind what was said: "... and imply that", ", but these were"."""
    following = sentence.at(at + 1)
    if sentence.words[at] == ",":
        return following in ("thus", "thereby", "since", "because", "as")
    return following in grammar().main_verb or (sentence.words[at] == "but" and following in grammar().pronoun)


def _ends_at_comma(sentence: Words, comma: int, *, listed: bool) -> bool:
    following = sentence.at(comma + 1)
    if following in grammar().after_comma:
        return True
    if following in ("and", "or"):
        return _begins_clause(sentence, comma + 1) or (not listed and _has_verb(sentence, comma + 2))
    return following in grammar().pronoun and _has_verb(sentence, comma + 1)


def _has_verb(sentence: Words, begin: int, *, sure: bool = False) -> bool:
    """Whether a finite verb follows soon, before the next mark; `sure`: past forms that may be participles do not count."""
    g = grammar()
    for at in range(begin, min(begin + LOOK_AHEAD, len(sentence))):
        word = sentence.words[at]
        if word in ",;:" or word in ("that", "which", "who", "whose", "to", "by"):
            return False
        if (
            word in g.auxiliary
            or word in g.finite
            or (not sure and at > begin and word.endswith("ed") and sentence.at(at + 1) not in ("by", "with", "in"))
        ):
            return True
    return False


def _subject_behind(sentence: Words, comma: int, cue: int) -> bool:
    """Whether the clause of `cue` begins behind this comma: what precedes it is a fronted member, an opening adverb or a clause."""
    g = grammar()
    following = sentence.at(comma + 1)
    if comma + 1 >= cue or _is_verbal(sentence, comma + 1) or following in ("which", "who") or "not" in (following, sentence.at(comma + 2)):
        return False
    begin = comma
    while begin > max(0, comma - LOOK_BACK) and sentence.words[begin - 1] not in (";", ":", "that"):
        begin -= 1
    if sentence.words[begin] in g.opening or sentence.words[begin] in g.fronted:
        return True
    has_verb = any(word in g.auxiliary or word in g.finite for word in sentence.words[begin:comma])
    return has_verb or (following == "but")
