"""Query graphs as Translator's clients send them, each answer checked against the public schema."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from graphstore.confidence import confidence, share
from tests.biorelay.translator.conftest import Ask, Json, checked, graph_of

ASPIRIN = {"ids": ["MESH:D001241"]}
GENE = {"categories": ["biolink:Gene"]}


def attributes(edge: Mapping[str, Any]) -> dict[str, Any]:
    return {one["attribute_type_id"]: one["value"] for one in edge["attributes"]}


def bound(told: Json, *keys: str) -> list[tuple[str, ...]]:
    """The entities in these nodes' places, result by result."""
    return [tuple(result["node_bindings"][key][0]["id"] for key in keys) for result in told["message"]["results"]]


def predicates(told: Json) -> set[str]:
    return {edge["predicate"] for edge in told["message"]["knowledge_graph"]["edges"].values()}


async def test_one_hop_from_a_given_subject(ask: Ask) -> None:
    told = await ask({"a": ASPIRIN, "b": GENE}, ("a", "b"))
    assert bound(told, "a", "b") == [("MESH:D001241", "NCBIGene:5742"), ("MESH:D001241", "NCBIGene:5743")]
    assert told["message"]["query_graph"]["nodes"]["a"] == ASPIRIN
    nodes = told["message"]["knowledge_graph"]["nodes"]
    assert nodes["NCBIGene:5742"]["categories"] == ["biolink:Gene"]
    assert nodes["MESH:D001241"]["name"] == "aspirin"
    analysis = told["message"]["results"][0]["analyses"][0]
    assert analysis["resource_id"] == "infores:biorelay"
    assert analysis["score"] == pytest.approx(confidence(share(0.9) + share(0.8)))


async def test_an_edge_tells_its_source_its_papers_and_its_sentences(ask: Ask) -> None:
    told = await ask({"a": ASPIRIN, "b": {"ids": ["NCBIGene:5742"]}}, ("a", "b"))
    (edge,) = told["message"]["knowledge_graph"]["edges"].values()
    assert edge["predicate"] == "biolink:directly_physically_interacts_with"
    primary = [one["resource_id"] for one in edge["sources"] if one["resource_role"] == "primary_knowledge_source"]
    assert primary == ["infores:biorelay"]
    said = attributes(edge)
    assert said["biolink:knowledge_level"] == "not_provided"
    assert said["biolink:agent_type"] == "text_mining_agent"
    assert said["biolink:publications"] == ["PMID:1", "PMID:2"]
    assert (said["biolink:evidence_count"], said["biolink:negated"]) == (2, False)
    assert (said["biorelay:first_year"], said["biorelay:last_year"]) == (1990, 2000)
    studies = [one for one in edge["attributes"] if one["attribute_type_id"] == "biolink:has_supporting_study_result"]
    inner = {one["attribute_type_id"]: one["value"] for one in studies[0]["attributes"]}
    start, end = inner["biolink:subject_location_in_text"]
    assert inner["biolink:supporting_text"][start:end] == "aspirin"
    start, end = inner["biolink:object_location_in_text"]
    assert inner["biolink:supporting_text"][start:end] == "PTGS1"
    assert inner["biolink:publications"] == ["PMID:1"]


async def test_one_hop_to_a_given_object_in_either_direction(ask: Ask) -> None:
    to = await ask({"a": {"categories": ["biolink:ChemicalEntity"]}, "b": {"ids": ["NCBIGene:5743"]}}, ("a", "b"))
    back = await ask({"a": {"categories": ["biolink:ChemicalEntity"]}, "b": {"ids": ["NCBIGene:5743"]}}, ("b", "a"))
    assert bound(to, "a") == bound(back, "a") == [("MESH:D000068579",), ("MESH:D001241",)]
    assert to["message"]["knowledge_graph"]["edges"].keys() == back["message"]["knowledge_graph"]["edges"].keys()


async def test_several_edges_between_two_are_one_result(ask: Ask) -> None:
    told = await ask({"a": {"ids": ["MESH:D001241", "MESH:D006493"]}, "b": {"ids": ["MESH:D006470", "MESH:D020521"]}}, ("a", "b"))
    assert sorted(bound(told, "a", "b")) == [("MESH:D001241", "MESH:D006470"), ("MESH:D001241", "MESH:D020521")]
    assert predicates(told) == {"biolink:positively_correlated_with", "biolink:negatively_correlated_with"}


