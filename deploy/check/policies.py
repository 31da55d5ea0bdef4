"""Our own rules over what the chart renders. Each is a function from all manifests of a release to what is wrong, one line each."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from .manifests import Manifest, Pods, environment, name_of, of_kind, pods, selects

Policy = Callable[[list[Manifest]], Iterator[str]]

LARGEST_CONFIG_MAP: Final = 1 << 20
PROBES: Final = {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}


def unprivileged(manifests: list[Manifest]) -> Iterator[str]:
    """No root, no capabilities, a read-only root file system, nothing of the host."""
    for pod in pods(manifests):
        shared = pod.spec.get("securityContext", {})
        if not shared.get("runAsNonRoot") or not shared.get("runAsUser"):
            yield f"{pod.name}: may run as root"
        if shared.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{pod.name}: has no seccomp profile"
        for field in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.spec.get(field):
                yield f"{pod.name}: {field}"
        if any("hostPath" in volume for volume in pod.spec.get("volumes", [])):
            yield f"{pod.name}: mounts a path of its node"
        for container in pod.containers:
            own = container.get("securityContext", {})
            where = f"{pod.name}, container {container['name']}"
            if own.get("readOnlyRootFilesystem") is not True:
                yield f"{where}: can write to its image"
            if own.get("allowPrivilegeEscalation") is not False or own.get("privileged") or own.get("runAsUser") == 0:
                yield f"{where}: can gain privileges"
            if own.get("capabilities") != {"drop": ["ALL"]}:
                yield f"{where}: keeps capabilities"


def no_token(manifests: list[Manifest]) -> Iterator[str]:
    """Nothing here asks Kubernetes, and services' variables would be taken for settings."""
    for pod in pods(manifests):
        if pod.spec.get("automountServiceAccountToken") is not False:
            yield f"{pod.name}: is given a token for Kubernetes' API"
        if pod.spec.get("enableServiceLinks") is not False:
            yield f"{pod.name}: gets a variable for each service (enableServiceLinks)"
    for one in of_kind(manifests, "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"):
        yield f"{name_of(one)}: asks for rights in the cluster"


def pinned_images(manifests: list[Manifest]) -> Iterator[str]:
    """An image says which it is: a version or a digest, never latest."""
    for pod in pods(manifests):
        for container in pod.containers:
            image = container["image"]
            tag = image.rpartition("/")[2].partition(":")[2]
            if "@sha256:" not in image and tag in {"", "latest"}:
                yield f"{pod.name}: the image {image} has no version"


def bounded_resources(manifests: list[Manifest]) -> Iterator[str]:
    """CPU and memory are asked for, memory and disk are limited; a CPU limit would only slow the model down."""
    for pod in pods(manifests):
        for container in pod.containers:
            resources = container.get("resources", {})
            lacking = {"cpu", "memory"} - set(resources.get("requests", {}))
            if lacking or "memory" not in resources.get("limits", {}):
                yield f"{pod.name}, container {container['name']}: no {', '.join(sorted(lacking)) or 'memory limit'} in its resources"
        for volume in pod.spec.get("volumes", []):
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                yield f"{pod.name}: the volume {volume['name']} may fill its node's disk"


def probed(manifests: list[Manifest]) -> Iterator[str]:
    """What runs on is asked whether it lives and whether it is ready, at a port that it has."""
    for pod in pods(of_kind(manifests, "Deployment", "StatefulSet", "DaemonSet")):
        for container in pod.spec["containers"]:
            names = {port["name"] for port in container.get("ports", [])}
            for probe, path in PROBES.items():
                asked = container.get(probe, {}).get("httpGet", {})
                if asked.get("path") != path or asked.get("port") not in names:
                    yield f"{pod.name}, container {container['name']}: {probe} does not ask {path} at a port of its own"


def whole_volumes(manifests: list[Manifest]) -> Iterator[str]:
    """Each mount has its volume, each volume is mounted, no two at one place."""
    for pod in pods(manifests):
        there = [volume["name"] for volume in pod.spec.get("volumes", [])]
        mounts = [mount for container in pod.containers for mount in container.get("volumeMounts", [])]
        for wrong in sorted(set(there) ^ {mount["name"] for mount in mounts}):
            yield f"{pod.name}: the volume {wrong} is {'not mounted' if wrong in there else 'missing'}"
        for container in pod.containers:
            places = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
            if len(places) != len(set(places)):
                yield f"{pod.name}, container {container['name']}: two volumes at one place"


def no_secret_in_sight(manifests: list[Manifest]) -> Iterator[str]:
    """The chart makes no Secret, and a password is a file or a reference."""
    for one in of_kind(manifests, "Secret"):
        yield f"{name_of(one)}: secrets are the operator's"
    for pod in pods(manifests):
        for container in pod.containers:
            for variable in container.get("env", []):
                if variable["name"].endswith(("PASSWORD", "SECRET", "TOKEN")) and variable.get("value"):
                    yield f"{pod.name}: {variable['name']} stands in its manifest"


