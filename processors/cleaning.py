"""Cleaning a text before it is stored, so that every offset counts in what is stored.

Done once, where files are read, alike for `extract` and `publish`. Formats whose offsets others have counted (PubTator, BioC)
and whole `biorelay.abstract/1` records are left exactly as they stand.
What is clean stays as it is: `clean(clean(abstract, rules), rules) == clean(abstract, rules)`.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from processors.errors import RecordError
from processors.records import Abstract, Section


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What is changed in titles and abstracts; the section `[cleaning]` of the settings has the same names and defaults."""

    whitespace: bool = True
    """any run of white space becomes one space, and none is left at the ends"""
    unicode: Literal["keep", "nfc", "nfkc"] = "nfc"
    """NFC: one way to write é. NFKC also makes fi of ﬁ, 2 of ², plain letters of full-width ones"""
    drop_invisible: bool = True
    """control characters, soft hyphens, zero-width spaces, marks of direction"""
    drop_labels: bool = False
    """BACKGROUND:, METHODS: and the like in front of a section"""
    drop_copyright: bool = True
    """a copyright notice at the end of an abstract"""
    drop_truncation: bool = True
    """(ABSTRACT TRUNCATED AT 250 WORDS)"""


EXACT = Cleaning(whitespace=False, unicode="keep", drop_invisible=False, drop_copyright=False, drop_truncation=False)
"""Changes nothing."""

_INVISIBLE = re.compile("[\0-\x08\x0e-\x1b\x7f\x81\x8d\x8f\x90\x9d\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+")
"""U+200C and U+200D are not here: they tell words of Persian, Hindi and others apart."""

_WINDOWS = {code: char for code in range(0x80, 0xA0) if code != 0x85 and (char := bytes([code]).decode("cp1252", "ignore"))}
"""The control characters of Latin-1 are Windows-1252 in disguise, a dash or a quotation mark: browsers read them so too."""

_DISGUISED = re.compile("[\x80-\x84\x86-\x9f]")

_TRUNCATION = re.compile(r"\s*(?:[(\[]ABSTRACT (?:WAS )?TRUNCATED[^()\[\]]{0,60}[)\]][\s.]*)+\Z")

_SIGN = r"(?:©|\u24b8|\u24d2)"
_YEAR = r"\(?(?:19|20)[0-9]{2}(?![0-9])"
_PUBLISHER = (
    r"(?:Elsevier|(?:John )?Wiley|Oxford University Press|Cambridge University Press|Springer|Informa|Taylor & Francis|Mosby|"
    r"W\.? ?B\.? Saunders|(?:the )?BMJ|Lippincott|Wolters Kluwer|Baishideng|Karger|SAGE|Academic Press|Nature Publishing)"
)
_FIRM = rf"(?:Inc\b|Ltd\b|LLC|GmbH|B\. ?V\.|Press|Publish|Societ|Associat|Colleg|Academ|Author|Le Jacq|{_PUBLISHER})"
_NOTICE = re.compile(
    rf"(?:Used with permission\.?\s+)?(?:Crown\s+)?Copyright(?:\s*(?:{_SIGN}|\([cC]\))|\s*[,:]?\s*(?:{_YEAR}|by [A-Z]|The Author))"
    rf"|(?:Used with permission\.?\s+)?{_SIGN}\s*(?:{_YEAR}|(?:The |Article )?[Aa]uthor|Crown|[A-Z][\w.,&' -]{{0,60}}{_YEAR})"
    rf"|\([cC]\)\s*{_YEAR}(?=[^\n]*{_FIRM})"
    rf"|(?<![\w,;] )(?:This article is protected by copyright|All rights reserved|Published (?:(?:19|20)[0-9]{{2}} )?(?:by )?{_PUBLISHER})"
    rf"|\(PsycI(?:nfo|NFO) Database Record \([cC]\) {_YEAR}"
)
_NOTICE_LENGTH = 400  # characters; nothing is looked for before that, however long the text
_FACTS = re.compile(r"regist|NCT[0-9]|ISRCTN|PROSPERO", re.IGNORECASE)
"""Said behind a copyright line now and then, and worth keeping: then the line stays too."""


def clean(abstract: Abstract, rules: Cleaning) -> Abstract:
    """The abstract with the rules applied to its title and sections; itself where nothing changes.

    Raises `RecordError` where there were words and none are left.
    """
    if rules == EXACT:
        return abstract
    title = _plain(abstract.title, rules)
    sections = _without_notes([section for section in _plain_sections(abstract.sections, rules) if section.text], rules)
    if title == abstract.title and sections == abstract.sections:
        return abstract
    if not (title or sections or abstract.links or abstract.retracted):
        raise RecordError("nothing is left of its text after cleaning")
    return abstract.model_copy(update={"title": title, "sections": sections})


def _plain_sections(sections: Iterable[Section], rules: Cleaning) -> Iterable[Section]:
    for section in sections:
        text = _plain(section.text, rules)
        label = None if rules.drop_labels or section.label is None else _plain(section.label, rules) or None
        yield section if (text, label) == (section.text, section.label) else section.model_copy(update={"text": text, "label": label})


def _plain(text: str, rules: Cleaning) -> str:
    """One text by the rules that hold for each character; invisible ones first, since NFC composes across the gap they leave."""
    if rules.drop_invisible:
        text = _INVISIBLE.sub("", text.translate(_WINDOWS) if _DISGUISED.search(text) else text)
    if rules.unicode != "keep":
        text = unicodedata.normalize(cast("Literal['NFC', 'NFKC']", rules.unicode.upper()), text)
    if rules.whitespace:
        text = " ".join(text.split())
    return text


def _without_notes(sections: list[Section], rules: Cleaning) -> tuple[Section, ...]:
    """The sections without what stands at the end of an abstract and says nothing: repeated, since one note may stand behind another."""
    while sections:
        last = sections[-1]
        text = last.text
        if rules.drop_truncation:
            text = text[:-_NOTICE_LENGTH] + _TRUNCATION.sub("", text[-_NOTICE_LENGTH:])
        if rules.drop_copyright:
            text = _without_notice(text)
        if text == last.text:
            break
        sections[-1:] = [last.model_copy(update={"text": text})] if text else []
    return tuple(sections)


def _without_notice(text: str) -> str:
    end = text[-_NOTICE_LENGTH:]
    start = _NOTICE.search(end)
    if start is None or _FACTS.search(end, start.start()) or (start.start() and end[start.start() - 1].isalnum()):
        return text
    return text[: len(text) - len(end) + start.start()].rstrip()