async def test_predicates_match_what_is_below_them(ask: Ask) -> None:
    nodes = {"a": ASPIRIN, "b": {}}
    assert predicates(await ask(nodes, ("a", "b", {"predicates": ["biolink:correlated_with"]}))) == {
        "biolink:positively_correlated_with",
        "biolink:negatively_correlated_with",
    }
    told = await ask(nodes, ("a", "b", {"predicates": ["biolink:treats"]}))
    assert (bound(told, "b"), told["logs"][0]["code"]) == ([], "NoSuchPredicate")


async def test_categories_match_what_is_below_them_and_narrower_ones_are_told(ask: Ask) -> None:
    told = await ask({"a": ASPIRIN, "b": {"categories": ["biolink:GeneOrGeneProductOrGeneFamily"]}}, ("a", "b"))
    assert {one[0] for one in bound(told, "b")} == {"NCBIGene:5742", "NCBIGene:5743", "fplx:PTGS"}
    assert told["message"]["knowledge_graph"]["nodes"]["fplx:PTGS"]["categories"] == ["biolink:GeneFamily"]
    told = await ask({"a": ASPIRIN, "b": {"categories": ["biolink:Disease"]}}, ("a", "b"))
    assert {one[0] for one in bound(told, "b")} == {"MESH:D006470", "MESH:D020521"}
    assert [one["code"] for one in told["logs"]] == ["CoarseCategory", "Answered"]
    told = await ask({"a": ASPIRIN, "b": {"categories": ["biolink:Pathway"]}}, ("a", "b"))
    assert (bound(told, "b"), told["logs"][0]["code"]) == ([], "NoSuchCategory")


async def test_what_is_negated_speculated_or_retracted_is_no_edge(ask: Ask) -> None:
    for one in ("MESH:D006493", "MESH:D000068579"):  # heparin: negated; celecoxib: retracted
        told = await ask({"a": {"ids": [one]}, "b": {"ids": ["MESH:D001249"]}}, ("a", "b"))
        assert (bound(told, "a"), told["status"]) == ([], "Success")
    told = await ask({"a": {"ids": ["MESH:D006493"]}, "b": {"ids": ["MESH:D006470"]}}, ("a", "b"))
    assert bound(told, "a") == []  # only supposed
    told = await ask({"a": ASPIRIN, "b": {"ids": ["NCBIGene:5743"]}}, ("a", "b"))
    (edge,) = told["message"]["knowledge_graph"]["edges"].values()
    said = attributes(edge)
    assert (said["biolink:evidence_count"], said["biorelay:negated_papers"], said["biolink:publications"]) == (1, 1, ["PMID:3"])
    assert "not bind" not in str(edge)


async def test_entities_that_no_database_knows_only_where_they_are_named(ask: Ask) -> None:
    told = await ask({"a": {"categories": ["biolink:ChemicalEntity"]}, "b": {"ids": ["MESH:D006470"]}}, ("a", "b"))
    assert bound(told, "a") == [("MESH:D001241",)]
    told = await ask({"a": {"ids": ["biorelay:pubmed%3A9#Chemical%3Axyz"]}, "b": {}}, ("a", "b"))
    assert bound(told, "a", "b") == [("biorelay:pubmed%3A9#Chemical%3Axyz", "MESH:D006470")]


async def test_two_hops_between_given_ends(ask: Ask) -> None:
    told = await ask({"a": ASPIRIN, "m": GENE, "c": {"ids": ["MESH:D006470"]}}, ("a", "m"), ("m", "c"))
    assert bound(told, "a", "m", "c") == [
        ("MESH:D001241", "NCBIGene:5742", "MESH:D006470"),
        ("MESH:D001241", "NCBIGene:5743", "MESH:D006470"),
    ]
    one, two = confidence(share(0.9) + share(0.8)), confidence(share(0.9))
    assert [result["analyses"][0]["score"] for result in told["message"]["results"]] == pytest.approx([one * two, two * two])


async def test_two_hops_by_edges_of_different_kinds(ask: Ask) -> None:
    nodes = {"a": ASPIRIN, "m": {}, "c": {"ids": ["MESH:D020521"]}}
    told = await ask(nodes, ("m", "a", {"predicates": ["biolink:interacts_with"]}), ("c", "m", {"predicates": ["biolink:associated_with"]}))
    assert bound(told, "m") == [("NCBIGene:5743",)]
    told = await ask(nodes, ("m", "a", {"predicates": ["biolink:associated_with"]}), ("c", "m", {"predicates": ["biolink:interacts_with"]}))
    assert bound(told, "m") == []


