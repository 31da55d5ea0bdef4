"""What is taken from a PubMed record, on real records and on the shapes that NLM's DTD allows."""

import io
from pathlib import Path

import pytest

from processors.records import Abstract, Link, LinkKind, MeshHeading
from processors.sources import Deletion, Problem, read

DATA = Path(__file__).parents[2] / "data"


def article(body: str = "", citation: str = "", data: str = "", title: str = "<ArticleTitle>A title.</ArticleTitle>") -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID Version='1'>7</PMID>{citation}<Article>{title}{body}</Article></MedlineCitation>"
        f"<PubmedData>{data}</PubmedData></PubmedArticle>"
    )


def one(xml: str) -> Abstract:
    (outcome,) = read(io.BytesIO(xml.encode()))
    assert isinstance(outcome, Abstract), str(outcome)
    return outcome


@pytest.fixture(scope="module")
def update() -> dict[str, Abstract | Deletion]:
    outcomes = list(read(DATA / "pubmed_update.xml.gz"))
    assert not [str(outcome) for outcome in outcomes if isinstance(outcome, Problem)]
    return {outcome.id: outcome for outcome in outcomes if not isinstance(outcome, Problem)}


def test_a_real_update_file_is_read_whole(update: dict[str, Abstract | Deletion]) -> None:
    assert len(update) == 14
    assert [id_ for id_, outcome in update.items() if isinstance(outcome, Deletion)] == ["pubmed:31388321", "pubmed:31388323"]


def test_a_structured_abstract_keeps_its_labels_in_the_text(update: dict[str, Abstract]) -> None:
    abstract = update["pubmed:31449448"]
    assert [section.label for section in abstract.sections] == [
        "OBJECTIVE", "ANIMALS", "PROCEDURES", "RESULTS", "CONCLUSIONS AND CLINICAL RELEVANCE",
    ]  # fmt: skip
    assert [section.category for section in abstract.sections][:2] == ["OBJECTIVE", "METHODS"]
    assert abstract.abstract.startswith("OBJECTIVE: To ")
    assert " ANIMALS: " in abstract.abstract
    assert abstract.journal == "American journal of veterinary research"
    assert (abstract.published, abstract.revised, abstract.language) == ("2019-09", "2019-11-13", "eng")
    assert abstract.publication_types == ("Journal Article",)
    assert MeshHeading(id="mesh:D004285", name="Dogs", major=True) in abstract.mesh
    assert MeshHeading(id="mesh:D000818", name="Animals", major=False) in abstract.mesh
    assert abstract.source == "pubmed_update.xml.gz"


def test_a_retraction_is_told_by_the_article_and_by_its_notice(update: dict[str, Abstract]) -> None:
    article_, notice = update["pubmed:11543891"], update["pubmed:11600210"]
    assert article_.retracted
    assert "Retracted Publication" in article_.publication_types
    assert article_.links == (Link(kind=LinkKind.RETRACTED_BY, target="pubmed:11600210"),)
    assert not notice.retracted
    assert notice.links == (Link(kind=LinkKind.RETRACTS, target="pubmed:11543891"),)


def test_an_erratum_is_a_link_and_no_retraction(update: dict[str, Abstract]) -> None:
    abstract = update["pubmed:28647898"]
    assert abstract.links == (Link(kind=LinkKind.CORRECTED_BY, target="pubmed:28786003"),)
    assert not abstract.retracted


def test_real_dates_languages_and_substitute_abstracts(update: dict[str, Abstract]) -> None:
    assert update["pubmed:20405411"].published == "2008-01"  # MedlineDate 2008 Jan-Mar
    assert update["pubmed:15739502"].language == "chi"
    assert update["pubmed:12349809"].abstract.startswith("In the past, power structures")  # it has only an OtherAbstract
    assert update["pubmed:26"].title.startswith("[Studies on the action of an anticholinergic agent")


