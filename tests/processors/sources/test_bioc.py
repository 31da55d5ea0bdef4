"""BioC as its writers and PubTator's services give it: texts, ids, offsets that must be found again, relations of every dialect."""

import io
import json
from pathlib import Path
from typing import Any

import bioc
import pytest
from bioc import biocjson
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import RecordError, TruncatedSource
from processors.records import Abstract, EntityType, Predicate
from processors.sources import Problem, read
from processors.sources.bioc import read_annotated_bioc
from processors.sources.pubtator import AnnotatedDocument

PUBTATOR3 = {
    "_id": "38309274|None",
    "id": "10.1016/j.molcel.2024.01.007",
    "infons": {"doi": "10.1016/j.molcel.2024.01.007"},
    "passages": [
        {
            "infons": {"journal": "Mol Cell;2024Jan24. doi:10.1016/j.molcel.2024.01.007", "year": "2024", "type": "title"},
            "offset": 0,
            "text": "IkappaBzeta binds OCT2.",
            "sentences": [],
            "annotations": [
                {
                    "id": "2",
                    "infons": {"identifier": "64332", "type": "Gene", "valid": True, "normalized": [64332], "name": "NFKBIZ"},
                    "text": "IkappaBzeta",
                    "locations": [{"offset": 0, "length": 11}],
                }
            ],
            "relations": [],
        },
        {"infons": {"type": "abstract"}, "offset": 24, "text": "In lymphoma.", "sentences": [], "annotations": [
            {
                "id": "23",
                "infons": {"identifier": "MESH:D008223", "type": "Disease", "normalized_id": "D008223"},
                "text": "lymphoma",
                "locations": [{"offset": 27, "length": 8}],
            }
        ], "relations": []},
    ],
    "relations": [
        {
            "id": "R1",
            "infons": {
                "score": "0.9989",
                "role1": {"identifier": "64332", "type": "Gene", "valid": True},
                "role2": {"identifier": "MESH:D008223", "type": "Disease", "valid": True},
                "type": "Association",
            },
            "nodes": [{"refid": "0", "role": "10,9"}],
        }
    ],
    "pmid": 38309274,
    "pmcid": None,
    "meta": {},
    "date": "2024-01-24T00:00:00Z",
    "journal": "Mol Cell",
}  # fmt: skip


def passage(text: str, offset: int | None = 0, type_: str = "title", annotations: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    place = {} if offset is None else {"offset": offset}
    return {"infons": {"type": type_}, **place, "text": text, "annotations": annotations or []}


def mention(id_: str, text: str, *places: tuple[int, int], **infons: str) -> dict[str, Any]:
    locations = [{"offset": offset, "length": length} for offset, length in places]
    return {"id": id_, "infons": {"type": "Gene", **infons}, "text": text, "locations": locations}


def one(document: dict[str, Any], tmp_path: Path) -> AnnotatedDocument:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    (found,) = read_annotated_bioc(path)
    return found


def abstract_of(document: dict[str, Any]) -> Abstract:
    (found,) = read(io.BytesIO(json.dumps(document).encode()))
    assert isinstance(found, Abstract), found
    return found


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"PubTator3": [PUBTATOR3, PUBTATOR3]}),
        json.dumps({"PubTator3": [PUBTATOR3, PUBTATOR3]}, indent=2),
        json.dumps([PUBTATOR3, PUBTATOR3], indent=1),
        json.dumps([{"source": "x", "documents": [PUBTATOR3]}, {"source": "y", "documents": [PUBTATOR3]}]),
        json.dumps(PUBTATOR3) + "\n" + json.dumps(PUBTATOR3),
        json.dumps({"documents": [PUBTATOR3]}) + "\n" + json.dumps({"documents": [PUBTATOR3]}) + "\n",
        json.dumps(PUBTATOR3, indent=4) + json.dumps(PUBTATOR3, indent=4),
    ],
    ids=["wrapped", "wrapped over lines", "an array", "an array of collections", "lines", "lines of collections", "one behind the other"],
)
def test_pubtators_answers_in_every_wrapping(value: str) -> None:
    first, second = read(io.BytesIO(value.encode()))
    assert isinstance(first, Abstract)
    assert first == second
    assert (first.id, first.title, first.abstract) == ("pubmed:38309274", "IkappaBzeta binds OCT2.", "In lymphoma.")
    assert (first.journal, first.published) == ("Mol Cell", "2024-01-24")


def test_pubtators_relations_name_their_ends_themselves(tmp_path: Path) -> None:
    document = one(PUBTATOR3, tmp_path)
    assert [(m.start, m.end, m.type, m.curies) for m in document.mentions] == [
        (0, 11, EntityType.GENE, ("ncbigene:64332",)),
        (27, 35, EntityType.DISEASE, ("mesh:D008223",)),
    ]
    (relation,) = document.relations
    assert (relation.predicate, relation.subject, relation.object) == (Predicate.ASSOCIATION, "64332", "MESH:D008223")
    assert not document.problems


