"""How hosts are asked: waits, paces, and FTP as HTTP."""

import asyncio
import socketserver
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from biorelay.refusals import SettingsError
from biorelay.settings import load_settings
from biorelay.sourcing.errors import FileMissing, HostAway, HostRefuses
from biorelay.sourcing.eutils import Pace
from biorelay.sourcing.ftp import Ftp
from biorelay.sourcing.remote import patiently, remote
from biorelay.sourcing.schedule import repeatedly
from biorelay.sourcing.web import LONGEST_WAIT, Web, retry_after
from stream.errors import BrokerUnreachable
from tests.pubmed import PubMed, says

NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)


class Clock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("99999999999999999999", LONGEST_WAIT),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("\u0663", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


async def test_it_waits_as_long_as_it_is_asked_to() -> None:
    clock = Clock()
    told: list[str] = []
    answers: list[float | None] = [7.0, None, None]

    async def once() -> str:
        if answers:
            raise HostAway("busy", wait=answers.pop(0))
        return "done"

    assert await patiently(once, tries=4, tell=told.append, sleep=clock.sleep) == "done"
    assert clock.slept[0] == 7.0
    assert all(0 < seconds < 60 for seconds in clock.slept[1:])
    assert len(told) == 3


@pytest.mark.parametrize(("moves", "tried"), [(False, 3), (True, 10)])
async def test_it_gives_up_where_nothing_moves(moves: bool, tried: int) -> None:
    clock, calls = Clock(), 0

    async def once() -> None:
        nonlocal calls
        calls += 1
        raise HostAway("busy")

    with pytest.raises(HostAway):
        await patiently(once, tries=3, sleep=clock.sleep, moved=lambda: moves and calls <= 8)
    assert calls == tried


async def test_calls_keep_their_distance() -> None:
    clock = Clock()
    pace = Pace(0.34, clock=lambda: clock.now, sleep=clock.sleep)
    began = []
    for pause in (0.0, 0.0, 5.0, 0.1):
        clock.now += pause
        await pace.wait()
        began.append(clock.now)
    assert all(later - earlier >= 0.34 - 1e-9 for earlier, later in pairwise(began))
    assert began[2] - began[1] == 5.0  # who paused does not wait, and saves nothing up either


class TestSchedule:
    @pytest.mark.parametrize("error", [FileMissing("gap"), HostAway("away"), BrokerUnreachable("broker")])
    async def test_it_looks_again_whatever_is_wrong_for_now(self, error: Exception) -> None:
        clock, outcomes = Clock(), [None, error, None]
        told: list[str] = []

        async def once() -> None:
            if not outcomes:
                raise KeyboardInterrupt
            if (outcome := outcomes.pop(0)) is not None:
                raise outcome

        with pytest.raises(KeyboardInterrupt):
            await repeatedly(once, 3600, tell=told.append, sleep=clock.sleep)
        assert clock.slept == [3600, 3600 if isinstance(error, FileMissing) else 60, 3600]
        assert any(str(error) in said for said in told)

    @pytest.mark.parametrize("every", [None, 60.0])
    async def test_a_wrong_address_is_no_matter_of_time(self, every: float | None) -> None:
        async def once() -> None:
            raise HostRefuses("404")

        with pytest.raises(HostRefuses):
            await repeatedly(once, every, tell=lambda _: None)


async def test_another_hosts_certificate_is_not_taken(pubmed: PubMed) -> None:
    """Against a port that speaks no TLS at all: refused, and never asked in clear."""
    with pubmed.running() as url:
        async with Web(url.replace("http:", "https:"), timeout=5) as web:
            with pytest.raises((HostRefuses, HostAway)):
                await web.text("updatefiles/", 1000)
    assert pubmed.asked == []


async def test_an_authority_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(HostRefuses, match="is no file of authorities"):
        await Web("https://127.0.0.1/", ca_file=tmp_path / "ca.pem").__aenter__()


@pytest.mark.parametrize("length", [True, False], ids=["says-so", "does-not"])
async def test_more_than_was_bargained_for_is_not_read(pubmed: PubMed, length: bool) -> None:
    content = b"x" * 5_000
    headers = {} if length else {"Transfer-Encoding": "chunked"}

    def chunked(handler, _) -> None:  # type: ignore[no-untyped-def]
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(5):
            handler.wfile.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")

    pubmed.faults["/big"] += [chunked if headers else says(content)] * 2
    with pubmed.running() as url:
        async with Web(url) as web:
            with pytest.raises(HostRefuses, match="larger than 3,000 bytes"):
                await web.text("big", 3_000)
            with pytest.raises(HostRefuses, match="larger than 3,000 bytes"):
                await web.into("big", BytesIO(), 3_000)


async def test_a_part_of_another_place_is_not_taken(pubmed: PubMed) -> None:
    pubmed.faults["/file"].append(says(b"xyz", 206, Content_Range="bytes 7-9/10"))
    file = BytesIO(b"ab")
    with pubmed.running() as url:
        async with Web(url) as web:
            with pytest.raises(HostRefuses, match="another part"):
                await web.into("file", file, 1_000)
    assert file.getvalue() == b"ab"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("URL", "https://me:secret@example.org/"),
        ("URL", "file:///etc/passwd"),
        ("URL", "example.org"),
        ("URL", "https://example.org/?a=b"),
        ("EUTILS", "ftp://example.org/"),
        ("EMAIL", "nobody"),
        ("TOOL", "my tool"),
        ("TIMEOUT_S", "0"),
    ],
)
def test_settings_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, setting: str, value: str) -> None:
    monkeypatch.setenv(f"BIORELAY_PUBMED_{setting}", value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "secret" not in str(refused.value)


def test_the_key_is_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("0123456789abcdef\n")
    monkeypatch.setenv("BIORELAY_PUBMED_API_KEY_FILE", str(tmp_path / "key"))
    assert load_settings().pubmed.key() == "0123456789abcdef"
    monkeypatch.setenv("BIORELAY_PUBMED_API_KEY", "fedcba")
    with pytest.raises(SettingsError, match="not both"):
        load_settings()
    monkeypatch.delenv("BIORELAY_PUBMED_API_KEY_FILE")
    assert "fedcba" not in repr(load_settings().pubmed)
    monkeypatch.setenv("BIORELAY_PUBMED_EUTILS", "http://eutils.example.org/")
    with pytest.raises(SettingsError, match="https:// only"):
        load_settings()
    with pytest.raises(SettingsError):
        load_settings(options=["pubmed.api_key=abcdef"])  # every process can read a command's words


class FtpHost(socketserver.ThreadingTCPServer):
    """As much of an FTP server (RFC 959) as fetching a file takes."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), FtpSession)
        self.files = files
        self.cuts: list[int] = []  # bytes after which the next transfers break off


class FtpSession(socketserver.StreamRequestHandler):
    server: FtpHost

    def handle(self) -> None:
        self.rest = 0
        self.data: socketserver.TCPServer | None = None
        self.say("220 ready")
        while line := self.rfile.readline(2000).decode().strip():
            verb, _, rest = line.partition(" ")
            if not self.command(verb.upper(), rest):
                return

    def finish(self) -> None:
        super().finish()
        if self.data is not None:
            self.data.server_close()

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def command(self, verb: str, rest: str) -> bool:
        if verb in {"EPSV", "PASV"} and self.data is None:
            self.data = socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler)
            port = self.data.server_address[1]
            # The address is somebody else's: whoever believes it leaves the host.
            self.say(f"229 ok (|||{port}|)" if verb == "EPSV" else f"227 ok (203,0,113,9,{port >> 8},{port & 255})")
        elif verb in {"RETR", "NLST"}:
            self.transfer(verb, rest)
        elif verb == "REST":
            self.rest = int(rest)
            self.say("350 ok")
        else:
            self.say({"USER": "331 password", "PASS": "230 in", "QUIT": "221 bye"}.get(verb, "200 ok"))
        return verb != "QUIT"

    def transfer(self, verb: str, path: str) -> None:
        names = "".join(f"{name.rpartition('/')[2]}\r\n" for name in self.server.files if name.startswith(f"{path}/"))
        content = self.server.files.get(path) if verb == "RETR" else names.encode() or None
        if content is None or self.data is None:
            self.say("550 no such thing")
            return
        content, self.rest = content[self.rest :], 0
        end = self.server.cuts.pop(0) if verb == "RETR" and self.server.cuts else len(content)
        self.say("150 here it comes")
        connection, _ = self.data.socket.accept()
        with connection:
            connection.sendall(content[:end])
        self.say("226 done" if end >= len(content) else "426 broken off")


@pytest.fixture
def ftp_host() -> Iterator[FtpHost]:
    host = FtpHost({"/pubmed/updatefiles/pubmed26n0001.xml.gz": bytes(range(256)) * 400})
    thread = threading.Thread(target=host.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.shutdown()
        thread.join()
        host.server_close()


def ftp(host: FtpHost) -> Ftp:
    found = remote(f"ftp://127.0.0.1:{host.server_address[1]}/pubmed/", timeout=5)
    assert isinstance(found, Ftp)
    return found


class TestFtp:
    async def test_names_and_files(self, ftp_host: FtpHost) -> None:
        async with ftp(ftp_host) as host:
            assert (await host.text("updatefiles/", 1_000)).split() == ["pubmed26n0001.xml.gz"]
            file = BytesIO()
            await host.into("updatefiles/pubmed26n0001.xml.gz", file, 200_000)
            assert file.getvalue() == bytes(range(256)) * 400

    async def test_a_part_is_fetched_on(self, ftp_host: FtpHost) -> None:
        ftp_host.cuts += [30_000]
        file = BytesIO()
        async with ftp(ftp_host) as host:
            with pytest.raises(HostAway):
                await host.into("updatefiles/pubmed26n0001.xml.gz", file, 200_000)
            assert len(file.getvalue()) == 30_000
            await host.into("updatefiles/pubmed26n0001.xml.gz", file, 200_000)
        assert file.getvalue() == bytes(range(256)) * 400

    async def test_what_is_not_there(self, ftp_host: FtpHost) -> None:
        async with ftp(ftp_host) as host:
            for path in ("baseline/", "updatefiles/pubmed26n0002.xml.gz.md5"):
                with pytest.raises(FileMissing):
                    await host.text(path, 1_000)

    async def test_limits(self, ftp_host: FtpHost) -> None:
        async with ftp(ftp_host) as host:
            for ask in (
                lambda: host.text("updatefiles/pubmed26n0001.xml.gz", 1_000),
                lambda: host.into("updatefiles/pubmed26n0001.xml.gz", BytesIO(), 1_000),
            ):
                await refused(ask)

    async def test_a_full_disk_is_no_matter_of_the_network(self, ftp_host: FtpHost) -> None:
        class Full(BytesIO):
            def write(self, *_: object) -> int:
                raise OSError(28, "No space left on device")

        async with ftp(ftp_host) as host:
            with pytest.raises(OSError, match="No space"):
                await host.into("updatefiles/pubmed26n0001.xml.gz", Full(), 200_000)

    async def test_nobody_there(self, unused_port: int) -> None:
        async with Ftp(f"ftp://127.0.0.1:{unused_port}/", timeout=2) as host:
            with pytest.raises(HostAway):
                await asyncio.wait_for(host.text("updatefiles/", 1_000), 20)


async def refused(ask: Callable[[], Awaitable[object]]) -> None:
    with pytest.raises(HostRefuses, match="larger than"):
        await ask()
