"""Whether the words behind a relation negate it or hedge it.

A statement is negated where the negation bears on what joins the pair: on both mentions, or on the predicate between them. A negation
that only qualifies one participant ("patients without A", "in the absence of A", "A but not C inhibits B") leaves it stated.
Speculation likewise; "it is not known whether" is speculation and no negation. What is judged is the evidence that the relation shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from processors.polarity.clauses import Words
from processors.polarity.lexicon import Reach, grammar
from processors.polarity.scopes import Range, Scope, draw_scopes, find_cues
from processors.records import Cue, CueKind

NEAR = 3
"""Two negations with fewer words than this between them cancel each other: "did not fail to", "not without effect"."""

NAMED_WITHIN = 5
"""So many words behind a cue are looked through for the noun that names the relation: "without any significant effect on"."""

DENIED_WITHIN = 4
"""So many words behind a negation are looked through for what is denied."""

AFFIRMED_WITHIN = 4
"""So many words behind a cue are looked through for what is said of the relation before it."""

NOMINAL = (Reach.PHRASE, Reach.NOUN)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the evidence says of a relation, and by which words; the cues are spans of the document's text, in its order."""

    negated: bool
    speculated: bool
    cues: tuple[Cue, ...]


class Polarity:
    """Judges the pairs of one document; each sentence is read once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._read: dict[Range, _Sentence] = {}

    def judge(self, sentences: Sequence[Range], subject: Range, object_: Range) -> Judgement:
        """The judgement of the pair that is named at these two places of the text.

        `sentences` are the evidence's sentences, as ranges of the text, in order. A pair that one sentence names is judged by that
        sentence; of a pair that lies apart only the last sentence is looked at, and only where it takes up what was said before.
        """
        left, right = sorted((subject, object_))
        last = next((s for s in sentences if s[0] <= right[0] and right[1] <= s[1]), None)
        if last is None:
            return Judgement(negated=False, speculated=False, cues=())
        sentence = self._sentence(last)
        offset = last[0]
        b = (right[0] - offset, right[1] - offset)
        if left[0] >= offset:
            a = (left[0] - offset, left[1] - offset)
        elif (taken_up := sentence.takes_up()) is not None and taken_up[1] <= b[0]:
            a = taken_up
        else:
            return Judgement(negated=False, speculated=False, cues=())
        return sentence.judge(a, b, offset)

    def _sentence(self, place: Range) -> "_Sentence":
        if place not in self._read:
            self._read[place] = _Sentence(self._text[slice(*place)])
        return self._read[place]


class _Sentence:
    """One sentence with its scopes. All ranges count from its first character."""

    def __init__(self, text: str) -> None:
        self._words = Words.of(text)
        self._scopes = draw_scopes(self._words, find_cues(self._words))
        asked = text.rstrip(" \"'”’)")
        self._question = (len(asked) - 1, len(asked)) if asked.endswith("?") else None

    def takes_up(self) -> Range | None:
        """The word by which the sentence takes up what the one before named, such as "it" or "this drug"; None without one."""
        words, g = self._words, grammar()
        at = 0
        while at < min(2, len(words)) and (words.words[at] in g.opening or words.words[at] == ","):
            at += 1
        if words.at(at) in g.anaphor or (words.at(at) == "the" and words.at(at + 1) in g.resumed):
            return words.starts[at], words.ends[at]
        return None

    def judge(self, a: Range, b: Range, offset: int) -> Judgement:
        """`a` is the mention that stands first."""
        meant = [(self._meaning(scope), scope) for scope in self._scopes if not _touches(scope, (a, b)) and self._applies(scope, a, b)]
        speculating = [scope for kind, scope in meant if kind is CueKind.SPECULATION]
        negating = self._uncancelled([scope for kind, scope in meant if kind is CueKind.NEGATION], speculating)
        found = [(CueKind.NEGATION, part) for scope in negating for part in scope.cue]
        found += [(CueKind.SPECULATION, part) for scope in speculating for part in scope.cue]
        if self._question and self._question[0] >= b[1]:
            found.append((CueKind.SPECULATION, self._question))
        cues = sorted((start + offset, end + offset, kind) for kind, (start, end) in found)
        return Judgement(
            negated=bool(negating),
            speculated=any(kind is CueKind.SPECULATION for kind, _ in found),
            cues=tuple(Cue(kind=kind, start=start, end=end) for start, end, kind in cues),
        )

    def _meaning(self, scope: Scope) -> CueKind | None:
        """What the cue says of its scope: "not studied" and "no data" leave it open, "not reported before" says nothing of it."""
        if scope.kind is CueKind.SPECULATION:
            return scope.kind
        at = self._words.index(scope.cue[-1][1] - 1) + 1
        for word in self._words.words[at : at + DENIED_WITHIN]:
            if word in grammar().report:
                return None
            if word in grammar().inquiry:
                return CueKind.SPECULATION
        return scope.kind

    def _uncancelled(self, negating: Sequence[Scope], speculating: Sequence[Scope]) -> list[Scope]:
        """Without pairs of negations that make an affirmation, and without those that negate only the knowing ("did not test whether")."""
        asking = [scope for scope in speculating if self._cue(scope).startswith("whether")]
        kept: list[Scope] = []
        for scope in negating:
            if any(scope.cue[0][1] <= other.cue[0][0] < scope.end for other in asking):
                continue
            if kept and self._distance(kept[-1].cue[-1][1], scope.cue[0][0]) < NEAR and scope.cue[0][0] < kept[-1].end:
                kept.pop()
            else:
                kept.append(scope)
        return kept

    def _applies(self, scope: Scope, a: Range, b: Range) -> bool:
        """Whether the scope bears on what joins the two mentions."""
        holds_a, holds_b = _holds(scope, a), _holds(scope, b)
        cue_start, cue_end = scope.cue[0][0], scope.cue[-1][1]
        if (cue_end <= a[0] or b[1] <= cue_start) and self._takes_for_granted(scope, a, b):
            return False
        if scope.reach is Reach.CONTRAST:
            return self._sets_apart(scope, a, b)
        if b[1] <= cue_start:
            return self._said_of_both(scope, a)
        if holds_a and holds_b:
            return scope.kind is CueKind.SPECULATION or self._negates_relation(scope, b)
        if not holds_b or a[0] > cue_end:
            return False
        # The cue stands between the two, and bears on the second.
        if scope.kind is CueKind.NEGATION:
            return a[0] >= scope.subject and self._negates_relation(scope, b)
        if scope.reach in NOMINAL and not self._cue(scope).endswith("ly"):
            return self._names_relation(cue_end, b)
        return a[0] >= scope.subject or scope.reach is not Reach.VERB

    def _takes_for_granted(self, scope: Scope, a: Range, b: Range) -> bool:
        """Whether the two mentions are one noun behind the cue, "A-induced B" or "B induced by A", that the cue does not stand right at."""
        named = scope.reach in NOMINAL or self._cue(scope) in ("no", "nor", "neither", "whether")
        if named and scope.cue[-1][1] <= a[0] and self._distance(scope.cue[-1][1], a[0]) < 2:
            return False
        between = [word for word in self._between(a[1], b[0]) if word not in ("-", "'s") and not word.endswith("ly")]
        joining = [word.rpartition("-")[2] for word in between[:1]]
        return not between or (joining[0] in grammar().joining and all(word in grammar().by for word in between[1:]))

    def _negates_relation(self, scope: Scope, b: Range) -> bool:
        """Whether what is negated is said of the pair, and is not merely something that is missing."""
        first = self._cue(scope).split()[0]
        cue_end = scope.cue[0][1]
        before = self._words.at(self._words.index(scope.cue[0][0]) - 1)
        if first in ("inability", "failure"):
            return True
        if scope.reach in NOMINAL:
            after = self._words.at(self._words.index(cue_end))
            return self._names_relation(cue_end, b) or (first == "without" and after.endswith("ing"))
        if first == "no" and before in grammar().trait:
            return self._names_relation(cue_end, b)
        return True

    def _names_relation(self, begin: int, b: Range) -> bool:
        """Whether a noun that names a relation leads from there to the second mention, or stands right behind it."""
        words, relation = self._words, grammar().relation
        between = words.words[words.index(begin) : words.index(b[0])]
        return any(word in relation for word in between[:NAMED_WITHIN]) or words.at(words.index(b[1])) in relation

    def _said_of_both(self, scope: Scope, a: Range) -> bool:
        """Both mentions stand before the cue: whether it is their relation that is denied or doubted ("A and B were not associated")."""
        if a[0] < scope.subject:
            return False
        cue = self._cue(scope)
        at = self._words.index(scope.cue[-1][1] - 1)
        if scope.reach is Reach.SUBJECT or (scope.reach is Reach.VERB and cue.endswith(("ed", "thought"))):
            return True
        if scope.reach in (Reach.VERB, Reach.SUBJECT) or cue in ("no", "absent"):
            affirming = grammar().affirming
            return cue == "absent" or any(word in affirming for word in self._words.words[at + 1 : at + 1 + AFFIRMED_WITHIN])
        return False

    def _sets_apart(self, scope: Scope, a: Range, b: Range) -> bool:
        """ "A but not C inhibits B": what is set apart (C) is negated of the other (B), and nothing is said of A with C."""
        holds_a, holds_b = _holds(scope, a), _holds(scope, b)
        if holds_b:
            return holds_a or (a[0] >= scope.subject and self._distance(a[1], scope.cue[0][0]) > len((",", "but")))
        return holds_a and not any(word in grammar().terminator or word == ";" for word in self._between(scope.end, b[0]))

    def _cue(self, scope: Scope) -> str:
        return self._words.text[slice(*scope.cue[0])].lower()

    def _between(self, begin: int, end: int) -> Sequence[str]:
        return self._words.words[self._words.index(begin) : self._words.index(end)]

    def _distance(self, begin: int, end: int) -> int:
        return len(self._between(begin, end))


def _holds(scope: Scope, place: Range) -> bool:
    return scope.start <= place[0] and place[1] <= scope.end


def _touches(scope: Scope, places: Sequence[Range]) -> bool:
    """Whether a cue is part of a name."""
    return any(start < end_ and begin < end for start, end in scope.cue for begin, end_ in places)
