"""How often each dev and test set was scored, and for which model: an append-only file of JSON lines, kept with the code.

A model that is scored again and again, and changed in between, is chosen on its test set in the end; so every scoring is written down,
also a repeated one. A line holds no clock and no path of a machine:

    {"set": "biored/dev", "system": "relay-mini@1", "weights": "9c1d...", "recipe": "a07f...", "command": "biorelay train", "count": 2}

`count` says that this system with these weights was scored on this set for the second time. The ledger is the file that the
environment names in `BIORELAY_SCORINGS`; `off` switches it off; where nothing is said, it is `models/scorings.jsonl` in a checkout,
and there is none in an installed package. Where it cannot be written, that is logged, and the scoring goes on.
"""

import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from models.corpora.registry import CORPORA
from models.evaluation.errors import ResultUnusable

log = logging.getLogger(__name__)

SETTING = "BIORELAY_SCORINGS"
OFF = "off"
NAME = "scorings.jsonl"
WEIGHTS = (".onnx", ".safetensors", ".bin", ".pt")
_MODELS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Scoring:
    """One set scored once."""

    set: str  # corpus/split
    system: str  # name@version
    weights: str  # `weights_of` its folder; empty for a system without weights
    recipe: str  # the fingerprint of what it was trained by; empty where there is none
    command: str
    count: int  # of this system, with these weights, on this set, this one included


def default_ledger() -> Path | None:
    """Where scorings are written; None where they are not."""
    said = os.environ.get(SETTING, "").strip()
    if said:
        return None if said.casefold() == OFF else Path(said)
    in_checkout = (_MODELS.parent / ".git").exists() and (_MODELS.parent / "pyproject.toml").is_file()
    return _MODELS / NAME if in_checkout else None


def record(
    sets: Iterable[str],
    *,
    system: str,
    weights: str = "",
    recipe: str = "",
    command: str,
    data: Path | None = None,
    ledger: Path | None = None,
) -> list[Scoring]:
    """Write down that `system` was scored on each of `sets` (`corpus/split`), and say for which time.

    `data`: the corpora's folder, where samples may lie in place of the known sets: those are no scoring, and are left out.
    `ledger`: None is `default_ledger()`. Never raises for a ledger that cannot be written; raises `ResultUnusable` where it holds a
    line that is no scoring, since counting on from there would be wrong.
    """
    path = ledger or default_ledger()
    earlier = Counter((s.set, s.system, s.weights) for s in read(path)) if path else Counter()
    scorings = []
    for name in dict.fromkeys(sets):
        if data is not None and not _known(name, data):
            continue
        key = (name, system, weights)
        scorings.append(Scoring(name, system, weights, recipe, command, earlier[key] + 1))
    if path is not None:
        lines = "".join(json.dumps(asdict(scoring), ensure_ascii=False) + "\n" for scoring in scorings)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(lines)
        except OSError as error:
            log.warning("%d scorings are not written down: %s; name a ledger in %s, or %s", len(scorings), error, SETTING, OFF)
    return scorings


def read(ledger: Path | None = None) -> Iterator[Scoring]:
    """The scorings written down, in order; none where there is no ledger. Raises `ResultUnusable`, which names file and line."""
    path = ledger or default_ledger()
    if path is None:
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, UnicodeDecodeError) as error:
        raise ResultUnusable(f"the ledger of scorings {path.name} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            scoring = Scoring(**json.loads(line))
        except (TypeError, ValueError, RecursionError) as error:
            raise ResultUnusable(
                f"{path.name}, line {number} is no scoring: {error}", remedy="Take it out, or restore the file."
            ) from error
        yield scoring


def _known(name: str, data: Path) -> bool:
    """Whether the files of a registered set are those that the registry states; a set that is none of its is taken at its word."""
    of, _, split = name.partition("/")
    if of not in CORPORA or split not in CORPORA[of].splits:
        return True
    stated = CORPORA[of].split(split).files
    return all(_sha256(data / path) == sha256 for path, sha256 in stated.items())


def _sha256(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tally(scorings: Iterable[Scoring]) -> Mapping[str, Mapping[str, int]]:
    """set -> system -> how often it was scored, with any weights; both sorted."""
    counts: dict[str, Counter[str]] = {}
    for scoring in scorings:
        counts.setdefault(scoring.set, Counter())[scoring.system] += 1
    return {name: dict(sorted(counts[name].items())) for name in sorted(counts)}


def tally_table(scorings: Iterable[Scoring], system: str | None = None) -> list[str]:
    """`tally` as a Markdown table, of one system or of all; no lines where there is nothing to tell."""
    rows = [
        f"| {name} | {who} | {count} |"
        for name, by in tally(scorings).items()
        for who, count in by.items()
        if system is None or who == system
    ]
    return ["| set | system | times scored |", "| --- | --- | ---: |", *rows] if rows else []


def weights_of(folder: Path) -> str:
    """A fingerprint of the weights in a folder: 16 hexadecimal digits; empty where it holds none. Other files change nothing."""
    files = sorted(path for path in folder.iterdir() if path.suffix in WEIGHTS)
    whole = hashlib.sha256()
    for path in files:
        whole.update(f"{path.name} {_sha256(path)}\n".encode())
    return whole.hexdigest()[:16] if files else ""
