"""A sentence with two marked mentions, as a classifier reads it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from models.corpora.relations.pair import End, Pair, Range
from models.corpora.relations.render import HEAD, Form, Rendered, marked, masked, plain


@dataclass(frozen=True, slots=True)
class Row:
    """The ranges are code points of `text`. `document` is the unit of honest splits and of the bootstrap.

    Rows are equal where a classifier reads the same of them: the folds of a corpus hold a row ten times, and it is worked out once.
    """

    id: str = field(compare=False)
    document: str = field(compare=False)
    text: str
    first: Range
    second: Range
    kinds: tuple[str, str]
    related: bool = field(compare=False)


def rows(pairs: Iterable[Pair], form: Form = Form.MASKED) -> list[Row]:
    """The pairs in one form; where an end has several mentions, the closest two are the row's."""
    return [_row(pair, form) for pair in pairs]


def _row(pair: Pair, form: Form) -> Row:
    written = _written(pair, form)
    first, second = min(
        ((a, b) for a in written.head for b in written.tail),
        key=lambda ends: (max(ends[0][0], ends[1][0]) - min(ends[0][1], ends[1][1]), ends),
    )
    return Row(
        id=f"{pair.corpus} {pair.id}",
        document=pair.document,
        text=written.text,
        first=first,
        second=second,
        kinds=(pair.head.type.value, pair.tail.type.value),
        related=bool(pair.labels),
    )


def _written(pair: Pair, form: Form) -> Rendered:
    if form is Form.MASKED:
        return masked(pair, others=True)
    return marked(pair, _punctuation) if form is Form.MARKED else plain(pair)


def _punctuation(end: End, place: str) -> tuple[str, str]:
    """`@ name @` and `# name #` (Zhou and Chen 2022, arXiv:2102.01373): marks that every encoder has pieces for."""
    mark = "@" if place == HEAD else "#"
    return mark, mark
