"""PMC full text: which texts are taken, under which headings, and what the front matter says."""

import io

import pytest

from processors.records import Abstract, Link, LinkKind
from processors.sources import EXACT, Limits, Problem, read


def article(meta: str = "", body: str = "", attributes: str = "", back: str = "", ids: str = "") -> str:
    ids = ids or '<article-id pub-id-type="pmid">7</article-id><article-id pub-id-type="pmc">99</article-id>'
    title = "<title-group><article-title>A title</article-title></title-group>"
    journal = "<journal-meta><journal-title-group><journal-title>J Test</journal-title></journal-title-group></journal-meta>"
    front = f"<front>{journal}<article-meta>{ids}{title}{meta}</article-meta></front>"
    names = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'
    return f"<article {names} {attributes}>{front}<body>{body}</body>{back}</article>"


def one(text: str) -> Abstract:
    (found,) = read(io.BytesIO(text.encode()), cleaning=EXACT)
    assert isinstance(found, Abstract), found
    return found


def body(text: str) -> list[tuple[str | None, str]]:
    return [(section.label, section.text) for section in one(article(body=text)).sections]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("", "pubmed:7"),
        ('<article-id pub-id-type="doi">10.1/X</article-id><article-id pub-id-type="pmc">PMC99</article-id>', "pmc:PMC99"),
        ('<article-id pub-id-type="pmcid">PMC99</article-id><article-id pub-id-type="pmc-aid">12</article-id>', "pmc:PMC99"),
        ('<article-id pub-id-type="publisher-id">X-1</article-id><article-id pub-id-type="doi">10.1000/X</article-id>', "doi:10.1000/x"),
        ('<article-id pub-id-type="publisher-id">X-1</article-id>', "local:X-1"),
        ('<article-id pub-id-type="pmid">x</article-id><article-id pub-id-type="pmc">99</article-id>', "pmc:PMC99"),
    ],
)
def test_a_paper_is_one_document_whether_from_pubmed_or_pmc(ids: str, expected: str) -> None:
    assert one(article(ids=ids)).id == expected


def test_sections_are_labelled_by_their_headings_and_inner_ones_follow() -> None:
    text = """
      <p>Before.</p>
      <sec><label>1</label><title>Methods.</title>
        <p>One <italic>E. coli</italic>.</p><p>Two:<list><list-item><p>a</p></list-item><list-item><p>b</p></list-item></list></p>
        <sec><title>Mice</title><p>C57BL/6.</p></sec>
        <sec><title>Only inner</title><sec><title>Deep</title><p>Down.</p></sec></sec>
      </sec>
      <sec><title>Empty</title></sec>"""
    assert body(text) == [
        (None, "Before."),
        ("Methods", "One E. coli. Two: a b"),
        ("Mice", "C57BL/6."),
        ("Deep", "Down."),
    ]


def test_captions_stand_behind_their_section_and_tables_cells_nowhere() -> None:
    figure = (
        '<fig id="f"><object-id>10.1/f</object-id><label>Figure 1.</label><caption><title>It binds.</title><p>(A) p53.</p></caption>'
        "<alt-text>x</alt-text><graphic/></fig>"
    )
    table = (
        "<table-wrap><label>Table 1</label><caption><p>Strains.</p></caption><table><tr><td>cell</td></tr></table>"
        "<table-wrap-foot><fn><p>note</p></fn></table-wrap-foot></table-wrap>"
    )
    assert body(f"<sec><title>Results</title><p>See{figure} it.</p>{table}<p>And this.</p></sec>") == [
        ("Results", "See it. And this."),
        ("Figure 1", "It binds. (A) p53."),
        ("Table 1", "Strains."),
    ]


def test_figures_behind_the_body_and_boxes_inside_it() -> None:
    boxed = "<boxed-text><caption><title>Box 1</title></caption><p>In a box.</p></boxed-text>"
    floats = "<floats-group><fig><label>Figure 2</label><caption><p>Late.</p></caption></fig></floats-group>"
    found = one(article(body=f"<p>Text{boxed} on.</p>", back=f"<back><ack><p>Thanks.</p></ack></back>{floats}"))
    assert [(s.label, s.text) for s in found.sections] == [(None, "Text on."), ("Box 1", "In a box."), ("Figure 2", "Late.")]


