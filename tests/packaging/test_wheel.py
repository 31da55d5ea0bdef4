"""The wheel holds what serves and nothing else, and works from a folder that holds a foreign `models.py`."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = {"biorelay", "stream", "graphstore", "processors", "models"}


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", out, ROOT, cwd=out)
    return next(out.glob("biorelay-*.whl"))


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_wheel_holds_the_serving_rooms_and_their_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == ROOMS
    assert any(name.startswith("models/artefacts/relay-mini/") and name.endswith("encoder.onnx") for name in names)
    assert any(name.startswith("models/artefacts/vocabulary/") for name in names)
    assert any(name.endswith(".cypher") for name in names)
    assert any(name.startswith("processors/schemas/") and name.endswith(".json") for name in names)
    assert "stream/asyncapi.json" in names


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_installed_wheel_ignores_a_foreign_models_module(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    site = next((home / "lib").glob("python*/site-packages"))
    dependencies = next(path for path in sys.path if path.endswith("site-packages"))
    run(sys.executable, "-m", "pip", "--python", home / "bin" / "python", "install", "--quiet", "--no-deps", wheel, cwd=tmp_path)
    # The dependencies come from the running environment; its editable link to this checkout must not.
    (site / "dependencies.pth").write_text(f"import sys; sys.path.append({dependencies!r})\n")
    foreign = tmp_path / "elsewhere"
    foreign.mkdir()
    (foreign / "models.py").write_text("raise SystemExit('the foreign models.py was imported')\n")
    listed = run(home / "bin" / "biorelay", "models", "list", cwd=foreign)
    assert "relay-mini" in listed
    place = run(home / "bin" / "python", "-P", "-c", "import models; print(models.__file__)", cwd=foreign)
    assert str(site) in place
