"""`biorelay serve` as a process: it answers, and ends within its deadline."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.security.test_listening import listening

LINUX = Path("/proc/net/tcp").exists()
STARTED = re.compile(r"the explorer is at (http://\S+/)")


async def run(options: list[str], *arguments: str) -> asyncio.subprocess.Process:
    words = [word for option in options for word in ("--set", option)]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "biorelay", *words, "serve", *arguments,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@asynccontextmanager
async def served(options: list[str]) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A running service and its address."""
    process = await run(options, "--port", "0")
    assert process.stderr
    try:
        said = ""
        while not (found := STARTED.search(said)):
            line = (await process.stderr.readline()).decode()
            assert line, said
            said += line
        yield process, found[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_it_answers_and_ends_while_others_listen(options: list[str], number: signal.Signals, code: int) -> None:
    async with served([*options, "serve.shutdown_s=20"]) as (process, address), httpx.AsyncClient(base_url=address, timeout=60) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).status_code == 200
        if LINUX:
            assert {host for host, _ in listening(process.pid)} == {"127.0.0.1"}
        found = await client.get("/api/v1/search", params={"q": "cocaine"})
        assert found.json()["items"][0]["id"] == "mesh:D003042"
        assert (await client.get("/")).text.startswith("<!doctype html>")
        assert "server" not in found.headers
        read = await client.post("/api/v1/extract", json={"title": "Naloxone reverses the antihypertensive effect of clonidine."})
        assert [mention["text"] for mention in read.json()["mentions"]] == ["Naloxone", "clonidine"]
        async with client.stream("GET", "/api/v1/questions/events") as events:
            lines = events.aiter_lines()
            assert await anext(lines) == "event: problem"
            process.send_signal(number)
            async for _ in lines:
                pass  # the stream ends, for the service does
        assert await asyncio.wait_for(process.wait(), 60) == code


@pytest.mark.timeout(120)
async def test_a_client_that_does_not_read_does_not_keep_it(options: list[str]) -> None:
    async with served([*options, "serve.shutdown_s=3"]) as (process, address):
        host, port = address.removeprefix("http://").rstrip("/").split(":")
        with socket.create_connection((host, int(port))) as silent:
            silent.sendall(b"GET /api/v1/questions/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            silent.sendall(b"")
            with socket.create_connection((host, int(port))) as halfway:
                halfway.sendall(b"POST /api/v1/extract HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf of it")
                await asyncio.sleep(0.5)
                process.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(process.wait(), 60) in {0, 75}


@pytest.mark.timeout(120)
async def test_what_cannot_be_started_says_why(options: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for given, wanted, code in (
            (["--port", str(taken.getsockname()[1])], "cannot listen on 127.0.0.1", 1),
            (["--host", "no-such-host.invalid"], "cannot listen on no-such-host.invalid", 1),
        ):
            process = await run(options, *given)
            _, said = await process.communicate()
            assert process.returncode == code, said
            assert wanted in said.decode()
            assert "Traceback" not in said.decode()


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("serve.views=nowhere.toml", "serve.views: nowhere.toml cannot be read"),
        ("serve.proxies=everybody", "is no address or network"),
        ("serve.origins=*", "is not http://host:port"),
        ("serve.root_path=biorelay/", "serve.root_path"),
        ("graph.url=http://x", "is not a graph's address"),
    ],
)
async def test_settings_that_cannot_be_used(options: list[str], option: str, said: str) -> None:
    process = await run([*options, option], "--port", "0")
    _, told = await process.communicate()
    assert (process.returncode, said in told.decode()) == (2, True), told
