"""Apicurio Registry as one local process: a schema registry that speaks Confluent's REST interface, on loopback only."""

import http.client
import os
import shutil
import tarfile
from pathlib import Path

from deploy.local.errors import LocalServiceError
from deploy.local.maven import CACHE, LOCAL, Say, classpath, java
from deploy.local.service import HOST, Service

PORT = 8081
MEMORY = "384m"
DEADLINE = 120.0  # seconds; 8 to 14 on a busy machine
CONFLUENT = "/apis/ccompat/v7"
"""Where the interface of Confluent's registry is."""


def registry_service(
    folder: Path,
    port: int = PORT,
    *,
    memory: str = MEMORY,
    deadline: float = DEADLINE,
    cache: Path | None = None,
    say: Say = lambda _: None,
) -> Service:
    """The service, not yet started; ``service.settings`` holds its url. Its schemas lie in ``<folder>/data``."""
    folder = folder.resolve()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    program = _unpacked(Path(classpath("registry", cache=cache, say=say)), cache or CACHE)
    command = [java(), f"-Xmx{memory}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8"]
    command += [f"-Dquarkus.http.host={HOST}", f"-Dquarkus.http.port={port}", f"-Djava.io.tmpdir={folder / 'data'}"]
    command += [f"-Dquarkus.datasource.jdbc.url=jdbc:h2:file:{folder / 'data' / 'registry'}", "-jar", str(program)]
    return Service(
        name="Schema registry",
        folder=folder,
        port=port,
        command=command,
        probe=answers,
        deadline=deadline,
        prepare=lambda: None,
        settings={"url": f"http://{HOST}:{port}{CONFLUENT}"},
        say=say,
    )


def start_registry(
    folder: Path = LOCAL / "registry",
    port: int = PORT,
    *,
    memory: str = MEMORY,
    deadline: float = DEADLINE,
    cache: Path | None = None,
    say: Say = lambda _: None,
) -> Service:
    """Start one and wait until it answers. Raises LocalServiceError."""
    service = registry_service(folder, port, memory=memory, deadline=deadline, cache=cache, say=say)
    service.start()
    return service


def answers(port: int) -> bool:
    """Whether Confluent's interface answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", f"{CONFLUENT}/subjects")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _unpacked(archive: Path, cache: Path) -> Path:
    """The program of the archive, unpacked once."""
    folder = cache / archive.name.removesuffix(".tar.gz")
    if not folder.is_dir():
        scratch = cache / f"{folder.name}.{os.getpid()}"
        with tarfile.open(archive) as packed:
            packed.extractall(scratch, filter="data")
        try:
            scratch.replace(folder)
        except OSError:  # another process was quicker
            shutil.rmtree(scratch)
    found = sorted(folder.glob("*-runner.jar"))
    if not found:
        raise LocalServiceError(f"{archive} holds no program", remedy=f"Remove {folder} and {archive}, and try again")
    return found[0]
