"""The chart through helm and kubeconform, the compose file through its specification's reader."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from .manifests import Manifest
from .tools import ROOT

CHART: Final = ROOT / "deploy" / "helm" / "biorelay"
VALUES: Final = ROOT / "deploy" / "helm" / "values"
COMPOSE_FILE: Final = ROOT / "deploy" / "compose.yaml"
RELEASE: Final = "checked"
_PASSWORD = re.compile(r"\$\{(\w+):\?[^}]*\}")
_CHOSEN: Final = "chosen-for-the-check"


def values_files() -> list[Path]:
    """The chosen sets of values that are rendered."""
    return sorted(VALUES.glob("*.yaml"))


def run(command: list[str | Path], *, text: str | None = None, more: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    environment = os.environ | (more or {})
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, env=environment, timeout=300)
    return done.returncode, done.stdout, done.stderr


def lint(helm: Path, values: Path) -> list[str]:
    """What `helm lint --strict` has against the chart with these values."""
    code, out, err = run([helm, "lint", "--strict", CHART, "--values", values])
    return [] if code == 0 else [line for line in (out + err).splitlines() if line.strip()]


def render(helm: Path, *values: Path, options: tuple[str, ...] = ()) -> tuple[str, list[str]]:
    """The manifests of a release, hooks and tests with them, and what helm has against it."""
    command: list[str | Path] = [helm, "template", RELEASE, CHART, "--namespace", "literature"]
    for one in values:
        command += ["--values", one]
    code, out, err = run([*command, *options])
    return out, [] if code == 0 else [line for line in err.splitlines() if line.strip()]


def without_files(manifests: list[Manifest]) -> list[Manifest]:
    """The manifests that hold no whole file of the repository (dashboards, alerts), which other tests look at."""
    return [one for one in manifests if one["kind"] not in {"ConfigMap", "PrometheusRule"}]


def conforms(kubeconform: Path, manifests: str, version: str, locations: list[str]) -> tuple[dict[str, int], list[str]]:
    """How many resources are valid, and what is wrong with the others, those without a schema among them."""
    command: list[str | Path] = [kubeconform, "-strict", "-summary", "-verbose", "-output", "json", "-kubernetes-version", version]
    for location in locations:
        command += ["-schema-location", location]
    code, out, err = run([*command, "-"], text=manifests)
    try:
        told: dict[str, Any] = json.loads(out)
    except ValueError:
        return {}, [f"kubeconform ended with {code}: {(err or out).strip()[:500]}"]
    wrong = [
        f"{one['kind']}/{one['name']}: {one['msg'] or one['status']}"
        for one in told["resources"] or []
        if one["status"] not in {"statusValid", "statusEmpty"}
    ]
    return told["summary"], wrong


def compose_by_reader(reader: Path) -> list[str]:
    """What the reference reader of the compose specification has against the file, every profile on."""
    text = _PASSWORD.sub(_CHOSEN, COMPOSE_FILE.read_text(encoding="utf-8"))  # its command looks no variable up
    return _compose([reader, "-"], text=text)


def compose_by_docker() -> list[str] | None:
    """The same of `docker compose config`; `None` where there is none."""
    docker = shutil.which("docker")
    if docker is None or run([docker, "compose", "version"])[0] != 0:
        return None
    return _compose([docker, "compose", "-f", COMPOSE_FILE.name, "config", "--quiet"])


def _compose(command: list[str | Path], *, text: str | None = None) -> list[str]:
    chosen = dict.fromkeys(_PASSWORD.findall(COMPOSE_FILE.read_text(encoding="utf-8")), _CHOSEN)
    environment = os.environ | chosen | {"COMPOSE_PROFILES": "*"}
    here = COMPOSE_FILE.parent
    done = subprocess.run(command, input=text, cwd=here, env=environment, capture_output=True, text=True, check=False, timeout=300)
    return [] if done.returncode == 0 else [line for line in (done.stderr or done.stdout).splitlines() if line.strip()][:20]
