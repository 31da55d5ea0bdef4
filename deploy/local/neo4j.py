"""Neo4j community as one local process: loopback only, with a password of its own."""

import os
import secrets
import socket
import subprocess
from pathlib import Path

from deploy.local.errors import LocalServiceError
from deploy.local.maven import LOCAL, Say, classpath, java
from deploy.local.service import HOST, Service, without_stack

PORT = 7687
USER = "neo4j"
MEMORY = "1g"
DEADLINE = 120.0  # seconds; 4 to 9 on a quiet machine; both services took 100 on one with a load of six a core

_SETTINGS = """\
server.default_listen_address={host}
server.bolt.enabled=true
server.bolt.listen_address={host}:{port}
server.http.enabled={http_enabled}
server.http.listen_address={host}:{http}
server.https.enabled=false
dbms.security.auth_enabled=true
dbms.usage_report.enabled=false
server.memory.pagecache.size={page_cache}
db.tx_log.rotation.retention_policy=1 files
db.tx_log.preallocate=false
db.tx_log.rotation.size=32m
"""
_OPENS = ["--add-opens=java.base/java.nio=ALL-UNNAMED", "--add-opens=java.base/java.io=ALL-UNNAMED"]
_OPENS += ["--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"]


def neo4j_service(
    folder: Path,
    port: int = PORT,
    *,
    http_port: int | None = None,
    memory: str = MEMORY,
    page_cache: str = "256m",
    extra: dict[str, str] | None = None,
    young: bool = False,
    deadline: float = DEADLINE,
    cache: Path | None = None,
    say: Say = lambda _: None,
) -> Service:
    """The service, not yet started. Its password is made up once and lies in ``<folder>/password`` (mode 600).

    ``extra`` adds lines to neo4j.conf. ``young``: it will not live long, so Java compiles in its quick way only: most of a
    young server's CPU seconds are the optimising compiler's.
    """
    folder = folder.resolve()
    for part in ("conf", "data", "logs", "import", "plugins"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    runtime = java()
    libraries = classpath("neo4j", cache=cache, say=say)
    if not (folder / "password").is_file():
        with os.fdopen(os.open(folder / "password", os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.write(secrets.token_hex(16) + "\n")  # a leading dash would be taken for an option
    password = read_password(folder)

    def prepare() -> None:
        text = _SETTINGS.format(
            host=HOST, port=port, http=http_port or 7474, http_enabled="true" if http_port else "false", page_cache=page_cache
        )
        text += "".join(f"{key}={value}\n" for key, value in (extra or {}).items())
        (folder / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")
        if (folder / "data" / "databases").is_dir() or (folder / "data" / "dbms" / "auth.ini").is_file():
            return
        command = [runtime, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", libraries, "org.neo4j.cli.AdminTool"]
        environment = {**os.environ, "NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")}
        done = subprocess.run(
            [*command, "dbms", "set-initial-password", password], capture_output=True, text=True, check=False, env=environment
        )
        if done.returncode != 0:
            raise LocalServiceError(
                f"Neo4j refused its first password: {without_stack(done.stderr or done.stdout).strip()}", remedy="Choose another --folder"
            )

    command = [runtime, "-Xms256m", f"-Xmx{memory}", "-XX:+UseSerialGC", "-XX:-OmitStackTraceInFastThrow", *_OPENS]
    if young:
        command.insert(command.index("-XX:+UseSerialGC") + 1, "-XX:TieredStopAtLevel=1")
    command += ["-Dio.netty.tryReflectionSetAccessible=true", "-Djdk.nio.maxCachedBufferSize=1024"]
    command += ["-Dlog4j2.disable.jmx=true", "-Dfile.encoding=UTF-8", "-cp", libraries, "org.neo4j.server.CommunityEntryPoint"]
    command += [f"--home-dir={folder}", f"--config-dir={folder / 'conf'}", "--console-mode"]
    return Service(
        name="Neo4j",
        folder=folder,
        port=port,
        command=command,
        probe=answers,
        deadline=deadline,
        prepare=prepare,
        other_ports=(http_port,) if http_port else (),
        settings={"url": f"bolt://{HOST}:{port}", "user": USER, "password": password},
        say=say,
    )


def start_neo4j(
    folder: Path = LOCAL / "neo4j",
    port: int = PORT,
    *,
    http_port: int | None = None,
    memory: str = MEMORY,
    page_cache: str = "256m",
    extra: dict[str, str] | None = None,
    young: bool = False,
    deadline: float = DEADLINE,
    cache: Path | None = None,
    say: Say = lambda _: None,
) -> Service:
    """Start one Neo4j and wait until Bolt answers; ``service.settings`` holds url, user and password.

    ``http_port`` switches its browser page and HTTP API on. Raises LocalServiceError.
    """
    service = neo4j_service(
        folder,
        port,
        http_port=http_port,
        memory=memory,
        page_cache=page_cache,
        extra=extra,
        young=young,
        deadline=deadline,
        cache=cache,
        say=say,
    )
    service.start()
    return service


def read_password(folder: Path) -> str:
    """The password of the instance in ``folder``."""
    return (folder / "password").read_text(encoding="ascii").strip()


def answers(port: int) -> bool:
    """Whether a Bolt server answers the handshake (magic 0x6060B017, then four offered versions: 5.4, none, none, none)."""
    try:
        with socket.create_connection((HOST, port), 1) as connection:
            connection.settimeout(5)
            connection.sendall(bytes.fromhex("6060b017") + bytes.fromhex("00000405") + b"\0" * 12)
            return len(connection.recv(4)) == 4
    except OSError:
        return False