@pytest.mark.parametrize(
    ("id_", "infons", "expected"),
    [
        ("14510914", {}, "pubmed:14510914"),
        ("PMC3166277", {}, "pmc:PMC3166277"),
        ("3166277", {"article-id_pmc": "3166277", "article-id_pmid": "21810267"}, "pubmed:21810267"),
        ("3166277", {"article-id_pmc": "3166277"}, "pmc:PMC3166277"),
        ("21810267", {"article-id_pmc": "PMC3166277"}, "pubmed:21810267"),
        ("10.1000/X", {}, "doi:10.1000/x"),
        ("my note", {}, "local:my note"),
    ],
)
def test_a_document_is_called_by_its_pmid_where_it_has_one(id_: str, infons: dict[str, str], expected: str) -> None:
    part = passage("A title.")
    part["infons"] |= infons
    assert abstract_of({"id": id_, "passages": [part]}).id == expected


def test_a_full_text_gives_sections_with_headings_and_leaves_out_what_is_no_text() -> None:
    rows = [
        ("TITLE", "front", "A title"),
        ("ABSTRACT", "abstract_title_1", "Background"),
        ("ABSTRACT", "abstract", "Words."),
        ("INTRO", "title_1", "Introduction"),
        ("INTRO", "title_2", "History"),
        ("INTRO", "paragraph", "More words."),
        ("INTRO", "paragraph", "And more."),
        ("TABLE", "table_caption", "Its caption."),
        ("TABLE", "table", "1 2 3"),
        ("REF", "title", "References"),
        ("REF", "ref", "Smith 1999"),
        ("COMP_INT", "paragraph", "None."),
    ]
    passages: list[dict[str, Any]] = []
    offset = 0
    for section, type_, text in rows:
        passages.append({"infons": {"section_type": section, "type": type_}, "offset": offset, "text": text})
        offset += len(text) + 1
    found = abstract_of({"id": "1", "passages": passages})
    assert found.title == "A title"
    assert found.abstract == "Background: Words. Introduction History: More words. And more. Its caption."


def test_annotations_of_a_heading_and_of_what_is_left_out(tmp_path: Path) -> None:
    document = one(
        {
            "id": "1",
            "passages": [
                passage("T.", 0),
                passage("About p53", 3, "title_1", [mention("a", "p53", (9, 3))]),
                passage("It is p53.", 13, "paragraph", [mention("b", "p53", (19, 3))]),
                passage("p53", 24, "ref", [mention("c", "p53", (24, 3))]),
            ],
            "relations": [{"id": "R", "infons": {"type": "Bind"}, "nodes": [{"refid": "b", "role": "x"}, {"refid": "c", "role": "y"}]}],
        },
        tmp_path,
    )
    assert document.abstract.text == "T. About p53: It is p53."
    assert [(m.start, m.text) for m in document.mentions] == [(9, "p53"), (20, "p53")]
    assert not document.relations
    assert not document.problems


def encoded(text: str, at: int, encoding: str, size: int) -> int:
    return len(text[:at].encode(encoding)) // size


TEXT = "\U0001d6fc-synuclein and TGF-β1 bind p53; β-catenin does not bind MDM2, and p53 is 𝛽."
WORDS = ["TGF-β1", "p53", "β-catenin", "MDM2"]


@pytest.mark.parametrize(("encoding", "size"), [("utf-32-le", 4), ("utf-16-le", 2), ("utf-8", 1)])
def test_offsets_in_other_units_are_told_by_the_words(encoding: str, size: int, tmp_path: Path) -> None:
    base = 100
    at = {word: (TEXT.index(word), TEXT.index(word) + len(word)) for word in WORDS}
    ends = {word: [encoded(TEXT, place, encoding, size) for place in places] for word, places in at.items()}
    annotations = [mention(word, word, (base + start, end - start)) for word, (start, end) in ends.items()]
    document = one({"id": "1", "passages": [passage(TEXT, base, "abstract", annotations)]}, tmp_path)
    assert [(m.text, m.start) for m in document.mentions] == [(word, start + 1) for word, (start, _) in at.items()]
    assert not document.problems


@pytest.mark.parametrize("shift", [-2, -1, 1, 2, 40])
def test_offsets_that_are_all_off_by_the_same_are_moved_back(shift: int, tmp_path: Path) -> None:
    text = "p53 p53 p53 and MDM2 and p53 again"
    annotations = [mention(str(at), text[at : at + 3], (50 + at + shift, 3)) for at in (0, 8, 16, 25)]
    annotations.append(mention("m", "MDM2", (50 + 16 + shift, 4)))
    document = one({"id": "1", "passages": [passage(text, 50, "abstract", annotations)]}, tmp_path)
    assert sorted(m.start - 1 for m in document.mentions) == [0, 8, 16, 16, 25]
    assert not document.problems


