"""PubTator with its annotations: dialects read, broken lines named."""

from pathlib import Path

import pytest

from processors.errors import RecordError, TruncatedSource
from processors.outputs.pubtator import write_annotated
from processors.records import Abstract, EntityType, Predicate
from processors.sources import Problem, read
from processors.sources.pubtator import AnnotatedDocument, read_annotated

DATA = Path(__file__).parents[2] / "data"


def annotated(tmp_path: Path, text: str | bytes) -> list[AnnotatedDocument]:
    path = tmp_path / "a.pubtator"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_annotated(path))


@pytest.mark.parametrize(
    ("name", "mentions", "relations"),
    [("biored_small.pubtator", 177, 39), ("bc5cdr_small.pubtator", 93, 11), ("ncbi_small.pubtator", 31, 0)],
)
def test_small_corpora_are_read_whole_and_read_back_as_written(name: str, mentions: int, relations: int, tmp_path: Path) -> None:
    documents = list(read_annotated(DATA / name))
    assert len(documents) == 6
    assert not [problem for document in documents for problem in document.problems]
    for document in documents:
        assert all(document.abstract.text[mention.start : mention.end] == mention.text for mention in document.mentions)
        named = {identifier for mention in document.mentions for identifier in mention.identifiers}
        assert all({relation.subject, relation.object} <= named for relation in document.relations)
    assert sum(len(document.mentions) for document in documents) == mentions
    assert sum(len(document.relations) for document in documents) == relations
    (tmp_path / name).write_bytes("".join(map(write_annotated, documents)).encode())
    assert list(read_annotated(tmp_path / name)) == documents
    assert list(read(DATA / name)) == [document.abstract for document in documents]


def test_biored_gives_types_curies_predicates_and_novelty() -> None:
    document = next(read_annotated(DATA / "biored_small.pubtator"))
    first = document.mentions[0]
    assert (first.text, first.type, first.label) == ("Congenital hypothyroidism", EntityType.DISEASE, "DiseaseOrPhenotypicFeature")
    assert (first.raw, first.identifiers, first.curies) == ("D003409", ("D003409",), ("mesh:D003409",))
    relation = next(relation for relation in document.relations if relation.label == "Association")
    assert (relation.subject, relation.predicate, relation.object, relation.novel) == ("D050033", Predicate.ASSOCIATION, "D007454", False)


def test_cid_lines_are_relations_without_one_of_our_predicates() -> None:
    relations = [relation for document in read_annotated(DATA / "bc5cdr_small.pubtator") for relation in document.relations]
    assert {(relation.label, relation.predicate, relation.novel) for relation in relations} == {("CID", None, None)}


@pytest.mark.parametrize(
    "line",
    [
        "1\t0\t5\tWrong\tGene\t7",
        "1\t5\t5\t\tGene\t7",
        "1\t5\t2\tx\tGene\t7",
        "1\t0\tfive\tAlpha\tGene\t7",
        "1\t0\t" + "9" * 5000 + "\tAlpha\tGene\t7",
        "1\t0\t5\tAlpha",
        "1\tAssociation\t7",
        "1\t",
        "no tab and no bar",
    ],
)
def test_a_broken_line_costs_itself_only(line: str, tmp_path: Path) -> None:
    good = "1\t0\t5\tAlpha\tGene\t7"
    (document,) = annotated(tmp_path, f"1|t|Alpha beta.\n1|a|Gamma.\n{line}\n{good}\n1\tBind\t7\t8\tNovel\n")
    assert [mention.text for mention in document.mentions] == ["Alpha"]
    assert [relation.novel for relation in document.relations] == [True]
    (problem,) = document.problems
    assert "a.pubtator, line 3" in str(problem)


def test_dialects_without_identifier_or_with_an_unknown_type(tmp_path: Path) -> None:
    text = "1|t|Alpha beta.\n1|a|\n1\t0\t5\tAlpha\tFamilyName\n1\t6\t10\tbeta\tChemical\t-1\n"
    (document,) = annotated(tmp_path, text)
    assert [(m.type, m.label, m.identifiers, m.curies) for m in document.mentions] == [
        (None, "FamilyName", (), ()),
        (EntityType.CHEMICAL, "Chemical", (), ()),
    ]
    assert document.abstract.text == "Alpha beta. "


def test_documents_are_parted_by_blank_lines_or_by_their_ids(tmp_path: Path) -> None:
    text = "\n\n1|t|One.\n1|a|A.\n2|t|Two.\n2|a|B.\n \n\n3|t|Three.\n3|a|\n3|t|Three again.\n3|a|C.\n\n\n"
    assert [(d.abstract.id, d.abstract.title) for d in annotated(tmp_path, text)] == [
        ("pubmed:1", "One."), ("pubmed:2", "Two."), ("pubmed:3", "Three."), ("pubmed:3", "Three again."),
    ]  # fmt: skip


def test_texts_are_kept_to_the_character(tmp_path: Path) -> None:
    title, abstract = "  two  spaces\u2028\x85 ", " and | bars |t| \u00a0"
    (document,) = annotated(tmp_path, f"1|t|{title}\r\n1|a|{abstract}\r\n1\t2\t5\ttwo\tGene\t7\r\n")
    assert (document.abstract.title, document.abstract.abstract) == (title, abstract)
    assert document.mentions[0].text == "two"


@pytest.mark.parametrize("text", ["1|a|Only an abstract.\n", "|t|No id.\n|a|x\n", "1\t0\t1\tx\tGene\t7\n", "1|t|\n1|a|\n"])
def test_a_document_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"a.pubtator, line 1"):
        annotated(tmp_path, text)
    path = tmp_path / "b.pubtator"
    path.write_text(f"7|t|Good.\n7|a|x\n\n{text}\n8|t|Good.\n8|a|y\n")
    first, problem, last = read(path)
    assert isinstance(first, Abstract)
    assert isinstance(last, Abstract)
    assert isinstance(problem, Problem)
    assert problem.line == 4


def test_a_corpus_that_ends_too_early_stops_the_reader(tmp_path: Path) -> None:
    packed = (DATA / "pubmed_update.xml.gz").read_bytes()[:200]
    path = tmp_path / "a.pubtator"
    path.write_bytes(packed)
    with pytest.raises(TruncatedSource, match=r"a.pubtator"):
        list(read_annotated(path))
