"""The Dockerfile and the compose file, read as files: no container engine is needed, and none is asked."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from biorelay.settings import load_settings, unknown_variables
from tests.deploy.dockerfile import Stage, read

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
IMAGES = {"serving", "explorer", "gpu", "training"}
OURS = {"topics": "serving", "worker": "serving", "explorer": "explorer", "worker-gpu": "gpu", "training": "training"}
"""Our services, and the image of each."""
ENDING = {"topics", "training"}
"""Services that end by themselves."""
POM = "{http://maven.apache.org/POM/4.0.0}"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def stages() -> dict[str, Stage]:
    return read(DEPLOY / "Dockerfile")


def bind_mounts(service: dict[str, Any]) -> list[tuple[Path, str, str]]:
    """(file or folder here, place in the container, mode) of a service's bind mounts."""
    found = []
    for volume in service.get("volumes", []):
        if isinstance(volume, str) and volume.startswith("./"):
            source, target, mode = volume.split(":")
            found.append((DEPLOY / source, target, mode))
    return found


def version(pom: str, name: str) -> str:
    found = ET.parse(DEPLOY / "local" / "poms" / f"{pom}.xml").find(f"{POM}properties/{POM}{name}.version")
    assert found is not None
    return str(found.text)


def test_everything_that_is_asked_for_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"kafka", "neo4j", "prometheus", "grafana", *OURS}
    profiles = {name: service["profiles"] for name, service in compose["services"].items() if "profiles" in service}
    assert profiles == {"worker-gpu": ["gpu"], "training": ["training"]}


def test_our_services_run_the_images_of_the_dockerfile(compose: dict[str, Any], stages: dict[str, Stage]) -> None:
    """The last stage is what is built where no target is named."""
    assert set(stages) >= IMAGES
    assert list(stages)[-1] == "serving"
    for name, image in OURS.items():
        service = compose["services"][name]
        assert service["build"]["target"] == image
        assert service["image"].partition(":")[0] == ("biorelay" if image == "serving" else f"biorelay-{image}")
        version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
        assert version is not None
        assert service["image"].partition(":")[2] == version[1]


def test_images_are_pinned_and_the_same_versions_as_the_local_services(compose: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in compose["services"].items()}
    assert all(re.fullmatch(r"[a-z0-9/-]+:v?\d+\.\d+\.\d+(-[a-z]+)?", image) for image in images.values()), images
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
    assert len(secret) == 6  # Neo4j's own, the copies of the two workers, the topics command and the explorer, Grafana's
    assert all(re.fullmatch(r"(neo4j/)?\$\{(NEO4J|GRAFANA)_PASSWORD:\?[^}]+\}", value) for value in secret)
    example = dict(line.split("=") for line in (DEPLOY / ".env.example").read_text().splitlines() if "=" in line)
    assert example == {"NEO4J_PASSWORD": "", "GRAFANA_PASSWORD": ""}


def test_long_running_services_come_back_and_tell_their_health(compose: dict[str, Any], stages: dict[str, Stage]) -> None:
    for name, service in compose["services"].items():
        if name in ENDING:
            assert service["restart"] in {"no", "on-failure:3"}, name
            continue
        assert service["restart"] == "unless-stopped", name
        checks = service.get("healthcheck", {}).get("test") or stages[OURS[name]].values("HEALTHCHECK")
        assert checks, name
    for image in IMAGES - {"training"}:
        (check,) = stages[image].values("HEALTHCHECK")
        assert "/healthz" in check, image
    assert stages["training"].values("HEALTHCHECK") == ["NONE"]


def test_what_is_mounted_is_there_and_read_only(compose: dict[str, Any]) -> None:
    mounts = [mount for service in compose["services"].values() for mount in bind_mounts(service)]
    assert mounts
    for source, _, mode in mounts:
        assert source.exists(), source
        assert mode == "ro"
    every = [v for s in compose["services"].values() for v in s.get("volumes", [])]
    named = {v.split(":")[0] for v in every if isinstance(v, str) and v[0] not in "./"}
    assert named == set(compose["volumes"])
    (corpora,) = [v for v in every if not isinstance(v, str)]  # what the caller names: never made up, never written
    assert (corpora["source"], corpora["read_only"], corpora["bind"]) == ("${CORPORA:-./corpora}", True, {"create_host_path": False})


