"""The programs that check, built once from Go modules of pinned versions.

Go's checksum database vouches for what the proxy hands out (GOSUMDB), so that a version is always the same source.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import CannotCheck

ROOT: Final = Path(__file__).resolve().parents[2]
BIN: Final = ROOT / ".local" / "bin"


@dataclass(frozen=True, slots=True)
class Tool:
    """A command of a Go module."""

    name: str
    package: str
    version: str

    @property
    def built(self) -> Path:
        """Where it lies once it is built; another version is another file."""
        return BIN / f"{self.name}-{self.version}"

    def found(self) -> Path | None:
        """The built one, else whatever version the machine has."""
        if self.built.is_file():
            return self.built
        other = shutil.which(self.name)
        return Path(other) if other else None


HELM: Final = Tool("helm", "helm.sh/helm/v4/cmd/helm", "v4.3.2")
KUBECONFORM: Final = Tool("kubeconform", "github.com/yannh/kubeconform/cmd/kubeconform", "v0.8.0")
COMPOSE: Final = Tool("compose-spec", "github.com/compose-spec/compose-go/v2/cmd", "v2.16.2")
TOOLS: Final = (KUBECONFORM, COMPOSE, HELM)  # the quick ones first


def go() -> str:
    """The Go command, also where its usual folder is not on the path. Raises `CannotCheck`."""
    found = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if found is None:
        raise CannotCheck("Go is not installed (1.26 or newer builds helm and kubeconform): https://go.dev/doc/install")
    return found


def build(tool: Tool) -> Path:
    """The tool, built where it is not there yet: a minute or two for most, several for helm. Raises `CannotCheck`."""
    if tool.built.is_file():
        return tool.built
    BIN.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BIN, prefix=".building-") as place:
        environment = os.environ | {"GOBIN": place, "CGO_ENABLED": "0"}
        command = [go(), "install", "-trimpath", "-ldflags=-s -w", f"{tool.package}@{tool.version}"]
        done = subprocess.run(command, env=environment, cwd=place, capture_output=True, text=True, check=False)
        made = list(Path(place).iterdir())
        if done.returncode != 0 or len(made) != 1:
            raise CannotCheck(f"{tool.name} {tool.version} could not be built: {_last_line(done.stderr) or 'nothing came of it'}")
        made[0].replace(tool.built)
    return tool.built


def module_folder(module: str, version: str) -> Path:
    """The unpacked source of a Go module. Raises `CannotCheck`."""
    with tempfile.TemporaryDirectory() as place:  # outside any module of the caller's
        command = [go(), "mod", "download", "-json", f"{module}@{version}"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        name, _, value = line.strip().partition(": ")
        if name == '"Dir"':
            return Path(value.strip('",'))
    raise CannotCheck(f"{module} {version} could not be had: {_last_line(done.stderr or done.stdout)}")


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
