"""Rounds of faults on a real Kafka and a real Neo4j, each ended by a proof that nothing was lost and nothing is wrong.

The engine is `tests.chaos`: a publisher that keeps what was acknowledged, three workers and a fourth that comes and goes, a proxy on every
way between a worker and a service, and drawn faults. Services are this run's own, on free ports, with their data in a folder that is
removed. `--store` adds a line to the ledger, benchmarks/results/chaos.jsonl, and sums up in chaos.json what the ledger holds since the
last change of delivery or graph code, which a digest of their sources tells.

    python -m benchmarks.chaos --rounds 20 --seed 7 [--first N] [--faults worker-killed,broker-killed] [--extractor shipped] [--store]
"""

import argparse
import asyncio
import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, describe
from deploy.local import LocalServiceError
from stream.quiet import quiet
from tests.chaos.faults import KINDS
from tests.chaos.rounds import Run, line, percentile, run
from tests.chaos.verifier import Findings

RESULTS = Path(__file__).parent / "results"
RESULT, LEDGER = RESULTS / "chaos.json", RESULTS / "chaos.jsonl"
PACKAGES = ("faust-streaming", "aiokafka", "neo4j")
CODE = ("stream", "graphstore")
"""The packages whose change makes older rounds count no longer."""
FOUND = tuple(Findings.__dataclass_fields__)


