"""What the shell completes besides commands and choices: what is installed here, read from file names alone.

Each key press starts a process, so nothing here may load a model, a settings library or a client, or ask a broker.
"""

from importlib.util import find_spec
from pathlib import Path

STAGES = ("ner", "relations", "graph")
TIMES = ("beginning", "now", "10m", "1h", "1d", "1w")


def models(incomplete: str) -> list[str]:
    """The installed models as `name@version`."""
    folders = (file.parent for file in _package("models", "artefacts").glob("*/*/manifest.json"))
    # A vocabulary has a manifest too, but no encoder.
    found = sorted(f"{folder.parent.name}@{folder.name}" for folder in folders if (folder / "encoder.onnx").is_file())
    return [name for name in found if name.startswith(incomplete)]


def recipes(incomplete: str) -> list[str]:
    """The shipped recipes."""
    found = sorted(file.stem for file in _package("models", "training", "recipes").glob("*.toml"))
    return [name for name in found if name.startswith(incomplete)]


def corpora(incomplete: str) -> list[str]:
    """The registered corpora: the headings of their entries."""
    import tomllib

    entries = sorted(_package("models", "corpora", "registry").glob("*.toml"))
    found = (name for file in entries for name in tomllib.loads(file.read_text(encoding="utf-8")))
    return [name for name in found if name.startswith(incomplete)]


def stages(incomplete: str) -> list[str]:
    """One stage more, behind those that are named already: `ner,rel` -> `ner,relations`."""
    before, comma, begun = incomplete.rpartition(",")
    named = before.split(",")
    return [f"{before}{comma}{stage}" for stage in STAGES if stage.startswith(begun) and stage not in named]


def stage(incomplete: str) -> list[str]:
    """One stage."""
    return [name for name in STAGES if name.startswith(incomplete)]


def times(incomplete: str) -> list[str]:
    """Times to begin at."""
    return [time for time in TIMES if time.startswith(incomplete)]


def setting_keys(incomplete: str) -> list[str]:
    """`KEY=` of every setting that an option may set."""
    from biorelay.settings.keys import keys

    return [f"{key.name}=" for key in keys().values() if not key.secret and key.name.startswith(incomplete)]


def _package(name: str, *parts: str) -> Path:
    spec = find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0], *parts) if places else Path()
