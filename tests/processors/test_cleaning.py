"""Cleaning: what each rule changes, that it is done once and for all, and that offsets count in what is stored."""

import io
import json
import unicodedata
from dataclasses import asdict, fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biorelay.extractor import Extractor
from biorelay.settings import Settings
from processors.cleaning import EXACT, Cleaning, clean
from processors.errors import RecordError
from processors.records import Abstract, Link, LinkKind, Section
from processors.sources import Problem, read

DEFAULT = Cleaning()
BODY = "Naloxone reversed the effect."


def cleaned(text: str, rules: Cleaning = DEFAULT) -> str:
    return clean(Abstract(id="pubmed:1", title="T", sections=(Section(text=text),)), rules).abstract


def test_the_settings_have_the_same_names_defaults_and_meaning() -> None:
    section = Settings().cleaning
    assert section.model_dump() == asdict(DEFAULT)
    assert list(type(section).model_fields) == [field.name for field in fields(Cleaning)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  two\t words \n here\u2003.", "two words here ."),
        ("cafe\u0301 \u212bngstr\u00f6m", "café Ångström"),
        ("hyper\u00adtension zero\u200bwidth \ufeffmark\x00 \u202eright", "hypertension zerowidth mark right"),
        ("Persian \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "Persian \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("10\x9612 mg, the \x93effect\x94\x9d", "10–12 mg, the “effect”"),
        ("e\u200b\u0301", "é"),  # the accent meets its letter only when what stood between them is gone
        ("ﬁbrin 10² µg", "ﬁbrin 10² µg"),
    ],
)
def test_white_space_unicode_and_the_invisible(text: str, expected: str) -> None:
    assert cleaned(text) == expected
    assert cleaned(text, EXACT) == text


def test_nfkc_on_demand() -> None:
    assert cleaned("ﬁbrin 10² µg", Cleaning(unicode="nfkc")) == "fibrin 102 μg"


@pytest.mark.parametrize(
    "notice",
    [
        " Copyright 2000 Academic Press.",
        " Copyright © 2013 John Wiley & Sons, Ltd.",
        " Copyright © 2023. Published by Elsevier Inc.",
        " Copyright 1998 by The American Society of Hematology.",
        " Copyright (c) 1999 John Wiley & Sons, Inc.",
        " Copyright: The Author(s)",
        " Crown Copyright © 2012. Published by Elsevier Ltd. All rights reserved.",
        " © 2013 Wiley Periodicals, Inc.",
        " ©2016 AACR.",
        " © The Author(s) 2024. Published by Oxford University Press on behalf of FEMS.",
        " © The Author 2010. All rights reserved. For permissions, please e-mail: journals.permissions@oup.com.",
        " (c)2001 by Le Jacq Communications, Inc.",
        " (C) 2000 Wiley-Liss, Inc.",
        " This article is protected by copyright. All rights reserved.",
        " All rights reserved.",
        " Published by Elsevier Ltd.",
        " Published 2003 Wiley-Liss, Inc.",
        " Used with permission © 2015 Glia Media",
        " (PsycInfo Database Record (c) 2024 APA, all rights reserved).",
        "(ABSTRACT TRUNCATED AT 250 WORDS)",
        " [ABSTRACT TRUNCATED]. ",
        " Copyright 2000 Academic Press. (ABSTRACT TRUNCATED AT 400 WORDS)",
    ],
)
def test_a_note_at_the_end_is_dropped_unless_it_is_to_be_kept(notice: str) -> None:
    assert cleaned(BODY + notice) == BODY
    kept = " ".join((BODY + notice).split())
    assert cleaned(BODY + notice, Cleaning(drop_copyright=False, drop_truncation=False)) == kept


