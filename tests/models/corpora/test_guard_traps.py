"""The traps that lie in the known corpora, each planted: a training run that falls into one is refused, and told which text it is."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.corpora.errors import LeakedDocument
from models.corpora.guard import ALIKE, SAME_WORDS, Guard, Guarded, Leak, Passage, pmid_of

TITLE = "Lithium-induced tremor in elderly patients treated for bipolar disorder."
FIRST = "We examined whether propranolol lessens the tremor that lithium carbonate causes in patients older than seventy years."
SECOND = "Forty-one patients received propranolol or placebo for six weeks, and tremor was rated every fortnight by a blinded neurologist."
THIRD = "Tremor scores fell by 3.2 points with propranolol (p < 0.01), while heart rate did not change between the groups."
ABSTRACT = f"{FIRST} {SECOND} {THIRD}"
OTHER = (
    "Mutations of the APC gene in families with adenomatous polyposis. Germline DNA of ninety unrelated families was sequenced. "
    "Truncating mutations lay in exon 15 in most of them, and two families carried whole deletions of the gene."
)
UNRELATED = Passage("biored/train", "900001", OTHER)


def found(protected: Guarded, trained: Guarded) -> Leak | None:
    return Guard([protected]).find(trained)


def refused(protected: Guarded, trained: Guarded) -> str:
    """What the refusal says; training data without `trained` pass."""
    guard = Guard([protected])
    guard.refuse([UNRELATED])
    with pytest.raises(LeakedDocument) as caught:
        guard.refuse([UNRELATED, trained])
    kept, leaks = guard.remove([UNRELATED, trained])
    assert kept == [UNRELATED]
    assert [leak.trained for leak in leaks] == [f"{trained.corpus} {trained.pmid}"]
    return str(caught.value)


@pytest.mark.parametrize(
    ("protected", "trained"),
    [
        ("bc5cdr/test", "biored/train"),  # 53 documents of BC5CDR test
        ("ncbi-disease/test", "biored/train"),
        ("bc5cdr/dev", "bc5cdr/train"),  # the circulating training file is train and dev
        ("chemprot/test", "drugprot/train"),  # 565 of 800 abstracts
        ("chemprot/test", "drugprot/dev"),  # the other 235
        ("biored/dev", "bc5cdr/train"),
        ("biored/dev", "ncbi-disease/train"),
    ],
)
def test_a_document_that_two_corpora_share_is_refused_by_its_pmid(protected: str, trained: str) -> None:
    test = Passage(protected, "8701013", f"{TITLE} {ABSTRACT}")
    message = refused(test, Passage(trained, "8701013", "A text that was cleaned beyond recognition."))
    assert f"{trained} 8701013 is {protected} 8701013 (the same PMID)" in message


@pytest.mark.parametrize("name", ["8701013", "08701013", "pubmed:8701013", "PMID: 8701013", " 8701013 "])
def test_a_pmid_is_the_same_however_it_is_written(name: str) -> None:
    assert pmid_of(name) == "8701013"


@pytest.mark.parametrize("name", ["", "0", "row 12", "line-12", "PMC8701013", "12.1", "fold-1/12", "-5"])
def test_a_name_that_is_no_pmid_is_never_compared(name: str) -> None:
    assert pmid_of(name) == ""
    assert found(Passage("a/test", name, f"{TITLE} {ABSTRACT}"), Passage("b/train", name, OTHER)) is None


def test_folds_put_together_are_refused() -> None:
    """GAD and EU-ADR as they circulate: ten folds, and each test row is in nine of the training files."""
    row = "These data suggest that variation of the @GENE$ gene contributes to the risk of @DISEASE$ in women."
    folds = [Passage("gad/fold-1-test", "row 3", row)]
    message = refused(folds[0], Passage("gad/fold-2-train", "row 118", row))
    assert "gad/fold-2-train row 118 is gad/fold-1-test row 3 (the same text)" in message


def test_a_sentence_with_another_pair_masked_is_refused() -> None:
    """783 of GAD's 5,330 rows are the sentence of a row in another fold, with another entity masked."""
    test = Passage(
        "gad/test", "row 1", "Common variants of @GENE$ and LOC387715 are independently related to @DISEASE$ after adjustment for age."
    )
    for text in (
        "Common variants of CFH and @GENE$ are independently related to @DISEASE$ after adjustment for age.",
        "Common variants of CFH and LOC387715 are independently related to macular degeneration after adjustment for age.",
        "Common variants of PROTEIN1 and PROTEIN2 are independently related to @DISEASE$ after adjustment for age.",
        "Common variants of @ gene $ and LOC387715 are independently related to @ disease $ after adjustment for age .",
        "Common variants of [E1]CFH[/E1] and << LOC387715 >> are independently related to [[ AMD ]] after adjustment for age.",
    ):
        assert found(test, Passage("gad/train", "row 2", text)), text