def test_inline_markup_becomes_its_text_and_white_space_one_space() -> None:
    body = (
        "<Abstract><AbstractText>Ca<sup>2+</sup>  and\n\t CO<sub>2</sub>\u2009in <i>E. coli</i>,\u00a0<b><u>bold</u></b>:"
        ' <mml:math><mml:mi>α</mml:mi><mml:mo>=</mml:mo><mml:mn>1</mml:mn></mml:math> <DispFormula xmlns:x="y"><x:z>end</x:z></DispFormula>'
        "</AbstractText></Abstract>"
    )
    assert one(article(body)).abstract == "Ca2+ and CO2 in E. coli, bold: α=1 end"


def test_a_prefix_that_the_root_declares_is_known_in_its_records() -> None:
    record = article(title="<ArticleTitle><own:b>x</own:b></ArticleTitle>")
    assert one(f'<PubmedArticleSet xmlns:own="urn:own" xmlns:mml="urn:mml">{record}</PubmedArticleSet>').title == "x"


def test_sections_without_words_and_labels_without_words_are_left_out() -> None:
    body = (
        '<Abstract><AbstractText Label="AIM"> </AbstractText><AbstractText Label=" ">Plain.</AbstractText>'
        '<AbstractText Label="UNLABELLED">None.</AbstractText>'
        '<AbstractText Label="RESULTS">Good.</AbstractText><CopyrightInformation>(c)</CopyrightInformation></Abstract>'
    )
    assert one(article(body)).abstract == "Plain. None. RESULTS: Good."


def test_an_empty_title_gives_way_to_the_vernacular() -> None:
    assert one(article("<VernacularTitle>Ein Titel.</VernacularTitle>", title="<ArticleTitle/>")).title == "Ein Titel."
    assert one(article("<VernacularTitle>Ein Titel.</VernacularTitle>")).title == "A title."


@pytest.mark.parametrize("words", ["[Not Available].", "[Not Available]", "Not available.", "[In Process Citation]"])
def test_a_title_that_says_that_there_is_none_gives_way_too(words: str) -> None:
    assert (
        one(article("<VernacularTitle>Ein Titel.</VernacularTitle>", title=f"<ArticleTitle>{words}</ArticleTitle>")).title == "Ein Titel."
    )
    body = "<Abstract><AbstractText>Words.</AbstractText></Abstract>"
    assert one(article(body, title=f"<ArticleTitle>{words}</ArticleTitle>")).text == " Words."


def test_of_other_abstracts_the_english_one_that_is_not_for_laymen_comes_first() -> None:
    def other(words: str, attributes: str) -> str:
        return f"<OtherAbstract {attributes}><AbstractText>{words}</AbstractText></OtherAbstract>"

    plain = other("For everyone.", 'Type="plain-language-summary" Language="eng"')
    nasa = other("For NASA.", 'Type="NASA"')  # the DTD's default language is English
    absent = other("Abstract available from the publisher.", 'Type="Publisher" Language="eng"')
    assert one(article("", plain + nasa)).abstract == "For NASA."
    assert one(article("", absent + plain)).abstract == "For everyone."
    assert one(article("", absent)).sections == ()


def test_another_abstract_is_taken_only_where_there_is_none() -> None:
    other = '<OtherAbstract Language="eng"><AbstractText>In plain words.</AbstractText></OtherAbstract>'
    german = '<OtherAbstract Language="ger"><AbstractText>Auf Deutsch.</AbstractText></OtherAbstract>'
    own = "<Abstract><AbstractText>Its own.</AbstractText></Abstract>"
    assert one(article(own, german + other)).abstract == "Its own."
    assert one(article("", german + other)).abstract == "In plain words."
    assert one(article("", german)).abstract == ""