async def test_two_hops_from_one_given_end_or_from_the_middle(ask: Ask) -> None:
    disease = {"categories": ["biolink:DiseaseOrPhenotypicFeature"]}
    ways = {("NCBIGene:5742", "MESH:D006470"), ("NCBIGene:5743", "MESH:D006470"), ("NCBIGene:5743", "MESH:D020521")}
    for edges in ((("a", "m"), ("m", "c")), (("c", "m"), ("m", "a"))):
        told = await ask({"a": ASPIRIN, "m": GENE, "c": disease}, *edges)
        assert set(bound(told, "m", "c")) == ways
    told = await ask(
        {"a": {"categories": ["biolink:ChemicalEntity"]}, "m": {"ids": ["NCBIGene:5743"]}, "c": disease}, ("a", "m"), ("m", "c")
    )
    assert set(bound(told, "a", "c")) == {(a, c) for a in ("MESH:D001241", "MESH:D000068579") for c in ("MESH:D006470", "MESH:D020521")}


async def test_two_hops_where_all_are_given(ask: Ask) -> None:
    nodes = {"a": ASPIRIN, "m": {"ids": ["NCBIGene:5742", "NCBIGene:5743"]}, "c": {"ids": ["MESH:D020521"]}}
    told = await ask(nodes, ("a", "m"), ("m", "c"))
    assert bound(told, "a", "m", "c") == [("MESH:D001241", "NCBIGene:5743", "MESH:D020521")]


async def test_two_edges_between_the_same_two(ask: Ask) -> None:
    edges = (("a", "b", {"predicates": ["biolink:related_to"]}), ("b", "a", {"predicates": ["biolink:correlated_with"]}))
    for nodes in ({"a": ASPIRIN, "b": {}}, {"a": {}, "b": {"ids": ["MESH:D001241"]}}):
        told = await ask(nodes, *edges)
        other = "b" if nodes["a"] else "a"
        assert {one[0] for one in bound(told, other)} == {"MESH:D006470", "MESH:D020521"}


async def test_no_entity_stands_in_two_places(ask: Ask) -> None:
    told = await ask({"a": ASPIRIN, "m": GENE, "c": {"categories": ["biolink:ChemicalEntity"]}}, ("a", "m"), ("m", "c"))
    assert bound(told, "m", "c") == [("NCBIGene:5743", "MESH:D000068579")]


async def test_a_batch_answers_for_each_id_and_tells_how_the_client_wrote_it(ask: Ask) -> None:
    nodes = {"a": {"ids": ["mesh:D001241", "MSH:D000068579", "MESH:D999999", "CHEBI:1"], "set_interpretation": "BATCH"}, "b": GENE}
    told = await ask(nodes, ("a", "b"))
    written = {one["id"]: one.get("query_id") for result in told["message"]["results"] for one in result["node_bindings"]["a"]}
    assert written == {"MESH:D001241": "mesh:D001241", "MESH:D000068579": "MSH:D000068579"}
    assert "MESH:D999999, CHEBI:1" in told["logs"][0]["message"]


async def test_an_identifier_that_another_stands_for_is_understood(sampled: httpx.AsyncClient) -> None:
    told = checked(await sampled.post("/trapi/query", json=graph_of({"a": {"ids": ["OMIM:125853"]}, "b": {}}, ("a", "b"))))
    assert told["status"] == "Success"  # type 2 diabetes: MeSH's where the vocabulary knows both


async def test_unknown_ids_are_no_error(ask: Ask) -> None:
    told = await ask({"a": {"ids": ["MONDO:0005148"]}, "b": {}}, ("a", "b"))
    assert (told["message"]["results"], told["logs"][0]["code"]) == ([], "UnknownIdentifier")


