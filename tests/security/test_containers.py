"""Containers run without root, without capabilities and, but for two servers that write their configuration, on a read-only root."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.dockerfile import read

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
OURS = {"worker", "worker-gpu", "topics", "explorer", "training"}
WRITING = {"kafka", "neo4j"}
"""Their images write a configuration file at each start."""


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]


def test_none_runs_as_root_or_can_become_it(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert int(service["user"].partition(":")[0]) > 0, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert {"privileged", "cap_add", "pid", "ipc"} & set(service) == set(), name
        assert service.get("network_mode", "none") == "none", name


def test_roots_are_read_only(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if service.get("read_only") is not True} == WRITING
    for name in OURS:
        assert services[name]["tmpfs"] == ["/tmp"], name


def test_no_container_sees_the_engine_or_the_host(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        sources = [v["source"] if isinstance(v, dict) else v.partition(":")[0] for v in service.get("volumes", [])]
        assert not any(source.startswith("/") for source in sources), name


def test_the_image_runs_as_the_user_that_compose_names(services: dict[str, dict[str, Any]]) -> None:
    stages = read(DEPLOY / "Dockerfile")
    for name in OURS:
        stage = stages[services[name]["build"]["target"]]
        assert stage.values("USER") == [services[name]["user"]], name
        after = stage.all[[word for word, _ in stage.all].index("USER") :]
        assert not any(word in {"RUN", "ADD"} for word, _ in after), name  # what runs is root's, not its own to change
        assert not any("--chown" in rest for _, rest in after), name
    text = [rest for stage in stages.values() for _, rest in stage.own]
    assert not any(word in line for line in text for word in ("PASSWORD", "SECRET", "TOKEN"))
