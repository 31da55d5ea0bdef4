"""Section labels that stand inside a text, as MEDLINE text and pasted abstracts have them: `BACKGROUND: ... METHODS: ...`."""

import re
from itertools import islice

from processors.records import Section

MOST_SECTIONS = 1000
_LABEL = re.compile(r"(?:^|(?<=[.?!;)\]\"”'’]) )([A-Z][A-Za-z0-9 ,/&'’()–-]{1,79}): (?=\S)")
_WORD = re.compile(r"[a-z]+")
_KNOWN = re.compile(
    "abstract|aims?|animals|approach|availability|background|case|conclusions?|contact|context|criteria|data|design|discussion|evaluation|"
    "evidence|experimental|extraction|findings|funding|goals?|highlights|hypothes[ie]s|implementation|implications|importance|information|"
    "interpretation|interventions?|introduction|limitations|materials?|measurements?|measures|methods?|methodology|motivation|novelty|"
    "objectives?|observations|outcomes?|participants|patients|points|population|presentation|problem|procedures?|purpose|questions?|rationale|"
    "recommendations|registration|relevance|results?|review|samples?|selection|settings?|significance|sources|statement|strategy|study|"
    "subjects|summary|synthesis"
)
"""Words of the labels that NLM lists (https://lhncbc.nlm.nih.gov/ii/areas/structured-abstracts.html)."""
_BETWEEN = re.compile("analysis|and|authors?|clinical|collection|for|key|main|of|primary|reviewers?|s|secondary|supplementary|trial|with")


def split_labels(text: str) -> tuple[Section, ...]:
    """The text as its labelled sections where it begins with a label, else as one section; none for an empty text.

    Nothing is lost: the sections, written one behind the other with their labels, are the text again. A text with more than
    `MOST_SECTIONS` labels is one section too: a book, or one that means harm.
    """
    first = _LABEL.match(text)
    if first is None or not _is_label(first[1]):
        return (Section(text=text),) if text else ()
    found = list(islice((match for match in _LABEL.finditer(text) if _is_label(match[1])), MOST_SECTIONS + 1))
    if len(found) > MOST_SECTIONS:
        return (Section(text=text),)
    ends = [*(match.start() for match in found[1:]), len(text)]
    return tuple(Section(label=match[1], text=text[match.end() : end]) for match, end in zip(found, ends, strict=True))


def _is_label(words: str) -> bool:
    """In capitals one of NLM's words is enough; otherwise each must be one, so that no sentence with a colon is taken for a label."""
    parts = _WORD.findall(words.lower())
    known = [_KNOWN.fullmatch(part) for part in parts]
    return any(known) and (words.isupper() or all(word or _BETWEEN.fullmatch(part) for word, part in zip(known, parts, strict=True)))
