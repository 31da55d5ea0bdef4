"""Rules that know biorelay: its settings, its topics and groups, where it may go."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from biorelay.errors import SettingsError
from biorelay.settings import Settings, load_settings, unknown_variables

from .manifests import Manifest, environment, name_of, of_kind, pods, selects
from .policies import Policy

INPUT: Final = {"ner": "abstracts", "relations": "entities", "graph": "relations"}
MODEL_LOAD: Final = "biorelay/model-load-seconds"
DNS: Final = 53
METRICS: Final = 9464


@contextmanager
def _variables(told: dict[str, str]) -> Iterator[None]:
    """The process's own `BIORELAY_` variables put aside for these."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("BIORELAY_")}
    os.environ.update(told)
    try:
        yield
    finally:
        for name in told:
            os.environ.pop(name, None)
        os.environ.update(kept)


def settings_of(container: dict[str, Any]) -> tuple[Settings | None, list[str]]:
    """What biorelay makes of a container's variables, or why it does not take them; no variable of this process counts."""
    told = {name: value for name, value in environment(container).items() if name.startswith("BIORELAY_")}
    with _variables(told):
        strange = [f"{name} belongs to no setting" for name in unknown_variables()]
        try:
            return load_settings(), strange
        except SettingsError as error:
            return None, [*strange, str(error)]


def settings(manifests: list[Manifest]) -> Iterator[str]:
    """biorelay takes each container's variables, and all of them are its own."""
    for pod in pods(manifests):
        for container in pod.containers:
            for wrong in settings_of(container)[1]:
                yield f"{pod.name}, container {container['name']}: {wrong}"


def reachable_metrics(manifests: list[Manifest]) -> Iterator[str]:
    """A worker and the explorer listen where the kubelet and Prometheus ask."""
    for pod in pods(of_kind(manifests, "Deployment")):
        for container in pod.spec["containers"]:
            found, _ = settings_of(container)
            if found is None:
                continue
            serving = container["args"][0] == "serve"
            host, port = (found.serve.host, found.serve.port) if serving else (found.worker.metrics_host, found.worker.metrics_port)
            if host != "0.0.0.0" or [one["containerPort"] for one in container["ports"]] != [port]:  # noqa: S104
                yield f"{pod.name}: listens on {host}:{port}, and is asked elsewhere"
            if not serving and found.worker.processes != 1:
                yield f"{pod.name}: {found.worker.processes} processes, of which probes ask one: use replicas"


def scaling(manifests: list[Manifest]) -> Iterator[str]:
    """Out on the lag of the stages that a pool runs, never past the partitions; in only slower than a model is loaded."""
    deployed = {one["metadata"]["name"]: one for one in of_kind(manifests, "Deployment")}
    logins = {one["metadata"]["name"] for one in of_kind(manifests, "TriggerAuthentication")}
    for one in of_kind(manifests, "ScaledObject"):
        name, spec = name_of(one), one["spec"]
        target = deployed.get(spec["scaleTargetRef"]["name"])
        if target is None:
            yield f"{name}: scales nothing of this release"
            continue
        if "replicas" in target["spec"]:
            yield f"{name}: {name_of(target)} has replicas of its own, which an upgrade would set back"
        found, _ = settings_of(target["spec"]["template"]["spec"]["containers"][0])
        if found is None:
            continue  # `settings` says so
        if not 1 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] <= found.topics.partitions:
            yield f"{name}: {spec['minReplicaCount']} to {spec['maxReplicaCount']} replicas, and {found.topics.partitions} partitions"
        yield from _slower_in_than_out(one)
        group = found.worker.group or found.topics.prefix
        wanted = {(f"{group}.{stage}", f"{found.topics.prefix}.{INPUT[stage]}") for stage in found.worker.stages}
        told = [trigger["metadata"] for trigger in spec["triggers"]]
        if {(trigger["consumerGroup"], trigger["topic"]) for trigger in told} != wanted:
            yield f"{name}: does not watch the inputs of the stages {', '.join(found.worker.stages)}, and those only"
        for trigger in spec["triggers"]:
            data = trigger["metadata"]
            if data.get("excludePersistentLag") != "true" or data.get("limitToPartitionsWithLag") != "true":
                yield f"{name}: a message that is tried again and again scales {data['topic']} out for nothing"
            if (data.get("tls") == "enable") is not found.broker.security.endswith("SSL"):
                yield f"{name}: tls {data.get('tls')} and broker.security {found.broker.security}"
            if found.broker.security.startswith("SASL") and "authenticationRef" not in trigger:
                yield f"{name}: the broker wants a login, and KEDA has none"
            reference = trigger.get("authenticationRef", {})
            made_here = reference.get("name", "").startswith(one["metadata"]["name"].rpartition("-")[0])
            if made_here and reference.get("kind", "TriggerAuthentication") == "TriggerAuthentication" and reference["name"] not in logins:
                yield f"{name}: {reference['name']} is not in this release"


