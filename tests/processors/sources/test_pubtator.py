"""PubTator with its annotations: dialects read, broken lines named, and what is written reads back."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processors.errors import RecordError, TruncatedSource
from processors.linking import local_curie
from processors.outputs.pubtator import identifier_column, write_annotated, write_pubtator
from processors.records import (
    Abstract,
    Article,
    Entities,
    EntityType,
    Evidence,
    Mention,
    Participant,
    Predicate,
    Provenance,
    Relation,
    Relations,
    Span,
)
from processors.sources import Problem, read
from processors.sources.pubtator import AnnotatedDocument, read_annotated

DATA = Path(__file__).parents[2] / "data"
PROVENANCE = Provenance(software="0", model="m@1", generation=1)


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


CURIES = {
    EntityType.GENE: st.sampled_from(["ncbigene:672", "ncbigene:7157", "hgnc:1100"]),
    EntityType.DISEASE: st.sampled_from(["mesh:D003924", "mesh:C537730", "omim:604370"]),
    EntityType.CHEMICAL: st.sampled_from(["mesh:D009270", "chebi:17478", "mesh:odd,id|x"]),
    EntityType.VARIANT: st.sampled_from(["dbsnp:rs1234", "clinvar:17+8"]),
    EntityType.SPECIES: st.sampled_from(["ncbitaxon:9606", "ncbitaxon:10090"]),
    EntityType.CELL_LINE: st.sampled_from(["cellosaurus:CVCL_0224", "cellosaurus:odd"]),
}
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=25)


@st.composite
def extracted(draw: st.DrawFn) -> tuple[Entities, Relations]:
    """A document as the pipeline makes it, over any Unicode text."""
    title, body = draw(WORDS), draw(st.just("") | WORDS)
    text = f"{title} {body}"
    id_ = draw(st.sampled_from(["pubmed:227508", "pmc:PMC12", "doi:10.1000/a%b|c,d", "local:my note"]))
    mentions = []
    for number in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        type_ = draw(st.sampled_from(EntityType))
        local = st.just(f"local:{id_}#{type_}:2,4-d; a+b|c\u03b1 %7C{number}")
        curies = draw(st.lists(CURIES[type_] | local, min_size=1, max_size=3, unique=True))
        mentions.append(
            Mention(id=f"T{number}", start=start, end=end, text=text[start:end], type=type_, identifiers=tuple(curies), score=1.0)
        )
    entities = Entities(id=id_, article=Article(title=title), text=text, mentions=tuple(mentions), provenance=PROVENANCE)
    ends = [(mention, curie) for mention in mentions for curie in mention.identifiers]
    relations = []
    for _ in range(draw(st.integers(0, 2)) if len(ends) > 1 else 0):
        pair = [draw(st.sampled_from(ends)) for _ in range(2)]
        parties = [Participant(id=c, name=m.text, type=m.type, spans=(Span(start=m.start, end=m.end),)) for m, c in pair]
        evidence = Evidence(start=0, end=len(text), text=text, subject=parties[0].spans[0], object=parties[1].spans[0])
        predicate = draw(st.sampled_from(Predicate))
        relations.append(Relation(subject=parties[0], object=parties[1], predicate=predicate, probability=0.5, evidence=evidence))
    return entities, Relations(id=id_, relations=tuple(relations), provenance=PROVENANCE)


def linked(curies: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(curie for curie in curies if not curie.startswith("local:"))


def test_what_is_not_linked_is_written_as_others_write_it() -> None:
    code, other = local_curie("pubmed:1", EntityType.VARIANT, "c|SUB|C|643|T"), local_curie("pubmed:1", EntityType.VARIANT, "odd one")
    assert identifier_column((code,), EntityType.VARIANT) == "c|SUB|C|643|T"
    assert identifier_column((other,), EntityType.VARIANT) == "-"
    assert identifier_column((local_curie("pubmed:1", EntityType.GENE, "odd"),), EntityType.GENE) == "-"
    assert identifier_column(("ncbigene:672", local_curie("pubmed:1", EntityType.GENE, "odd")), EntityType.GENE) == "672"


@given(extracted())
@settings(deadline=None, max_examples=200)
def test_what_the_pipeline_writes_reads_back(tmp_path_factory: pytest.TempPathFactory, pair: tuple[Entities, Relations]) -> None:
    entities, relations = pair
    written = write_pubtator(entities, relations)
    if "\0" in written:
        return  # PubTator cannot hold it
    path = tmp_path_factory.getbasetemp() / "pipeline.pubtator"
    path.write_bytes(written.encode())
    (document,) = read_annotated(path)
    assert not document.problems
    assert document.abstract.id == entities.id
    assert len(document.abstract.text) == len(entities.text)
    kept = [(m.start, m.end, m.type, m.curies) for m in document.mentions]
    assert kept == [(m.start, m.end, m.type, linked(m.identifiers)) for m in entities.mentions]
    as_curie = {identifier: curie for m in document.mentions for identifier, curie in zip(m.identifiers, m.curies, strict=True)}
    assert [(as_curie[r.subject], r.predicate, as_curie[r.object]) for r in document.relations] == [
        (r.subject.id, r.predicate, r.object.id) for r in relations.relations if len(linked((r.subject.id, r.object.id))) == 2
    ]


@given(WORDS, st.just("") | WORDS)
@example("𝛼", "e\u0301\u200b")
@example("a\tb\nc", "\u2028")
@settings(deadline=None)
def test_texts_read_back_with_breaks_as_spaces(tmp_path_factory: pytest.TempPathFactory, title: str, body: str) -> None:
    text = f"{title} {body}"
    written = write_pubtator(Entities(id="pubmed:1", article=Article(title=title), text=text, provenance=PROVENANCE))
    if "\0" in written:
        return
    path = tmp_path_factory.getbasetemp() / "texts.pubtator"
    path.write_bytes(written.encode())
    (document,) = read_annotated(path)
    again = document.abstract.text
    assert len(again) == len(text)
    assert all(old == new or (new == " " and old.isspace()) for old, new in zip(text, again, strict=True))


def test_a_failed_document_is_written_without_annotations() -> None:
    entities = Entities(id="pubmed:1", text="A title. Words.", article=Article(title="A title."), provenance=PROVENANCE)
    assert write_pubtator(entities) == "1|t|A title.\n1|a|Words.\n\n"
