"""An abstract out of what a reader found, or the reason why it is none."""

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from processors.errors import RecordError
from processors.records import Abstract


def build(**fields: Any) -> Abstract:
    """The record. Raises `RecordError` for a wrong field, and where it has neither words nor anything to say about a retraction."""
    try:
        abstract = Abstract(**fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RecordError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if not (abstract.title or abstract.sections or abstract.links or abstract.retracted):
        raise RecordError("the record has neither a title nor an abstract")
    return abstract


PLACEHOLDERS: Collection[str] = frozenset({"not available", "abstract available from the publisher", "in process citation"})
"""What NLM writes where there is no title or no abstract to show."""

UNLABELLED = "UNLABELLED"
"""What NLM writes as the label of a section that has none."""


def is_placeholder(text: str) -> bool:
    """Whether a title or abstract only says that there is none: `[Not Available].`"""
    return text.strip(" .[]").lower() in PLACEHOLDERS