def _slower_in_than_out(one: Manifest) -> Iterator[str]:
    name, spec = name_of(one), one["spec"]
    load = int(one["metadata"].get("annotations", {}).get(MODEL_LOAD, 0))
    if load < 1:
        yield f"{name}: does not say how long a model takes to load ({MODEL_LOAD})"
    behaviour = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    inwards, outwards = behaviour["scaleDown"], behaviour["scaleUp"]
    if spec["cooldownPeriod"] < 2 * load or inwards["stabilizationWindowSeconds"] < 2 * load:
        yield f"{name}: takes workers away within twice the {load} s that one takes to be of use"
    if inwards["stabilizationWindowSeconds"] <= outwards["stabilizationWindowSeconds"]:
        yield f"{name}: scales in as fast as out"
    if any(rule["type"] != "Pods" or rule["value"] != 1 or rule["periodSeconds"] <= load for rule in inwards["policies"]):
        yield f"{name}: takes more than one worker away in the {load} s that a model takes to load"


def network(manifests: list[Manifest]) -> Iterator[str]:
    """Every pod is under a policy for both ways, and may go to names, Kafka, Neo4j and what else its settings name; nowhere else."""
    policies = list(of_kind(manifests, "NetworkPolicy"))
    for one in policies:
        for rule in one["spec"].get("egress", []):
            if not rule.get("ports"):
                yield f"{name_of(one)}: a rule of egress without ports lets everything out"
    for pod in pods(manifests):
        own = [one["spec"] for one in policies if selects(one["spec"]["podSelector"], pod.labels)]
        for direction in ("Ingress", "Egress"):
            if not any(direction in spec["policyTypes"] for spec in own):
                yield f"{pod.name}: no policy for {direction}"
        open_to = {port["port"] for spec in own for rule in spec.get("egress", []) for port in rule.get("ports", [])}
        found, _ = settings_of(pod.spec["containers"][0])
        if found is None:
            continue
        offline = pod.spec["containers"][0]["args"][0] == "train"
        wanted = set() if offline else {DNS, *_neighbours(found)}
        more = {METRICS} if pod.spec["containers"][0]["args"][0] == "serve" else set()
        if wanted - open_to:
            yield f"{pod.name}: may not ask the ports {sorted(wanted - open_to)}"
        if open_to - wanted - more and pod.labels["app.kubernetes.io/component"] != "command":  # whose values say where else
            yield f"{pod.name}: may ask the ports {sorted(open_to - wanted - more)}, and has no need to"


def _neighbours(found: Settings) -> set[int]:
    """The ports of what the settings name."""
    ports = {int(server.rpartition(":")[2]) for server in found.broker.bootstrap.split(",")}
    ports.add(urlsplit(found.graph_url).port or 7687)
    for url in (found.registry.url, found.broker.token_url):
        if url:
            parts = urlsplit(url)
            ports.add(parts.port or (443 if parts.scheme == "https" else 80))
    return ports


def alerts(manifests: list[Manifest]) -> Iterator[str]:
    """Alerts ask for the job `biorelay`, so that is what the workers' monitor calls them, and nobody else's."""
    monitors = list(of_kind(manifests, "PodMonitor"))
    jobs = [
        rule["replacement"]
        for one in monitors
        for place in one["spec"]["podMetricsEndpoints"]
        for rule in place.get("relabelings", [])
        if rule.get("targetLabel") == "job"
    ]
    if monitors and jobs.count("biorelay") != 1:
        yield f"PodMonitors: the job `biorelay` is {jobs.count('biorelay')} of {jobs}"
    for one in of_kind(manifests, "PrometheusRule"):
        named = [rule["alert"] for group in one["spec"]["groups"] for rule in group["rules"] if "alert" in rule]
        if not named or any(not re.fullmatch(r"Biorelay[A-Za-z]+", alert) for alert in named):
            yield f"{name_of(one)}: holds no alerts of ours"


RULES: Final[tuple[Policy, ...]] = (settings, reachable_metrics, scaling, network, alerts)
