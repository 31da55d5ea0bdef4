"""What is not answered is a TRAPI response that says why; and nothing that a stranger sends makes the service fail."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biorelay.translator import routes
from biorelay.translator.plan import BATCH
from graphstore import GraphStore
from tests.biorelay.graphs import fill, says
from tests.biorelay.translator.conftest import Ask, Json, checked, client_of, graph_of

ASPIRIN = {"ids": ["MESH:D001241"]}
MATCHES = {"name": "a pattern", "id": "biolink:evidence_count", "operator": "matches", "value": "(a+)+$"}
PAPERS = {"name": "papers", "id": "biolink:publications", "operator": "==", "value": "PMID:1"}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 400, "InvalidQuery"),
        ([], 400, "InvalidQuery"),
        ({"message": {}}, 400, "MissingQueryGraph"),
        ({"message": {"query_graph": {"nodes": {}, "edges": {}}}}, 400, "QueryNotTraversable"),
        ({"message": {"query_graph": {"nodes": {"a": ASPIRIN}, "edges": {}}}}, 400, "QueryNotTraversable"),
        ({"message": {"query_graph": {"nodes": {"a": ASPIRIN}, "paths": {"p": {"subject": "a", "object": "a"}}}}}, 501, "UnsupportedQuery"),
        (graph_of({"a": {}, "b": {}}, ("a", "b")), 400, "QueryNotTraversable"),
        (graph_of({"a": ASPIRIN, "b": {}, "c": {}}, ("a", "b")), 400, "QueryNotTraversable"),
        (graph_of({"a": ASPIRIN, "b": {}, "c": {}, "d": {}}, ("a", "b"), ("c", "d")), 400, "QueryNotTraversable"),
        (graph_of({"a": ASPIRIN, "b": {}, "c": {}, "d": {}}, ("a", "b"), ("b", "c"), ("c", "d")), 501, "UnsupportedQuery"),
        (graph_of({"a": ASPIRIN}, ("a", "b")), 400, "InvalidQueryGraph"),
        (graph_of({"a": ASPIRIN}, ("a", "a")), 400, "InvalidQueryGraph"),
        (graph_of({"a": {"ids": []}, "b": {}}, ("a", "b")), 400, "InvalidQuery"),
        (graph_of({"a": {"ids": ["aspirin"]}, "b": {}}, ("a", "b")), 400, "InvalidIdentifier"),
        (graph_of({"a": {"ids": ["MESH:"]}, "b": {}}, ("a", "b")), 400, "InvalidIdentifier"),
        (graph_of({"a": ASPIRIN, "b": {"categories": ["Gene"]}}, ("a", "b")), 400, "InvalidQuery"),
        (graph_of({"a": ASPIRIN, "b": {}}, ("a", "b", {"predicates": ["treats"]})), 400, "InvalidQuery"),
        (graph_of({"a": {"ids": [f"MESH:D{n}" for n in range(BATCH + 1)]}, "b": {}}, ("a", "b")), 413, "BatchTooLarge"),
        (graph_of({"a": ASPIRIN | {"set_interpretation": "ALL"}, "b": {}}, ("a", "b")), 501, "UnsupportedSetInterpretation"),
        (graph_of({"a": ASPIRIN, "b": {"constraints": [PAPERS]}}, ("a", "b")), 501, "UnsupportedConstraint"),
        (graph_of({"a": ASPIRIN, "b": {}}, ("a", "b", {"attribute_constraints": [PAPERS]})), 501, "UnsupportedConstraint"),
        (graph_of({"a": ASPIRIN, "b": {}}, ("a", "b", {"attribute_constraints": [MATCHES]})), 501, "UnsupportedConstraint"),
        (graph_of({"a": ASPIRIN, "b": {}}, ("a", "b", {"constraints": {"sources": {}}})), 501, "UnsupportedConstraint"),
        (graph_of({"a": ASPIRIN, "b": {}}, ("a", "b", {"knowledge_type": "inferred"})), 501, "UnsupportedKnowledgeType"),
        (graph_of({"a": ASPIRIN, "b": {}}, ("a", "b")) | {"workflow": [{"id": "overlay"}]}, 501, "UnsupportedOperation"),
        (graph_of({"a": ASPIRIN, "b": {}}, ("a", "b")) | {"parameters": {"timeout": 1}}, 501, "UnsupportedVersion"),
    ],
)
async def test_what_is_not_answered_says_why(client: httpx.AsyncClient, query: Any, status: int, code: str) -> None:
    told = checked(await client.post("/trapi/query", json=query), status)
    assert told["status"] == code
    assert told["logs"][-1] == told["logs"][-1] | {"level": "ERROR", "code": code, "message": told["description"]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"message": NaN}',
        b'{"message": {"query_graph": {"nodes": {"a": {"ids": ["\\ud800:x"]}}, "edges": {}}}}',
        b'{"message": 1e999}',
        b"[" * 5000 + b"]" * 5000,
        b'{"message":' * 70 + b"1" + b"}" * 70,
        b"1" * 5000,
    ],
)
async def test_bodies_that_are_no_query(client: httpx.AsyncClient, body: bytes) -> None:
    told = checked(await client.post("/trapi/query", content=body), 400)
    assert told["status"] == "InvalidQuery"


async def test_a_body_is_bounded(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "BODY", 1000)
    body = b'{"message": "' + b"x" * 1000 + b'"}'
    assert checked(await client.post("/trapi/query", content=body), 413)["status"] == "QueryTooLarge"


async def test_results_are_bounded_and_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("biorelay.translator.answering.RESULTS", 20)
    hub = "mesh:D001241 aspirin Chemical"
    await fill(tmp_path / "graph", [says("pubmed:1", *((hub, "Association", f"ncbigene:{n} GENE{n} Gene") for n in range(1, 40)))])
    batch = {"ids": ["NCBIGene:7", "MESH:D001241"]}
    async with client_of(tmp_path / "graph") as client:
        for query in (
            graph_of({"a": ASPIRIN, "b": {}}, ("a", "b")),
            graph_of({"a": {}, "b": batch}, ("a", "b")),
            graph_of({"a": {"ids": ["NCBIGene:7"]}, "m": {}, "c": {}}, ("a", "m"), ("m", "c")),
        ):
            told = checked(await client.post("/trapi/query", json=query))
            assert len(told["message"]["results"]) == 20
            assert "Bounded" in {one["code"] for one in told["logs"]}
            if "b" in told["message"]["query_graph"]["nodes"] and told["message"]["query_graph"]["nodes"]["b"]:
                starts = {result["node_bindings"]["b"][0]["id"] for result in told["message"]["results"]}
                assert starts == set(batch["ids"])  # each id of a batch has its share


async def test_what_lies_between_two_hubs_is_found_though_their_lists_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("biorelay.translator.answering.WIDE", 20)
    monkeypatch.setattr("biorelay.translator.answering.FAN", 10)
    one, other = "mesh:D1 one Chemical", "mesh:D2 other Disease"
    many = [says(f"pubmed:{n}", (one, "Bind", f"ncbigene:{n} GENE{n} Gene")) for n in range(1, 60)]
    many += [says(f"pubmed:{n}", (f"ncbigene:{n} GENE{n} Gene", "Association", other)) for n in range(100, 160)]
    many += [says("pubmed:200", (one, "Bind", "ncbigene:99 GENE99 Gene"), ("ncbigene:99 GENE99 Gene", "Association", other))]
    await fill(tmp_path / "graph", many)
    async with client_of(tmp_path / "graph") as client:
        nodes = {"a": {"ids": ["MESH:D1"]}, "m": {"categories": ["biolink:Gene"]}, "c": {"ids": ["MESH:D2"]}}
        told = checked(await client.post("/trapi/query", json=graph_of(nodes, ("a", "m"), ("m", "c"))))
        found = [result["node_bindings"]["m"][0]["id"] for result in told["message"]["results"]]
        assert found == ["NCBIGene:99"]
        edges = told["message"]["knowledge_graph"]["edges"].values()
        assert {edge["predicate"] for edge in edges} == {"biolink:directly_physically_interacts_with", "biolink:associated_with"}
        assert "Bounded" in {one["code"] for one in told["logs"]}


async def test_the_best_middles_are_followed_whatever_their_kind(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("biorelay.translator.answering.FAN", 1)
    asked = {"predicates": ["biolink:associated_with", "biolink:interacts_with"]}
    told = await ask({"a": ASPIRIN, "m": {}, "c": {}}, ("a", "m", asked), ("m", "c"))
    assert {result["node_bindings"]["m"][0]["id"] for result in told["message"]["results"]} == {"NCBIGene:5742"}
    assert "Bounded" in {one["code"] for one in told["logs"]}


async def test_an_empty_graph_answers_with_nothing(tmp_path: Path) -> None:
    await fill(tmp_path / "graph", [])
    async with client_of(tmp_path / "graph") as client:
        told = checked(await client.post("/trapi/query", json=graph_of({"a": ASPIRIN, "b": {}}, ("a", "b"))))
        assert told["message"]["results"] == []


async def test_a_graph_that_is_not_there(tmp_path: Path) -> None:
    async with client_of(tmp_path / "nowhere") as client:
        told = checked(await client.post("/trapi/query", json=graph_of({"a": ASPIRIN, "b": {}}, ("a", "b"))), 503)
        assert (told["status"], "graph load" in told["description"]) == ("KPNotAvailable", True)


async def test_an_answer_that_takes_too_long(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(GraphStore, "neighbours", never)
    monkeypatch.setattr(routes, "SECONDS", 0.05)
    told = await ask({"a": ASPIRIN, "b": {}}, ("a", "b"), status=504)
    assert told["status"] == "Timeout"


async def test_asyncquery_says_that_it_is_not_there(client: httpx.AsyncClient) -> None:
    told = checked(await client.post("/trapi/asyncquery", json={"callback": "http://127.0.0.1:9/x", "message": {}}), 501)
    assert told["status"] == "NotImplemented"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
CURIES = (
    st.sampled_from(["MESH:D001241", "NCBIGene:5743", "mesh:D006470", "MONDO:1", "biorelay:x", "x:", "=cmd()", "a:\u202e", ":"]) | st.text()
)
NODES = st.fixed_dictionaries(
    {},
    optional={
        "ids": st.lists(CURIES, max_size=4) | JSON,
        "categories": st.lists(st.sampled_from(["biolink:Gene", "biolink:NamedThing", "biolink:Disease", "Gene"]), max_size=3) | JSON,
        "set_interpretation": st.sampled_from(["BATCH", "ALL", None]) | JSON,
        "constraints": JSON,
    },
)
CONSTRAINTS = st.fixed_dictionaries(
    {
        "name": st.text(max_size=5),
        "id": st.sampled_from(["biolink:evidence_count", "biolink:has_confidence_score", "biolink:negated", "biorelay:first_year", "x:y"]),
        "operator": st.sampled_from(["==", "===", ">", "<", "matches"]),
        "value": JSON,
    },
    optional={"not": st.booleans()},
)
EDGES = st.fixed_dictionaries(
    {"subject": st.sampled_from(["a", "b", "c"]), "object": st.sampled_from(["a", "b", "c"])},
    optional={
        "predicates": st.lists(st.sampled_from(["biolink:related_to", "biolink:treats", "biolink:interacts_with"]), max_size=3) | JSON,
        "attribute_constraints": st.lists(CONSTRAINTS, max_size=2) | JSON,
        "qualifier_constraints": JSON,
        "knowledge_type": st.sampled_from(["lookup", "inferred", None]),
    },
)


def queries() -> st.SearchStrategy[Json]:
    graph = st.fixed_dictionaries(
        {
            "nodes": st.dictionaries(st.sampled_from(["a", "b", "c"]), NODES, max_size=3),
            "edges": st.dictionaries(st.sampled_from(["e", "f"]), EDGES, max_size=2),
        }
    )
    return st.fixed_dictionaries({"message": st.fixed_dictionaries({"query_graph": graph})})


def well_formed() -> st.SearchStrategy[Json]:
    """Queries that mostly can be answered: every node has an edge and most have ids."""
    nodes = st.fixed_dictionaries(
        {"ids": st.lists(CURIES.map(lambda one: one if ":" in one else f"mesh:{one}"), min_size=1, max_size=3)}
    ) | st.just({})
    edges = st.lists(st.sampled_from([("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("a", "c")]), min_size=1, max_size=2)

    def made(drawn: tuple[list[tuple[str, str]], Json, Json, Json]) -> Json:
        met = {key for edge in drawn[0] for key in edge}
        return graph_of({key: node for key, node in zip("abc", drawn[1:], strict=True) if key in met}, *drawn[0])

    return st.tuples(edges, nodes, nodes, nodes).map(made)


@pytest.mark.timeout(180)
@settings(
    max_examples=10,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)
@given(st.lists(JSON | queries() | well_formed(), min_size=1, max_size=6))
def test_nothing_that_is_sent_makes_it_fail(made_graph: Path, sent: list[Any]) -> None:
    async def answered() -> None:
        async with client_of(made_graph) as client:
            for query in sent:
                response = await client.post("/trapi/query", json=query)
                assert response.status_code in {200, 400, 413, 501}, response.text
                checked(response, response.status_code)

    asyncio.run(answered())
