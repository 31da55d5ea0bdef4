"""`biorelay extract` over whole folders of samples: what was read, what was refused and why, what was found.

    python -m benchmarks.survey ../shared/data --limit 100
    python -m benchmarks.survey my/files --json > survey.json

Every folder under DATA that holds files of its own is one line; those in which nothing could be read stand in the list behind only.
Each file is opened as `extract` opens it, told by its content alone. READMEs, licences and checksums are no samples and are passed
over. Every outcome is counted: a file of a format that is not read is refused by its code, and nothing is skipped in silence.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import islice
from pathlib import Path

from biorelay import Extractor
from models.runtime.errors import BiorelayError
from processors.limits import Limits
from processors.records import Abstract
from processors.sources import Deletion, Problem, read
from processors.sources.octets import gathered, read_octets
from processors.sources.sniff import HEAD, sniff

PASSED_OVER = ("readme", "license", "licence", "md5", "checksums")
KNOWLEDGE = frozenset({"kb"})
"""Folders that hold no documents: databases that the vocabulary is made of."""


@dataclass(slots=True)
class Folder:
    """One folder's counts."""

    name: str
    files: int = 0
    formats: Counter[str] = field(default_factory=Counter)  # of the files, by the name that `--from` takes
    read: int = 0
    deletions: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # records and whole files, by the error's code
    reasons: dict[str, str] = field(default_factory=dict)  # of each code the first, with file and record
    extracted: int = 0
    entities: int = 0
    relations: int = 0
    seconds: float = 0.0

    def refuse(self, problem: Problem) -> None:
        self.refused[problem.error.code] += 1
        self.reasons.setdefault(problem.error.code, str(problem))


def survey(folder: Path, name: str, extractor: Extractor, *, limit: int | None, workers: int) -> Folder:
    """Read every file of a folder, and extract its first `limit` documents."""
    found = Folder(name)
    started = time.monotonic()

    def failed(abstract: Abstract, error: BiorelayError) -> None:
        found.refuse(Problem(abstract.source or name, abstract.id, None, error))

    abstracts = _abstracts(folder, found)
    for entities, relations in extractor.extract_many(islice(abstracts, limit), workers=workers, on_error=failed):
        found.extracted += 1
        found.entities += len(entities.mentions)
        found.relations += len(relations.relations)
    for _ in abstracts:
        pass  # read to the end, so that everything is counted
    found.seconds = round(time.monotonic() - started, 1)
    return found


def folders(data: Path) -> Iterator[tuple[Path, str]]:
    """Every folder that holds files of its own, with its name under `data`."""
    for folder in sorted({path.parent for path in data.rglob("*") if path.is_file()}):
        parts = folder.relative_to(data).parts
        if not KNOWLEDGE & set(parts) and any(_files(folder)):
            yield folder, "/".join(parts) or "."


def _files(folder: Path) -> Iterator[Path]:
    files = (path for path in sorted(folder.iterdir()) if path.is_file())
    return (path for path in files if not any(word in path.name.lower() for word in PASSED_OVER))


def _abstracts(folder: Path, found: Folder) -> Iterator[Abstract]:
    for path in _files(folder):
        found.files += 1
        found.formats[_format(path)] += 1
        for outcome in read(path):
            if isinstance(outcome, Problem):
                found.refuse(outcome)
            elif isinstance(outcome, Deletion):
                found.deletions += 1
            else:
                found.read += 1
                yield outcome


def _format(path: Path) -> str:
    try:
        return sniff(next(gathered(read_octets(path, Limits()), HEAD), b""), path.name)
    except BiorelayError as error:
        return error.code


def _row(found: Folder) -> str:
    refused = ", ".join(f"{code} {count}" for code, count in sorted(found.refused.items())) or "none"
    formats = ", ".join(f"{name} {count}" for name, count in sorted(found.formats.items()) if "." not in name)
    counts = f"{found.files:5} {found.read:7,} {found.extracted:9,} {found.entities:9,} {found.relations:9,}"
    return f"{found.name:38} {counts}  {formats or '-'}; refused: {refused}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.survey", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, help="extract only so many documents of each folder; all are read")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of the table")
    options = parser.parse_args()
    extractor = Extractor.load()
    results: list[Folder] = []
    if not options.json:
        print(f"{'folder':38} {'files':>5} {'read':>7} {'extracted':>9} {'entities':>9} {'relations':>9}  formats; refused by code")
    for folder, name in folders(options.data):
        results.append(survey(folder, name, extractor, limit=options.limit, workers=options.workers))
        if results[-1].read and not options.json:
            print(_row(results[-1]), flush=True)
    if options.json:
        json.dump(
            [{part.name: getattr(found, part.name) for part in fields(found)} for found in results],
            sys.stdout,
            indent=1,
            ensure_ascii=False,
        )
        print()
        return
    print("\nRefused, of each code in each folder the first:")
    for found in results:
        for code, reason in found.reasons.items():
            print(f"  {found.name}, {found.refused[code]} {code}: {reason}")


if __name__ == "__main__":
    main()
