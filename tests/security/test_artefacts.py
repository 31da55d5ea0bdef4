"""What is loaded is data: nothing shipped unpickles, evaluates or shells out, and a tampered model or vocabulary is refused."""

import ast
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from biorelay.extractor import Extractor
from models.runtime.errors import ArtefactCorrupt
from tests.biorelay.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("biorelay", "stream", "graphstore", "processors", "models", "deploy")
MODULES = {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "dbm"}
CALLS = {"eval", "exec", "compile", "__import__"}
ARTEFACTS = ROOT / "models" / "artefacts"


@cache
def sources() -> list[tuple[Path, ast.Module]]:
    found = [path for package in SHIPPED for path in sorted((ROOT / package).rglob("*.py"))]
    return [(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in found]


def trouble(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"imports {name.name}" for name in node.names if name.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").partition(".")[0]
            yield from [f"imports from {node.module}"] if module in MODULES and not node.level else []
        elif isinstance(node, ast.Call):
            yield from _call(node)


def _call(node: ast.Call) -> Iterator[str]:
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    named = ast.unparse(node.func)
    if named in CALLS:
        yield f"calls {named}"
    if named.endswith(("torch.load", "read_pickle", "to_pickle")) and not _is(given.get("weights_only"), True):
        yield f"calls {named} without weights_only=True"
    if "allow_pickle" in given and not _is(given["allow_pickle"], False):
        yield f"calls {named} with allow_pickle"
    if named.endswith(("yaml.load", "yaml.unsafe_load", "yaml.full_load")):
        yield f"calls {named}"
    if "shell" in given and not _is(given["shell"], False):
        yield f"calls {named} with a shell"
    if named in {"os.system", "os.popen", "ssl._create_unverified_context"}:
        yield f"calls {named}"
    if _is(given.get("trust_remote_code"), True):
        yield f"calls {named} with trust_remote_code"


def _is(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def test_nothing_shipped_unpickles_or_evaluates() -> None:
    found = [f"{path}: {what}" for path, tree in sources() for what in trouble(tree)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(p)",
        "torch.load(p, weights_only=False)",
        "np.load(p, allow_pickle=True)",
        "yaml.load(p)",
        "subprocess.run(p, shell=True)",
        "eval(p)",
        "AutoModel.from_pretrained(p, trust_remote_code=True)",
    ],
)
def test_the_scan_finds_what_it_looks_for(text: str) -> None:
    assert list(trouble(ast.parse(text)))


def test_no_certificate_goes_unchecked() -> None:
    """Neither Python's switches for that nor the driver's are used anywhere."""
    switches = {"CERT_NONE", "check_hostname", "TrustAll", "_create_unverified_context", "verify_mode"}
    found = {
        f"{path}: {node.attr if isinstance(node, ast.Attribute) else node.id}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in switches) or (isinstance(node, ast.Name) and node.id in switches)
    }
    assert found == set()


@pytest.mark.parametrize("kind", ["model", "vocabulary"])
def test_a_tampered_artefact_is_refused(kind: str, tmp_path: Path, cli: Cli) -> None:
    (newest,) = sorted((ARTEFACTS / {"model": "relay-mini", "vocabulary": "vocabulary"}[kind]).iterdir())[-1:]
    copy = tmp_path / "copy"
    shutil.copytree(newest, copy)
    hashed = [path for path in copy.rglob("*") if path.is_file() and path.suffix in {".onnx", ".json", ".marisa", ".index", ".npz"}]
    victim = max((path for path in hashed if path.name != "manifest.json"), key=lambda path: path.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    with pytest.raises(ArtefactCorrupt, match=victim.name):
        Extractor.load(**{kind: str(copy)})
    result = cli("--set", f"{kind}={copy}", "extract", "-", stdin="Aspirin caused asthma.")
    assert result.exit_code == 1
    assert victim.name in result.stderr
