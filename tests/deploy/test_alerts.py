"""The alerts: valid, each tried silent and firing by promtool, each with its section for who is woken, and one fired by a real worker."""

import asyncio
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from stream import StreamSettings
from stream.metrics import LIMITS
from tests.deploy.prometheus import need, scraping, until
from tests.stream.conftest import bare_settings, embedded_settings
from tests.stream.contract import publish
from tests.stream.kit import abstract, at_work

__all__ = ["bare_settings", "embedded_settings"]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RULES = FOLDER / "alerts.yml"
ALERTS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"][0]["rules"]
TRIED = ("alerts_test.yml", "alerts_drift_test.yml")
CASES: list[dict[str, Any]] = [case for file in TRIED for case in yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))["tests"]]


def promtool(*arguments: str) -> None:
    need("promtool")
    done = subprocess.run(["promtool", *arguments], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_valid() -> None:
    promtool("check", "rules", "alerts.yml")


@pytest.mark.parametrize("file", TRIED)
def test_promtool_tries_them(file: str) -> None:
    promtool("test", "rules", file)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_is_tried_silent_and_firing(alert: dict[str, Any]) -> None:
    tries = [bool(each["exp_alerts"]) for case in CASES for each in case["alert_rule_test"] if each["alertname"] == alert["alert"]]
    assert {True, False} == set(tries)


def test_every_limit_of_the_metric_is_on_its_page() -> None:
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert [limit for limit in LIMITS if f"`{limit}`" not in page] == []


def impatient(folder: Path) -> Path:
    """The shipped rules, which fire without the time for which they wait."""
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    for rule in rules["groups"][0]["rules"]:
        rule["for"] = "2s"
    file = folder / "impatient.yml"
    file.write_text(yaml.safe_dump(rules), encoding="utf-8")
    return file


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_worker_whose_graph_is_away_fires_its_alert_and_one_that_has_it_back_ends_it(
    embedded_settings: StreamSettings, tmp_path: Path
) -> None:
    settings = embedded_settings
    await publish(settings, *(abstract(number) for number in range(5)))
    target = f"127.0.0.1:{settings.metrics_port}"

    with ExitStack() as stack:
        async with at_work(settings, graph="bolt://127.0.0.1:1"):
            prometheus = await asyncio.to_thread(stack.enter_context, scraping(target, tmp_path, rules=impatient(tmp_path)))

            async def told(question: Callable[[dict[str, dict[str, str]]], bool], what: str) -> None:
                await asyncio.to_thread(until, lambda: question(prometheus.alerts()), 180, lambda: f"{what}: {prometheus.alerts()}")

            await told(lambda alerts: "BiorelayStageWaits" in alerts, "the alert fires")
            assert prometheus.alerts()["BiorelayStageWaits"]["stage"] == "graph"
            assert "BiorelayNoWorker" not in prometheus.alerts()
        await told(lambda alerts: "BiorelayNoWorker" in alerts, "nobody answers")
        async with at_work(settings):
            await told(lambda alerts: not alerts, "all is well")
