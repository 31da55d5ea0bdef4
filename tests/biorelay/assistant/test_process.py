"""`biorelay mcp` as an assistant starts it: a process of its own, spoken to by stdin and stdout, or over loopback HTTP."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

SECONDS = 50


def command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "biorelay", "--set", f"graph.url=ladybug:{folder}", "mcp", *more]


@contextmanager
def process(folder: Path, *more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The command with pipes; killed at the end where it still runs."""
    started = subprocess.Popen(command(folder, *more), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield started
    finally:
        started.kill()
        started.communicate(timeout=SECONDS)


HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"}},
}


def greeted(started: "subprocess.Popen[bytes]") -> None:
    """Say hello and wait for the answer, the first line of stdout."""
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdin.write(json.dumps(HELLO).encode() + b"\n")
    started.stdin.flush()
    assert json.loads(started.stdout.readline())["result"]["serverInfo"]["name"] == "biorelay"


async def test_an_assistant_asks_a_graph_of_what_the_model_read(sampled_graph: Path) -> None:
    words = command(sampled_graph)
    parameters = StdioServerParameters(command=words[0], args=words[1:], cwd=Path.cwd())
    async with Client(stdio_client(parameters)) as client:
        found = await client.call_tool("find_entity", {"text": "a", "limit": 50})
        entities = (found.structured_content or {})["entities"]
        best = max(entities, key=lambda one: one["relations"])
        told = (await client.call_tool("neighbours", {"entity": best["id"], "limit": 5})).structured_content or {}
        assert told["neighbours"]
        for one in told["neighbours"]:
            (quote,) = one["quotes"]
            assert quote["pmid"].isdigit()
            assert quote["quote"]
            assert quote["polarity"] == "positive"
        title = "Clonidine lowers blood pressure, and naloxone reversed the hypotensive effect of clonidine."
        read = (await client.call_tool("extract", {"title": title})).structured_content or {}
        assert "mesh:D003000" in {curie for mention in read["mentions"] for curie in mention["ids"]}
        assert (await client.call_tool("neighbours", {"entity": "no such thing"})).is_error


def test_it_ends_when_stdin_does_and_writes_nothing_but_the_protocol(made_graph: Path) -> None:
    with process(made_graph) as started:
        greeted(started)
        assert started.stdin is not None
        started.stdin.write(b"this is no JSON\n")
        ask = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "neighbours", "arguments": {"entity": "aspirin"}}}
        started.stdin.write(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}).encode() + b"\n")
        started.stdin.write(json.dumps(ask).encode() + b"\n")
        started.stdin.flush()
        assert started.stdout is not None
        lines = [started.stdout.readline()]
        while json.loads(lines[-1]).get("id") != 2:
            lines.append(started.stdout.readline())
        assert "PTGS1" in lines[-1].decode()
        out, _ = started.communicate(timeout=SECONDS)  # closes stdin
        assert started.returncode == 0
        assert all(json.loads(line)["jsonrpc"] == "2.0" for line in out.splitlines())


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(made_graph: Path, sent: signal.Signals) -> None:
    with process(made_graph) as started:
        greeted(started)
        started.send_signal(sent)
        assert started.wait(timeout=SECONDS) == -sent


def test_over_loopback_http(made_graph: Path, unused_port: int) -> None:
    url = f"http://127.0.0.1:{unused_port}/mcp"
    headers = {"Accept": "application/json, text/event-stream"}
    with process(made_graph, "--http", str(unused_port)) as started, httpx.Client() as client:
        for _ in range(SECONDS * 10):
            try:
                answer = client.post(url, json=HELLO, headers=headers)
                break
            except httpx.TransportError:
                assert started.poll() is None, started.stderr and started.stderr.read()
                time.sleep(0.1)
        assert answer.status_code == 200
        assert "biorelay" in answer.text
        foreign = client.post(url, json=HELLO, headers=headers | {"Host": "evil.example"})
        assert foreign.status_code == 421
        started.send_signal(signal.SIGTERM)
        assert started.wait(timeout=SECONDS) in {0, -signal.SIGTERM}