def code_digest(root: Path = ROOT) -> str:
    """Twelve characters that change with the delivery and graph code: names and bytes of its Python and Cypher files."""
    found = hashlib.sha256()
    for package in CODE:
        for path in sorted(path for path in (root / package).rglob("*") if path.suffix in {".py", ".cypher"}):
            found.update(f"{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes() + b"\n")
    return found.hexdigest()[:12]


def entry(found: Run, extractor: str, machine: Mapping[str, Any], code: str) -> dict[str, Any]:
    """A run as the ledger keeps it. Seconds are lists, so that percentiles can be taken over runs."""
    rounds = found.rounds
    faults = Counter(told.partition("(")[0] for each in rounds for told in each.faults)
    returns: dict[str, list[float]] = {}
    for each in rounds:
        for kind, seconds in each.returns.items():
            returns.setdefault(kind, []).extend(round(one, 2) for one in seconds)
    findings = Counter({name: sum(each.findings.counts()[name] for each in rounds) for name in FOUND})
    return {
        "commit": machine["commit"],
        "code": code,
        "seed": found.seed,
        "first": rounds[0].number if rounds else 0,
        "extractor": extractor,
        "rounds": len(rounds),
        "faults": dict(sorted(faults.items())),
        "documents": sum(each.documents for each in rounds),
        "unknown": sum(each.unknown for each in rounds),
        **{name: findings[name] for name in FOUND},
        "stuck": sum(len(each.stuck) for each in rounds),
        "notes": [f"round {each.number}: {note}" for each in rounds for note in each.notes],
        "bad": [line(each) for each in rounds if not each.good],
        "worker_ends": dict(sorted(Counter(str(code) for each in rounds for code in each.ends).items())),
        "repeated": found.repeated,
        "put_right": found.put_right,
        "recovery_s": [round(each.recovery, 2) for each in rounds if each.recovery is not None],
        "takeover_s": [round(seconds, 2) for each in rounds for seconds in each.takeovers],
        "returns_s": dict(sorted(returns.items())),
        "seconds": round(sum(each.seconds for each in rounds)),
        "machine": dict(machine),
    }


def summed(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the newest entry and those before it of the same code come to."""
    newest = entries[-1]
    same = [each for each in entries if each["code"] == newest["code"]]

    def total(name: str) -> dict[str, int]:
        return dict(sorted(sum((Counter(each[name]) for each in same), Counter()).items()))

    def seconds(name: str) -> list[float]:
        return [one for each in same for one in each[name]]

    returns: dict[str, list[float]] = {}
    for each in same:
        for kind, found in each["returns_s"].items():
            returns.setdefault(kind, []).extend(found)
    return {
        "name": "chaos",
        "rounds": sum(each["rounds"] for each in same),
        "faults": total("faults"),
        "documents": sum(each["documents"] for each in same),
        "unknown": sum(each["unknown"] for each in same),
        **{name: sum(each[name] for each in same) for name in (*FOUND, "stuck")},
        "notes": [note for each in same for note in each["notes"]],
        "worker_ends": total("worker_ends"),
        "repeated": total("repeated"),
        "put_right": sum(each["put_right"] for each in same),
        "recovery_p50_s": percentile(seconds("recovery_s"), 0.5),
        "recovery_p95_s": percentile(seconds("recovery_s"), 0.95),
        "recovery_max_s": max(seconds("recovery_s"), default=None),
        "takeovers": len(seconds("takeover_s")),
        "takeover_p95_s": percentile(seconds("takeover_s"), 0.95),
        "takeover_max_s": max(seconds("takeover_s"), default=None),
        "returns": {
            kind: {"count": len(found), "p95_s": percentile(found, 0.95), "max_s": max(found)} for kind, found in sorted(returns.items())
        },
        "runs": [{name: each[name] for name in ("commit", "seed", "first", "rounds", "extractor")} for each in same],
        "hours": round(sum(each["seconds"] for each in same) / 3600, 2),
        "code": newest["code"],
        "commit": newest["commit"],
        "seed": newest["seed"],
        "machine": newest["machine"],
    }


def ledger(path: Path = LEDGER) -> list[dict[str, Any]]:
    """All that was ever run, the oldest first."""
    return [json.loads(told) for told in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def store(told: Mapping[str, Any], results: Path = RESULTS) -> None:
    """Add a run to the ledger and sum up anew."""
    with (results / LEDGER.name).open("a", encoding="utf-8") as out:
        out.write(json.dumps(told) + "\n")
    (results / RESULT.name).write_text(json.dumps(summed(ledger(results / LEDGER.name)), indent=1) + "\n", encoding="utf-8")


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--rounds", type=_count, default=20, metavar="N", help="how many rounds (20)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="draws documents, faults and times (1)")
    parser.add_argument("--first", type=_number, default=0, metavar="N", help="number of the first round, to see one again (0)")
    parser.add_argument("--seconds", type=float, default=float("inf"), metavar="N", help="begin no further round after so many seconds")
    parser.add_argument("--faults", type=_kinds, default=tuple(KINDS), metavar="KIND,...", help="draw only these: " + ", ".join(KINDS))
    parser.add_argument("--extractor", choices=("numbered", "shipped"), default="numbered", help="a quick rule, or the shipped model")
    parser.add_argument("--folder", type=Path, metavar="PATH", help="keep services, logs and the journal there (default: removed)")
    parser.add_argument("--store", action="store_true", help="add the run to the ledger and sum up")
    return parser.parse_args(words)


def _count(told: str) -> int:
    if (number := int(told)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _number(told: str) -> int:
    if (number := int(told)) < 0:
        raise argparse.ArgumentTypeError("at least 0")
    return number


def _kinds(told: str) -> tuple[str, ...]:
    kinds = tuple(kind.strip() for kind in told.split(",") if kind.strip())
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown) or 'nothing'} is no fault; there are {', '.join(KINDS)}")
    return kinds


def main(words: Sequence[str] | None = None) -> int:
    """0 where every round was good, 1 where one was not or the services did not start, 2 for bad arguments."""
    chosen = arguments(words)
    machine, code = describe(PACKAGES), code_digest()
    with nullcontext(chosen.folder) if chosen.folder else tempfile.TemporaryDirectory(prefix="biorelay-chaos-") as folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        try:
            with quiet():
                found = asyncio.run(
                    run(
                        Path(folder),
                        seed=chosen.seed,
                        rounds=chosen.rounds,
                        first=chosen.first,
                        kinds=chosen.faults,
                        extractor=chosen.extractor,
                        seconds=chosen.seconds,
                        say=lambda said: print(said, flush=True),
                    )
                )
        except LocalServiceError as error:
            print(f"{error}", file=sys.stderr)
            return 1
    told = entry(found, chosen.extractor, machine, code)
    print(json.dumps({name: value for name, value in summed([told]).items() if name not in {"machine", "runs"}}, indent=1))
    if chosen.store:
        store(told)
        print(f"stored: {LEDGER.name}, {RESULT.name}")
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
