"""KGX: valid Biolink, nothing lost, the same nodes in whatever order the documents come."""

import json
import random
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft201909Validator

from biorelay.extractor import Extractor
from processors.outputs import open_output
from processors.outputs.kgx import CATEGORIES, EXTENSIONS, PREFIXES, Kgx, biolink_curie, lines
from processors.records import (
    BIOLINK,
    UNDIRECTED,
    Abstract,
    Article,
    Entities,
    EntityType,
    Evidence,
    Participant,
    Predicate,
    Provenance,
    Relation,
    Relations,
    Span,
)
from processors.sources import read

DATA = Path(__file__).parents[2] / "data"
MODEL: dict[str, Any] = json.loads((DATA / "biolink_4.4.json").read_text(encoding="utf-8"))
MADE_BY = Provenance(software="1", model="test@1", generation=1)


def errors(row: dict[str, Any], name: str) -> list[str]:
    """What Biolink's own JSON Schema says about a row of the class."""
    schema = {"$defs": MODEL["$defs"], "$ref": f"#/$defs/{name}"}
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in Draft201909Validator(schema).iter_errors(row)]


def relation(subject: tuple[str, str, EntityType], object_: tuple[str, str, EntityType], **more: Any) -> Relation:
    text = f"{subject[1]} and {object_[1]}"
    ends = Span(start=10, end=10 + len(subject[1])), Span(start=10 + len(text) - len(object_[1]), end=10 + len(text))
    return Relation(
        subject=Participant(id=subject[0], name=subject[1], type=subject[2], spans=(ends[0],)),
        object=Participant(id=object_[0], name=object_[1], type=object_[2], spans=(ends[1],)),
        evidence=Evidence(start=10, end=10 + len(text), text=text, subject=ends[0], object=ends[1]),
        **({"predicate": Predicate.ASSOCIATION, "probability": 0.5} | more),
    )


def document(number: int, *found: Relation, retracted: bool = False) -> Relations:
    return Relations(id=f"pubmed:{number}", article=Article(title="T", retracted=retracted), relations=found, provenance=MADE_BY)


GENE = ("ncbigene:672", "BRCA1", EntityType.GENE)
DISEASE = ("mesh:D001943", "Breast Neoplasms", EntityType.DISEASE)
LOCAL = ("local:pubmed:1#Chemical:odd%20thing", "odd thing", EntityType.CHEMICAL)


@pytest.fixture(scope="module")
def extracted(extractor: Extractor) -> list[tuple[Entities, Relations]]:
    files = [DATA / name for name in ("biored_small.pubtator", "pubmed_small.xml")]
    return [extractor.extract(item) for file in files for item in read(file) if isinstance(item, Abstract)]


def test_what_is_extracted_validates_against_biolinks_schema(extracted: list[tuple[Entities, Relations]]) -> None:
    graph = Kgx()
    nodes, edges = [], []
    for _, relations in extracted:
        own, found = graph.add(relations)
        nodes += own
        edges += found
    nodes += graph.linked()
    assert len(edges) == sum(len(relations.relations) for _, relations in extracted) > 20
    for edge in edges:
        assert errors({key: value for key, value in edge.items() if key not in EXTENSIONS}, "Association") == []
        assert edge["supporting_text"][0][slice(*edge["subject_location_in_text"])]
    for node in nodes:
        for category in node["category"]:
            assert errors(node, category.removeprefix("biolink:")) == []
    assert len({edge["id"] for edge in edges}) == len(edges)
    ends = {edge[side] for edge in edges for side in ("subject", "object")}
    assert sorted(ends) == sorted(node["id"] for node in nodes), "each node once, none missing, none alone"


def test_the_schema_refuses_what_it_should() -> None:
    _, (edge,) = Kgx().add(document(1, relation(GENE, DISEASE)))
    assert errors(edge, "Association"), "the extensions are not Biolink's"
    assert errors({"id": "x", "category": ["biolink:Gene"], "colour": "red"}, "Gene")


@pytest.mark.parametrize("predicate", Predicate)
def test_every_predicate_is_biolinks_own_and_has_no_direction_where_ours_has_none(predicate: Predicate) -> None:
    known = MODEL["predicates"][BIOLINK[predicate]]
    assert not known["deprecated"]
    assert known["symmetric"] == (predicate in UNDIRECTED)


def test_categories_and_prefixes_are_biolinks_own() -> None:
    assert {category.removeprefix("biolink:") for category in CATEGORIES.values()} | {"Association", "GeneFamily"} == set(MODEL["classes"])
    assert set(CATEGORIES) == set(EntityType)
    assert {new for old, new in PREFIXES.items() if old != "local"} <= set(MODEL["prefixes"])


