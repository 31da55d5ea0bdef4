"""What an assertion recipe scored, as a table of `models/RESULTS.md`: the tagger beside the rules that are served and a plain baseline."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.corpora.bioscope import read_bioscope
from models.evaluation.polarity import UNMARKED, score_rules
from models.evaluation.results import Figure, Kind, Row, Section, Table, store, write_page
from models.training.assertion.job import MANIFEST, SCHEMA
from processors.records import CueKind

COMMAND = "biorelay train {0} --data DATA --output OUT; biorelay evaluate OUT/{0}/{1} --data DATA --results models/results"
FIGURES = {"cue": "cues", "scope": "scopes", "word in scope": "words in scopes"}


def read_tagger(folder: str | Path | None) -> dict[str, Any] | None:
    """The manifest of an assertion tagger in that folder; None where it holds another thing."""
    try:
        found = json.loads((Path(folder) / MANIFEST).read_bytes()) if folder is not None else None
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("schema") == SCHEMA else None


def beside_rules(manifest: Mapping[str, Any], data: Path) -> dict[str, Any]:
    """What training scored of the tagger, and the rules as they are now on the same half. Raises `CorpusMissing`."""
    return {"tagger": manifest["metrics"]["tagger"], **score_rules([abstract for abstract in read_bioscope(data) if abstract.held_out])}


def store_table(manifest: Mapping[str, Any], scores: Mapping[str, Any], results: Path) -> Path:
    """Store the table and draw the page beside the folder; its path."""
    store(f"polarity-{manifest['settings']['name']}", table(manifest, scores), results)
    return write_page(results)


def table(manifest: Mapping[str, Any], scores: Mapping[str, Any]) -> Table:
    """`scores` are those of `beside_rules`."""
    settings, abstracts = manifest["settings"], manifest["abstracts"]
    systems = (
        ("tagger", f"{settings['name']}@{settings['version']}, learned: {abstracts['learned']} abstracts; research", Kind.OURS),
        ("rules", "rules, which are served", Kind.OURS),
        ("rules, marked", "those rules, without words that BioScope leaves unmarked", Kind.OURS),
        ("baseline", "a few words to the next terminator", Kind.BASELINE),
    )
    return Table(
        title="Cues and scopes of BioScope's abstracts, F1",
        section=Section.POLARITY,
        measured_on="the half that no rule was written by and no step learned from",
        documents=f"{abstracts['scored']} abstracts",
        seed=settings["seed"],
        columns=tuple(f"{kind.value}, {told}" for kind in CueKind for told in FIGURES.values()),
        rows=tuple(
            Row(
                system=told,
                kind=kind,
                figures={
                    f"{cue.value}, {shown}": Figure.of(scores[name][cue.value][figure])
                    for cue in CueKind
                    for figure, shown in FIGURES.items()
                },
            )
            for name, told, kind in systems
        ),
        notes=(
            "A cue counts where its words are the gold cue's, a scope where its cue is right and both its ends are.",
            f"Unmarked: {', '.join(sorted(UNMARKED))}; none of the 28 in the development half is a cue there.",
        ),
        command=COMMAND.format(settings["name"], settings["version"]),
    )