def test_bio_sentences_without_pmids_are_refused() -> None:
    """51 sentences of BC2GM test and 79 of JNLPBA test stand in their training files, to the word; some are short."""
    for text in ("Background :", "Effects of glucocorticoids on IL - 2 gene expression .", f"{SECOND[:-1]} ."):
        message = refused(Passage("jnlpba/test", "line-7", text), Passage("jnlpba/train", "line-99", text))
        assert "jnlpba/test line-7 (the same text)" in message


def test_a_tokenised_copy_is_the_same_text() -> None:
    test = Passage("bc5cdr/test", "8701013", f"{TITLE} {ABSTRACT}")
    tokenised = "".join(f" {c} " if not c.isalnum() and not c.isspace() else c for c in test.text)
    leak = found(test, Passage("abstracts/hoc", "row 1", tokenised.lower()))
    assert leak is not None
    assert leak.by == "text"


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("without its title", ABSTRACT),
        ("its beginning", f"{FIRST} {SECOND}"),
        ("one sentence of it", SECOND),
        ("one sentence inside another document", OTHER.replace("Truncating", f"{SECOND} Truncating")),
        ("capitals", f"{TITLE} {ABSTRACT}".upper()),
        ("spacing and punctuation", f"{TITLE} {ABSTRACT}".replace(" ", "\n  ").replace(",", ";").replace("-", " ")),
        ("markup", f"{TITLE} {ABSTRACT}".replace("lithium", "<i>lithium</i>").replace("3.2", "<b>3.2</b>").replace("<", "&lt;", 1)),
        ("accents and invisible characters", f"{TITLE} {ABSTRACT}".replace("e", "e\N{COMBINING ACUTE ACCENT}").replace("th", "t\u00adh")),
        ("masks", ABSTRACT.replace("propranolol", "@CHEMICAL$").replace("tremor", "@DISEASE$")),
        (
            "another title and one word in ten replaced",
            "A review. " + " ".join("XX" if i % 10 == 9 else w for i, w in enumerate(ABSTRACT.split())),
        ),
    ],
)
def test_a_copy_is_found_whatever_was_done_to_it(what: str, text: str) -> None:
    leak = found(Passage("bc5cdr/test", "8701013", f"{TITLE} {ABSTRACT}"), Passage("pretraining/train", "1", text))
    assert leak is not None, what
    assert leak.alike >= min(ALIKE, SAME_WORDS)
    assert "bc5cdr/test 8701013" in str(leak)


def test_a_protected_sentence_inside_a_training_document_is_refused() -> None:
    message = refused(
        Passage("bc2gm/test", "line-40", SECOND), Passage("biored/train", "900002", OTHER.replace("Truncating", f"{SECOND} Truncating"))
    )
    assert "biored/train 900002 is a near-duplicate of bc2gm/test line-40 (100% alike)" in message


