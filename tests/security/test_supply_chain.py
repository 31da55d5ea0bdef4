"""The locks pin and hash everything; the audit never takes silence for a good answer; the SBOM is of what is installed."""

import json
import re
import stat
from pathlib import Path

import pytest

from deploy.supply_chain import NOT_AUDITED, audit, components, main, pins, verdict

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("serve.txt", "dev.txt", "tools.txt")


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line
        assert "://" not in line, line  # no index of one's own


def test_installing_asks_for_the_hashes() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^PIP_FLAGS := .*--require-hashes --no-deps", makefile, re.MULTILINE)
    installs = [line for line in makefile.splitlines() if "pip install" in line]
    assert installs
    assert all("$(PIP_FLAGS)" in line or "-e ." in line for line in installs)


def test_the_serving_lock_has_no_training_library() -> None:
    names = {name for name, _ in pins((ROOT / "requirements" / "serve.txt").read_text(encoding="utf-8"))}
    assert names & {"torch", "transformers", "optimum", "accelerate", "pip-audit", "cyclonedx-bom"} == set()


def told(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


FINE = {"name": "numpy", "version": "2.4.6", "vulns": []}
SKIPPED = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited: rich (15.0.0)"}
WRONG = {"name": "lxml", "version": "6.0.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["6.1.0"], "aliases": []}]}


def test_what_pip_audit_says_is_read_rightly() -> None:
    assert verdict(told(FINE, FINE)) == (2, 0, [])
    assert verdict(told(FINE, SKIPPED)) == (1, 1, [])
    assert verdict(told(WRONG, FINE)) == (2, 0, ["lxml 6.0.0: CVE-2026-1 (mended in 6.1.0)"])
    for answer in ("", "Traceback", "[]", "{}"):
        assert verdict(answer) is None


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ({"osv": told(FINE)}, 0, "osv: 1 of 1 packages audited, 0 known vulnerabilities"),
        ({"osv": told(WRONG)}, 1, "lxml 6.0.0: CVE-2026-1"),
        ({"osv": told(FINE, SKIPPED)}, 1, "osv: 1 of 2 packages audited"),
        ({"osv": "", "pypi": told(FINE)}, 0, "pypi: 1 of 1"),
        ({"osv": "", "pypi": told(SKIPPED)}, NOT_AUDITED, "NOT AUDITED: no vulnerability database could be reached for the 2 packages"),
    ],
)
def test_silence_is_no_good_answer(
    answers: dict[str, str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tool is a stand-in that answers as pip-audit was seen to; it too ends with 0 where it audited nothing."""
    tool = tmp_path / "pip-audit"
    for database, answer in answers.items():
        (tmp_path / database).write_text(answer)
    tool.write_text(f'#!/bin/sh\nwhile [ "$1" != -s ]; do shift; done\ncat "{tmp_path}/$2"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    lock = tmp_path / "lock.txt"
    lock.write_text("numpy==2.4.6 \\\n    --hash=sha256:0\nrich==15.0.0 \\\n    --hash=sha256:0\n")
    assert audit(tmp_path, lock) == code
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(("version", "code"), [("2.4.6", 0), ("2.4.5", 1)])
def test_an_sbom_of_something_else_is_not_left_behind(version: str, code: int, tmp_path: Path) -> None:
    document = {"components": [{"name": "NumPy", "version": version}, {"name": "pip", "version": "1"}]}
    (tmp_path / "answer").write_text(json.dumps(document))
    tool = tmp_path / "cyclonedx-py"
    tool.write_text(f'#!/bin/sh\nfor last; do :; done\ncat "{tmp_path}/answer" > "$last"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    lock = tmp_path / "lock.txt"
    lock.write_text('numpy==2.4.6 ; python_full_version < "3.12" \\\n    --hash=sha256:0\nnumpy==2.5.0 ; python_full_version >= "3.12"\n')
    output = tmp_path / "dist" / "sbom.json"
    assert main(["sbom", "--tools", str(tmp_path), "--lock", str(lock), "--environment", str(tmp_path), "-o", str(output)]) == code
    assert output.exists() == (code == 0)
    assert components(document) == {("numpy", version)}