def test_a_place_that_is_not_clear_is_refused_by_name(tmp_path: Path) -> None:
    annotations = [
        mention("right", "MDM2", (8, 4)),
        mention("unclear", "p53", (1, 3)),
        mention("once", "BAX", (2, 3)),
        mention("nowhere", "TP63", (0, 4)),
        mention("none", "p53"),
        mention("apart", "p53 BAX", (0, 3), (13, 3)),
        mention("beyond", "", (900, 3)),
    ]
    document = one({"id": "1", "passages": [passage("p53 p53 MDM2 BAX", 0, "title", annotations)]}, tmp_path)
    assert [(m.start, m.text) for m in document.mentions] == [(8, "MDM2"), (13, "BAX")]
    names = ["unclear", "nowhere", "none", "apart", "beyond"]
    assert [f"annotation {name}:" in str(problem) for name, problem in zip(names, document.problems, strict=True)] == [True] * 5
    assert all("a.json, pubmed:1" in str(problem) for problem in document.problems)


def test_several_locations_are_one_where_nothing_lies_between(tmp_path: Path) -> None:
    annotations = [mention("broken", "tumor necrosis", (0, 5), (6, 8)), mention("total", "necrosis factor alpha", (6, 8), (22, 5))]
    document = one({"id": "1", "passages": [passage("tumor necrosis factor alpha", 0, "title", annotations)]}, tmp_path)
    assert [(m.start, m.end) for m in document.mentions] == [(0, 14), (6, 27)]
    assert not document.problems


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ({"infons": {"type": "Bind", "entity1": "672", "entity2": "7157", "novel": "No"}}, ("Bind", "672", "7157", False)),
        ({"infons": {"type": "Bind"}, "nodes": [{"refid": "a", "role": "s"}, {"refid": "b", "role": "o"}]}, ("Bind", "672", "7157", None)),
        ({"infons": {"relation": "CID", "Chemical": "D1", "Disease": "D2"}}, ("CID", "D1", "D2", None)),
        ({"infons": {"type": "Bind", "role1": "Gene|672|BRCA1", "role2": "Gene|7157|TP53"}}, ("Bind", "672", "7157", None)),
        ({"infons": {"type": "Bind", "role1": "Gene|1", "role2": "Variant|c|SUB|C|643|T"}}, ("Bind", "1", "c|SUB|C|643|T", None)),
        ({"infons": {"type": "Bind", "role1": "Gene|672", "role2": "c|SUB|C|643|T"}}, ("Bind", "672", "c|SUB|C|643|T", None)),
    ],
)
def test_relations_of_every_dialect(relation: dict[str, Any], expected: tuple[object, ...], tmp_path: Path) -> None:
    annotations = [mention("a", "BRCA1", (0, 5), identifier="672"), mention("b", "p53", (6, 3), identifier="7157")]
    document = one({"id": "1", "passages": [passage("BRCA1 p53", 0, "title", annotations)], "relations": [relation]}, tmp_path)
    (found,) = document.relations
    assert (found.label, found.subject, found.object, found.novel) == expected


@pytest.mark.parametrize(
    "relation",
    [
        {"id": "R", "nodes": [{"refid": "a", "role": ""}]},
        {"id": "R", "nodes": [{"refid": "a", "role": ""}, {"refid": "gone", "role": ""}]},
        {"id": "R", "nodes": [{"refid": "a", "role": ""}, {"refid": "bare", "role": ""}]},
        {"id": "R", "nodes": [{"refid": "a", "role": ""}] * 3},
    ],
)
def test_a_relation_that_is_not_between_two_known_ends_is_refused_by_name(relation: dict[str, Any], tmp_path: Path) -> None:
    annotations = [mention("a", "BRCA1", (0, 5), identifier="672"), mention("bare", "p53", (6, 3))]
    document = one({"id": "1", "passages": [passage("BRCA1 p53", 0, "title", annotations)], "relations": [relation]}, tmp_path)
    assert not document.relations
    (problem,) = document.problems
    assert "relation R:" in str(problem)


