"""Fuzzing: every way for bytes into the software, on inputs that are valid samples with something changed.

The targets are `tests.fuzz`: each raises only on a defect. Inputs are drawn from a seed; with `--guided` atheris finds them by the code
that they reach, where it is installed. A finding is written to `tests/fuzz/findings`, which the tests replay from then on. `--memory` also
measures what single hostile inputs take. `--store` adds a line to the ledger, benchmarks/results/fuzz.jsonl, and sums up in fuzz.json what
the ledger holds since the last finding.

    python -m benchmarks.fuzz --seconds 600 --seed 7 [--targets "read jats,curies"] [--guided] [--memory] [--store | --sum]
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import describe
from tests.fuzz.guided import available, run_guided
from tests.fuzz.memory import result
from tests.fuzz.running import FINDINGS, Ran, keep, run
from tests.fuzz.targets import TARGETS

RESULTS = Path(__file__).parent / "results"
RESULT, LEDGER = RESULTS / "fuzz.json", RESULTS / "fuzz.jsonl"
PACKAGES = ("pydantic", "hypothesis")


def entry(
    runs: Sequence[Ran],
    *,
    seed: int,
    guided: bool,
    seconds: float,
    machine: Mapping[str, Any],
    memory: Mapping[str, Mapping[str, float]] | None = None,
) -> dict[str, Any]:
    """A run as the ledger keeps it. `memory`: MiB by hostile input."""
    return {
        "commit": machine["commit"],
        "seed": seed,
        "guided": guided,
        "cases": {each.target: each.cases for each in runs},
        "crashes": [where for each in runs for where in each.crashes.values()],
        "hangs": [where for each in runs for where in each.hangs.values()],
        "longest_ms": {each.target: round(each.longest_ms) for each in runs if each.longest_ms},
        "peak_mib": round(max((each.peak_mib for each in runs), default=0)),
        "seconds": round(seconds),
        "memory": dict(memory or {}),
        "machine": dict(machine),
    }


def summed(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What was run since the last run with a finding; of that run alone, where it is the newest. `ever` counts from the beginning."""
    last = max((place for place, each in enumerate(entries) if each["crashes"] or each["hangs"]), default=-1)
    since = entries[last + 1 :] or entries[-1:]
    cases: Counter[str] = Counter()
    longest: dict[str, int] = {}
    for each in since:
        cases.update(each["cases"])
        for name, most in each["longest_ms"].items():
            longest[name] = max(longest.get(name, 0), most)
    return {
        "name": "fuzz",
        "cases": sum(cases.values()),
        "crashes": sum(len(each["crashes"]) for each in since),
        "hangs": sum(len(each["hangs"]) for each in since),
        "targets": {name: {"cases": cases[name], "longest_ms": longest.get(name)} for name in sorted(cases)},
        "peak_mib": max(each["peak_mib"] for each in since),
        "memory": next((each["memory"] for each in reversed(entries) if each["memory"]), {}),
        "hours": round(sum(each["seconds"] for each in since) / 3600, 2),
        "kept": sum(1 for _ in FINDINGS.glob("*/*.bin")),
        "ever": {
            "cases": sum(sum(each["cases"].values()) for each in entries),
            "findings": sum(len(each["crashes"]) + len(each["hangs"]) for each in entries),
        },
        "runs": [{name: each[name] for name in ("commit", "seed", "guided", "seconds")} for each in since],
        "commit": since[-1]["commit"],
        "seed": since[-1]["seed"],
        "machine": since[-1]["machine"],
    }


def store(told: Mapping[str, Any] | None, results: Path = RESULTS) -> None:
    """Add a run to the ledger, where one is given, and sum up anew."""
    ledger = results / LEDGER.name
    if told is not None:
        with ledger.open("a", encoding="utf-8") as out:
            out.write(json.dumps(told) + "\n")
    entries = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    (results / RESULT.name).write_text(json.dumps(summed(entries), indent=1) + "\n", encoding="utf-8")


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--seconds", type=_seconds, default=60.0, metavar="N", help="processor time, shared evenly by the targets (60)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="draws the inputs (1)")
    parser.add_argument("--targets", type=_targets, default=tuple(TARGETS), metavar="NAME,...", help="only these: " + ", ".join(TARGETS))
    parser.add_argument("--guided", action="store_true", help="let atheris find inputs that reach new code")
    parser.add_argument("--memory", action="store_true", help="measure the memory that hostile inputs take (some minutes)")
    parser.add_argument("--sum", action="store_true", help="run nothing: sum up what the ledger holds")
    parser.add_argument("--store", action="store_true", help="add the run to the ledger and sum up")
    return parser.parse_args(words)


def _seconds(told: str) -> float:
    if not 0 < (number := float(told)) < float("inf"):
        raise argparse.ArgumentTypeError("more than 0")
    return number


def _targets(told: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in told.split(",") if name.strip())
    unknown = [name for name in names if name not in TARGETS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown) or 'nothing'} is no target; there are {', '.join(TARGETS)}")
    return names


def main(words: Sequence[str] | None = None) -> int:
    """0 where nothing was found, 1 where something was or atheris is missing, 2 for bad arguments."""
    chosen = arguments(words)
    if chosen.sum:
        store(None)
        return 0
    if chosen.guided and not available():
        print("atheris is not installed here: run it in .venv-dev, or leave --guided out", file=sys.stderr)
        return 1
    machine = describe(PACKAGES)
    runs: list[Ran] = []
    for place, name in enumerate(chosen.targets):
        left = chosen.seconds - sum(each.cpu_s for each in runs)
        share = max(left / (len(chosen.targets) - place), 1.0)
        guided, target = chosen.guided, TARGETS[name]
        found = run_guided(name, seed=chosen.seed, seconds=share) if guided else run(target, seed=chosen.seed, seconds=share)
        runs.append(found)
        print(f"{name:20} {found.cases:>10,} cases, {found.cases / max(found.cpu_s, 1e-9):>8,.0f}/s, {found.peak_mib:,.0f} MiB", flush=True)
        for data, where in {**found.crashes, **found.hangs}.items():
            print(f"  found: {where}\n  kept: {keep(name, data)}", flush=True)
    seconds, memory = sum(each.cpu_s for each in runs), None
    if chosen.memory:
        with tempfile.TemporaryDirectory(prefix="biorelay-fuzz-") as folder:
            memory = result(Path(folder))
    told = entry(runs, seed=chosen.seed, guided=chosen.guided, seconds=seconds, machine=machine, memory=memory)
    print(f"{sum(told['cases'].values()):,} cases, {len(told['crashes'])} crashes, {len(told['hangs'])} hangs, {told['seconds']} s")
    if chosen.store:
        store(told)
        print(f"stored: {LEDGER.name}, {RESULT.name}")
    return 1 if told["crashes"] or told["hangs"] else 0


if __name__ == "__main__":
    sys.exit(main())
