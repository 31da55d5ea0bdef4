"""Completion as real shells ask for it, and quick: no client, model or settings library is loaded for a key press."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from biorelay.cli import completing
from biorelay.cli.consume import What
from biorelay.cli.options import OutputFormat
from models.runtime.artefact import list_artefacts
from stream.settings import Stage

BIN = Path(sys.executable).parent


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BIORELAY_", "_TYPER", "COMP_"))}
    return kept | {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "dumb"}


def run(command: list[str], home: Path, **more: str) -> str:
    done = subprocess.run(command, env=environment(home) | more, cwd=home, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def bash(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which bash ran `biorelay --install-completion`."""
    home = tmp_path_factory.mktemp("home")
    run(["bash", "-c", "biorelay --install-completion; exit $?"], home)
    return home


def completed(home: Path, line: str) -> list[str]:
    """What bash itself offers for the last word of the line: its own word splitting, its own completion function."""
    script = """
        source ~/.bashrc
        line=$1
        [[ $line == *' ' ]] && rest=('') || rest=()
        COMP_WORDS=($line "${rest[@]}"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE=$line; COMP_POINT=${#line}
        function_name=$(complete -p biorelay | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
        "$function_name" biorelay "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    return run(["bash", "--norc", "-c", script, "bash", line], home).split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("biorelay gra", ["graph"]),
        ("biorelay graph dis", ["discover"]),
        ("biorelay graph discover ", ["open", "closed"]),
        ("biorelay consume ", [what.value for what in What]),
        ("biorelay consume rel", ["relations"]),
        ("biorelay consume relations --since b", ["beginning"]),
        ("biorelay extract --format ", [form.value for form in OutputFormat]),
        ("biorelay extract a.xml --format pub", ["pubtator"]),
        ("biorelay models show ", completing.models("")),
        ("biorelay extract --model relay", completing.models("relay")),
        ("biorelay worker --stages ner,re", ["ner,relations"]),
        ("biorelay dead-letters list --stage g", ["graph"]),
        ("biorelay topics create --f", ["--fix"]),
        ("biorelay --set worker.bat", ["worker.batch="]),
        ("biorelay graph neighbours x --type Ch", ["Chemical"]),
    ],
)
def test_bash_completes(bash: Path, line: str, offered: list[str]) -> None:
    assert completed(bash, line) == offered


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh here")
def test_zsh_takes_the_script_and_gets_its_answers(tmp_path: Path) -> None:
    (tmp_path / "completion.zsh").write_text(run([str(BIN / "biorelay")], tmp_path, _BIORELAY_COMPLETE="source_zsh"))
    run(["zsh", "-f", "-c", "autoload -Uz compinit; compinit -u -D; source ./completion.zsh; (( $+_comps[biorelay] ))"], tmp_path)
    answer = run([str(BIN / "biorelay")], tmp_path, _BIORELAY_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="biorelay gra")
    assert answer.startswith("_arguments")
    assert '"graph"' in answer
    run(["zsh", "-f", "-n", "-c", answer], tmp_path)


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish here")
def test_fish_completes(tmp_path: Path) -> None:
    (tmp_path / "completion.fish").write_text(run([str(BIN / "biorelay")], tmp_path, _BIORELAY_COMPLETE="source_fish"))
    offered = run(["fish", "--no-config", "-c", "source ./completion.fish; complete -C 'biorelay gra'"], tmp_path)
    assert [line.split("\t")[0] for line in offered.splitlines()] == ["graph"]


@pytest.mark.parametrize("line", ["biorelay gra", "biorelay consume ", "biorelay models show ", "biorelay extract --model "])
def test_a_key_press_loads_no_client_no_model_and_no_settings(tmp_path: Path, line: str) -> None:
    code = (
        "import sys\n"
        "from biorelay.cli import main\n"
        "try: main()\n"
        "finally: print(*sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)\n"
    )
    asked = {"_BIORELAY_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment(tmp_path) | asked, cwd=tmp_path, capture_output=True, text=True, timeout=50, check=False)
    loaded = set(done.stderr.split())
    assert done.stdout.strip()
    assert "typer" in loaded
    assert not loaded & {
        "faust",
        "aiokafka",
        "confluent_kafka",
        "onnxruntime",
        "numpy",
        "neo4j",
        "ladybug",
        "pydantic_settings",
        "tokenizers",
    }


def test_the_models_are_those_that_can_be_loaded() -> None:
    assert completing.models("") == [f"{folder.parent.name}@{folder.name}" for folder in list_artefacts()]
    assert completing.models("nothing") == []
    assert "relay-mini" in completing.recipes("")
    assert list(completing.STAGES) == [stage.value for stage in Stage]
    assert completing.stages("ner,relations,") == ["ner,relations,graph"]
    assert not [key for key in completing.setting_keys("") if key.endswith("password=")]
