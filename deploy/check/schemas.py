"""JSON Schemas for kubeconform: Kubernetes' own out of a wheel of PyPI, the custom resources' out of their Go modules.

Both are strict: a field that the schema does not know is an error, as `kubectl apply --validate=strict` has it.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from .errors import CannotCheck
from .tools import ROOT, module_folder

PLACE: Final = ROOT / ".local" / "schemas"
WHEEL: Final = Path(__file__).with_name("kubernetes.txt")
KUBERNETES: Final = ("1.29.0", "1.37.0")
"""The oldest that the chart is for (Chart.yaml, kubeVersion), and the newest whose schemas are pinned."""

CUSTOM: Final = {
    ("github.com/kedacore/keda/v2", "v2.21.0"): [
        "config/crd/bases/keda.sh_scaledobjects.yaml",
        "config/crd/bases/keda.sh_triggerauthentications.yaml",
    ],
    ("github.com/prometheus-operator/prometheus-operator", "v0.85.0"): [
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ],
}
"""Custom resource definitions by their module."""

KUBERNETES_PATTERN: Final = "{{ .NormalizedKubernetesVersion }}{{ .StrictSuffix }}/{{ .ResourceKind }}{{ .KindSuffix }}.json"
CUSTOM_PATTERN: Final = "{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json"


def kubernetes() -> str:
    """kubeconform's schema location for Kubernetes' own kinds; gets them where they are not there. Raises `CannotCheck`."""
    folder = PLACE / f"kubernetes-{_pinned()}"
    if not folder.is_dir():
        downloads = PLACE / "downloads"
        downloads.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        done = subprocess.run([*command, "-d", downloads, "-r", WHEEL], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CannotCheck(f"Kubernetes' schemas (kubernetes-validate on PyPI) could not be had: {done.stderr.strip()[-300:]}")
        _unpack(next(downloads.glob(f"kubernetes_validate-{_pinned()}-*.whl")), folder)
    return f"{folder}/{KUBERNETES_PATTERN}"


def custom() -> str:
    """kubeconform's schema location for KEDA's and the Prometheus operator's kinds. Raises `CannotCheck`."""
    folder = PLACE / "custom"
    for (module, version), files in CUSTOM.items():
        marker = folder / f"{module.replace('/', '-')}-{version}"
        if marker.is_file():
            continue
        source = module_folder(module, version)
        for file in files:
            definition = yaml.safe_load((source / file).read_text(encoding="utf-8"))
            for name, schema in schemas_of(definition).items():
                place = folder / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(json.dumps(schema), encoding="utf-8")
        marker.write_text("", encoding="utf-8")
    return f"{folder}/{CUSTOM_PATTERN}"


def schemas_of(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The strict JSON Schema of each served version of a CustomResourceDefinition, by `GROUP/kind_version.json`."""
    spec = definition["spec"]
    found = {}
    for version in spec["versions"]:
        if version.get("served"):
            schema = strict(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = {"type": "object"}
            found[f"{spec['group']}/{spec['names']['kind'].lower()}_{version['name']}.json"] = schema
    return found


def strict(schema: Any) -> Any:
    """A copy in which an object has no fields but those that are named, unless it says that it keeps others."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    names = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    if names and "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
        closed["additionalProperties"] = False
    return closed


def _unpack(wheel: Path, folder: Path) -> None:
    """The strict schemas of the versions that are asked for, as `vVERSION-strict/*.json`."""
    making = folder.with_name(f"{folder.name}.making")
    with zipfile.ZipFile(wheel) as packed:
        for version in KUBERNETES:
            prefix = f"kubernetes_validate/kubernetes-json-schema/v{version}-local-strict/"
            names = [name for name in packed.namelist() if name.startswith(prefix) and name.endswith(".json")]
            if not names:
                raise CannotCheck(f"{wheel.name} has no schemas of Kubernetes {version}")
            place = making / f"v{version}-strict"
            place.mkdir(parents=True, exist_ok=True)
            for name in names:
                # The package reads them from memory, under addresses of its own; kubeconform reads files beside each other.
                schema = json.loads(packed.read(name).decode().replace('"/api/_definitions.json#', '"_definitions.json#'))
                schema.pop("$id", None)
                (place / name.removeprefix(prefix)).write_text(json.dumps(schema), encoding="utf-8")
    making.rename(folder)


def _pinned() -> str:
    pin = next(line for line in WHEEL.read_text(encoding="utf-8").splitlines() if "==" in line)
    return pin.partition("==")[2].split()[0]
