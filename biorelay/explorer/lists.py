"""Lists of answers: a page of them, where the next one begins, and what was left out."""

import re
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from pydantic import BaseModel

from biorelay.explorer.parameters import MOST, Paged

T = TypeVar("T")
_MORE = re.compile(r"the (first )?\d+ (best |largest )?of (more|\d+) ")
"""What the store says of answers that stand on the pages to come."""


class Listed(BaseModel, Generic[T]):
    """Answers, best first. `next` is the next page's cursor, None on the last one.

    `bounded`: there may be more or better answers than all pages hold; `notes` say in words what was left out.
    """

    items: Sequence[T]
    next: str | None = None
    bounded: bool = False
    notes: Sequence[str] = ()


def page_of(found: Sequence[T], asked: Paged, notes: Iterable[str] = (), *, bounded: bool = False) -> Listed[T]:
    """The page that was asked for, of the first `asked.wanted` answers."""
    end = asked.start + asked.limit
    more = len(found) > end
    told = [note for note in notes if not _MORE.match(note)]
    full = asked.wanted == MOST and len(found) >= MOST and end >= MOST
    if full:
        told.append(f"only the first {MOST} answers can be listed: narrow the question")
    return Listed(
        items=found[asked.start : end], next=str(end) if more else None, bounded=full or (bounded and bool(told)), notes=tuple(told)
    )