@pytest.mark.parametrize(
    "text",
    [
        "We asked whether copyright law matters to (c) 2001 patients and (d) their doctors.",
        "Cases were (a) treated, (b) not treated, or (c) 2000 controls without disease.",
        "All rights reserved to patients were respected, and no one was harmed by what was done in this trial at any time. " + "x " * 200,
        "Copyright 2000 is the title of a survey. " + "It was long. " * 60,
        "The drug works. © 2020 The Authors. Clinical trial registration: NCT01234567.",
        "Findings published by Smith were confirmed.",
        "Published cases from the literature are reviewed.",
    ],
)
def test_what_only_looks_like_a_note_is_kept(text: str) -> None:
    assert cleaned(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "unit", [" ", "© ", "Copyright ", "(ABSTRACT TRUNCATED) ", "All rights reserved. ", "A: ", "e\u0301", "\x96", "(", "19"]
)
def test_a_text_made_to_take_long_does_not(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    for rules in (DEFAULT, Cleaning(whitespace=False), Cleaning(unicode="nfkc", drop_labels=True)):
        assert len(cleaned("x" + text, rules)) <= 1 + len(text)


def test_a_section_that_is_nothing_but_a_note_goes_whole_and_the_one_before_is_looked_at() -> None:
    sections = (Section(label="RESULTS", text=f"{BODY} (ABSTRACT TRUNCATED)"), Section(text="© 2023 Hwang et al."))
    abstract = clean(Abstract(id="pubmed:1", title="T", sections=sections), DEFAULT)
    assert abstract.sections == (Section(label="RESULTS", text=BODY),)


def test_labels_are_kept_or_dropped_and_the_category_stays() -> None:
    section = Section(label=" MATERIALS \n AND METHODS", category="METHODS", text="We looked.")
    abstract = Abstract(id="pubmed:1", title="T", sections=(section,))
    assert clean(abstract, DEFAULT).abstract == "MATERIALS AND METHODS: We looked."
    without = clean(abstract, Cleaning(drop_labels=True))
    assert (without.abstract, without.sections[0].category) == ("We looked.", "METHODS")


def test_a_text_of_which_nothing_is_left_is_refused_and_a_notice_without_words_is_not() -> None:
    empty = Abstract(id="pubmed:1", title=" \u200b", sections=(Section(text="\u00ad"),))
    with pytest.raises(RecordError, match="nothing is left"):
        clean(empty, DEFAULT)
    notice = empty.model_copy(update={"links": (Link(kind=LinkKind.RETRACTS, target="pubmed:2"),)})
    assert clean(notice, DEFAULT).text == " "
    (problem,) = read(io.BytesIO(json.dumps({"id": 1, "title": "\u200b"}).encode()))
    assert isinstance(problem, Problem)


NOTES = ["© 2020 X.", "Copyright 2000 Academic Press.", "(ABSTRACT TRUNCATED)", "All rights reserved."]
ODD = ["e\u0301", "\u00ad", "\u200b", "\u00a8", "\u1100\u1161", "\u0f71\u0f72", "\ufb1d", "\ufeff", "\U0001f9ec", "\u0345", "\ufdfa"]
PIECES = st.sampled_from([*NOTES, *ODD, " ", "\n", "\x85", "Naloxone", "."])
TEXT = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40)
RULES = st.builds(
    Cleaning,
    whitespace=st.booleans(),
    unicode=st.sampled_from(["keep", "nfc", "nfkc"]),
    drop_invisible=st.booleans(),
    drop_labels=st.booleans(),
    drop_copyright=st.booleans(),
    drop_truncation=st.booleans(),
)
ABSTRACTS = st.builds(
    Abstract,
    id=st.just("pubmed:1"),
    title=TEXT.map(lambda text: f"T{text}"),
    sections=st.lists(st.builds(Section, label=st.none() | TEXT, text=TEXT), max_size=3).map(tuple),
)


@given(ABSTRACTS, RULES)
@settings(deadline=None, max_examples=300)
def test_cleaning_twice_is_cleaning_once(abstract: Abstract, rules: Cleaning) -> None:
    once = clean(abstract, rules)
    assert clean(once, rules) == once
    if rules.unicode != "keep" and rules.drop_invisible:
        form = rules.unicode.upper()
        assert all(unicodedata.is_normalized(form, part) for part in (once.title, *(section.text for section in once.sections)))  # type: ignore[arg-type]


@given(ABSTRACTS)
@settings(deadline=None)
def test_exact_changes_nothing(abstract: Abstract) -> None:
    assert clean(abstract, EXACT) is abstract


NAMES = st.sampled_from(
    ["naloxone", "cloni\u00addine", "hypertension", "caffe\u0301ine", "TGF-\u03b2\u200b1", "\U0001f9ec", "in rats", "."]
)


@given(st.lists(NAMES | PIECES, min_size=1, max_size=15).map(" ".join), RULES)
@settings(deadline=None, max_examples=25)
def test_every_mention_stands_at_its_offsets_in_the_stored_text(extractor: Extractor, text: str, rules: Cleaning) -> None:
    line = json.dumps({"id": 7, "title": "Naloxone.", "abstract": text}).encode()
    (abstract,) = read(io.BytesIO(line), cleaning=rules)
    assert isinstance(abstract, Abstract)
    entities = extractor.entities(abstract)
    assert entities.text == abstract.text
    assert all(entities.text[m.start : m.end] == m.text for m in entities.mentions)


def test_offsets_that_others_counted_are_left_alone() -> None:
    text = "7|t|Cafe\u0301  au\u00adlait.\n7|a|Words \u200b here. © 2020 X.\n7\t0\t5\tCafe\u0301\tChemical\t-\n"
    (abstract,) = read(io.BytesIO(text.encode()))
    assert isinstance(abstract, Abstract)
    assert abstract.text == "Cafe\u0301  au\u00adlait. Words \u200b here. © 2020 X."
    whole = abstract.model_copy(update={"source": "x"})
    assert list(read(io.BytesIO(whole.to_bytes() + b"\n"))) == [whole]