@pytest.mark.parametrize(
    ("ref_type", "kind", "retracted"),
    [
        ("RetractionIn", LinkKind.RETRACTED_BY, True),
        ("RetractedandRepublishedIn", LinkKind.RETRACTED_BY, True),
        ("RetractionOf", LinkKind.RETRACTS, False),
        ("ErratumFor", LinkKind.CORRECTS, False),
        ("ErratumIn", LinkKind.CORRECTED_BY, False),
        ("PartialRetractionIn", LinkKind.CORRECTED_BY, False),
        ("CorrectedandRepublishedFrom", LinkKind.CORRECTS, False),
        ("ExpressionOfConcernIn", LinkKind.CONCERN_IN, False),
        ("ExpressionOfConcernFor", LinkKind.CONCERN_ABOUT, False),
        ("CommentIn", None, False),
        ("Cites", None, False),
    ],
)
def test_each_kind_of_correction(ref_type: str, kind: LinkKind | None, retracted: bool) -> None:
    def corrections(*pmids: str) -> str:
        inner = "".join(f'<CommentsCorrections RefType="{ref_type}"><RefSource>J</RefSource>{pmid}</CommentsCorrections>' for pmid in pmids)
        return f"<CommentsCorrectionsList>{inner}</CommentsCorrectionsList>"

    abstract = one(article(citation=corrections("<PMID>8</PMID>", "<PMID>8</PMID>", "<PMID>7</PMID>", "")))
    assert abstract.links == ((Link(kind=kind, target="pubmed:8"),) if kind else ())
    assert abstract.retracted is retracted
    assert one(article(citation=corrections(""))).retracted is retracted  # the notice has no PMID


def test_a_notice_without_words_still_says_what_it_retracts() -> None:
    link = "<CommentsCorrections RefType='RetractionOf'><PMID>8</PMID></CommentsCorrections>"
    notice = one(article(citation=f"<CommentsCorrectionsList>{link}</CommentsCorrectionsList>", title="<ArticleTitle/>"))
    assert notice.links == (Link(kind=LinkKind.RETRACTS, target="pubmed:8"),)


def test_where_the_issue_has_no_date_another_is_taken() -> None:
    electronic = "<ArticleDate><Year>2020</Year><Month>03</Month><Day>09</Day></ArticleDate>"
    history = (
        "<History><PubMedPubDate PubStatus='received'><Year>2018</Year></PubMedPubDate>"
        "<PubMedPubDate PubStatus='pubmed'><Year>2021</Year><Month>1</Month><Day>2</Day></PubMedPubDate></History>"
    )
    issue = "<Journal><JournalIssue><PubDate><Year>2019</Year><Month>Feb</Month></PubDate></JournalIssue></Journal>"
    assert one(article(issue + electronic, data=history)).published == "2019-02"
    assert one(article(electronic, data=history)).published == "2020-03-09"
    assert one(article(data=history)).published == "2021-01-02"
    assert one(article()).published is None


def test_a_book_chapter_and_a_book() -> None:
    book = (
        "<PubmedBookArticle><BookDocument><PMID>9</PMID><Book><BookTitle>Reviews</BookTitle><PubDate><Year>1993</Year></PubDate></Book>{}"
        "<Language>eng</Language><PublicationType>Review</PublicationType><Abstract><AbstractText Label='Use'>Words.</AbstractText>"
        "</Abstract>"
        "<ContributionDate><Year>2012</Year><Month>03</Month><Day>27</Day></ContributionDate></BookDocument></PubmedBookArticle>"
    )
    chapter = one(book.format("<ArticleTitle>A chapter</ArticleTitle>"))
    assert (chapter.id, chapter.title, chapter.journal, chapter.published) == ("pubmed:9", "A chapter", "Reviews", "2012-03-27")
    assert chapter.abstract == "Use: Words."
    assert one(book.format("")).title == "Reviews"


def test_a_book_without_an_abstract_is_its_title_and_its_table_of_contents_is_left_out() -> None:
    sections = "<Sections><Section><SectionTitle book='b' part='p'>Summary of genes</SectionTitle></Section></Sections>"
    day = "<PubMedPubDate PubStatus='pubmed'><Year>2011</Year><Month>3</Month></PubMedPubDate>"
    history = f"<PubmedBookData><History>{day}</History></PubmedBookData>"
    book = one(
        f"<PubmedBookArticle><BookDocument><PMID>9</PMID><Book><BookTitle>Reviews</BookTitle></Book>{sections}</BookDocument>{history}"
        "</PubmedBookArticle>"
    )
    assert (book.text, book.sections, book.published) == ("Reviews ", (), "2011-03")


