"""The Helm chart without helm: its values, their schema, what its templates use. With helm, where it was built: what it renders."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from biorelay.settings.keys import keys
from deploy.check import rendering, values_schema
from deploy.check.__main__ import complaints
from deploy.check.manifests import Manifest, environment, of_kind, pods, read
from deploy.check.schemas import KUBERNETES
from deploy.check.tools import HELM

CHART = rendering.CHART
RELEASE = Path(__file__).with_name("release.yaml")
VALUES = rendering.values_files()
FREE = {"settings", "resources", "labels", "annotations", "podAnnotations", "nodeSelector", "affinity", "to"}
"""Maps whose keys are the operator's, or Kubernetes'."""
WHOLE = {"keys", "scalingAuthentication"}
"""Maps that a template takes as they are."""


def over(low: Any, high: Any) -> Any:
    """Values as helm merges them: maps key by key, anything else replaced."""
    if not isinstance(low, dict) or not isinstance(high, dict):
        return copy.deepcopy(high)
    return {key: over(low.get(key), high[key]) if key in high else copy.deepcopy(low[key]) for key in [*low, *(set(high) - set(low))]}


@pytest.fixture(scope="module")
def defaults() -> dict[str, Any]:
    return yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def minimal(defaults: dict[str, Any]) -> dict[str, Any]:
    return over(defaults, yaml.safe_load((rendering.VALUES / "minimal.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    found = json.loads(values_schema.FILE.read_text(encoding="utf-8"))
    Draft7Validator.check_schema(found)
    return Draft7Validator(found)


def test_the_chart_has_the_versions_that_are_everywhere_else() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    version = re.search(r'^version = "(.+)"', (rendering.ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    assert (chart["apiVersion"], chart["version"], chart["appVersion"]) == ("v2", version[1], version[1])
    assert chart["kubeVersion"] == f">={KUBERNETES[0]}-0"


def test_there_are_values_to_check_with() -> None:
    assert {path.stem for path in VALUES} == {"minimal", "production", "gpu", "everything"}


@pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
def test_the_schema_takes_our_values(values: Path, defaults: dict[str, Any], schema: Draft7Validator) -> None:
    whole = over(defaults, yaml.safe_load(values.read_text(encoding="utf-8")))
    assert [(list(error.path), error.message) for error in schema.iter_errors(whole)] == []


def test_two_values_must_be_given(defaults: dict[str, Any], schema: Draft7Validator) -> None:
    assert {tuple(error.path) for error in schema.iter_errors(defaults)} == {
        ("settings", "broker", "bootstrap"),
        ("settings", "graph", "url"),
    }


REFUSED: dict[str, dict[str, Any]] = {
    "a setting that is misspelt": {"settings": {"worker": {"batches": 8}}},
    "a section that is misspelt": {"settings": {"brokers": {}}},
    "a setting out of its bounds": {"settings": {"topics": {"retention_days": 1}}},
    "a password in the values": {"settings": {"graph": {"password": "secret"}}},
    "a file that is not mounted": {"settings": {"graph": {"password_file": "/run/secrets/x"}}},
    "a setting that is the chart's": {"settings": {"worker": {"processes": 4}}},
    "an embedded graph, which several pods cannot share": {"settings": {"graph": {"url": "ladybug:/data/graph"}}},
    "a login in an address": {"settings": {"graph": {"url": "bolt://neo4j:secret@graph:7687"}}},
    "a broker without a port": {"settings": {"broker": {"bootstrap": "kafka"}}},
    "an image without a version": {"images": {"serving": {"tag": "latest"}}},
    "an image of no name": {"images": {"serving": {"repository": "bad name"}}},
    "no worker": {"workers": []},
    "a worker without a stage": {"workers": [{"name": "none", "stages": []}]},
    "a stage that is none": {"workers": [{"name": "all", "stages": ["parse"]}]},
    "a name that is none": {"workers": [{"name": "Bad Name", "stages": ["ner"]}]},
    "no memory limit": {"workerDefaults": {"resources": {"limits": None}}},
    "training without corpora": {"training": {"enabled": True}},
    "an ingress without a host": {"explorer": {"ingress": {"enabled": True}}},
    "a key that is none": {"networkPolicies": {}},
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_the_schema_refuses(change: dict[str, Any], minimal: dict[str, Any], schema: Draft7Validator) -> None:
    assert list(schema.iter_errors(minimal)) == []
    assert list(schema.iter_errors(over(minimal, change))) != []


def test_the_schema_has_every_setting_and_no_secret() -> None:
    assert values_schema.whole() == values_schema.FILE.read_text(encoding="utf-8"), "write it anew: python -m deploy.check schema"
    parts = values_schema.settings()["properties"]
    written = {f"{section}.{key}" for section, part in parts.items() for key in part.get("properties", {})} | set(parts)
    for name, key in keys().items():
        left_out = key.secret or name.endswith("_file") or name in values_schema.CHARTS_OWN
        assert (name in written) is not left_out, name


def leaves(values: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in values.items():
        if isinstance(value, dict) and value and key not in FREE:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def test_every_value_is_used_by_a_template(defaults: dict[str, Any]) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in CHART.rglob("templates/**/*") if path.is_file())
    for path in leaves(defaults):
        walked = path[-2] if len(path) > 1 and path[-2] in WHOLE else path[-1]
        assert re.search(rf'[.$]{walked}\b|"{walked}"', text), ".".join(path)


def test_the_chart_ships_the_alerts_and_dashboards_that_are_tested() -> None:
    """Symbolic links, so that there is one copy; `helm package` puts what they lead to into the archive."""
    for name, place in {"prometheus": "prometheus", "grafana": "grafana"}.items():
        assert (CHART / "files" / name).resolve() == rendering.ROOT / "deploy" / place
    assert (CHART / "files" / "prometheus" / "alerts.yml").is_file()
    assert list((CHART / "files" / "grafana").glob("*.json"))


# with helm


@pytest.fixture(scope="module")
def helm() -> Path:
    found = HELM.found()
    if found is None:
        pytest.skip("helm is not built (several minutes): python -m deploy.check tools")
    return found


@pytest.fixture(scope="module")
def rendered(helm: Path) -> dict[str, list[Manifest]]:
    """The manifests of each set of values."""
    found = {}
    for values in VALUES:
        out, refused = rendering.render(helm, values)
        assert refused == [], values.stem
        found[values.stem] = read(out)
    return found


def test_what_is_rendered_keeps_our_rules(rendered: dict[str, list[Manifest]]) -> None:
    assert [f"{name}: {line}" for name, manifests in rendered.items() for line in complaints(manifests)] == []


def test_the_release_that_the_rules_are_tried_on_is_current(rendered: dict[str, list[Manifest]]) -> None:
    told = "write it anew: python -m deploy.check release > tests/deploy/release.yaml"
    assert read(RELEASE.read_text(encoding="utf-8")) == rendering.without_files(rendered["production"]), told


def test_all_kinds_are_rendered_by_everything(rendered: dict[str, list[Manifest]]) -> None:
    assert {one["kind"] for one in rendered["everything"]} == {
        "ConfigMap", "CronJob", "Deployment", "Ingress", "Job", "NetworkPolicy", "PersistentVolumeClaim", "Pod", "PodDisruptionBudget",
        "PodMonitor", "PrometheusRule", "ScaledObject", "Service",
    }  # fmt: skip
    assert {one["kind"] for one in rendered["production"]} >= {"ScaledObject", "TriggerAuthentication", "Ingress"}
    assert not list(of_kind(rendered["minimal"], "ScaledObject", "PodMonitor", "PrometheusRule", "Ingress", "TriggerAuthentication"))


def test_settings_reach_the_containers(rendered: dict[str, list[Manifest]]) -> None:
    (worker,) = [pod for pod in pods(rendered["everything"]) if pod.labels["app.kubernetes.io/component"] == "worker"]
    told = environment(worker.spec["containers"][0])
    assert told["BIORELAY_WORKER_STAGES"] == "ner,relations,graph"
    assert told["BIORELAY_TOPICS_MESSAGE_BYTES"] == "8388608"  # and not 8.388608e+06
    assert told["BIORELAY_CLEANING_DROP_LABELS"] == "true"
    assert told["BIORELAY_BROKER_USERNAME"] == "from-secret"
    assert told["BIORELAY_BROKER_PASSWORD_FILE"] == "/etc/biorelay/broker/password"
    assert told["BIORELAY_WORKER_THREADS"] == "2"
    (explorer,) = [pod for pod in pods(rendered["everything"]) if pod.labels["app.kubernetes.io/component"] == "explorer"]
    told = environment(explorer.spec["containers"][0])
    assert "BIORELAY_MODEL" not in told  # null takes a value back
    assert told["BIORELAY_SERVE_WORKERS"] == "http://literature-all:9464"
    assert told["BIORELAY_SERVE_VIEWS"] == "/etc/biorelay/views/views.toml"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("workers[0].replicas=7",), "a replica past that stands idle"),
        (("workers[0].scaling.enabled=true", "workers[0].scaling.maxReplicas=7"), "lower scaling.maxReplicas"),
        (("workers[0].scaling.enabled=true", "workers[0].scaling.minReplicas=7"), "above"),
        (("workers[0].scaling.enabled=true", "settings.broker.security=SASL_SSL"), "KEDA needs the broker's login"),
        (
            (
                "workers[0].scaling.enabled=true",
                "settings.broker.security=SASL_SSL",
                "settings.broker.sasl_mechanism=OAUTHBEARER",
            ),
            "name a TriggerAuthentication",
        ),
        (("monitoring.podMonitors.enabled=true", "settings.serve.hosts={example.org}"), "serve.hosts"),
        (("settings.worker.batches=8",), "batches"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(helm: Path, options: tuple[str, ...], told: str) -> None:
    named = ("workers[0].name=all", "workers[0].stages={ner,relations,graph}")
    sets = tuple(word for option in (*named, *options) for word in ("--set", option))
    _, refused = rendering.render(helm, rendering.VALUES / "minimal.yaml", options=sets)
    assert told in "\n".join(refused)


def test_the_alerts_are_the_tested_ones(rendered: dict[str, list[Manifest]]) -> None:
    (rule,) = of_kind(rendered["production"], "PrometheusRule")
    alerts = yaml.safe_load((rendering.ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    assert rule["spec"] == alerts
    dashboards = {key: json.loads(text) for one in of_kind(rendered["production"], "ConfigMap") for key, text in one["data"].items()}
    grafana = rendering.ROOT / "deploy" / "grafana"
    assert dashboards == {path.name: json.loads(path.read_text(encoding="utf-8")) for path in grafana.glob("*.json")}
