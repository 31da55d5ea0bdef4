"""Rendered manifests, and how they belong together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml  # type: ignore[import-untyped]

Manifest = dict[str, Any]


def read(text: str) -> list[Manifest]:
    """The documents of a YAML stream, the empty ones left out. Raises yaml's errors."""
    return [document for document in yaml.safe_load_all(text) if document]


def of_kind(manifests: Iterable[Manifest], *kinds: str) -> Iterator[Manifest]:
    return (one for one in manifests if one["kind"] in kinds)


def name_of(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


@dataclass(frozen=True, slots=True)
class Pods:
    """What a Deployment, a Job or a Pod runs."""

    owner: Manifest
    labels: Mapping[str, str]
    spec: dict[str, Any]

    @property
    def name(self) -> str:
        return name_of(self.owner)

    @property
    def containers(self) -> list[dict[str, Any]]:
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]


def pods(manifests: Iterable[Manifest]) -> list[Pods]:
    """Everything that becomes a pod."""
    found = []
    for one in manifests:
        if one["kind"] == "Pod":
            found.append(Pods(one, one["metadata"].get("labels", {}), one["spec"]))
            continue
        spec = one.get("spec", {})
        if one["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if isinstance(template := spec.get("template"), dict) and "containers" in template.get("spec", {}):
            found.append(Pods(one, template["metadata"].get("labels", {}), template["spec"]))
    return found


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector (matchLabels and matchExpressions) takes these labels; an empty one takes all."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for rule in selector.get("matchExpressions", []):
        here, values = labels.get(rule["key"]), rule.get("values", [])
        kept = {"In": here in values, "NotIn": here not in values, "Exists": here is not None, "DoesNotExist": here is None}
        if not kept[rule["operator"]]:
            return False
    return True


def environment(container: Mapping[str, Any]) -> dict[str, str]:
    """A container's variables; what is known only in the cluster stands as its source: 2 for a CPU request, `from-secret` for a key."""
    found = {}
    for one in container.get("env", []):
        source = one.get("valueFrom", {})
        found[one["name"]] = one.get("value", "2" if "resourceFieldRef" in source else "from-secret" if source else "")
    return found