def everything(inner: str, root: str = "PubmedArticleSet") -> list[tuple[str, str]]:
    outcomes = read(io.BytesIO(f"<{root}>{inner}</{root}>".encode()))
    return [
        (outcome.id, outcome.title if isinstance(outcome, Abstract) else "deleted")
        for outcome in outcomes
        if not isinstance(outcome, Problem)
    ]


def version(number: int, title: str, pmid: int = 7) -> str:
    return (
        f'<PubmedArticle><MedlineCitation VersionID="{number}"><PMID Version="{number}">{pmid}</PMID><Article><ArticleTitle>{title}'
        "</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    )


def test_revisions_come_in_the_files_order_so_that_the_last_one_wins() -> None:
    assert everything(version(1, "old") + version(1, "other", 8) + version(1, "new")) == [
        ("pubmed:7", "old"),
        ("pubmed:8", "other"),
        ("pubmed:7", "new"),
    ]


def test_of_versions_the_newest_wins_whatever_the_order() -> None:
    assert everything(version(1, "a") + version(3, "c") + version(2, "b") + version(3, "c again")) == [
        ("pubmed:7", "a"),
        ("pubmed:7", "c"),
        ("pubmed:7", "c again"),
    ]


def test_the_deletion_of_an_older_version_deletes_nothing() -> None:
    def delete(number: str) -> str:
        return f"<DeleteCitation><PMID{number}>7</PMID></DeleteCitation>"

    assert everything(version(2, "b") + delete(" Version='1'")) == [("pubmed:7", "b")]
    assert everything(version(2, "b") + delete(" Version='2'")) == [("pubmed:7", "b"), ("pubmed:7", "deleted")]
    assert everything(version(1, "a") + delete("")) == [("pubmed:7", "a"), ("pubmed:7", "deleted")]
    assert everything(version(2, "b") + delete(" Version='x'"))[1:] == []


def test_a_deleted_book_is_a_deletion() -> None:
    assert everything("<DeleteDocument><PMID>9</PMID><PMID>10</PMID></DeleteDocument>", "PubmedBookArticleSet") == [
        ("pubmed:9", "deleted"),
        ("pubmed:10", "deleted"),
    ]


@pytest.mark.parametrize("root", ["", "MedlineCitationSet"])
def test_the_older_shape_without_pubmed_data(root: str) -> None:
    citation = "<MedlineCitation Owner='NLM'><PMID>5</PMID><Article><ArticleTitle>Old.</ArticleTitle></Article></MedlineCitation>"
    assert one(f"<{root}>{citation}</{root}>" if root else citation).id == "pubmed:5"


def test_records_without_a_root_and_documents_one_behind_the_other() -> None:
    whole = f"<?xml version='1.0'?><!DOCTYPE PubmedArticleSet><PubmedArticleSet>{article()}</PubmedArticleSet>"
    assert len(list(read(io.BytesIO((article() * 3).encode())))) == 3
    assert [type(outcome) for outcome in read(io.BytesIO(whole.encode() * 3))] == [Abstract] * 3


def test_an_empty_set_holds_nothing_and_nothing_is_wrong_with_it() -> None:
    for text in ("<PubmedArticleSet></PubmedArticleSet>", "<PubmedArticleSet/>", "<?xml version='1.0'?>\n<PubmedBookArticleSet />"):
        assert list(read(io.BytesIO(text.encode()))) == []


def test_journal_titles_mesh_and_language_as_they_come() -> None:
    mesh = (
        "<MeshHeadingList><MeshHeading><DescriptorName UI='D003924' MajorTopicYN='N'>Diabetes  Mellitus</DescriptorName>"
        "<QualifierName UI='Q000188' MajorTopicYN='Y'>drug therapy</QualifierName></MeshHeading>"
        "<MeshHeading><DescriptorName>no id</DescriptorName></MeshHeading></MeshHeadingList>"
    )
    abstract = one(
        article(
            "<Language>FRE</Language><Language>eng</Language>", f"<MedlineJournalInfo><MedlineTA>J X</MedlineTA></MedlineJournalInfo>{mesh}"
        )
    )
    assert abstract.mesh == (MeshHeading(id="mesh:D003924", name="Diabetes Mellitus", major=True),)
    assert (abstract.journal, abstract.language) == ("J X", "fre")
