"""A private certificate authority and an identity provider's keys, made with openssl for one test run."""

import base64
import http.server
import json
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import serving


def openssl(*arguments: object, given: bytes | None = None) -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@dataclass(frozen=True)
class Certificate:
    """PEM files: the certificate, its key (PKCS 8), and both in one, as Kafka's PEM keystores want them."""

    cert: Path
    key: Path
    both: Path


class Authority:
    """Signs certificates; `ca` is its own, in PEM."""

    def __init__(self, folder: Path, name: str = "test authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._key = _new_key(folder / "ca.key")
        self.ca = folder / "ca.pem"
        openssl("req", "-x509", "-new", "-key", self._key, "-subj", f"/CN={name}", "-days", 30, "-out", self.ca)

    def issue(self, name: str, *, alt: str = "DNS:localhost,IP:127.0.0.1", days: int = 30) -> Certificate:
        """A certificate for server and client; `days` below 0 for one that has expired."""
        key, cert, both = (self._folder / f"{name}.{kind}" for kind in ("key", "pem", "both"))
        _new_key(key)
        request = openssl("req", "-new", "-key", key, "-subj", f"/CN={name}")
        extensions = self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alt}\nextendedKeyUsage=serverAuth,clientAuth\n")
        signing = ["-CA", self.ca, "-CAkey", self._key, "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", cert]
        openssl("x509", "-req", *signing, given=request)
        both.write_bytes(key.read_bytes() + cert.read_bytes() + self.ca.read_bytes())
        return Certificate(cert, key, both)


def _new_key(path: Path) -> Path:
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    return path


class Tokens:
    """Signs JSON Web Tokens (RFC 7519, RS256); `jwks` is the file of its public key (RFC 7517)."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._key = folder / "jwt.key"
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self._key)
        modulus = openssl("rsa", "-in", self._key, "-noout", "-modulus").decode().strip().removeprefix("Modulus=")
        key = {"kty": "RSA", "kid": "test", "use": "sig", "alg": "RS256", "n": _base64(bytes.fromhex(modulus)), "e": "AQAB"}
        self.jwks = folder / "jwks.json"
        self.jwks.write_text(json.dumps({"keys": [key]}))

    def token(self, subject: str, *, seconds: float = 600, audience: str = "biorelay") -> str:
        now = int(time.time())
        claims = {"sub": subject, "aud": audience, "iss": "test", "scope": "kafka", "iat": now, "exp": now + int(seconds)}
        head = {"alg": "RS256", "typ": "JWT", "kid": "test"}
        signed = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
        return f"{signed}.{_base64(openssl('dgst', '-sha256', '-sign', self._key, given=signed.encode()))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def https_server(certificate: Certificate, answer: Callable[[dict[str, str], bytes], Answer]) -> Iterator[str]:
    """An https server on loopback that answers each POST with status, headers and body; yields its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, content = answer(dict(self.headers), body)
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that refuses the certificate is no error here."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert, certificate.key)
    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with serving(server):
        yield f"https://localhost:{server.server_address[1]}"
