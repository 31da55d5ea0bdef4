"""The meta knowledge graph and the OpenAPI document."""

import json
import re

import httpx
from reasoner_pydantic import MetaKnowledgeGraph

from biorelay.translator import biolink
from processors.outputs.kgx import CATEGORIES
from processors.records import BIOLINK


async def test_it_tells_what_the_model_can_state(client: httpx.AsyncClient) -> None:
    response = await client.get("/trapi/meta_knowledge_graph")
    assert response.status_code == 200
    told = response.json()
    MetaKnowledgeGraph.model_validate(told)
    triples = {(edge["subject"], edge["predicate"], edge["object"]) for edge in told["edges"]}
    assert len(triples) == len(told["edges"])
    assert {predicate for _, predicate, _ in triples} == set(BIOLINK.values())
    assert all((object_, predicate, subject) in triples for subject, predicate, object_ in triples)
    assert ("biolink:ChemicalEntity", "biolink:positively_correlated_with", "biolink:DiseaseOrPhenotypicFeature") in triples
    assert told["nodes"].keys() <= {*CATEGORIES.values(), "biolink:GeneFamily"}
    assert told["nodes"]["biolink:Gene"]["id_prefixes"] == ["NCBIGene"]
    assert (await client.get("/trapi/1.5/meta_knowledge_graph")).json() == told


async def test_every_triple_that_a_query_found_is_told(client: httpx.AsyncClient) -> None:
    told = (await client.get("/trapi/meta_knowledge_graph")).json()
    triples = {(edge["subject"], edge["predicate"], edge["object"]) for edge in told["edges"]}
    query = {
        "message": {"query_graph": {"nodes": {"a": {"ids": ["MESH:D001241"]}, "b": {}}, "edges": {"e": {"subject": "a", "object": "b"}}}}
    }
    graph = (await client.post("/trapi/query", json=query)).json()["message"]["knowledge_graph"]
    for edge in graph["edges"].values():
        ends = (graph["nodes"][edge[end]]["categories"][0] for end in ("subject", "object"))
        assert (next(ends), edge["predicate"], next(ends)) in triples


async def test_its_openapi_is_what_translators_registry_reads(client: httpx.AsyncClient) -> None:
    document = (await client.get("/trapi/openapi.json")).json()
    info = document["info"]
    assert info["x-trapi"] == info["x-trapi"] | {"version": "1.6.0", "asyncquery": False, "operations": ["lookup"], "batch_size_limit": 100}
    assert info["x-translator"] == info["x-translator"] | {
        "component": "KP",
        "infores": "infores:biorelay",
        "biolink-version": biolink.VERSION,
    }
    assert {"/trapi/query", "/trapi/meta_knowledge_graph", "/trapi/asyncquery"} == document["paths"].keys()
    whole = (await client.get("/openapi.json")).json()
    assert "/trapi/query" in whole["paths"]
    for one in (document, whole):
        names = set(re.findall(r'"#/([^"]+)"', json.dumps(one["paths"] | one["components"])))
        assert all(name.rpartition("/")[2] in one["components"]["schemas"] for name in names)
