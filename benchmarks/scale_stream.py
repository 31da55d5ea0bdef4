"""The stream with one worker process and more: `bench_stream` run for each, on its own Kafka and Neo4j, with as many threads in all."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT
from stream.settings import StreamSettings

NOT_ASKED = "not measured: `--stream` asks for it, and it needs Java and Maven"
SHORT = ("--documents", "150", "--rounds", "1", "--idle", "5", "--seconds", "3")
"""Only the rate is wanted here; latencies are `bench_stream`'s own."""


def by_processes(data: Path, threads: int) -> dict[str, Any]:
    """Documents a second by the number of processes, up to one for each of `threads`. Raises `CalledProcessError` where a run fails."""
    found: dict[str, Any] = {"threads": threads, "partitions": StreamSettings().partitions, "processes": {}}
    with tempfile.TemporaryDirectory() as place:
        for count in sorted({n for n in (1, 2, 4, 8, threads) if n <= threads}):
            out = Path(place) / f"{count}.json"
            command = [sys.executable, "-m", "benchmarks.bench_stream", "--data", str(data.resolve()), "--out", str(out), *SHORT]
            subprocess.run([*command, "--threads", str(threads), "--processes", str(count)], cwd=ROOT, check=True)
            found["processes"][str(count)] = row(json.loads(out.read_bytes()))
    return found


def row(result: Mapping[str, Any]) -> dict[str, float]:
    """What of a stream's result is compared."""
    return {"docs_per_s": result["docs_per_s"], "cpu_vs_extract": result["ratios"]["cpu_vs_extract"]}


def stream(data: Path, *, asked: bool) -> dict[str, Any]:
    """The figures where they are asked for, or that they are not measured."""
    return by_processes(data, len(os.sched_getaffinity(0))) if asked else {"not_measured": NOT_ASKED}
