"""PubMed's dates, in every shape that they come in, as partial ISO dates that claim no more than the source does."""

import re
from datetime import date
from xml.etree.ElementTree import Element

from processors.records import PartialDate

_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
_YEAR = re.compile(r"(?<![0-9])(1[5-9]|20|21)[0-9]{2}(?![0-9])")
_FREE_MONTH = re.compile(r"[\s\-/,]*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?", re.IGNORECASE)
_MONTH_BEFORE = re.compile(r"(?<![a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+$", re.IGNORECASE)
_NUMERIC = re.compile(r"([0-9]{4})([/-]?)([0-9]{2})\2([0-9]{2})(?![0-9])")
_FREE_DAY = re.compile(r"\s+([0-9]{1,2})(?![0-9])(?!\s*[-/])")


def partial_date(element: Element | None) -> PartialDate | None:
    """A PubDate, ArticleDate, DateRevised or the like: Year, Month (`Dec`, `12`) and Day, or Year and Season, or MedlineDate.

    A range (`1998 Dec-1999 Jan`, the Season `Mar-Apr`) counts as its first month; spring or winter as its year.
    A month or day that cannot be is left out; None where there is no year.
    """
    if element is None:
        return None
    year = _text(element, "Year")
    if not _YEAR.fullmatch(year):
        return free_date(_text(element, "MedlineDate") or year)
    month = _month(_text(element, "Month") or _text(element, "Season"))
    day = _text(element, "Day")
    return _iso(int(year), month, int(day) if day.isascii() and day.isdigit() and len(day) <= 2 else None)


def free_date(text: str) -> PartialDate | None:
    """A date in words, as MedlineDate and MEDLINE's DP field have it: `1999 Spring`, `Winter 1998`, `Dec 1998`, `2000 Nov 15-30`."""
    year = _YEAR.search(text)
    if year is None:
        return None
    month = _MONTH_BEFORE.search(text[: year.start()]) or _FREE_MONTH.match(text, year.end())
    day = _FREE_DAY.match(text, month.end()) if month and month.re is _FREE_MONTH else None
    return _iso(int(year[0]), _MONTHS[month[1].lower()] if month else None, int(day[1]) if day else None)


def numeric_date(text: str) -> PartialDate | None:
    """A date in digits, as MEDLINE's DEP and EDAT fields have it: `20020916`, `2002/09/17 10:00`; None for any other."""
    found = _NUMERIC.match(text)
    return _iso(int(found[1]), int(found[3]), int(found[4])) if found and _YEAR.fullmatch(found[1]) else None


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _month(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 2:
        return int(text)
    return _MONTHS.get(text[:3].lower())


def _iso(year: int, month: int | None, day: int | None) -> PartialDate:
    if month is None or not 1 <= month <= 12:
        return f"{year:04d}"
    if day is None:
        return f"{year:04d}-{month:02d}"
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return f"{year:04d}-{month:02d}"
