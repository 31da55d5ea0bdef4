"""Section labels that stand inside a text, as MEDLINE text and pasted abstracts have them: `BACKGROUND: ... METHODS: ...`."""

import re

from processors.records import Section

_LABEL = re.compile(r"(?:^|(?<=[.?!;)\]\"”'’]) )([A-Z][A-Za-z0-9 ,/&'’()–-]{1,79}): (?=\S)")
_WORD = re.compile(r"[a-z]+")
_WORDS = frozenset(
    [
        "abstract",
        "aim",
        "aims",
        "animals",
        "approach",
        "background",
        "case",
        "conclusion",
        "conclusions",
        "context",
        "criteria",
        "data",
        "design",
        "discussion",
        "evaluation",
        "evidence",
        "experimental",
        "extraction",
        "findings",
        "funding",
        "goal",
        "goals",
        "hypotheses",
        "hypothesis",
        "implications",
        "importance",
        "interpretation",
        "intervention",
        "interventions",
        "introduction",
        "limitations",
        "material",
        "materials",
        "measurement",
        "measurements",
        "measures",
        "method",
        "methodology",
        "methods",
        "novelty",
        "objective",
        "objectives",
        "observations",
        "outcome",
        "outcomes",
        "participants",
        "patients",
        "population",
        "presentation",
        "problem",
        "procedure",
        "procedures",
        "purpose",
        "question",
        "questions",
        "rationale",
        "recommendations",
        "registration",
        "relevance",
        "result",
        "results",
        "review",
        "sample",
        "selection",
        "setting",
        "settings",
        "significance",
        "sources",
        "statement",
        "strategy",
        "study",
        "subjects",
        "summary",
        "synthesis",
    ]
)
"""Words of the labels that NLM lists (https://lhncbc.nlm.nih.gov/ii/areas/structured-abstracts.html)."""
_BETWEEN = frozenset([
    "analysis", "and", "author", "authors", "clinical", "collection", "for", "key", "main", "of", "primary", "reviewer", "s", "secondary",
    "the", "trial", "with"
])  # fmt: skip


def split_labels(text: str) -> tuple[Section, ...]:
    """The text as its labelled sections where it begins with a label, else as one section; none for an empty text.

    Nothing is lost: the sections, written one behind the other with their labels, are the text again.
    """
    if not text:
        return ()
    found = [match for match in _LABEL.finditer(text) if _is_label(match[1])]
    if not found or found[0].start():
        return (Section(text=text),)
    ends = [*(match.start() for match in found[1:]), len(text)]
    return tuple(Section(label=match[1], text=text[match.end() : end]) for match, end in zip(found, ends, strict=True))


def _is_label(words: str) -> bool:
    """In capitals one of NLM's words is enough; otherwise each must be one, so that no sentence with a colon is taken for a label."""
    parts = _WORD.findall(words.lower())
    known = [part in _WORDS for part in parts]
    return any(known) and (words.isupper() or all(is_known or part in _BETWEEN for is_known, part in zip(known, parts, strict=True)))
