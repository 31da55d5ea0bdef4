"""``python -m deploy.supply_chain sbom|audit``: what the serving lock is made of, and whether anything in it is known to be vulnerable.

Both ask kept tools (cyclonedx-bom, pip-audit), which live in an environment of their own (``requirements/tools.txt``).
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATABASES = ("osv", "pypi")
NOT_AUDITED = 69  # EX_UNAVAILABLE: no answer is not a good answer
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_TOOLS_OWN = {"pip", "setuptools", "wheel"}  # what `python -m venv` puts in; no lock names them


def main(arguments: list[str] | None = None) -> int:
    """Run one command. 0: done, and nothing is known; 1: something is wrong; 69: nobody could be asked."""
    parser = argparse.ArgumentParser(prog="python -m deploy.supply_chain", description=__doc__)
    parser.add_argument("command", choices=["sbom", "audit"])
    parser.add_argument("--tools", type=Path, default=ROOT / ".venv-tools" / "bin", help="where cyclonedx-py and pip-audit are")
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements" / "serve.txt")
    parser.add_argument("--environment", type=Path, default=ROOT / ".venv", help="sbom: what was installed from the lock")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist" / "biorelay.cdx.json", help="sbom: the file to be written")
    chosen = parser.parse_args(arguments)
    if chosen.command == "audit":
        return audit(chosen.tools, chosen.lock)
    return sbom(chosen.tools, chosen.lock, chosen.environment, chosen.output)


def sbom(tools: Path, lock: Path, environment: Path, output: Path) -> int:
    """Write a CycloneDX 1.6 SBOM of the environment, checked against its schema, where it holds exactly what the lock pins."""
    output.parent.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [
        tools / "cyclonedx-py",
        "environment",
        environment,
        "--pyproject",
        ROOT / "pyproject.toml",
        "--mc-type",
        "application",
    ]
    done = subprocess.run([*command, "--sv", "1.6", "--output-reproducible", "--validate", "-o", output], check=False)
    if done.returncode != 0:
        return 1
    found = components(json.loads(output.read_text(encoding="utf-8")))
    foreign = sorted(found - pins(lock.read_text(encoding="utf-8")))
    if foreign:
        output.unlink()
        print(
            f"error: {environment} is not what {lock.name} pins: {', '.join(map(' '.join, foreign))}. Install it anew: make install",
            file=sys.stderr,
        )
        return 1
    print(f"{output}: CycloneDX 1.6, valid, {len(found)} packages of {lock.name}")
    return 0


def audit(tools: Path, lock: Path) -> int:
    """Ask pip-audit about each pin of the lock, in the first database that answers for all of them."""
    wanted = len(pins(lock.read_text(encoding="utf-8")))
    for database in DATABASES:
        command: list[str | Path] = [
            tools / "pip-audit",
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner",
            "off",
            "-f",
            "json",
            "-s",
            database,
        ]
        done = subprocess.run([*command, "-r", lock], capture_output=True, text=True, check=False)
        judged = verdict(done.stdout)
        if judged is None:
            print(f"{database}: no answer")
            continue
        asked, unasked, wrong = judged
        for line in wrong:
            print(line)
        if not wrong and asked == 0:
            print(f"{database}: knows none of the packages")
            continue
        print(f"{database}: {asked} of {asked + unasked} packages audited, {len(wrong)} known vulnerabilities")
        return 1 if wrong or unasked else 0
    print(f"NOT AUDITED: no vulnerability database could be reached for the {wanted} packages of {lock.name}; run it where one can be.")
    return NOT_AUDITED


def verdict(answer: str) -> tuple[int, int, list[str]] | None:
    """How many packages pip-audit's JSON speaks of, how many it left out, and a line for each vulnerability; None where it is no answer.

    pip-audit itself ends with 0 where the database knows not one of the packages.
    """
    try:
        told: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    wrong = []
    for package in told:
        for known in package.get("vulns", []):
            mended = ", ".join(known.get("fix_versions", [])) or "no version yet"
            wrong.append(f"{package['name']} {package['version']}: {known['id']} (mended in {mended})")
    left_out = sum("skip_reason" in package for package in told)
    return len(told) - left_out, left_out, wrong


def pins(lock: str) -> set[tuple[str, str]]:
    """Normalised names (PEP 503) and versions of a lock; a name has several versions where they differ by Python's."""
    return {(_normal(name), version) for name, version in _PIN.findall(lock)}


def components(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Normalised names and versions of an SBOM, without what every virtual environment holds."""
    found = {(_normal(part["name"]), part["version"]) for part in document["components"]}
    return {(name, version) for name, version in found if name not in _TOOLS_OWN}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    raise SystemExit(main())
