"""PubMed's dates become partial ISO dates that claim no more than the source."""

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from processors.records import PartialDate
from processors.sources.pubmed_dates import free_date, numeric_date, partial_date


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<Year>2021</Year>", "2021"),
        ("<Year>2021</Year><Month>Dec</Month>", "2021-12"),
        ("<Year>2021</Year><Month>december</Month>", "2021-12"),
        ("<Year>2021</Year><Month>2</Month><Day>9</Day>", "2021-02-09"),
        ("<Year>2020</Year><Month>02</Month><Day>29</Day>", "2020-02-29"),
        ("<Year>2021</Year><Month>02</Month><Day>29</Day>", "2021-02"),
        ("<Year>2021</Year><Month>13</Month><Day>1</Day>", "2021"),
        ("<Year>2021</Year><Month>0</Month>", "2021"),
        ("<Year>2021</Year><Month>Smarch</Month>", "2021"),
        ("<Year>2021</Year><Day>9</Day>", "2021"),
        ("<Year>2013</Year><Season>Spring</Season>", "2013"),
        ("<Year> 2021\n</Year><Month> Jan </Month>", "2021-01"),
        ("<Year>2013</Year><Season>Jan-Mar</Season>", "2013-01"),
        ("<Year>2013</Year><Season>Winter-Spring</Season>", "2013"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12"),
        ("<MedlineDate>Dec 1998-Jan 1999</MedlineDate>", "1998-12"),
        ("<MedlineDate>15 Dec. 1998</MedlineDate>", "1998-12"),
        ("<MedlineDate>2019 Sep-Oct</MedlineDate>", "2019-09"),
        ("<MedlineDate>2019 Sep/Oct</MedlineDate>", "2019-09"),
        ("<MedlineDate>1999 Spring</MedlineDate>", "1999"),
        ("<MedlineDate>Winter 1998</MedlineDate>", "1998"),
        ("<MedlineDate>1944-1945</MedlineDate>", "1944"),
        ("<MedlineDate>2000 Nov 15-30</MedlineDate>", "2000-11"),
        ("<MedlineDate>2000 Nov 15</MedlineDate>", "2000-11-15"),
        ("<MedlineDate>1976-1977 Winter</MedlineDate>", "1976"),
        ("<MedlineDate>2000 Dec 23- 30</MedlineDate>", "2000-12"),
        ("<MedlineDate>1984 Suppl</MedlineDate>", "1984"),
        ("<Year>1998 Dec</Year>", "1998-12"),
        ("<Year>0000</Year>", None),
        ("<Year>12345</Year>", None),
        ("<Year></Year>", None),
        ("<MedlineDate>no date</MedlineDate>", None),
        ("", None),
    ],
)
def test_every_shape(inner: str, expected: str | None) -> None:
    assert partial_date(fromstring(f"<PubDate>{inner}</PubDate>")) == expected


def test_no_element_is_no_date() -> None:
    assert partial_date(None) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20020917", "2002-09-17"),
        ("2002/09/17 10:00", "2002-09-17"),
        ("2002-09-17", "2002-09-17"),
        ("20020931", "2002-09"),
        ("20021301", "2002"),
        ("2002/0917", None),
        ("200209171", None),
        ("99991231", None),
        ("2002 Sep", None),
        ("", None),
    ],
)
def test_dates_in_digits(text: str, expected: str | None) -> None:
    assert numeric_date(text) == expected


@given(st.text("0123456789 -/JanFebDecSpring", max_size=30))
def test_whatever_stands_there_the_result_is_a_date_or_none(text: str) -> None:
    found = free_date(text)
    assert found is None or TypeAdapter(PartialDate).validate_python(found) == found