CITED = '<xref ref-type="bibr" rid="b">{}</xref>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"It is so [{CITED.format('1')},{CITED.format('2')}-{CITED.format('4')}].", "It is so."),
        (f"It is so {CITED.format('[1]')}, {CITED.format('[2]')}.", "It is so."),
        (f"It is so<sup>{CITED.format('1')},{CITED.format('2')}</sup>, and not.", "It is so, and not."),
        (f"It is so ({CITED.format('1')} and {CITED.format('2')}).", "It is so."),
        (f"It is ({CITED.format('12a')}) so.", "It is so."),
        (f"Smith et al. {CITED.format('[1]')} say so.", "Smith et al. say so."),
        (f"As {CITED.format('Smith et al. 1999')} say.", "As Smith et al. 1999 say."),
        ('See <xref ref-type="fig" rid="f">Fig. 1A</xref>.<xref ref-type="fn" rid="n">*</xref>', "See Fig. 1A."),
        ("(1, 2) and [3] stay.", "(1, 2) and [3] stay."),
        ("A<disp-formula><tex-math>x</tex-math></disp-formula> is <mml:math><mml:mi>x</mml:mi></mml:math>.", "A is x."),
        ("H<sub>2</sub>O, Ca<sup>2+</sup>\n   <bold>and</bold> more<!-- no --><?pi no?>.", "H2O, Ca2+ and more."),
        ("One.<fn><p>No.</p></fn><supplementary-material><caption><p>No.</p></caption></supplementary-material>", "One."),
    ],
)  # fmt: skip
def test_what_of_a_paragraph_is_text(text: str, expected: str) -> None:
    assert body(f"<p>{text}</p>") == [(None, expected)]


@pytest.mark.parametrize(
    "title", ["Competing interests", "Authors’ contributions", "Supporting Information", "Funding", "Data availability", "ACKNOWLEDGMENTS."]
)
def test_sections_that_are_not_about_the_matter_are_left_out(title: str) -> None:
    assert body(f"<sec><title>{title}</title><p>x</p></sec><sec><title>Data analysis</title><p>y</p></sec>") == [("Data analysis", "y")]
    assert body('<sec sec-type="supplementary-material"><title>S1</title><p>x</p></sec>') == []


def test_of_several_abstracts_the_papers_own_is_taken() -> None:
    kinds = '<abstract abstract-type="graphical"><p>no</p></abstract><abstract><sec><title>Aim</title><p>yes</p></sec></abstract>'
    found = one(article(meta=f'{kinds}<trans-abstract xml:lang="fr"><p>non</p></trans-abstract>'))
    assert [(s.label, s.text) for s in found.sections] == [("Aim", "yes")]
    assert one(article(meta='<abstract abstract-type="summary"><p>only one</p></abstract>')).abstract == "only one"


def test_reviews_and_translations_of_the_article_are_left_out() -> None:
    inner = "<front-stub><title-group><article-title>Review</article-title></title-group></front-stub><body><p>no</p></body>"
    assert one(article(body="<p>yes</p>", back=f"<sub-article>{inner}</sub-article><response>{inner}</response>")).abstract == "yes"


YEAR = '<pub-date pub-type="{}"><year>{}</year></pub-date>'


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ('<pub-date pub-type="epub"><day>2</day><month>8</month><year>2011</year></pub-date>', "2011-08-02"),
        (f"{YEAR.format('epub', 2011)}{YEAR.format('ppub', '2010</year><month>Dec</month><year>')}", "2010-12"),
        ('<pub-date date-type="pub" publication-format="electronic"><day>31</day><month>02</month><year>2020</year></pub-date>', "2020-02"),
        (f"{YEAR.format('pmc-release', 2011)}{YEAR.format('collection', 2012)}", "2012"),
        ('<pub-date pub-type="ppub"><season>Spring</season><year>2012</year></pub-date>', "2012"),
        ('<history><date date-type="received"><year>1999</year></date></history>', None),
    ],
)  # fmt: skip
def test_dates(dates: str, expected: str | None) -> None:
    assert one(article(meta=dates)).published == expected


