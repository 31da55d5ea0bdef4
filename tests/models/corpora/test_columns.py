"""Token columns: what is read, what is refused, and that tokens, spans and tokens again are the same."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpora.columns import TaggedSentence, count, read, read_sentences
from models.corpora.registry import UNTYPED, Corpus, Split
from models.corpora.spacing import spaced
from processors.errors import RecordError
from processors.records import EntityType

TYPED = """Selegiline	B-Chemical
-	O
induced	O
postural	B-Disease
hypotension	I-Disease

In	O
Parkinson	B-Disease
'	I-Disease
s	I-Disease
"""


def laid(folder: Path, text: str | bytes, **types: EntityType) -> Corpus:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "train.tsv").write_bytes(text if isinstance(text, bytes) else text.encode())
    split = Split({"train.tsv": ""}, {})
    return Corpus(
        name="mine", title="", kinds=(), version="", licence="", source="", copy="", form="columns", splits={"train": split}, types=types
    )


def test_sentences_are_documents_with_spans_in_their_text(tmp_path: Path) -> None:
    corpus = laid(tmp_path, TYPED, Chemical=EntityType.CHEMICAL, Disease=EntityType.DISEASE)
    first, second = read(corpus, "train", tmp_path)
    assert first.text == "Selegiline-induced postural hypotension "
    assert [(first.text[m.start : m.end], m.type) for m in first.mentions] == [
        ("Selegiline", EntityType.CHEMICAL),
        ("postural hypotension", EntityType.DISEASE),
    ]
    assert [second.text[m.start : m.end] for m in second.mentions] == ["Parkinson's"]
    assert (first.corpus, first.pmid, second.pmid) == ("mine/train", "line-1", "line-7")
    assert count(corpus, "train", tmp_path) == {"sentences": 2, "tokens": 9, "mentions": {"Chemical": 1, "Disease": 2}}


def test_a_copy_is_known_by_its_text_where_there_is_no_pmid(tmp_path: Path) -> None:
    (first, second), (other, _) = (
        read(laid(tmp_path / name, text), "train", tmp_path / name)
        for name, text in (("a", TYPED), ("b", TYPED.upper().replace("-\tO", "/\tO")))
    )
    assert first.fingerprints() & other.fingerprints()
    assert not first.fingerprints() & second.fingerprints()


def test_types_that_are_not_ours_are_left_out_and_counted(tmp_path: Path) -> None:
    corpus = laid(tmp_path, TYPED, Chemical=EntityType.CHEMICAL)
    assert [m.type for d in read(corpus, "train", tmp_path) for m in d.mentions] == [EntityType.CHEMICAL]
    assert count(corpus, "train", tmp_path)["mentions"] == {"Chemical": 1, "Disease": 2}


def test_marked_documents_are_put_together(tmp_path: Path) -> None:
    text = "###MEDLINE:95369245\n\nIL\tB\n-\tI\n2\tI\n\nIt\tO\nworks\tO\n\n###MEDLINE:95333264\n\nCD28\tB\n\n"
    first, second = read(laid(tmp_path, text, untyped=EntityType.GENE), "train", tmp_path)
    assert (first.pmid, first.title, first.abstract) == ("medline-95369245", "IL-2", "It works")
    assert (second.pmid, second.text) == ("medline-95333264", "CD28 ")
    assert not any(mark.startswith("pmid:") for mark in first.fingerprints())
    text = "-DOCSTART- -X- O O\n\nA\tO\n\nb\tO\n\n-DOCSTART- -X- O O\n\nC\tO\n"
    assert [d.text for d in read(laid(tmp_path, text), "train", tmp_path)] == ["A b", "C "]


def test_other_ways_of_writing_the_same(tmp_path: Path) -> None:
    wanted = [s.mentions() for s in read_sentences(laid(tmp_path, TYPED).path("train", tmp_path))]
    other = TYPED.replace("Selegiline\tB-", "Selegiline\tS-").replace("s\tI-D", "s\tE-D").replace("hypotension\tI-D", "hypotension\tE-D")
    for text in (
        TYPED.replace("\n", "\r\n").encode(),
        TYPED.replace("\t", "\tNN\t").encode(),
        TYPED.replace("\t", " ").encode(),
        TYPED.rstrip().encode(),
        gzip.compress(TYPED.encode()),
        TYPED.encode("utf-16"),
        other.encode(),
    ):
        assert [s.mentions() for s in read_sentences(laid(tmp_path, text).path("train", tmp_path))] == wanted


def test_an_inside_that_continues_nothing_begins() -> None:
    tags = ("I", "O", "B-A", "I-B", "I-B", "E", "B", "S", "I")
    assert TaggedSentence(("x",) * len(tags), tags, 1, 0).mentions() == [
        (0, 1, UNTYPED),
        (2, 3, "A"),
        (3, 5, "B"),
        (5, 6, UNTYPED),
        (6, 7, UNTYPED),
        (7, 8, UNTYPED),
        (8, 9, UNTYPED),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"a\tO\nb\n", r"train\.tsv, line 2: 'b' is no token and tag"),
        (b"a\tO\n\tO\n", r"line 2: .* is no token and tag"),
        (b"a\tO\nb\tGene\n", r"line 2: 'Gene' is no tag"),
        (b"a\tO\n\nb\tB-\n", r"line 3: 'B-' is no tag"),
        (b"a\tO\n\xe9\tO\n", r"line 2 is not UTF-8: byte 0xe9"),
        (b"a\x00\tO\n", r"line 1 is too long, holds a NUL"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: bytes, complaint: str) -> None:
    corpus = laid(tmp_path, text)
    for read_all in (read, count):
        with pytest.raises(RecordError, match=complaint):
            read_all(corpus, "train", tmp_path)


WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=5).filter(lambda w: w.strip() == w != "")
SENTENCE = st.lists(st.tuples(WORD, st.sampled_from(["O", "B", "I", "B-Gene", "I-Gene"])), min_size=1, max_size=12)


@given(st.lists(SENTENCE, min_size=1, max_size=4))
def test_tokens_spans_and_tokens_again(tmp_path_factory: pytest.TempPathFactory, sentences: list[list[tuple[str, str]]]) -> None:
    folder = tmp_path_factory.mktemp("columns")
    text = "\n".join("".join(f"{token}\t{tag}\n" for token, tag in sentence) for sentence in sentences)
    corpus = laid(folder, text, untyped=EntityType.GENE, Gene=EntityType.GENE)
    documents = read(corpus, "train", folder)
    found = list(read_sentences(corpus.path("train", folder)))
    assert [list(zip(s.tokens, s.tags, strict=True)) for s in found] == sentences
    for document, sentence in zip(documents, found, strict=True):
        _, spans = spaced(sentence.tokens)
        assert [document.text[start:end] for start, end in spans] == list(sentence.tokens)
        starts, ends = {start: n for n, (start, _) in enumerate(spans)}, {end: n + 1 for n, (_, end) in enumerate(spans)}
        assert [(starts[m.start], ends[m.end]) for m in document.mentions] == [(a, b) for a, b, _ in sentence.mentions()]
