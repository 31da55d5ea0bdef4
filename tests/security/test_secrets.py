"""Secrets come from variables or files, and show up nowhere: every setting that is one is planted, and all that is said is searched."""

import base64
import http.server
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from biorelay.doctor.neighbours import _here
from biorelay.errors import RegistryRefused, SettingsError
from biorelay.masking import hide, mask
from biorelay.settings import load_settings
from biorelay.settings.keys import keys
from processors.records import Abstract
from stream import StreamSettings
from stream.registry import _register
from stream.settings import Registry
from tests.biorelay.conftest import Cli
from tests.security.conftest import LOGINS, Login
from tests.serving import serving
from tests.stream.kit import abstract, free_port

PLANTED = "Geheim-%s-'ß\"\\x"
"""With what a log, a Python literal and JSON write differently each."""


def planted() -> dict[str, str]:
    """Each secret setting's variable, and what is planted there."""
    return {key.variable: PLANTED % key.name for key in keys().values() if key.secret}


def biorelay(*arguments: str | Path, folder: Path, stdin: str = "", **environment: str) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_")}
    whole = kept | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment
    command = [sys.executable, "-m", "biorelay", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, env=whole, input=stdin, capture_output=True, text=True, timeout=55, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def repeating() -> Iterator[str]:
    """A schema registry that refuses everybody and repeats what it was sent, as some proxies do."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            login = base64.b64decode(self.headers.get("Authorization", "Basic ").removeprefix("Basic ")).decode()
            body = json.dumps({"message": f"no such login: {login}"}).encode()
            self.send_response(401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as url:
        yield url


@contextmanager
def served(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_address[1]}"


def test_every_secret_setting_has_a_file_beside_it() -> None:
    passwords = ["BIORELAY_BROKER_PASSWORD", "BIORELAY_GRAPH_PASSWORD", "BIORELAY_REGISTRY_PASSWORD"]
    assert sorted(planted()) == sorted([*passwords, "BIORELAY_PUBMED_API_KEY"])
    assert [f"{key.name}_file" in keys() for key in keys().values() if key.secret] == [True] * 4


@pytest.mark.parametrize("section", ["broker", "registry", "graph"])
def test_a_password_out_of_a_file(section: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cli: Cli) -> None:
    file = tmp_path / "password"
    monkeypatch.setenv(f"BIORELAY_{section.upper()}_PASSWORD_FILE", str(file))
    for content in (b"pass word\n", b"pass word", b"pass word\r\n"):
        file.write_bytes(content)
        assert getattr(load_settings(), section).secret() == "pass word"
    assert "pass word" not in cli("config", "show").stdout
    for content in (b"", b"\n", b"two\nlines\n", b"\xff", b"x" * 5000, b"nul\0"):
        file.write_bytes(content)
        with pytest.raises(SettingsError, match="does not hold one line of text"):
            getattr(load_settings(), section).secret()
    file.unlink()
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        getattr(load_settings(), section).secret()
    monkeypatch.setenv(f"BIORELAY_{section.upper()}_PASSWORD", "another")
    with pytest.raises(SettingsError, match="a password or a password_file, not both"):
        load_settings()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"SECURITY": "SASL_SSL"}, "SASL_SSL needs a username and a password"),
        ({"SECURITY": "SASL_SSL", "USERNAME": "a"}, "SASL_SSL needs a username and a password"),
        ({"SECURITY": "SASL_SSL", "SASL_MECHANISM": "OAUTHBEARER"}, "OAUTHBEARER needs either a token_file or a token_url"),
        (
            {"SECURITY": "SASL_SSL", "SASL_MECHANISM": "OAUTHBEARER", "TOKEN_FILE": "t", "TOKEN_URL": "https://x"},
            "OAUTHBEARER needs either a token_file or a token_url",
        ),
        (
            {"SECURITY": "SASL_SSL", "SASL_MECHANISM": "OAUTHBEARER", "TOKEN_URL": "https://x/t"},
            "needs the client's id and secret",
        ),
        ({"TOKEN_URL": "http://x/t"}, "should be https://host/path"),
        ({"TOKEN_URL": "https://app:Geheim@x/t"}, "put the client's id and secret into"),
        ({"SECURITY": "SSL", "KEY_FILE": "k.pem"}, "key_file needs its cert_file"),
    ],
)
def test_a_login_that_is_not_whole_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, written: dict[str, str], said: str) -> None:
    for name, value in written.items():
        monkeypatch.setenv(f"BIORELAY_BROKER_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert said in str(caught.value)
    assert "Geheim" not in str(caught.value)


def test_what_is_hidden_is_masked_in_every_writing() -> None:
    secret = PLANTED % "test"
    hide(secret)
    for text in (secret, repr(secret), repr(secret.encode()), f"{secret.encode()!r} and {secret}", f"b'n,,{repr(secret.encode())[2:-1]}'"):
        assert "Geheim" not in mask(text), text
    hide("kurz")
    assert mask("a short word, kurz, tells itself by its holes") == "a short word, kurz, tells itself by its holes"


@pytest.mark.slow
@pytest.mark.parametrize("debug", [False, True])
def test_nothing_that_is_said_holds_a_secret_while_everything_fails(
    debug: bool,
    embedded_settings: StreamSettings,
    repeating: str,
    tmp_path: Path,
) -> None:
    (tmp_path / "abstracts.jsonl").write_bytes(abstract(1).to_bytes())
    environment = planted() | {
        "BIORELAY_BROKER_BOOTSTRAP": embedded_settings.broker,
        "BIORELAY_BROKER_TIMEOUT_S": "2",
        "BIORELAY_BROKER_USERNAME": "app",
        "BIORELAY_TOPICS_PREFIX": embedded_settings.prefix,
        "BIORELAY_REGISTRY_URL": repeating,
        "BIORELAY_REGISTRY_USERNAME": "app",
        "BIORELAY_GRAPH_URL": "bolt://127.0.0.1:1",
        "BIORELAY_WORKER_METRICS_PORT": "0",
        "HTTPS_PROXY": "http://app:Geheim-proxy-'@127.0.0.1:1",
    }
    away = {"BIORELAY_BROKER_BOOTSTRAP": "127.0.0.1:1", "BIORELAY_BROKER_SECURITY": "SASL_SSL", "BIORELAY_WORKER_STARTUP_S": "2"}
    token = away | {
        "BIORELAY_BROKER_SASL_MECHANISM": "OAUTHBEARER",
        "BIORELAY_BROKER_TOKEN_URL": "https://127.0.0.1:1/token",
    }
    wrong = {"BIORELAY_GRAPH_URL": "bolt://neo4j:Geheim-url-'@127.0.0.1:1"}
    query = {"BIORELAY_PUBMED_EMAIL": "me@example.org", "BIORELAY_PUBMED_TRIES": "1"}
    commands: list[tuple[tuple[str, ...], dict[str, str], set[int]]] = [
        (("config", "show"), {}, {0}),
        (("config", "show", "--json"), {}, {0}),
        (("config", "show", "--toml"), {}, {0}),
        (("doctor",), {}, {1}),
        (("publish", "abstracts.jsonl"), {}, {1}),  # the registry refuses
        (("worker", "--stages", "ner"), {}, {1}),  # the registry refuses
        (("consume", "relations", "--once"), {}, {0}),
        (("topics", "describe"), away, {1}),
        (("worker",), token, {1}),
        (("publish", "abstracts.jsonl"), token, {1}),
        (("follow", "pubmed", "--query", "x", "--once"), query | {"BIORELAY_PUBMED_EUTILS": repeating}, {1}),
        (("follow", "pubmed", "--query", "x", "--once"), query | {"BIORELAY_PUBMED_EUTILS": "http://127.0.0.1:1"}, {1}),
        (("graph", "stats"), {}, {1}),
        (("graph", "stats"), wrong, {2}),
    ]
    spoken = 0
    for command, more, codes in commands:
        code, said = biorelay(*(["--debug"] if debug else []), *command, folder=tmp_path, **(environment | more))
        assert code in codes or (debug and code == 1), (command, code, said)
        assert "Geheim" not in said, (command, said)
        spoken += said.count("DEBUG")
    assert (spoken > 0) == debug


def test_a_working_worker_tells_no_secret(embedded_settings: StreamSettings, tmp_path: Path) -> None:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_")} | planted()
    environment |= {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "BIORELAY_BROKER_BOOTSTRAP": embedded_settings.broker,
        "BIORELAY_TOPICS_PREFIX": embedded_settings.prefix,
        "BIORELAY_WORKER_METRICS_PORT": str(port),
        "BIORELAY_WORKER_STAGES": "graph",
        "BIORELAY_WORKER_SESSION_TIMEOUT_S": "6",
    }
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "biorelay", "--debug", "worker"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    try:
        from tests.security.test_listening import waited

        waited(lambda: b" at work on " in (tmp_path / "log").read_bytes(), process, tmp_path / "log")
        served = []
        for path in ("/metrics", "/healthz", "/readyz", "/nothing"):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                    served.append(answer.read().decode())
            except urllib.error.HTTPError as error:
                with error:
                    served.append(error.read().decode())
        assert "biorelay_lag_messages" in served[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    said = (tmp_path / "log").read_text()
    assert "DEBUG" in said
    assert "Geheim" not in said + "".join(served)


@pytest.mark.kafka
@pytest.mark.parametrize("how", LOGINS)
def test_a_login_is_in_no_debug_log(how: str, login: Login, tmp_path: Path) -> None:
    """Neither the password nor the token nor what they are sent as, whether the broker takes them or not."""
    variables = login(how)
    for wrong in ({}, spoilt(variables, tmp_path)):
        code, said = biorelay("--debug", "topics", "describe", folder=tmp_path, **(variables | wrong))
        assert code == 1
        assert "DEBUG" in said
        for secret in secrets_of(variables | wrong):
            assert secret not in said
        assert "auth=Bearer" not in said


def spoilt(variables: dict[str, str], folder: Path) -> dict[str, str]:
    """A wrong secret in the place of the right one."""
    if "BIORELAY_BROKER_CERT_FILE" in variables:
        return {"BIORELAY_BROKER_CA_FILE": variables["BIORELAY_BROKER_CERT_FILE"]}
    if file := variables.get("BIORELAY_BROKER_TOKEN_FILE"):
        (folder / "spoilt").write_text(Path(file).read_text()[:-20] + "AAAAAAAAAAAAAAAAAAAA")
        return {"BIORELAY_BROKER_TOKEN_FILE": str(folder / "spoilt")}
    if "BIORELAY_BROKER_PASSWORD_FILE" in variables:
        (folder / "spoilt").write_text("falsch-geheim")
        return {"BIORELAY_BROKER_PASSWORD_FILE": str(folder / "spoilt")}
    return {"BIORELAY_BROKER_PASSWORD": "falsch-geheim"}


def secrets_of(variables: dict[str, str]) -> Iterator[str]:
    for name, value in variables.items():
        if name.endswith(("TOKEN_FILE", "PASSWORD_FILE")):
            yield Path(value).read_text().strip()
        elif name.endswith("_PASSWORD"):
            yield from (value, repr(value)[1:-1], repr(value.encode())[2:-1])


@pytest.mark.parametrize(
    ("place", "here"),
    [
        ("127.0.0.1:9092", True),
        ("localhost", True),
        ("[::1]:7687", True),
        ("kafka:9092", False),
        ("10.0.0.1:1", False),
        ("", False),
    ],
)
def test_the_doctor_knows_what_stays_on_this_machine(place: str, here: bool) -> None:
    """A login without encryption is told of where it leaves it."""
    assert _here(place) is here


def test_a_registry_s_redirect_gets_no_login() -> None:
    seen: list[str | None] = []

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Redirecting(Elsewhere):
        def do_POST(self) -> None:
            self.send_response(302)
            self.send_header("Location", elsewhere)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with served(Elsewhere) as elsewhere, served(Redirecting) as url, pytest.raises(RegistryRefused):
        _register(Registry(url, "app", "Geheim-wort"), "x-value", Abstract, 5.0)
    assert seen == [None]