def test_journal_language_and_kind() -> None:
    found = one(article(attributes='article-type="review-article" xml:lang="fr-CA"'))
    assert (found.journal, found.language, found.publication_types) == ("J Test", "fre", ("Review",))
    assert one(article(attributes='article-type="brief-report"')).publication_types == ("brief-report",)


RELATED = '<related-article related-article-type="{}">This concerns {}</related-article>'


@pytest.mark.parametrize(
    ("related", "link", "retracted"),
    [
        (
            '<related-article related-article-type="retracted-article" ext-link-type="pmid" xlink:href="12"/>',
            Link(kind=LinkKind.RETRACTS, target="pubmed:12"),
            False,
        ),
        (
            RELATED.format("retraction-forward", '<pub-id pub-id-type="doi">10.1155/1</pub-id><pub-id pub-id-type="pmid">13</pub-id>'),
            Link(kind=LinkKind.RETRACTED_BY, target="pubmed:13"),
            True,
        ),
        (
            RELATED.format("corrected-article", '<ext-link ext-link-type="doi" xlink:href="https://doi.org/10.1000/AB">that</ext-link>'),
            Link(kind=LinkKind.CORRECTS, target="doi:10.1000/ab"),
            False,
        ),
        (
            '<related-article related-article-type="object-of-concern" ext-link-type="doi" xlink:href="10.1000/ab"/>',
            Link(kind=LinkKind.CONCERN_ABOUT, target="doi:10.1000/ab"),
            False,
        ),
        ('<related-article related-article-type="companion" ext-link-type="pmid" xlink:href="12"/>', None, False),
        ('<related-article related-article-type="retraction-forward" ext-link-type="pmid" xlink:href="7"/>', None, True),
    ],
)  # fmt: skip
def test_retractions_and_corrections_in_both_directions(related: str, link: Link | None, retracted: bool) -> None:
    found = one(article(meta=related))
    assert found.links == ((link,) if link else ())
    assert found.retracted is retracted


OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2020</responseDate><request verb="x">y</request><ListRecords>
<record><header><identifier>oai:1</identifier><setSpec>a</setSpec></header><metadata>{1}</metadata></record>
<resumptionToken>t</resumptionToken></ListRecords></OAI-PMH>"""


@pytest.mark.parametrize(
    "wrapped",
    [
        '<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "JATS.dtd">\n{0}',
        "<pmc-articleset>{0}</pmc-articleset>",
        OAI,
    ],
    ids=["alone", "efetch", "OAI"],
)
def test_articles_are_found_in_every_wrapping(wrapped: str) -> None:
    plain = article(meta="<abstract><p>Words.</p></abstract>")
    named = plain.replace("<article ", '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/" ', 1)
    assert one(wrapped.format(plain, named)).abstract == "Words."


def test_a_text_beyond_the_limits_is_refused_with_the_settings_that_say_so() -> None:
    text = article(body="<p>" + "word " * 60_000 + "</p>")
    (problem,) = read(io.BytesIO(text.encode()))
    assert isinstance(problem, Problem)
    assert (problem.record, problem.error.code) == ("pubmed:7", "record.too-large")
    assert "limits.text_characters" in str(problem.error.remedy)
    (found,) = read(io.BytesIO(text.encode()), limits=Limits(max_text_characters=400_000, max_document_bytes=400_000))
    assert isinstance(found, Abstract)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<article><body><p>x</p></body></article>", "front matter"),
        ("<article><front><article-meta><title-group/></article-meta></front></article>", "no id"),
        (article().replace("A title", ""), "neither a title nor an abstract"),
    ],
)
def test_an_article_that_is_none_is_refused(text: str, reason: str) -> None:
    (problem,) = read(io.BytesIO(text.encode()))
    assert isinstance(problem, Problem)
    assert reason in str(problem)
