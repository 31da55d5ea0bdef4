"""Each of our own rules over manifests says what is wrong, on a release in which one thing was made wrong."""

import copy
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.check.__main__ import POLICIES, complaints
from deploy.check.manifests import Manifest, read, selects

RELEASE = read(Path(__file__).with_name("release.yaml").read_text(encoding="utf-8"))
WORKER, GRAPH, EXPLORER = "checked-biorelay-extract", "checked-biorelay-graph", "checked-biorelay-explorer"

RULES = {rule.__name__: rule for rule in POLICIES}
Change = Callable[[list[Manifest]], Any]


def one(manifests: list[Manifest], kind: str, name: str = WORKER) -> Manifest:
    (found,) = [m for m in manifests if (m["kind"], m["metadata"]["name"]) == (kind, name)]
    return found


def pod(manifests: list[Manifest], name: str = WORKER) -> dict[str, Any]:
    return one(manifests, "Deployment", name)["spec"]["template"]["spec"]


def container(manifests: list[Manifest], name: str = WORKER) -> dict[str, Any]:
    return pod(manifests, name)["containers"][0]


def setting(manifests: list[Manifest], name: str, value: str, deployment: str = WORKER) -> None:
    told = container(manifests, deployment)["env"]
    told[:] = [variable for variable in told if variable["name"] != name] + [{"name": name, "value": value}]


def scaled(manifests: list[Manifest], name: str = WORKER) -> dict[str, Any]:
    return one(manifests, "ScaledObject", name)["spec"]


def trigger(manifests: list[Manifest], number: int = 0) -> dict[str, Any]:
    return scaled(manifests)["triggers"][number]["metadata"]