def test_polarity_and_retraction_are_told_and_what_is_not_judged_is_left_out() -> None:
    graph = Kgx()
    _, (plain,) = graph.add(document(1, relation(GENE, DISEASE)))
    _, (negated,) = graph.add(document(2, relation(GENE, DISEASE, negated=True, speculated=False), retracted=True))
    _, (hedged,) = graph.add(document(3, relation(GENE, DISEASE, negated=False, speculated=True)))
    assert not {"negated", "speculated", "retracted"} & set(plain)
    assert (negated["negated"], negated["speculated"], negated["retracted"]) == (True, False, True)
    assert (hedged["negated"], hedged["speculated"], hedged.get("retracted")) == (False, True, None)
    assert len({plain["id"], negated["id"], hedged["id"]}) == 3


def test_an_edge_keeps_the_words_and_the_names_that_we_gave() -> None:
    _, (edge,) = Kgx().add(document(7, relation(GENE, DISEASE, predicate=Predicate.BIND, probability=0.25)))
    assert (edge["subject"], edge["object"], edge["publications"]) == ("NCBIGene:672", "MESH:D001943", ["PMID:7"])
    assert (edge["original_subject"], edge["original_object"]) == ("ncbigene:672", "mesh:D001943")
    assert (edge["predicate"], edge["original_predicate"]) == ("biolink:directly_physically_interacts_with", "biorelay:Bind")
    (text,) = edge["supporting_text"]
    assert text[slice(*edge["subject_location_in_text"])] == "BRCA1"
    assert text[slice(*edge["object_location_in_text"])] == "Breast Neoplasms"
    assert edge["has_confidence_score"] == 0.25


def test_an_unlinked_entity_comes_with_its_document_and_is_not_kept() -> None:
    graph = Kgx()
    (node,), _ = graph.add(document(1, relation(GENE, LOCAL), relation(LOCAL, DISEASE)))
    assert node["id"] == "biorelay:pubmed%3A1#Chemical%3Aodd%2520thing"
    assert [kept["id"] for kept in graph.linked()] == ["MESH:D001943", "NCBIGene:672"]


def test_a_gene_family_is_no_gene() -> None:
    graph = Kgx()
    graph.add(document(1, relation(("fplx:ERK", "ERK", EntityType.GENE), DISEASE)))
    assert [node["category"] for node in graph.linked() if node["id"] == "fplx:ERK"] == [["biolink:GeneFamily"]]


def test_linked_nodes_do_not_depend_on_the_order_of_the_documents() -> None:
    documents = [
        document(1, relation(GENE, DISEASE)),
        document(2, relation(("ncbigene:672", "BRCC1", EntityType.GENE), DISEASE)),
        document(3, relation(GENE, ("mesh:D001943", "breast cancer", EntityType.CHEMICAL))),
    ]
    seen = set()
    for seed in range(6):
        random.Random(seed).shuffle(documents)
        graph = Kgx()
        for one in documents:
            graph.add(one)
        seen.add(lines(graph.linked()))
    (nodes,) = seen
    disease, gene = map(json.loads, nodes.splitlines())
    assert disease["category"] == ["biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature"]
    assert (disease["name"], gene["name"]) == ("Breast Neoplasms", "BRCA1")


def test_in_one_file_it_is_one_json_graph(extracted: list[tuple[Entities, Relations]]) -> None:
    writer = open_output("kgx")
    whole = json.loads(writer.begin() + b"".join(writer.write(*pair) for pair in extracted) + writer.end())
    graph = Kgx()
    parts = [graph.add(relations) for _, relations in extracted]
    assert whole["edges"] == [edge for _, edges in parts for edge in edges]
    assert whole["nodes"] == [node for nodes, _ in parts for node in nodes] + list(graph.linked())


def test_no_document_is_a_graph_without_anything() -> None:
    writer = open_output("kgx")
    assert json.loads(writer.begin() + writer.end()) == {"edges": [], "nodes": []}


@settings(deadline=None)
@given(st.sampled_from(["mesh", "hgvs", "local", "doi"]), st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_curie_holds_nothing_that_kgx_refuses_and_can_be_turned_back(prefix: str, local: str) -> None:
    curie = biolink_curie(f"{prefix}:{local}")
    assert not set(curie.partition(":")[2]) & set(' <>:/"{}|\\^`\n\t')
    assert curie.isascii()
    assert unquote(curie.partition(":")[2]) == local
