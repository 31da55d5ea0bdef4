"""Containers run without root, without capabilities and, but for two servers that write their configuration, on a read-only root."""

from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
OURS = {"worker", "topics"}
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
        assert {"privileged", "cap_add", "network_mode", "pid", "ipc"} & set(service) == set(), name


def test_roots_are_read_only(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if service.get("read_only") is not True} == WRITING
    for name in OURS:
        assert services[name]["tmpfs"] == ["/tmp"], name


def test_no_container_sees_the_engine_or_the_host(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        sources = [volume.partition(":")[0] for volume in service.get("volumes", [])]
        assert not any(source.startswith("/") for source in sources), name


def test_the_image_runs_as_the_user_that_compose_names(services: dict[str, dict[str, Any]]) -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last = [line.split()[1] for line in lines if line.startswith("USER ")][-1]
    assert all(services[name]["user"].partition(":")[0] == last for name in OURS)
    after = lines[lines.index(f"USER {last}") :]
    assert not any(line.startswith(("RUN", "COPY", "ADD")) for line in after)  # what runs is root's, not its own to change
    assert not any(line.startswith("ADD ") for line in lines)
    assert not any(word in line for line in lines for word in ("PASSWORD", "SECRET", "TOKEN"))