def disruption_budgets(manifests: list[Manifest]) -> Iterator[str]:
    """Each Deployment has one budget, which lets a node be emptied and is its own."""
    deployed = pods(of_kind(manifests, "Deployment"))
    budgets = list(of_kind(manifests, "PodDisruptionBudget"))
    for pod in deployed:
        own = [budget for budget in budgets if selects(budget["spec"]["selector"], pod.labels)]
        if len(own) != 1:
            yield f"{pod.name}: {len(own)} disruption budgets"
    for budget in budgets:
        if sum(selects(budget["spec"]["selector"], pod.labels) for pod in deployed) != 1:
            yield f"{name_of(budget)}: is not one Deployment's"
        if budget["spec"].get("maxUnavailable") in {None, 0, "0%"}:
            yield f"{name_of(budget)}: lets no node be emptied where one replica runs"
        if budget["spec"].get("unhealthyPodEvictionPolicy") != "AlwaysAllow":
            yield f"{name_of(budget)}: a worker that waits for a neighbour holds up its node"


def selectors(manifests: list[Manifest]) -> Iterator[str]:
    """A Deployment selects its own pods and nobody else's; services, monitors and an ingress lead somewhere."""
    every = pods(manifests)
    for one in of_kind(manifests, "Deployment"):
        taken = [pod.name for pod in every if selects(one["spec"]["selector"], pod.labels)]
        if taken != [name_of(one)]:
            yield f"{name_of(one)}: selects {', '.join(taken) or 'nothing'}"
    for one in of_kind(manifests, "Service"):
        yield from _leads(one, {"matchLabels": one["spec"]["selector"]}, [port["targetPort"] for port in one["spec"]["ports"]], every)
    for one in of_kind(manifests, "PodMonitor"):
        yield from _leads(one, one["spec"]["selector"], [place["port"] for place in one["spec"]["podMetricsEndpoints"]], every)
    services = {one["metadata"]["name"]: {port["name"] for port in one["spec"]["ports"]} for one in of_kind(manifests, "Service")}
    for one in of_kind(manifests, "Ingress"):
        for path in (path for rule in one["spec"]["rules"] for path in rule["http"]["paths"]):
            service = path["backend"]["service"]
            if service["port"]["name"] not in services.get(service["name"], set()):
                yield f"{name_of(one)}: {service['name']} is no service of this release, or has no such port"


def _leads(one: Manifest, selector: dict[str, Any], ports: list[str], every: list[Pods]) -> Iterator[str]:
    taken = [pod for pod in every if selects(selector, pod.labels)]
    if not taken:
        yield f"{name_of(one)}: selects no pod"
    for pod in taken:
        names = {port["name"] for container in pod.containers for port in container.get("ports", [])}
        for port in set(ports) - names:
            yield f"{name_of(one)}: {pod.name} has no port {port}"


def graceful(manifests: list[Manifest]) -> Iterator[str]:
    """Whatever has a deadline of its own to stop is given longer before it is killed."""
    for pod in pods(manifests):
        grace = pod.spec.get("terminationGracePeriodSeconds", 30)
        for container in pod.spec["containers"]:
            told = environment(container)
            kind = container.get("args", [""])[0]
            deadline = {
                "worker": float(told.get("BIORELAY_WORKER_SHUTDOWN_S", 20)),
                "serve": float(told.get("BIORELAY_SERVE_SHUTDOWN_S", 10)),
            }.get(kind)
            if deadline is not None and grace < deadline + 5:
                yield f"{pod.name}: is killed after {grace} s, and may take {deadline:g} s to stop"


def setup_jobs(manifests: list[Manifest]) -> Iterator[str]:
    """What runs before a release ends by itself, and is gone before the next."""
    for one in of_kind(manifests, "Job"):
        notes = one["metadata"].get("annotations", {})
        if "helm.sh/hook" not in notes:
            continue
        if "activeDeadlineSeconds" not in one["spec"] or "backoffLimit" not in one["spec"]:
            yield f"{name_of(one)}: may hold up a release for ever"
        if "before-hook-creation" not in notes.get("helm.sh/hook-delete-policy", ""):
            yield f"{name_of(one)}: stands in the way of the next upgrade"


def small_config_maps(manifests: list[Manifest]) -> Iterator[str]:
    """Kubernetes takes a megabyte."""
    for one in of_kind(manifests, "ConfigMap"):
        size = sum(len(text.encode()) for text in one.get("data", {}).values())
        if size >= LARGEST_CONFIG_MAP:
            yield f"{name_of(one)}: {size} bytes, more than Kubernetes takes"


def once_each(manifests: list[Manifest]) -> Iterator[str]:
    """No two manifests of one name, no variable said twice."""
    seen: set[str] = set()
    for one in manifests:
        if name_of(one) in seen:
            yield f"{name_of(one)}: twice"
        seen.add(name_of(one))
        if len(one["metadata"]["name"]) > 63:
            yield f"{name_of(one)}: a name of more than 63 characters"
    for pod in pods(manifests):
        for container in pod.containers:
            names = [variable["name"] for variable in container.get("env", [])]
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield f"{pod.name}, container {container['name']}: {name} is said twice"


RULES: Final[tuple[Policy, ...]] = (
    unprivileged,
    no_token,
    pinned_images,
    bounded_resources,
    probed,
    whole_volumes,
    no_secret_in_sight,
    disruption_budgets,
    selectors,
    graceful,
    setup_jobs,
    small_config_maps,
    once_each,
)
