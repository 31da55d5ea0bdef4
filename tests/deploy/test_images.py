"""The Dockerfile and the compose file, read as files: no container engine is needed, and none is asked."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from biorelay.settings import load_settings, unknown_variables

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
POM = "{http://maven.apache.org/POM/4.0.0}"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dockerfile() -> list[str]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def bind_mounts(service: dict[str, Any]) -> list[tuple[Path, str, str]]:
    """(file or folder here, place in the container, mode) of a service's bind mounts."""
    found = []
    for volume in service.get("volumes", []):
        if volume.startswith("./"):
            source, target, mode = volume.split(":")
            found.append((DEPLOY / source, target, mode))
    return found


def version(pom: str, name: str) -> str:
    found = ET.parse(DEPLOY / "local" / "poms" / f"{pom}.xml").find(f"{POM}properties/{POM}{name}.version")
    assert found is not None
    return str(found.text)


def test_everything_that_is_asked_for_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"kafka", "neo4j", "topics", "worker", "prometheus", "grafana"}


def test_images_are_pinned_and_the_same_versions_as_the_local_services(compose: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in compose["services"].items()}
    assert all(re.fullmatch(r"[a-z0-9/]+:v?\d+\.\d+\.\d+(-[a-z]+)?", image) for image in images.values()), images
    assert images["kafka"] == f"apache/kafka:{version('kafka', 'kafka')}"
    assert images["neo4j"] == f"neo4j:{version('neo4j', 'neo4j')}-community"


def test_no_port_is_open_to_the_world(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_password_is_in_the_files(compose: dict[str, Any]) -> None:
    secret = [
        value
        for service in compose["services"].values()
        for name, value in service.get("environment", {}).items()
        if name.endswith(("PASSWORD", "AUTH"))
    ]
    assert len(secret) == 4  # Neo4j's own, the worker's and the topics command's copies of it, Grafana's
    assert all(re.fullmatch(r"(neo4j/)?\$\{(NEO4J|GRAFANA)_PASSWORD:\?[^}]+\}", value) for value in secret)
    example = dict(line.split("=") for line in (DEPLOY / ".env.example").read_text().splitlines() if "=" in line)
    assert example == {"NEO4J_PASSWORD": "", "GRAFANA_PASSWORD": ""}


def test_long_running_services_come_back_and_tell_their_health(compose: dict[str, Any], dockerfile: list[str]) -> None:
    for name, service in compose["services"].items():
        if name == "topics":
            continue
        assert service["restart"] == "unless-stopped", name
        if name != "worker":
            assert service["healthcheck"]["test"], name
    assert any(line.startswith("HEALTHCHECK") and "/healthz" in line for line in dockerfile)


def test_what_is_mounted_is_there_and_read_only(compose: dict[str, Any]) -> None:
    mounts = [mount for service in compose["services"].values() for mount in bind_mounts(service)]
    assert len(mounts) == 4
    for source, _, mode in mounts:
        assert source.exists(), source
        assert mode == "ro"
    named = {v.split(":")[0] for s in compose["services"].values() for v in s.get("volumes", []) if v[0] not in "./"}
    assert named == set(compose["volumes"])


def test_dependencies_wait_for_health(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if needed == "topics" else "service_healthy"
            assert how["condition"] == wanted, (name, needed)
            assert needed in services


def test_the_worker_is_not_root_and_may_write_only_its_own_folder(compose: dict[str, Any], dockerfile: list[str]) -> None:
    worker = compose["services"]["worker"]
    assert worker["read_only"] is True
    assert worker["cap_drop"] == ["ALL"]
    assert worker["volumes"] == ["worker:/var/lib/biorelay"]  # which documents were in hand when a worker died
    users = [line.split()[1] for line in dockerfile if line.startswith("USER")]
    assert users == ["10001"]


def test_the_worker_gets_longer_to_stop_than_it_takes(compose: dict[str, Any]) -> None:
    worker = compose["services"]["worker"]
    assert int(worker["stop_grace_period"].removesuffix("s")) > int(worker["environment"]["BIORELAY_WORKER_SHUTDOWN_S"])


def test_every_setting_in_the_files_is_one_that_biorelay_reads(
    compose: dict[str, Any], dockerfile: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    variables = {k: v for k, v in compose["services"]["worker"]["environment"].items() if k.startswith("BIORELAY_")}
    for line in dockerfile:
        variables |= dict(re.findall(r"\b(BIORELAY_\w+)=(\S+)", line)) if line.startswith("ENV") else {}
    for name, value in variables.items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:\?[^}]+\}", "chosen-secret", value))
    assert unknown_variables() == []
    settings = load_settings()
    assert settings.broker.bootstrap == "kafka:19092"
    assert settings.graph.url == "bolt://neo4j:7687"
    assert settings.graph.password is not None
    assert settings.graph.password.get_secret_value() == "chosen-secret"
    assert settings.worker.metrics_host == "0.0.0.0"
    assert f"EXPOSE {settings.worker.metrics_port}" in dockerfile
    assert compose["services"]["worker"]["expose"] == [str(settings.worker.metrics_port)]


def test_what_the_image_copies_is_there_and_not_ignored(dockerfile: list[str]) -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for line in dockerfile if line.startswith("COPY") and "--from" not in line for source in line.split()[1:-1]}
    assert copied == allowed
    assert all((ROOT / source).exists() for source in copied)


def test_the_image_holds_every_package_of_the_wheel(dockerfile: list[str]) -> None:
    packages = re.search(r"\[tool\.hatch\.build\.targets\.wheel\]\npackages = (\[.*\])", (ROOT / "pyproject.toml").read_text())
    assert packages is not None
    copied = {line.split()[1] for line in dockerfile if line.startswith("COPY") and "--from" not in line}
    assert set(json.loads(packages[1])) <= copied


def test_the_image_installs_only_what_the_lock_has_hashed(dockerfile: list[str]) -> None:
    installs = [line for line in dockerfile if "pip install" in line]
    assert len(installs) == 2
    assert "--require-hashes --no-deps -r requirements/serve.txt" in installs[0]
    assert "--no-deps --no-build-isolation ." in installs[1]


def test_prometheus_scrapes_the_worker_where_it_listens(compose: dict[str, Any]) -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    (discovery,) = job["dns_sd_configs"]
    assert discovery["names"] == ["worker"]
    assert [str(discovery["port"])] == compose["services"]["worker"]["expose"]


def test_grafana_finds_its_datasource_and_dashboard(compose: dict[str, Any]) -> None:
    places = {target: source for source, target, _ in bind_mounts(compose["services"]["grafana"])}
    provisioning = places["/etc/grafana/provisioning"]
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())["datasources"]
    assert (source["type"], source["url"], source["isDefault"]) == ("prometheus", "http://prometheus:9090", True)
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "biorelay.yaml").read_text())["providers"]
    home = compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home in places
    assert Path(home).parent == Path(provider["options"]["path"])
