"""Java, Maven, and the classpath of a service out of Maven Central, resolved once per pom."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.errors import LocalServiceError

POMS = Path(__file__).parent / "poms"
LOCAL = Path(__file__).resolve().parents[2] / ".local"
CACHE = LOCAL / "maven"
JAVA_AT_LEAST = 17
INSTALL = "Install both, for example: apt-get install openjdk-17-jre-headless maven (macOS: brew install openjdk@17 maven)"
# Pinned, so that two machines resolve alike.
_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath"
_DOWNLOADED = re.compile(r"Downloaded from \S+ \S+\.jar\b")
_TITLES = {"kafka": "Kafka", "neo4j": "Neo4j", "registry": "Schema registry"}

Say = Callable[[str], None]


def missing_tools(names: Sequence[str] = ("kafka", "neo4j"), *, cache: Path | None = None) -> str | None:
    """What is missing to run these services, as one sentence; None when nothing is. Maven is needed only for the first look-up."""
    try:
        java()
    except LocalServiceError as error:
        return str(error)
    if shutil.which("mvn") is None and any(_complete(_resolved(name, cache or CACHE)) is None for name in names):
        return f"Maven (mvn) was not found. {INSTALL}"
    return None


def java() -> str:
    """The java command of JAVA_HOME or PATH; LocalServiceError when there is none or it is older than 17."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home, "bin", "java")) if home and Path(home, "bin", "java").is_file() else shutil.which("java")
    if found is None:
        raise LocalServiceError("Java was not found", remedy=INSTALL)
    answer = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)
    match = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    if match is None:
        raise LocalServiceError(f"{found} -version gave no version", remedy=INSTALL)
    if int(match[1]) < JAVA_AT_LEAST:
        raise LocalServiceError(f"Java {match[1]} at {found} is too old: {JAVA_AT_LEAST} or newer is needed", remedy=INSTALL)
    return found


def classpath(name: str, *, cache: Path | None = None, say: Say = lambda _: None) -> str:
    """The classpath of ``poms/<name>.xml``; Maven is asked only when the pom is new or a jar has gone.

    ``cache`` (default ``.local/maven``) keeps one file per pom content. Raises LocalServiceError when Maven is missing
    or Maven Central cannot be reached.
    """
    folder = cache or CACHE
    folder.mkdir(parents=True, exist_ok=True)
    resolved = _resolved(name, folder)
    with (folder / "maven.lock").open("w") as lock:  # one for all: two Mavens that fetch the same jar into one repository can spoil it
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _complete(resolved)
        if known is None:
            _resolve(POMS / f"{name}.xml", resolved, name, say)
            known = _complete(resolved)
        if known is None:
            raise LocalServiceError(f"Maven named jars for {_TITLES[name]} that are not there", remedy=f"Remove {resolved} and try again")
        return known


def _resolved(name: str, folder: Path) -> Path:
    digest = hashlib.sha256((POMS / f"{name}.xml").read_bytes()).hexdigest()[:12]
    return folder / f"{name}-{digest}.classpath"


def _complete(resolved: Path) -> str | None:
    if not resolved.is_file():
        return None
    text = resolved.read_text(encoding="utf-8").strip()
    return text if text and all(Path(jar).is_file() for jar in text.split(os.pathsep)) else None


def _resolve(pom: Path, resolved: Path, name: str, say: Say) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise LocalServiceError("Maven (mvn) was not found", remedy=INSTALL)
    title = _TITLES[name]
    partial = resolved.with_suffix(".partial")
    command = [maven, "-B", "-f", str(pom), _GOAL, f"-Dmdep.outputFile={partial}", "-Dmdep.includeScope=runtime"]
    say(f"{title}: looking up its jars with Maven (downloaded once, then kept in Maven's own repository)")
    last: list[str] = []
    for _attempt in range(2):  # Maven keeps what it has, so the second attempt goes on where the first broke off
        last, status = _run(command, title, say)
        if status == 0 and partial.is_file():
            partial.replace(resolved)
            jars = resolved.read_text(encoding="utf-8").count(os.pathsep) + 1
            say(f"{title}: {jars} jars ready")
            return
    problems = [line for line in last if line.startswith("[ERROR]")] or last
    raise LocalServiceError(
        f"Maven could not get the jars of {title}: {problems[0] if problems else 'no output'}",
        remedy=f"Check the network (Maven Central, or the mirror in your Maven settings); Maven alone says more: mvn -f {pom} {_GOAL}",
    )


def _run(command: list[str], title: str, say: Say) -> tuple[list[str], int]:
    lines: list[str] = []
    jars = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as process:
        for line in process.stdout or ():
            lines = [*lines[-60:], line.rstrip()]
            if _DOWNLOADED.search(line):
                jars += 1
                if jars % 25 == 0:
                    say(f"{title}: downloading from Maven Central ... {jars} jars")
    return lines, process.returncode