def behaviour(manifests: list[Manifest]) -> dict[str, Any]:
    return scaled(manifests)["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]


def policy(manifests: list[Manifest], name: str = "checked-biorelay") -> dict[str, Any]:
    return one(manifests, "NetworkPolicy", name)["spec"]


def job(manifests: list[Manifest]) -> Manifest:
    return one(manifests, "Job", "checked-biorelay-topics")


WRONG: dict[str, list[tuple[str, Change]]] = {
    "unprivileged": [
        ("may run as root", lambda m: pod(m)["securityContext"].pop("runAsNonRoot")),
        ("may run as root", lambda m: pod(m)["securityContext"].update(runAsUser=0)),
        ("has no seccomp profile", lambda m: pod(m)["securityContext"].pop("seccompProfile")),
        ("hostNetwork", lambda m: pod(m).update(hostNetwork=True)),
        ("mounts a path of its node", lambda m: pod(m)["volumes"].append({"name": "docker", "hostPath": {"path": "/var/run"}})),
        ("can write to its image", lambda m: container(m)["securityContext"].update(readOnlyRootFilesystem=False)),
        ("can gain privileges", lambda m: container(m)["securityContext"].pop("allowPrivilegeEscalation")),
        ("can gain privileges", lambda m: container(m)["securityContext"].update(privileged=True)),
        ("keeps capabilities", lambda m: container(m)["securityContext"].update(capabilities={"drop": ["ALL"], "add": ["NET_ADMIN"]})),
    ],
    "no_token": [
        ("is given a token", lambda m: pod(m, EXPLORER).pop("automountServiceAccountToken")),
        ("a variable for each service", lambda m: pod(m).update(enableServiceLinks=True)),
        ("asks for rights", lambda m: m.append({"kind": "ClusterRole", "metadata": {"name": "all"}})),
    ],
    "pinned_images": [
        ("has no version", lambda m: container(m).update(image="biorelay:latest")),
        ("has no version", lambda m: container(m).update(image="registry.example.org:5000/biorelay")),
    ],
    "bounded_resources": [
        ("no cpu", lambda m: container(m)["resources"]["requests"].pop("cpu")),
        ("no memory limit", lambda m: container(m)["resources"].pop("limits")),
        ("may fill its node's disk", lambda m: pod(m)["volumes"][0].update(emptyDir={})),
    ],
    "probed": [
        ("livenessProbe does not ask /healthz", lambda m: container(m).pop("livenessProbe")),
        ("livenessProbe does not ask /healthz", lambda m: container(m)["livenessProbe"]["httpGet"].update(path="/readyz")),
        ("readinessProbe does not ask /readyz", lambda m: container(m)["readinessProbe"]["httpGet"].update(port="web")),
    ],
    "whole_volumes": [
        ("the volume tmp is missing", lambda m: pod(m).update(volumes=[v for v in pod(m)["volumes"] if v["name"] != "tmp"])),
        ("the volume spare is not mounted", lambda m: pod(m)["volumes"].append({"name": "spare", "emptyDir": {"sizeLimit": "1Gi"}})),
        ("two volumes at one place", lambda m: container(m)["volumeMounts"].append({"name": "tmp", "mountPath": "/var/lib/biorelay"})),
    ],
    "no_secret_in_sight": [
        ("secrets are the operator's", lambda m: m.append({"kind": "Secret", "metadata": {"name": "neo4j"}})),
        ("stands in its manifest", lambda m: setting(m, "BIORELAY_GRAPH_PASSWORD", "hunter2")),
    ],
    "disruption_budgets": [
        ("0 disruption budgets", lambda m: m.remove(one(m, "PodDisruptionBudget"))),
        ("is not one Deployment's", lambda m: one(m, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"].pop("biorelay/pool")),
        ("lets no node be emptied", lambda m: one(m, "PodDisruptionBudget")["spec"].update(maxUnavailable=0)),
        ("holds up its node", lambda m: one(m, "PodDisruptionBudget")["spec"].pop("unhealthyPodEvictionPolicy")),
    ],
    "selectors": [
        ("selects Deployment/", lambda m: one(m, "Deployment")["spec"]["selector"]["matchLabels"].pop("biorelay/pool")),
        ("selects no pod", lambda m: one(m, "Service", EXPLORER)["spec"].update(selector={"app": "other"})),
        ("has no port", lambda m: one(m, "Service", EXPLORER)["spec"]["ports"][0].update(targetPort="web")),
        ("is no service of this release", lambda m: m.remove(one(m, "Service", EXPLORER))),
        ("has no port", lambda m: one(m, "PodMonitor", "checked-biorelay-worker")["spec"]["podMetricsEndpoints"][0].update(port="web")),
    ],
    "graceful": [
        ("is killed after 20 s", lambda m: pod(m).update(terminationGracePeriodSeconds=20)),
        ("may take 60 s to stop", lambda m: setting(m, "BIORELAY_WORKER_SHUTDOWN_S", "60")),
        ("may take 30 s to stop", lambda m: setting(m, "BIORELAY_SERVE_SHUTDOWN_S", "30", EXPLORER)),
    ],
    "setup_jobs": [
        ("may hold up a release", lambda m: job(m)["spec"].pop("activeDeadlineSeconds")),
        ("stands in the way", lambda m: job(m)["metadata"]["annotations"].pop("helm.sh/hook-delete-policy")),
    ],
    "small_config_maps": [
        ("more than Kubernetes takes", lambda m: m.append({"kind": "ConfigMap", "metadata": {"name": "big"}, "data": {"a": "é" * 600_000}}))
    ],
    "once_each": [
        ("twice", lambda m: m.append(copy.deepcopy(one(m, "Service")))),
        ("more than 63 characters", lambda m: one(m, "Ingress", EXPLORER)["metadata"].update(name="x" * 64)),
        ("is said twice", lambda m: container(m)["env"].append({"name": "TMPDIR", "value": "/"})),
    ],
    "settings": [
        ("BIORELAY_WORKERS_BATCH belongs to no setting", lambda m: setting(m, "BIORELAY_WORKERS_BATCH", "8")),
        ("BIORELAY_TOPICS_PARTITIONS", lambda m: setting(m, "BIORELAY_TOPICS_PARTITIONS", "2.4e+01")),
    ],
    "reachable_metrics": [
        ("listens on 127.0.0.1:9464", lambda m: setting(m, "BIORELAY_WORKER_METRICS_HOST", "127.0.0.1")),
        ("listens on 0.0.0.0:8080", lambda m: setting(m, "BIORELAY_SERVE_PORT", "8080", EXPLORER)),
        ("4 processes", lambda m: setting(m, "BIORELAY_WORKER_PROCESSES", "4")),
    ],
    "scaling": [
        ("scales nothing", lambda m: scaled(m)["scaleTargetRef"].update(name="other")),
        ("has replicas of its own", lambda m: one(m, "Deployment")["spec"].update(replicas=2)),
        ("to 48 replicas, and 24 partitions", lambda m: scaled(m).update(maxReplicaCount=48)),
        ("0 to 12 replicas", lambda m: scaled(m).update(minReplicaCount=0)),
        ("12 to 1 replicas", lambda m: scaled(m).update(minReplicaCount=12, maxReplicaCount=1)),
        ("takes workers away within", lambda m: scaled(m).update(cooldownPeriod=30)),
        ("takes workers away within", lambda m: behaviour(m)["scaleDown"].update(stabilizationWindowSeconds=45)),
        ("scales in as fast as out", lambda m: behaviour(m)["scaleUp"].update(stabilizationWindowSeconds=600)),
        ("takes more than one worker away", lambda m: behaviour(m)["scaleDown"]["policies"][0].update(value=5)),
        ("takes more than one worker away", lambda m: behaviour(m)["scaleDown"]["policies"][0].update(periodSeconds=15)),
        ("does not say how long", lambda m: one(m, "ScaledObject")["metadata"].update(annotations={})),
        ("does not watch the inputs", lambda m: trigger(m).update(topic="biorelay.dead-letters")),
        ("does not watch the inputs", lambda m: trigger(m).update(consumerGroup="biorelay.graph")),
        ("scales biorelay.abstracts out for nothing", lambda m: trigger(m).pop("excludePersistentLag")),
        ("tls disable", lambda m: trigger(m, 1).update(tls="disable")),
        ("KEDA has none", lambda m: scaled(m)["triggers"][0].pop("authenticationRef")),
        ("is not in this release", lambda m: m.remove(one(m, "TriggerAuthentication", "checked-biorelay-broker"))),
    ],
    "network": [
        ("no policy for Egress", lambda m: m.remove(one(m, "NetworkPolicy", "checked-biorelay"))),
        ("may not ask the ports [53]", lambda m: policy(m)["egress"].pop(0)),
        ("may not ask the ports [9099]", lambda m: setting(m, "BIORELAY_BROKER_BOOTSTRAP", "kafka:9099")),
        ("may ask the ports [443], and has no need to", lambda m: policy(m)["egress"].append({"ports": [{"port": 443}]})),
        ("lets everything out", lambda m: policy(m)["egress"].append({})),
    ],
    "alerts": [
        (
            "the job `biorelay` is 0 of",
            lambda m: one(m, "PodMonitor", "checked-biorelay-worker")["spec"]["podMetricsEndpoints"][0].pop("relabelings"),
        ),
        ("holds no alerts of ours", lambda m: m.append({"kind": "PrometheusRule", "metadata": {"name": "r"}, "spec": {"groups": []}})),
    ],
}


def test_every_rule_is_tried() -> None:
    assert set(WRONG) == set(RULES)


def test_the_release_as_it_is_keeps_all_rules() -> None:
    assert complaints(copy.deepcopy(RELEASE)) == []


@pytest.mark.parametrize(("rule", "told", "change"), [(rule, told, change) for rule, changes in WRONG.items() for told, change in changes])
def test_a_rule_says_what_is_wrong(rule: str, told: str, change: Change) -> None:
    manifests = copy.deepcopy(RELEASE)
    change(manifests)
    said = list(RULES[rule](manifests))
    assert any(told in line for line in said), said


def test_the_variables_of_this_process_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """And come back afterwards."""
    monkeypatch.setenv("BIORELAY_TOPICS_PARTITIONS", "1")
    monkeypatch.setenv("BIORELAY_TYPO", "1")
    assert complaints(copy.deepcopy(RELEASE)) == []
    assert (os.environ["BIORELAY_TOPICS_PARTITIONS"], os.environ["BIORELAY_TYPO"]) == ("1", "1")


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        ({}, True),
        ({"matchLabels": {"a": "1"}}, True),
        ({"matchLabels": {"a": "2"}}, False),
        ({"matchLabels": {"b": "1"}}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, False),
        ({"matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["1"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, False),
    ],
)
def test_selectors_are_read_as_kubernetes_reads_them(selector: dict[str, Any], taken: bool) -> None:
    assert selects(selector, {"a": "1"}) is taken
