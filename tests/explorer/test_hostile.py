"""Whatever is asked, the answer is JSON or a problem, and never a failure of the service."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biorelay.settings import load_settings
from tests.explorer.conftest import Api, serving

ROUTES = (
    "search", "entities/{}", "entities/{}/neighbours", "edges", "edges/evidence", "edges/confidence", "papers/{}", "retracted",
    "discover/open", "discover/closed", "paths", "network", "export", "verify", "contradicted", "changes", "views", "stats",
)  # fmt: skip
NAMES = (
    "q", "limit", "cursor", "subject", "object", "predicate", "polarity", "type", "min_papers", "min_confidence", "since", "until", "as_of",
    "start", "end", "target_type", "via", "rank", "damping", "max_hops", "shortest", "center", "hops", "ids", "view", "max_edges", "format",
    "entity", "most", "nonsense",
)  # fmt: skip
NEEDED = {
    "search": {"q"}, "edges": {"subject", "object"}, "edges/evidence": {"subject", "object"}, "edges/confidence": {"subject", "object"},
    "discover/open": {"start"}, "discover/closed": {"start", "end"}, "paths": {"start", "end"}, "network": {"center"},
    "export": {"center"}, "verify": {"start", "end"}, "changes": {"since"},
}  # fmt: skip
ODD = (
    "", " ", "\0", "%00", "%ED%A0%80", "\ud800", "test:a", "test:b", "mesh:D003042", "Cocaine", ":", "a:", ":b", "../../etc/passwd", "-1",
    "0", "1", "10", "1e400", "nan", "9" * 40, "true", "positive", "Gene", "Association", "kgx", "cocaine",
    "<script>alert(1)</script>", "=1+1", "\u202eabc", "\u200b", "' OR 1=1 --", "`}) DETACH DELETE n //", "test:a,test:b",
    "local:x#Gene:y/z?w", "\U0001f9ec" * 50, "x" * 600,
)  # fmt: skip
VALUES = st.one_of(st.sampled_from(ODD), st.text(max_size=20), st.integers().map(str), st.floats().map(str))


def _encoded(text: str) -> str:
    """Percent-encoded as it stands, halves of characters too."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@st.composite
def addresses(draw: st.DrawFn) -> str:
    route = draw(st.sampled_from(ROUTES))
    names = draw(st.lists(st.sampled_from(NAMES), max_size=4)) + sorted(NEEDED.get(route, set()))
    path = route.replace("{}", _encoded(draw(VALUES)))
    query = "&".join(f"{name}={_encoded(draw(VALUES))}" for name in names)
    alone = "search=false&" if route == "verify" else ""  # by the graph: there is no broker to wait for
    return f"/api/v1/{path}?{alone}{query}"


@pytest.mark.timeout(300)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=addresses())
async def test_any_question_has_an_answer(api: Api, address: str) -> None:
    answer = await api.get(address)
    assert answer.status_code in {200, 404, 422}, (address, answer.text)
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json", address
        assert answer.json()["code"]
    elif answer.headers["content-type"] == "application/json":
        answer.json()


BODIES = st.one_of(
    st.binary(max_size=200),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["title", "abstract", "x"]), inner, max_size=3)
        ),
        max_leaves=6,
    ).map(lambda value: json.dumps(value).encode()),
)


@pytest.mark.timeout(300)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES)
async def test_any_body_has_an_answer(api: Api, body: bytes) -> None:
    answer = await api.post("/api/v1/extract", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {200, 400, 413, 422}, (body, answer.text)
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
async def test_nothing_can_be_written(api: Api, method: str) -> None:
    for path in ("entities/test:a", "stats", "views", "papers/1"):
        answer = await api.request(method, f"/api/v1/{path}")
        assert answer.status_code == 405
        assert answer.headers["content-type"] == "application/problem+json"


async def test_an_empty_graph_and_none(options: list[str], loaded: dict[str, Any], tmp_path: Any) -> None:
    from graphstore import open_store

    async with serving(load_settings(options=[*options, f"graph.url=ladybug:{tmp_path / 'none'}"]), loaded) as api:
        assert (await api.get("/healthz")).status_code == 200
        for path in ("/readyz", "/api/v1/stats", "/api/v1/search?q=a", "/api/v1/network?center=test:a"):
            answer = await api.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "graph.bad-address"), path
        async with open_store(tmp_path / "none"):
            pass
        assert (await api.get("/readyz")).status_code == 200  # it came meanwhile
        assert (await api.get("/api/v1/search?q=a")).json()["items"] == []
        assert (await api.get("/api/v1/contradicted")).json()["items"] == []
        assert (await api.get("/api/v1/network?view=schizophrenia")).json()["nodes"] == []
        assert (await api.get("/api/v1/entities/test:a")).status_code == 404


async def test_a_graph_that_is_away_can_be_asked_later(options: list[str], loaded: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_GRAPH_PASSWORD", "geheim-wort")
    async with serving(load_settings(options=[*options, "graph.url=bolt://127.0.0.1:9"]), loaded) as api:
        answer: httpx.Response = await api.get("/api/v1/stats")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "geheim" not in answer.text
