"""What stands before the routes: hosts, rates, sizes, times, headers, ETags, prefixes."""

import asyncio
from typing import Any

import httpx
import pytest

from biorelay.explorer.guarding import Buckets, Guard, client_of, host_of
from biorelay.explorer.measuring import ExplorerMetrics
from biorelay.settings import load_settings
from tests.explorer.conftest import Api, serving


async def test_headers_of_every_answer(api: Api) -> None:
    for path in ("/", "/docs", "/healthz", "/api/v1/views", "/api/v1/nowhere", "/assets/nowhere.js", "/metrics"):
        answer = await api.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'self';"), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-cache"
        assert "access-control-allow-origin" not in answer.headers


async def test_an_answer_that_is_known_is_not_sent_again(api: Api) -> None:
    first = await api.get("/api/v1/views")
    tag = first.headers["etag"]
    again = await api.get("/api/v1/views", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "content-length" not in again.headers
    other = await api.get("/api/v1/views", headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)
    assert "etag" not in (await api.get("/api/v1/nowhere")).headers


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
async def test_on_loopback_it_answers_to_its_own_names(api: Api, host: str) -> None:
    assert (await api.get("/healthz", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::2]"])
async def test_on_loopback_a_foreign_name_is_refused(api: Api, host: str) -> None:
    answer = await api.get("/api/v1/views", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "explorer.foreign-host")


async def test_names_may_be_given(options: list[str], loaded: dict[str, Any]) -> None:
    async with serving(load_settings(options=[*options, "serve.hosts=graph.example"]), loaded) as api:
        assert (await api.get("/healthz", headers={"Host": "graph.example:443"})).status_code == 200
        assert (await api.get("/healthz")).status_code == 421
    async with serving(load_settings(options=[*options, "serve.host=0.0.0.0"]), loaded) as api:
        assert (await api.get("/healthz", headers={"Host": "whatever.example"})).status_code == 200


async def test_one_client_may_not_ask_all_the_time(options: list[str], loaded: dict[str, Any]) -> None:
    async with serving(load_settings(options=[*options, "serve.requests_per_s=0.2"]), loaded) as api:
        assert (await api.get("/api/v1/views")).status_code == 200
        answer = await api.get("/api/v1/views")
        assert (answer.status_code, answer.json()["code"]) == (429, "explorer.too-many-requests")
        assert 1 <= int(answer.headers["retry-after"]) <= 5
        assert (await api.get("/healthz")).status_code == 200
        told = (await api.get("/metrics")).text
        assert 'biorelay_explorer_limits_total{limit="serve.requests_per_s"} 1.0' in told


def test_buckets_fill_again_and_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("biorelay.explorer.guarding.time.monotonic", lambda: now)
    monkeypatch.setattr("biorelay.explorer.guarding.CLIENTS", 2)
    buckets = Buckets(2.0)
    assert [buckets.take("a") for _ in range(11)] == [0.0] * 10 + [0.5]
    now += 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0.0, 0.5]
    assert [buckets.take("b"), buckets.take("c"), buckets.take("a")] == [0.0, 0.0, 0.0]


def test_whose_requests_are_counted_together() -> None:
    def client(host: str) -> str:
        return client_of({"client": (host, 1)})

    assert client("10.1.2.3") == "10.1.2.3"
    assert client("2001:db8:1:2:3::4") == client("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert client("::ffff:10.1.2.3") == "10.1.2.3"
    assert client_of({"client": None}) == ""
    assert [host_of(text) for text in ("A.example:80", "[::1]:80", "[::1]", "a")] == ["a.example", "[::1]", "[::1]", "a"]


async def test_bodies_are_bounded_however_they_are_sent(options: list[str], loaded: dict[str, Any]) -> None:
    async with serving(load_settings(options=[*options, "limits.document_bytes=2000"]), loaded) as api:

        async def pieces() -> Any:
            for _ in range(30):
                yield b"x" * 100

        for content in (b"x" * 3000, pieces()):
            answer = await api.post("/api/v1/extract", content=content, headers={"Content-Type": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (413, "explorer.body-too-large")
        assert (await api.post("/trapi/query", content=b'{"x":"' + b"x" * 3000 + b'"}')).status_code != 413


async def test_an_answer_has_its_time() -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/streams":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await asyncio.sleep(0.3)
            await send({"type": "http.response.body", "body": b"all of it"})
        else:
            await asyncio.sleep(30)

    metrics = ExplorerMetrics()
    guard = Guard(slow, metrics=metrics, hosts=(), per_second=1000, most_bytes=10, larger={}, seconds=0.1)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="http://localhost") as client:
        answer = await client.get("/")
        assert (answer.status_code, answer.json()["code"]) == (504, "explorer.too-slow")
        assert (await client.get("/streams")).text == "all of it"  # what has begun may take its time
    assert 'limits_total{limit="serve.request_s"} 1.0' in metrics.exposition().decode()


async def test_other_sites_read_where_they_are_named(options: list[str], loaded: dict[str, Any]) -> None:
    async with serving(load_settings(options=[*options, "serve.origins=https://lab.example"]), loaded) as api:
        answer = await api.get("/api/v1/views", headers={"Origin": "https://lab.example"})
        assert answer.headers["access-control-allow-origin"] == "https://lab.example"
        assert "access-control-allow-origin" not in (await api.get("/api/v1/views", headers={"Origin": "https://other.example"})).headers


async def test_below_a_proxys_prefix(options: list[str], loaded: dict[str, Any]) -> None:
    async with serving(load_settings(options=[*options, "serve.root_path=/biorelay"]), loaded) as api:
        for path in ("/api/v1/views", "/biorelay/api/v1/views", "/biorelay/assets/index.html", "/biorelay/"):
            assert (await api.get(path)).status_code == 200, path
        assert 'route="/api/v1/views",status="2xx"} 2.0' in (await api.get("/biorelay/metrics")).text


async def test_metrics_name_routes_and_not_addresses(api: Api) -> None:
    for path in ("/api/v1/entities/test:a", "/api/v1/entities/test:b", "/nowhere/1", "/nowhere/2"):
        await api.get(path)
    told = (await api.get("/metrics")).text
    assert 'biorelay_explorer_requests_total{method="GET",route="/api/v1/entities/{curie}",status="2xx"} 2.0' in told
    assert 'biorelay_explorer_requests_total{method="GET",route="other",status="4xx"} 2.0' in told
    assert "test:a" not in told
    assert "nowhere" not in told


async def test_no_way_out_of_the_assets(api: Api) -> None:
    for path in ("/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2fapp.py", "/assets//etc/passwd", "/assets/%00"):
        answer = await api.get(path)
        assert answer.status_code in {404, 405, 400}, path
        assert "create_app" not in answer.text