def test_dependencies_wait_for_health(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if needed == "topics" else "service_healthy"
            assert how["condition"] == wanted, (name, needed)
            assert needed in services


def test_our_services_are_not_root_and_may_write_only_their_own_folder(compose: dict[str, Any], stages: dict[str, Stage]) -> None:
    for name, image in OURS.items():
        service = compose["services"][name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert stages[image].values("USER") == [service["user"]] == ["10001:10001"], name
    assert compose["services"]["worker"]["volumes"] == ["worker:/var/lib/biorelay"]  # what was in hand when a worker died
    assert compose["services"]["training"]["network_mode"] == "none"
    made = " ".join(stages["runtime"].values("RUN"))  # a volume takes the owner of the folder that it is mounted over
    assert "--uid 10001 --gid 10001 --home-dir /var/lib/biorelay --create-home" in made
    assert "install --directory --owner=10001 --group=10001 /artefacts" in made


def test_whoever_has_a_deadline_gets_longer_to_stop(compose: dict[str, Any]) -> None:
    for name in ("worker", "worker-gpu"):
        service = compose["services"][name]
        assert int(service["stop_grace_period"].removesuffix("s")) > int(service["environment"]["BIORELAY_WORKER_SHUTDOWN_S"])
    assert int(compose["services"]["explorer"]["stop_grace_period"].removesuffix("s")) > load_settings().serve.shutdown_s


@pytest.mark.parametrize(("name", "image"), OURS.items())
def test_every_setting_in_the_files_is_one_that_biorelay_reads(
    name: str, image: str, compose: dict[str, Any], stages: dict[str, Stage], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    told = compose["services"][name].get("environment", {})
    variables = {k: v for k, v in (stages[image].variables | told).items() if k.startswith("BIORELAY_")}
    for variable, value in variables.items():
        monkeypatch.setenv(variable, re.sub(r"\$\{\w+:\?[^}]+\}", "chosen-secret", value))
    assert unknown_variables() == []
    settings = load_settings()
    if name == "training":
        assert (settings.data_dir, variables["BIORELAY_DATA"]) == (Path("/var/lib/biorelay"), "/data")
        return
    assert settings.broker.bootstrap == "kafka:19092"
    assert settings.graph.url == "bolt://neo4j:7687"
    assert settings.graph.password is not None
    assert settings.graph.password.get_secret_value() == "chosen-secret"
    assert settings.inference.provider == ("cuda" if image == "gpu" else "cpu")
    if name == "explorer":
        assert settings.serve.host == "0.0.0.0"
        assert settings.serve.hosts == ("localhost", "127.0.0.1", "explorer")  # a browser's two, and Prometheus's
        assert stages[image].values("EXPOSE") == [str(settings.serve.port)]
        assert compose["services"][name]["ports"] == [f"127.0.0.1:{settings.serve.port}:{settings.serve.port}"]
    elif name != "topics":
        assert settings.worker.metrics_host == "0.0.0.0"
        assert stages[image].values("EXPOSE") == [str(settings.worker.metrics_port)] == compose["services"][name]["expose"]


def test_what_the_images_copy_is_there_and_not_ignored(stages: dict[str, Stage]) -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copies = [rest.split() for stage in stages.values() for word, rest in stage.own if word == "COPY"]
    copied = {source for words in copies if not words[0].startswith("--") for source in words[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    assert {one for one in allowed if not any(source == one or source.startswith(f"{one}/") for source in copied)} == set()
    assert {source for source in copied if not any(source == one or source.startswith(f"{one}/") for one in allowed)} == set()
    for flag, *_ in (words for words in copies if words[0].startswith("--")):
        assert flag.removeprefix("--from=") in stages  # and no --chown: what runs is root's, not its own to change


def test_the_images_hold_every_package_of_the_wheel(stages: dict[str, Stage]) -> None:
    packages = re.search(r"\[tool\.hatch\.build\.targets\.wheel\]\npackages = (\[.*\])", (ROOT / "pyproject.toml").read_text())
    assert packages is not None
    assert set(json.loads(packages[1])) <= {rest.split()[0] for rest in stages["build"].values("COPY")}


def test_the_images_install_only_what_a_lock_has_hashed(stages: dict[str, Stage]) -> None:
    installs = re.findall(r"(?:pip|/python) (?:install|wheel) [^&]*", " & ".join(rest for s in stages.values() for _, rest in s.own))
    assert len(installs) == 1 + 1 + 3 * 2
    for one in installs:
        locked = re.search(r"--require-hashes --no-deps -r deploy/locks/(\w+)\.txt", one)
        assert locked or "--no-deps --no-build-isolation" in one or "--no-deps --no-index /wheels/" in one, one


def test_no_image_is_built_by_what_runs_in_it(stages: dict[str, Stage]) -> None:
    """What hadolint looks for, as far as it matters here, and that nothing is done after the user was changed."""
    for stage in stages.values():
        assert not stage.values("ADD"), stage.name
        assert stage.base in stages or re.fullmatch(r"python:\d+\.\d+[\w.-]*-slim-\w+", stage.base), stage.base
        for word, rest in stage.own:
            assert not (word == "RUN" and re.search(r"\b(sudo|curl|wget|apt|apt-get)\b", rest)), stage.name
            if word in {"CMD", "ENTRYPOINT", "VOLUME"}:
                assert rest.startswith("["), (stage.name, rest)
            if word == "WORKDIR":
                assert rest.startswith("/"), (stage.name, rest)
    for image in IMAGES:
        words = [word for word, _ in stages[image].all]
        assert "RUN" not in words[words.index("USER") :], image
        assert stages[image].values("ENTRYPOINT") == ['["biorelay"]'], image


@pytest.mark.parametrize("lock", ["build", "serving", "gpu", "training"])
def test_an_image_has_the_versions_that_the_tests_run_with(lock: str) -> None:
    def pins(path: Path) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.setdefault(name.lower(), set()).add(version)
        return found

    tested = pins(ROOT / "requirements" / ("dev.txt" if lock == "training" else "serve.txt"))
    shipped = pins(DEPLOY / "locks" / f"{lock}.txt")
    assert shipped
    assert {name: (versions, tested[name]) for name, versions in shipped.items() if name in tested and not versions <= tested[name]} == {}
    untested = {name for name in shipped if name not in tested}
    assert untested == ({"onnxruntime-gpu"} | {name for name in untested if name.startswith("nvidia-")} if lock == "gpu" else set()), (
        "write the locks anew: make locks"
    )
    assert not {"pytest", "hypothesis", "playwright", "ruff", "mypy"} & set(shipped)


def test_prometheus_scrapes_workers_and_explorer_where_they_listen(compose: dict[str, Any]) -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    (discovery,) = jobs["biorelay"]["dns_sd_configs"]
    assert discovery["names"] == ["worker", "worker-gpu"]
    assert all(compose["services"][name]["expose"] == [str(discovery["port"])] for name in discovery["names"])
    (explorer,) = jobs["biorelay-explorer"]["static_configs"]
    name, port = explorer["targets"][0].split(":")
    assert compose["services"][name]["ports"][0].endswith(f":{port}")
    assert name in compose["services"][name]["environment"]["BIORELAY_SERVE_HOSTS"].split(",")


def test_grafana_finds_its_datasource_and_dashboard(compose: dict[str, Any]) -> None:
    places = {target: source for source, target, _ in bind_mounts(compose["services"]["grafana"])}
    provisioning = places["/etc/grafana/provisioning"]
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())["datasources"]
    assert (source["type"], source["url"], source["isDefault"]) == ("prometheus", "http://prometheus:9090", True)
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "biorelay.yaml").read_text())["providers"]
    home = compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    folder = provider["options"]["path"]
    assert str(Path(home).parent) == folder
    assert (places[folder] / Path(home).name).is_file()
