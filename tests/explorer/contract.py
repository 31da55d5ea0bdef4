"""What every route of the API answers, whatever engine is behind it."""

import csv
import io
import json
from typing import Any
from urllib.parse import quote

import pytest

from processors.records import Relations
from tests.explorer.conftest import API, FORMULA, HOSTILE, Api

A, B, C, D = "test:a", "test:b", "test:c", "test:d"
COCAINE, SEIZURES = "mesh:D003042", "mesh:D012640"


async def ok(api: Api, path: str, **parameters: Any) -> Any:
    """The JSON of an answer that is one."""
    answer = await api.get(f"{API}/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


async def refused(api: Api, status: int, path: str, **parameters: Any) -> Any:
    """The problem that an answer is."""
    answer = await api.get(f"{API}/{path}", params=parameters)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem.keys() == {"type", "title", "status", "detail", "code", "remedy"}
    return problem


async def everything(api: Api, path: str, **parameters: Any) -> list[Any]:
    """The items of all pages."""
    items: list[Any] = []
    cursor: str | None = "0"
    while cursor:
        page = await ok(api, path, cursor=cursor, **parameters)
        items += page["items"]
        cursor = page["next"]
    return items


class ApiContract:
    """Subclassed for each engine; `api` is a client over the same graph."""

    async def test_stats_tell_what_answers(self, api: Api, extracted: list[Relations]) -> None:
        stats = await ok(api, "stats")
        assert stats["graph"]["articles"] == len(extracted) + 6
        assert stats["graph"]["retracted"] == 1
        assert stats["engine"] in {"ladybug", "neo4j"}
        assert stats["model"].startswith("relay-mini@")
        assert stats["vocabulary"].startswith("vocabulary@")

    async def test_search_by_name_by_synonym_and_by_curie(self, api: Api) -> None:
        by_name = await ok(api, "search", q="cocaine")
        assert by_name["items"][0]["id"] == COCAINE
        assert by_name["items"][0]["matched"] is None
        assert (await ok(api, "search", q="MESH:D003042"))["items"] == by_name["items"][:1]
        by_synonym = (await ok(api, "search", q="convulsion"))["items"]
        assert [one["matched"] for one in by_synonym if one["id"] == SEIZURES] == ["convulsion"]
        assert (await ok(api, "search", q="nothing is called so"))["items"] == []
        assert len((await ok(api, "search", q="a", limit=3))["items"]) == 3

    async def test_a_card_counts_what_its_neighbours_are(self, api: Api) -> None:
        card = await ok(api, f"entities/{A}")
        assert card["entity"]["name"] == "A"
        assert card["link"].endswith(A)
        neighbours = await everything(api, f"entities/{A}/neighbours")
        assert sum(card["predicates"].values()) == sum(card["types"].values()) == card["counted"] == len(neighbours) == 3
        assert (card["first_year"], card["last_year"]) == (1990, 2020)
        assert "convulsion" in (await ok(api, f"entities/{SEIZURES}"))["synonyms"]
        local = next(one["id"] for one in (await ok(api, "search", q="a", limit=200))["items"] if one["id"].startswith("local:"))
        assert (await ok(api, f"entities/{quote(local, safe='')}"))["link"] is None

    async def test_neighbours_are_filtered_and_paged(self, api: Api) -> None:
        everybody = await everything(api, f"entities/{COCAINE}/neighbours", min_papers=0)
        assert len(everybody) > 5
        by_two = await everything(api, f"entities/{COCAINE}/neighbours", min_papers=0, limit=2)
        assert by_two == everybody
        page = await ok(api, "entities/Cocaine/neighbours", limit=2)
        assert (page["next"], page["bounded"], page["notes"]) == ("2", False, [])
        kinds = {one["edge"]["predicate"] for one in everybody}
        apart = [await everything(api, f"entities/{COCAINE}/neighbours", predicate=kind, min_papers=0) for kind in kinds]
        assert sum(map(len, apart)) == len(everybody)
        both = await everything(api, f"entities/{COCAINE}/neighbours", predicate=sorted(kinds), min_papers=0)
        assert both == everybody
        negated = await everything(api, f"entities/{A}/neighbours", polarity="negated")
        assert [one["entity"]["id"] for one in negated] == [B]
        then = await everything(api, f"entities/{A}/neighbours", as_of=1995)
        assert [(one["entity"]["id"], one["edge"]["counts"]["papers"]) for one in then] == [(B, 1)]
        late = await everything(api, f"entities/{A}/neighbours", since=2011)
        assert {one["entity"]["id"] for one in late} == {"test:f"}
        early = await everything(api, f"entities/{A}/neighbours", until=2000)
        assert {one["entity"]["id"] for one in early} == {B}

    async def test_edges_and_their_evidence(self, api: Api) -> None:
        joint = await ok(api, "edges", subject=A, object=B)
        assert [edge["counts"] for edge in joint["edges"]] == [{"papers": 2, "negated": 1, "speculated": 0}]
        assert (await ok(api, "edges", subject=A, object=B, polarity="speculated"))["edges"] == []
        assert (await ok(api, "edges", subject=A, object=B, as_of=1999))["edges"][0]["counts"]["papers"] == 1
        sentences = await everything(api, "edges/evidence", subject=A, object=B, limit=1)
        assert [one["polarity"] for one in sentences] == ["positive", "positive", "negated"]
        for one in sentences:
            start = one["span"]["start"]
            assert one["text"][one["subject"]["start"] - start : one["subject"]["end"] - start] == "a"
            assert one["text"][one["object"]["start"] - start : one["object"]["end"] - start] == "b"
        (withdrawn,) = await everything(api, "edges/evidence", subject=A, object="test:e")
        assert (withdrawn["retracted"], withdrawn["retracted_by"]) == (True, ["pubmed:5"])

    async def test_the_spans_of_real_sentences_are_their_mentions(self, api: Api) -> None:
        for neighbour in (await everything(api, f"entities/{COCAINE}/neighbours"))[:5]:
            other = neighbour["entity"]["id"]
            for one in await everything(api, "edges/evidence", subject=COCAINE, object=other):
                start = one["span"]["start"]
                words = {one["text"][one[end]["start"] - start : one[end]["end"] - start].casefold() for end in ("subject", "object")}
                assert any("cocaine" in word for word in words)

    async def test_confidence_is_a_sum_that_can_be_redone(self, api: Api) -> None:
        from math import expm1

        (told,) = (await ok(api, "edges/confidence", subject=A, object=B))["items"]
        assert sum(paper["share"] for paper in told["papers"]) + told["others"] == told["weight"]
        assert told["edge"]["confidence"] == pytest.approx(-expm1(-told["counted"] * told["weight"] / 1e6))

    async def test_papers_and_what_retracts_them(self, api: Api) -> None:
        paper = await ok(api, "papers/5")
        assert (paper["paper"]["id"], paper["paper"]["retracted"]) == ("pubmed:5", True)
        assert paper["link"].endswith("pubmed:5")
        assert paper["paper"]["claims"][0]["sentence"]["retracted"] is True
        assert [one["id"] for one in await ok(api, "retracted")] == ["pubmed:5"]
        assert (await refused(api, 404, "papers/pubmed:999999999"))["code"] == "graph.unknown-article"

    async def test_discovery_open_closed_and_paths(self, api: Api) -> None:
        found = await ok(api, "discover/open", start=A)
        assert [one["entity"]["id"] for one in found["items"]] == [D]
        assert found["items"][0]["links"] == 2
        assert (await ok(api, "discover/open", start=A, as_of=1995))["items"][0]["links"] == 1
        joined = await ok(api, "discover/closed", start=A, end=D, rank="linking_terms")
        assert {path["steps"][0]["target"]["id"] for path in joined["items"]} == {B, C}
        paths = await ok(api, "paths", start=A, end=D, shortest=True)
        assert {len(path["steps"]) for path in paths["items"]} == {2}
        assert paths["items"][0]["steps"][0]["sentence"]["text"] == "a with b"
        assert (await refused(api, 422, "paths", start=A, end=A))["code"] == "graph.bad-query"
        real = await ok(api, "discover/open", start="Cocaine", limit=5)
        assert len(real["items"]) == 5

    async def test_networks_around_among_and_stored(self, api: Api) -> None:
        star = await ok(api, "network", center=A)
        assert {node["id"] for node in star["nodes"]} == {A, B, C, "test:f"}
        self._whole(star)
        wide = await ok(api, "network", center=A, hops=2)
        assert {node["id"] for node in wide["nodes"]} >= {A, B, C, D}
        self._whole(wide)
        some = await ok(api, "network", ids=f"{A},{B},{D},test:nowhere")
        assert [edge["key"] for edge in some["edges"]] == [f"{A}|Association|{B}", f"{B}|Association|{D}"]
        assert some["notes"] == ["the graph knows nothing of test:nowhere"]
        assert (await ok(api, "network", ids=[A, B], as_of=1995))["edges"][0]["counts"]["papers"] == 1
        cut = await ok(api, "network", center="Cocaine", max_edges=3)
        assert (len(cut["edges"]), cut["bounded"]) == (3, True)
        self._whole(cut)
        names = [view["name"] for view in await ok(api, "views")]
        assert {"eu-adr", "schizophrenia", "cocaine"} <= set(names)
        stored = await ok(api, "network", view="cocaine")
        assert (stored["view"], stored["center"]) == ("cocaine", COCAINE)
        self._whole(stored)
        assert (await ok(api, "network", view="eu-adr"))["notes"] == ["the graph holds 0 of the 300 papers"]
        assert len((await ok(api, "network", view="cocaine", max_edges=2, hops=1))["edges"]) == 2
        assert "does not hold" in (await ok(api, "network", view="schizophrenia"))["notes"][0]

    async def test_a_view_of_papers_is_what_they_state(self, api: Api) -> None:
        claims = (await ok(api, "papers/11423811", limit=200))["paper"]["claims"]
        stated = {tuple(sorted((claim["subject"], claim["object"]))) for claim in claims}
        drawn = await ok(api, "network", view="one-paper", min_papers=0)
        assert {tuple(sorted((edge["subject"], edge["object"]))) for edge in drawn["edges"]} == stated
        self._whole(drawn)

    def _whole(self, drawing: Any) -> None:
        nodes = {node["id"] for node in drawing["nodes"]}
        assert all({edge["subject"], edge["object"]} <= nodes for edge in drawing["edges"])
        assert len(nodes) == len(drawing["nodes"])
        assert len({edge["key"] for edge in drawing["edges"]}) == len(drawing["edges"])

    async def test_downloads(self, api: Api) -> None:
        drawing = await ok(api, "network", center=A)
        table = await api.get(f"{API}/export", params={"center": A, "format": "csv"})
        assert table.headers["content-disposition"] == 'attachment; filename="biorelay-test-a.csv"'
        assert table.headers["content-type"].startswith("text/csv")
        lines = table.content.decode().split("\r\n")
        assert len(lines) == len(drawing["edges"]) + 2
        rows = await api.get(f"{API}/export", params={"center": A, "format": "jsonl"})
        assert [json.loads(line)["papers"] for line in rows.content.splitlines()] == [e["counts"]["papers"] for e in drawing["edges"]]
        kgx = (await api.get(f"{API}/export", params={"center": A, "format": "kgx"})).json()
        assert {node["id"] for node in kgx["nodes"]} == {node["id"] for node in drawing["nodes"]}
        told = [edge for edge in kgx["edges"] if {edge["subject"], edge["object"]} == {A, B}]
        assert [(edge["negated"], edge["evidence_count"]) for edge in told] == [(False, 2), (True, 1)]
        assert told[0]["has_confidence_score"] == pytest.approx(drawing["edges"][0]["confidence"])
        then = (await api.get(f"{API}/export", params={"center": A, "format": "kgx", "as_of": 1995})).json()
        assert [edge["evidence_count"] for edge in then["edges"]] == [1]

    async def test_hostile_names_stay_text(self, api: Api) -> None:
        card = await ok(api, "entities/test:f")
        assert card["entity"]["name"] == HOSTILE
        assert (await ok(api, "search", q="<script>"))["items"][0]["id"] == "test:f"
        table = (await api.get(f"{API}/export", params={"ids": f"{A},test:f,test:g", "format": "csv", "min_papers": 0})).content.decode()
        names = {row["object_name"] for row in csv.DictReader(io.StringIO(table, newline=""))}
        assert names == {HOSTILE, f"'{FORMULA}"}  # no spreadsheet takes it for a formula

    async def test_disputes_and_changes(self, api: Api) -> None:
        (disputed,) = (await ok(api, "contradicted", entity=A))["items"]
        assert (disputed["stated"]["polarity"], disputed["denied"]["polarity"]) == ("positive", "negated")
        changed = await ok(api, "changes", since=1995, until=2010, entity=A)
        assert {one["edge"]["key"] for one in changed["items"]} >= {f"{A}|Association|{B}", f"{A}|Association|{C}"}
        assert (await refused(api, 422, "changes", since=2010, until=1990))["code"] == "graph.bad-query"

    async def test_verifying_by_the_graph_alone(self, api: Api) -> None:
        told = await ok(api, "verify", start="cocaine", end="seizures", search=False)
        assert (told["start"], told["end"], told["abstracts"]) == (COCAINE, SEIZURES, None)
        assert told["verdict"] == told["graph"]["verdict"]
        assert told["graph"]["papers"] == len({one["document"] for one in told["graph"]["sentences"] if one["polarity"] == "positive"})
        assert (await ok(api, "verify", start=A, end="test:nowhere", search=False))["verdict"] == "unseen"
        assert (await refused(api, 422, "verify", start=A, end=A))["code"] == "explorer.bad-request"

    async def test_what_is_not_there(self, api: Api) -> None:
        for path, parameters in (
            ("entities/test:nowhere", {}),
            ("entities/no such thing/neighbours", {}),
            ("edges", {"subject": A, "object": "test:nowhere"}),
            ("discover/open", {"start": "test:nowhere"}),
            ("network", {"center": "test:nowhere"}),
        ):
            assert (await refused(api, 404, path, **parameters))["code"] == "graph.unknown-entity"
        assert "Did you mean" in (await refused(api, 404, "entities/Cocain"))["remedy"]
        assert (await refused(api, 404, "network", view="no-such-view"))["code"] == "explorer.unknown-view"

    async def test_what_is_out_of_bounds(self, api: Api) -> None:
        for path, parameters in (
            ("search", {"q": ""}),
            ("search", {"q": "a", "limit": 10**30}),
            ("search", {"q": "a", "limt": 3}),
            ("search", {"q": "x" * 1000}),
            ("entities/test:a/neighbours", {"cursor": "-1"}),
            ("entities/test:a/neighbours", {"min_confidence": "nan"}),
            ("entities/test:a/neighbours", {"predicate": "Loves"}),
            ("entities/test:a/neighbours", {"as_of": 9999}),
            ("paths", {"start": A, "end": B, "max_hops": 5}),
            ("discover/open", {"start": A, "damping": "inf"}),
            ("network", {"center": A, "ids": B}),
            ("network", {}),
            ("network", {"ids": ",".join(f"test:{number}" for number in range(1001))}),
            ("changes", {"since": "yesterday"}),
        ):
            await refused(api, 422, path, **parameters)