def test_the_refusal_says_which_sentence_it_is() -> None:
    trained = Passage("biored/train", "900002", OTHER.replace("Truncating", f"{SECOND} Truncating"))
    message = refused(Passage("bc5cdr/test", "8701013", f"{TITLE} {ABSTRACT}"), trained)
    assert "holds a sentence of bc5cdr/test 8701013 (100% alike: “Forty-one patients" in message


def test_another_document_on_the_same_matter_passes() -> None:
    """Of its own words, and with the formulae that all abstracts share."""
    other = (
        "Propranolol for lithium tremor: a case report. A woman of seventy-four years with bipolar disorder developed a disabling tremor. "
        "Propranolol was given in rising doses. The tremor ceased after two weeks, and lithium was continued."
    )
    assert found(Passage("bc5cdr/test", "8701013", f"{TITLE} {ABSTRACT}"), Passage("biored/train", "1", other)) is None
    formula = "The aim of this study was to investigate the effect of"
    test = Passage("a/test", "1", f"{formula} lithium on tremor in elderly patients with bipolar disorder.")
    assert found(test, Passage("b/train", "2", f"{formula} vitamin D on bone density among nuns living in northern convents.")) is None


def test_a_short_text_counts_only_where_it_is_the_same() -> None:
    test = Passage("a/test", "x", "Informed consent was obtained.")
    assert found(test, Passage("b/train", "y", "informed consent was obtained")) is not None
    assert found(test, Passage("b/train", "y", f"{OTHER} Informed consent was obtained.")) is None


def test_a_refusal_names_five_and_counts_all() -> None:
    rows = [Passage("a/test", f"row {i}", f"{SECOND} Number {i}.") for i in range(9)]
    with pytest.raises(LeakedDocument, match="; and 4 more") as caught:
        Guard(rows).refuse([replace(row, corpus="a/train") for row in rows])
    assert str(caught.value).count("the same text") == 5
    assert caught.value.remedy


def test_nothing_protected_and_nothing_said() -> None:
    assert Guard([]).find(UNRELATED) is None
    empty = Passage("a/test", "", "")
    assert found(empty, Passage("b/train", "", "")) is None
    assert found(empty, Passage("b/train", "", "@GENE$")) is None
    assert Guard([empty, UNRELATED]).sets == {"a/test": 1, "biored/train": 1}


WORDS = st.lists(st.text("abcdefghijklmnop", min_size=2, max_size=7), min_size=14, max_size=30, unique=True)


@settings(deadline=None, max_examples=50)
@given(WORDS, st.data())
def test_a_run_of_a_text_is_found_in_whatever_it_is_put(written: list[str], data: st.DataObject) -> None:
    """Ten words or more in a row, which is eight triples."""
    start = data.draw(st.integers(0, len(written) - 10))
    end = data.draw(st.integers(start + 10, len(written)))
    before, after = data.draw(st.lists(st.just("ZZ1"), max_size=30)), data.draw(st.lists(st.just("YY2"), max_size=30))
    guard = Guard([Passage("a/test", "", " ".join(written[start:end]))])
    leak = guard.find(Passage("b/train", "", " ".join([*before, *written, *after]).upper()))
    assert leak is not None
    assert leak.alike == 1.0
    assert Guard([Passage("a/test", "", " ".join(written))]).find(Passage("b/train", "", ", ".join(written[start:end]))) is not None


@settings(deadline=None, max_examples=50)
@given(WORDS, WORDS)
def test_texts_without_a_common_word_are_never_alike(one: list[str], other: list[str]) -> None:
    guard = Guard([Passage("a/test", "", " ".join(one))])
    assert guard.find(Passage("b/train", "", " ".join(w for w in other if w not in one))) is None


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_guarded(protected: str, trained: str) -> None:
    guard = Guard([Passage("a/test", "", protected)])
    leak = guard.find(Passage("b/train", "", trained))
    assert leak is None or 0.0 < leak.alike <= 1.0
    same = guard.find(Passage("b/train", "", protected))
    assert same is not None or not any(c.isalnum() for c in protected)
