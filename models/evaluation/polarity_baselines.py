"""What the rules of polarity must beat: a few words, with a scope to the end of the sentence or with none at all.

The first is NegEx without its phrases (Chapman et al. 2001): from a word to the next terminator.
"""

import re

from processors.polarity import Judgement, Scope
from processors.polarity.lexicon import Reach
from processors.polarity.scopes import Range
from processors.records import Cue, CueKind

CUES = {
    CueKind.NEGATION: r"no|not|without|absence|lack|lacks|lacking|cannot|failed|fails|neither|nor|never|unable",
    CueKind.SPECULATION: (
        r"may|might|could|can|would|suggest|suggests|suggested|suggesting|indicate that|indicates that|indicated that|indicating that|"
        r"possible|possibly|likely|probably|potential|potentially|putative|appear|appears|appeared|seems|whether|hypothesis|unknown"
    ),
}
WORDS = {kind: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE) for kind, words in CUES.items()}
TERMINATOR = re.compile(r";|(?<![\w-])(?:but|however|although|though|whereas|except|which)(?![\w-])|[.?!]\s*$", re.IGNORECASE)


class FirstWord:
    """From each word to the next terminator."""

    def find_scopes(self, text: str) -> list[Scope]:
        found = []
        for kind, pattern in WORDS.items():
            for match in pattern.finditer(text):
                stop = TERMINATOR.search(text, match.end())
                end = len(text[: stop.start() if stop else len(text)].rstrip(" ,"))
                found.append(Scope(kind, Reach.CLAUSE, (match.span(),), match.start(), max(end, match.end()), match.start()))
        return found

    def judge(self, sentence: str, first: Range, second: Range) -> Judgement:
        """Negated or speculated where either mention is in a scope."""
        scopes = self.find_scopes(sentence)
        return _judgement([scope for scope in scopes if any(scope.start <= start < scope.end for start, _ in (first, second))])


class WordsOnly:
    """Any of the words anywhere in the sentence."""

    def judge(self, sentence: str, first: Range, second: Range) -> Judgement:
        return _judgement(FirstWord().find_scopes(sentence))


def _judgement(scopes: list[Scope]) -> Judgement:
    kinds = {scope.kind for scope in scopes}
    cues = tuple(Cue(kind=scope.kind, start=scope.cue[0][0], end=scope.cue[0][1]) for scope in scopes)
    return Judgement(negated=CueKind.NEGATION in kinds, speculated=CueKind.SPECULATION in kinds, cues=cues)