def test_a_file_laid_out_by_hand_is_read_as_it_was_meant(tmp_path: Path) -> None:
    text = "Adjuvant activity of flagellin\n            FljB of Salmonella\n        "
    annotations = [mention("s", "Salmonella", (39, 10), type="Species")]
    document = one({"id": "1", "passages": [passage(text, 0, "title", annotations), passage("Words.", 50, "abstract")]}, tmp_path)
    assert document.abstract.title == "Adjuvant activity of flagellin FljB of Salmonella"
    assert [m.start for m in document.mentions] == [39]
    assert abstract_of({"id": "1", "passages": [passage("a\n    b", 0)]}).title == "a\n    b"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"id": "", "passages": [passage("x")]}, "no id"),
        ({"id": "1", "passages": []}, "neither a title nor an abstract"),
        ({"id": "1", "passages": [{"offset": "far", "text": "x"}]}, "passages.0.offset"),
        ({"id": "1", "passages": [{"offset": -1, "text": "x"}]}, "passages.0.offset"),
        ({"id": "1", "passages": "x"}, "passages: "),
        ({"id": "1", "passages": [passage("x", annotations=[{"id": "a", "locations": [{"offset": 1}]}])]}, "locations.0.length"),
        ({"id": {"a": 1}, "passages": [passage("x")]}, "id: "),
        ({"infons": {"a": "b"}}, "no BioC document"),
    ],
)
def test_a_document_that_is_none_costs_itself_only(document: dict[str, Any], reason: str) -> None:
    good = {"id": "7", "passages": [passage("Good.")]}
    value = json.dumps({"documents": [good, document, good]}, indent=1).encode()
    first, problem, last = read(io.BytesIO(value), format="bioc-json")
    assert isinstance(first, Abstract)
    assert first == last
    assert isinstance(problem, Problem)
    assert isinstance(problem.error, RecordError)
    assert reason in str(problem)
    assert problem.line


def test_a_gap_of_any_size_between_sentences_costs_no_memory(tmp_path: Path) -> None:
    sentences = [{"offset": 10, "text": "One."}, {"offset": 2**50, "text": "Two.", "annotations": [mention("t", "Two", (2**50, 3))]}]
    part = {"infons": {"type": "abstract"}, "offset": 10, "sentences": sentences}
    document = one({"id": "1", "passages": [part]}, tmp_path)
    assert document.abstract.abstract == "One. Two."
    assert [m.start for m in document.mentions] == [6]


def test_a_corpus_must_be_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<collection><document><id>1</id><passage><offset>0</offset><text>x</text></passage></document>")
    with pytest.raises(TruncatedSource, match=r"a.xml, line 1"):
        list(read_annotated_bioc(path))


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"), max_size=30)


PASSAGES = ["title", "abstract", "paragraph", "title_1", "fig_caption", ""]


@st.composite
def collections(draw: st.DrawFn) -> bioc.BioCCollection:
    """What the bioc package can hold and a reader must understand: any text, passages of any type, any number of mentions."""
    collection = bioc.BioCCollection()
    for number in range(1, draw(st.integers(1, 3)) + 1):
        document = bioc.BioCDocument()
        document.id = str(number)
        offset = draw(st.integers(0, 3))
        for type_ in draw(
            st.lists(st.sampled_from(["title", "abstract", "paragraph", "title_1", "fig_caption", ""]), min_size=1, max_size=5)
        ):
            part = bioc.BioCPassage()
            part.offset, part.text = offset, f"x{draw(TEXTS)}y"
            part.infons = {"type": type_} if type_ else {}
            for index in range(draw(st.integers(0, 3))):
                start = draw(st.integers(0, len(part.text) - 1))
                end = draw(st.integers(start + 1, len(part.text)))
                annotation = bioc.BioCAnnotation()
                annotation.id, annotation.text = f"{offset}.{index}", part.text[start:end]
                annotation.infons = {"type": "Gene", "identifier": str(index + 1)}
                annotation.add_location(bioc.BioCLocation(offset + start, end - start))
                part.add_annotation(annotation)
            document.add_passage(part)
            offset += len(part.text) + draw(st.integers(1, 3))
        collection.add_document(document)
    return collection


@given(collections())
@settings(deadline=None, max_examples=100)
def test_whatever_the_bioc_package_writes_reads_the_same_from_xml_and_json(
    tmp_path_factory: pytest.TempPathFactory, collection: bioc.BioCCollection
) -> None:
    folder = tmp_path_factory.getbasetemp()
    collection.encoding = "utf-8"
    (folder / "a.xml").write_text(bioc.dumps(collection), encoding="utf-8")
    (folder / "a.json").write_text(biocjson.dumps(collection), encoding="utf-8")
    from_xml, from_json = (list(read_annotated_bioc(folder / name)) for name in ("a.xml", "a.json"))
    assert [d.abstract.text for d in from_xml] == [d.abstract.text for d in from_json]
    for written, read_back, other in zip(collection.documents, from_xml, from_json, strict=True):
        assert read_back.mentions == other.mentions
        assert not read_back.problems
        wanted = sorted(a.text for part in written.passages for a in part.annotations)
        assert sorted(m.text for m in read_back.mentions) == wanted
        assert all(read_back.abstract.text[m.start : m.end] == m.text for m in read_back.mentions)
        assert all(part.text in read_back.abstract.text for part in written.passages)