@pytest.mark.parametrize(
    ("constraint", "genes"),
    [
        ({"id": "biolink:evidence_count", "operator": ">", "value": 1}, ["NCBIGene:5742"]),
        ({"id": "biolink:evidence_count", "operator": ">", "value": 1, "not": True}, ["NCBIGene:5743"]),
        ({"id": "biolink:evidence_count", "operator": "==", "value": [1, 7]}, ["NCBIGene:5743"]),
        ({"id": "biolink:evidence_count", "operator": "===", "value": [2]}, []),
        ({"id": "biolink:has_confidence_score", "operator": ">", "value": 0.8}, ["NCBIGene:5742"]),
        ({"id": "biolink:has_confidence_score", "operator": ">", "value": 5}, []),
        ({"id": "biorelay:first_year", "operator": "<", "value": 2000}, ["NCBIGene:5742"]),
        ({"id": "biolink:agent_type", "operator": "==", "value": "text_mining_agent"}, ["NCBIGene:5742", "NCBIGene:5743"]),
        ({"id": "biolink:primary_knowledge_source", "operator": "==", "value": "infores:semmeddb"}, []),
        ({"id": "biolink:negated", "operator": "==", "value": True}, []),
        ({"id": "biolink:negated", "operator": "==", "value": 0}, []),
        ({"id": "biolink:evidence_count", "operator": ">", "value": "1"}, []),
        ({"id": "biolink:evidence_count", "operator": ">", "value": -(10**30)}, ["NCBIGene:5742", "NCBIGene:5743"]),
        ({"id": "biolink:has_confidence_score", "operator": ">", "value": 10**400}, []),
    ],
)
async def test_attribute_constraints(ask: Ask, constraint: Json, genes: list[str]) -> None:
    edge = ("a", "b", {"attribute_constraints": [{"name": "a name", **constraint}]})
    assert bound(await ask({"a": ASPIRIN, "b": GENE}, edge), "b") == [(gene,) for gene in genes]


async def test_a_qualified_edge_is_none_of_ours(ask: Ask) -> None:
    qualifier = {"qualifier_type_id": "biolink:object_direction_qualifier", "qualifier_value": "increased"}
    told = await ask({"a": ASPIRIN, "b": GENE}, ("a", "b", {"qualifier_constraints": [{"qualifier_set": [qualifier]}]}))
    assert (bound(told, "b"), told["logs"][0]["code"]) == ([], "NoQualifiers")
    assert bound(await ask({"a": ASPIRIN, "b": GENE}, ("a", "b", {"qualifier_constraints": []})), "b")


async def test_logs_as_asked_for(ask: Ask) -> None:
    told = await ask({"a": ASPIRIN | {"is_set": True}, "b": GENE}, ("a", "b"), log_level="WARNING")
    assert [(one["level"], one["code"]) for one in told["logs"]] == [("WARNING", "UnknownProperty")]
    told = await ask({"a": ASPIRIN, "b": GENE}, ("a", "b"), log_level="ERROR", workflow=[{"id": "lookup"}], submitter="a test")
    assert told["logs"] == []


async def test_the_versions_that_clients_name(client: httpx.AsyncClient) -> None:
    for version in ("1.5", "1.6"):
        told = checked(await client.post(f"/trapi/{version}/query", json=graph_of({"a": ASPIRIN, "b": GENE}, ("a", "b"))))
        assert told["schema_version"] == f"{version}.0"
    assert (await client.post("/trapi/2.0/query", json={})).status_code in {404, 422}


async def test_the_samples_that_the_model_read(sampled: httpx.AsyncClient) -> None:
    stats = (await sampled.get("/api/v1/stats")).json()["graph"]
    assert stats["edges"] > 50
    found = await sampled.post("/trapi/query", json=graph_of({"a": {"ids": ["MESH:D008687", "MESH:D001241"]}, "b": {}}, ("a", "b")))
    checked(found)
    sizes = []
    for start in ("MESH:D012559", "MESH:D006973", "MESH:D007022", "MESH:D001919", "MESH:D003000"):
        told = checked(await sampled.post("/trapi/query", json=graph_of({"a": {"ids": [start]}, "b": {}, "c": {}}, ("a", "b"), ("b", "c"))))
        sizes.append(len(told["message"]["results"]))
        for edge in told["message"]["knowledge_graph"]["edges"].values():
            for study in (one for one in edge["attributes"] if one["attribute_type_id"] == "biolink:has_supporting_study_result"):
                inner = {one["attribute_type_id"]: one["value"] for one in study["attributes"]}
                for place in ("subject", "object"):
                    low, high = inner[f"biolink:{place}_location_in_text"]
                    assert 0 <= low < high <= len(inner["biolink:supporting_text"])
    assert max(sizes) > 0
