"""A host that plays PubMed on a loopback port: the folders of its files, and the E-utilities; with faults on demand."""

import gzip
import hashlib
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.serving import serving

Fault = Callable[["Handler", bytes], None]
"""Answers a request in its own way; it is told what should have been answered."""


def article(pmid: int, text: str = "aspirin helps headache", *, version: int = 1) -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="{version}">{pmid}</PMID><Article><Journal><Title>J</Title></Journal>'
        f"<ArticleTitle>Paper {pmid}</ArticleTitle><Abstract><AbstractText>{text}</AbstractText></Abstract></Article>"
        "</MedlineCitation></PubmedArticle>"
    )


def article_set(*records: str, deleted: tuple[int, ...] = ()) -> bytes:
    gone = "".join(f'<PMID Version="1">{pmid}</PMID>' for pmid in deleted)
    tail = f"<DeleteCitation>{gone}</DeleteCitation>" if deleted else ""
    body = "\n".join(records) + tail
    return f'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n{body}\n</PubmedArticleSet>\n'.encode()


class PubMed:
    """What the host has, what is wrong with it, and what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}  # by path
        self.records: dict[int, tuple[date, str]] = {}  # by PMID: the day on which it came, and the record
        self.faults: dict[str, list[Fault]] = defaultdict(list)  # by path, one for each of the next requests
        self.asked: list[tuple[str, Mapping[str, str], dict[str, str]]] = []  # path, headers, form
        self.posted: dict[str, list[int]] = {}
        self.lock = threading.Lock()

    def put(self, folder: str, name: str, content: bytes, *, md5: str | None = None) -> None:
        """A file and its md5 beside it."""
        packed = gzip.compress(content, 1)
        self.files[f"/{folder}/{name}"] = packed
        self.files[f"/{folder}/{name}.md5"] = f"MD5({name})= {md5 or hashlib.md5(packed).hexdigest()}\n".encode()

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def page(self, folder: str) -> bytes:
        """As Apache lists a folder: each name twice, with dates and sizes."""
        names = sorted(path.rpartition("/")[2] for path in self.files if path.startswith(folder))
        rows = "".join(f'<a href="{name}">{name}</a>   2026-01-09 14:02   19M\n' for name in ["README.txt", *names])
        return f"<html><head><title>Index of {folder}</title></head><body><pre>{rows}</pre></body></html>".encode()

    def answer(self, path: str, form: dict[str, str]) -> bytes | None:
        if path.endswith(".fcgi"):
            utilities = {"esearch": self.esearch, "epost": self.epost, "efetch": self.efetch}
            return utilities[path.rpartition("/")[2].removesuffix(".fcgi")](form)
        if path.endswith("/"):
            return self.page(path) if any(file.startswith(path) for file in self.files) else None
        return self.files.get(path)

    def esearch(self, form: dict[str, str]) -> bytes:
        """Of any query all records of the days that are asked for, the newest first, 9,999 at most."""
        since, until = (date(*map(int, form[name].split("/"))) for name in ("mindate", "maxdate"))
        found = [pmid for pmid, (day, _) in sorted(self.records.items(), reverse=True) if since <= day <= until]
        told = [str(pmid) for pmid in found[: min(int(form["retmax"]), 9_999)]]
        return json.dumps({"header": {"type": "esearch"}, "esearchresult": {"count": str(len(found)), "idlist": told}}).encode()

    def epost(self, form: dict[str, str]) -> bytes:
        env = f"MCID_{len(self.posted)}"
        self.posted[env] = [int(pmid) for pmid in form["id"].split(",")]
        return f'<?xml version="1.0"?><ePostResult><QueryKey>1</QueryKey><WebEnv>{env}</WebEnv></ePostResult>'.encode()

    def efetch(self, form: dict[str, str]) -> bytes:
        if form["WebEnv"] not in self.posted:
            return b"<?xml version='1.0'?><eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>"
        start = int(form["retstart"])
        pmids = self.posted[form["WebEnv"]][start : start + int(form["retmax"])]
        return article_set(*(self.records[pmid][1] for pmid in pmids if pmid in self.records))

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve it; the URL."""
        server = Server(("127.0.0.1", 0), Handler)
        server.pubmed = self
        with serving(server):
            yield f"http://127.0.0.1:{server.server_address[1]}/"


class Server(ThreadingHTTPServer):
    pubmed: PubMed
    daemon_threads = True
    block_on_close = False


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_GET(self) -> None:
        self._respond({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._respond({name: values[-1] for name, values in parse_qs(body).items()})

    def _respond(self, form: dict[str, str]) -> None:
        pubmed, path = self.server.pubmed, self.path.partition("?")[0]
        with pubmed.lock:
            pubmed.asked.append((self.path, dict(self.headers), form))
            fault = pubmed.faults[path].pop(0) if pubmed.faults[path] else None
        found = pubmed.answer(path, form)
        try:
            if fault is not None:
                fault(self, found or b"")
            elif found is None:
                self.say(404, b"<html>not found</html>")
            else:
                self.part(found)
        except ConnectionError:
            self.close_connection = True

    def part(self, content: bytes) -> None:
        """The whole, or what the range asks for."""
        asked = self.headers.get("Range", "")
        begin = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if begin >= len(content) > 0:
            self.say(416, b"")
        elif begin:
            self.say(206, content[begin:], {"Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"})
        else:
            self.say(200, content)

    def say(self, status: int, content: bytes, headers: Mapping[str, Any] | None = None, *, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": len(content) if length is None else length} | dict(headers or {})).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Not on the tests' stderr."""


def busy(status: int = 503, *, after: str | None = "0") -> Fault:
    return lambda handler, _: handler.say(status, b"<html>busy</html>", {} if after is None else {"Retry-After": after})


def cut(at: int) -> Fault:
    """So many bytes of what was asked for, and then nothing."""

    def fault(handler: Handler, content: bytes) -> None:
        asked = handler.headers.get("Range", "")
        begin = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        rest = content[begin:]
        said = {"Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"} if begin else {}
        handler.say(206 if begin else 200, rest[:at], said, length=len(rest))
        handler.wfile.flush()
        handler.close_connection = True

    return fault


def says(content: bytes, status: int = 200, **headers: str) -> Fault:
    return lambda handler, _: handler.say(status, content, {name.replace("_", "-"): value for name, value in headers.items()})


def whole_again(handler: Handler, content: bytes) -> None:
    """A host that knows no ranges."""
    handler.say(200, content)


def dribbling(handler: Handler, content: bytes) -> None:
    """A byte now and then, as long as somebody listens."""
    handler.say(200, b"", length=len(content))
    for at in range(min(len(content), 200)):
        handler.wfile.write(content[at : at + 1])
        handler.wfile.flush()
        time.sleep(0.05)


def silent(handler: Handler, _: bytes) -> None:
    """No answer at all."""
    time.sleep(3)
    handler.close_connection = True
