"""`biorelay topics register`, against a small server that answers as a schema registry does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from processors.records import Relations
from stream.registry import registered_schema
from tests.biorelay.conftest import Cli
from tests.serving import serving


@contextmanager
def registry(status: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """One that counts from 1 where `status` is 200 and refuses elsewhere; what it was asked."""
    asked: list[tuple[str, dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            body = json.dumps({"id": len(asked)} if status == 200 else {"message": "incompatible with an earlier schema"}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    monkeypatch.setenv("BIORELAY_REGISTRY_URL", f"http://127.0.0.1:{server.server_port}")
    with serving(server):
        yield asked


def test_every_topic_s_schema_is_registered_under_its_subject(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PREFIX", "mine")
    with registry(200, monkeypatch) as asked:
        result = cli("topics", "register", "--json")
    assert result.exit_code == 0
    told = {line["subject"]: line["id"] for line in map(json.loads, result.stdout.splitlines())}
    assert told == {path.split("/")[2]: number for number, (path, _) in enumerate(asked, 1)}
    assert set(told) == {
        f"mine.{topic}-value" for topic in ("abstracts", "entities", "relations", "questions", "graph-changes", "discoveries")
    }
    sent = dict(asked)["/subjects/mine.relations-value/versions"]
    assert (sent["schemaType"], json.loads(sent["schema"])) == ("JSON", registered_schema(Relations))
    assert "6 schemas are registered" in result.stderr


def test_a_schema_that_the_registry_refuses_stops_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with registry(409, monkeypatch) as asked:
        result = cli("topics", "register")
    assert (result.exit_code, result.stdout, len(asked)) == (1, "", 1)
    assert "refuses biorelay.abstracts-value: 409 incompatible with an earlier schema" in result.stderr


def test_without_a_registry_it_says_so(cli: Cli) -> None:
    result = cli("topics", "register")
    assert result.exit_code == 2
    assert "BIORELAY_REGISTRY_URL" in result.stderr
