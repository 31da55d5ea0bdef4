"""The command. Exit code 0: everything that could be checked is well; 1: something is wrong; 69: something could not be checked.

python -m deploy.check            check, and build or get first what that needs
python -m deploy.check tools      only build the tools and get the schemas, into .local/
python -m deploy.check schema     write the settings' part of the chart's values schema anew
python -m deploy.check release    print what the production values render, as tests/deploy/release.yaml has it
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import yaml  # type: ignore[import-untyped]

from . import policies, policies_biorelay, rendering, schemas, values_schema
from .errors import CannotCheck
from .manifests import Manifest, read
from .tools import COMPOSE, HELM, KUBECONFORM, TOOLS, Tool, build

UNAVAILABLE: Final = 69  # EX_UNAVAILABLE, as deploy.supply_chain has it

POLICIES: Final = (*policies.RULES, *policies_biorelay.RULES)
"""All of our own rules."""


class Report:
    """What was found, told as it is found."""

    def __init__(self) -> None:
        self.wrong = 0
        self.unchecked: list[str] = []

    def told(self, what: str, complaints: Iterable[str]) -> None:
        lines = list(complaints)
        self.wrong += len(lines)
        print(f"{'WRONG' if lines else 'ok   '}  {what}")
        for line in lines:
            print(f"       {line}")

    def not_run(self, what: str, why: str, *, needed: bool = True) -> None:
        if needed:
            self.unchecked.append(what)
        print(f"-      {what}: NOT RUN, {why}")


def complaints(manifests: list[Manifest]) -> list[str]:
    """What all of our own rules have against a release."""
    return [f"{rule.__name__}: {line}" for rule in POLICIES for line in rule(manifests)]


def main(arguments: list[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs="?", choices=["check", "tools", "schema", "release"], default="check")
    parser.add_argument("--no-build", action="store_true", help="check with what is there already; the rest is said not to be run")
    chosen = parser.parse_args(arguments)
    if chosen.command == "schema":
        values_schema.FILE.write_text(values_schema.whole(), encoding="utf-8")
        print(f"{values_schema.FILE} is written")
        return 0
    report = Report()
    found = {tool.name: _tool(tool, report, build_it=not chosen.no_build) for tool in TOOLS}
    if chosen.command == "release":
        return _release(found[HELM.name])
    if chosen.command == "check":
        _compose(report, found[COMPOSE.name])
        _chart(report, found[HELM.name], found[KUBECONFORM.name])
    else:
        _got("Kubernetes' schemas", schemas.kubernetes, report)
        _got("the custom resources' schemas", schemas.custom, report)
    print()
    if report.wrong:
        print(f"{report.wrong} thing{'' if report.wrong == 1 else 's'} wrong")
        return 1
    if report.unchecked:
        print(f"well as far as it was checked; NOT RUN: {', '.join(report.unchecked)}")
        return UNAVAILABLE
    print("all well")
    return 0


def _tool(tool: Tool, report: Report, *, build_it: bool) -> Path | None:
    there = tool.found()
    if there is not None or not build_it:
        if there is None:
            report.not_run(tool.name, "it is not built (python -m deploy.check tools)")
        return there
    print(f"building {tool.name} {tool.version} (once; {'several minutes' if tool is HELM else 'a minute or two'})", flush=True)
    began = time.monotonic()
    try:
        built = build(tool)
    except CannotCheck as error:
        report.not_run(tool.name, str(error))
        return None
    print(f"built {built} in {time.monotonic() - began:.0f} s", flush=True)
    return built


def _release(helm: Path | None) -> int:
    if helm is None:
        return UNAVAILABLE
    rendered, refused = rendering.render(helm, rendering.VALUES / "production.yaml")
    if refused:
        print("\n".join(refused), file=sys.stderr)
        return 1
    print("# Written by `python -m deploy.check release`: what deploy/helm/values/production.yaml renders, without dashboards and alerts.")
    print(yaml.safe_dump_all(rendering.without_files(read(rendered)), sort_keys=False, width=140), end="")
    return 0


def _got(what: str, get: Callable[[], str], report: Report) -> str | None:
    try:
        return get()
    except CannotCheck as error:
        report.not_run(what, str(error))
        return None


def _compose(report: Report, reader: Path | None) -> None:
    if reader is not None:
        report.told("compose.yaml: the compose specification's reader", rendering.compose_by_reader(reader))
    by_docker = rendering.compose_by_docker()
    if by_docker is None:
        report.not_run("docker compose config", "there is no docker compose here", needed=reader is None)
    else:
        report.told("compose.yaml: docker compose config", by_docker)


def _chart(report: Report, helm: Path | None, kubeconform: Path | None) -> None:
    if helm is None:
        report.not_run("the chart", "there is no helm")
        return
    current = values_schema.whole() == values_schema.FILE.read_text(encoding="utf-8")
    report.told("values.schema.json has every setting", [] if current else ["write it anew: python -m deploy.check schema"])
    own = _got("Kubernetes' schemas", schemas.kubernetes, report)
    custom = _got("the custom resources' schemas", schemas.custom, report)
    for values in rendering.values_files():
        report.told(f"{values.name}: helm lint --strict", rendering.lint(helm, values))
        rendered, refused = rendering.render(helm, values)
        report.told(f"{values.name}: helm template", refused)
        if refused:
            continue
        manifests = read(rendered)
        report.told(f"{values.name}: {len(POLICIES)} rules of our own over {len(manifests)} manifests", complaints(manifests))
        if kubeconform is None or own is None or custom is None:
            report.not_run(f"{values.name}: kubeconform", "it or its schemas are missing")
            continue
        for version in schemas.KUBERNETES:
            summary, wrong = rendering.conforms(kubeconform, rendered, version, [own, custom])
            report.told(f"{values.name}: kubeconform -strict, Kubernetes {version}, {summary.get('valid', 0)} valid", wrong)


if __name__ == "__main__":
    sys.exit(main())
