"""A target under atheris, whose inputs follow what code they reach: `python -m tests.fuzz.guided TARGET --seconds 60 --seed 1`.

atheris is Google's fuzzer for Python on libFuzzer (https://github.com/google/atheris). It is no requirement of anything else here: where it
cannot be imported, `running` draws the inputs. libFuzzer ends the process by itself, so a run has one of its own: findings are
written as they come, and the number of inputs is in what it says at its end.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.fuzz.running import ROOT, Hang, Ran

PACKAGES = ("processors", "stream", "graphstore", "biorelay", "models")
"""Whose branches guide the inputs."""
CORPUS = ROOT / ".local" / "fuzz"
"""Inputs that reached new code, kept from run to run; git ignores them."""
_CASES = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_PEAK = re.compile(r"stat::peak_rss_mb:\s*(\d+)")
SECONDS_OF_START = 600


def available() -> bool:
    """Whether atheris is installed beside this interpreter."""
    from importlib.util import find_spec

    return find_spec("atheris") is not None


def run_guided(target: str, *, seed: int, seconds: float) -> Ran:
    """Run a target under atheris in a process of its own, for so many seconds of wall-clock time."""
    found = Ran(target)
    corpus = CORPUS / target.replace(" ", "-").replace("/", "-")
    corpus.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        told = Path(folder) / "told.jsonl"
        words = [sys.executable, "-m", "tests.fuzz.guided", target, "--seed", str(seed), "--seconds", str(seconds), "--corpus", str(corpus)]
        before = time.monotonic()
        ended = subprocess.run(
            [*words, "--told", str(told)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            errors="replace",
            timeout=seconds + SECONDS_OF_START,
        )
        found.cpu_s = time.monotonic() - before
        for line in told.read_text(encoding="utf-8").splitlines() if told.is_file() else ():
            one = json.loads(line)
            (found.hangs if one["hang"] else found.crashes)[bytes.fromhex(one["input"])] = one["where"]
    cases, peak = _CASES.search(ended.stderr), _PEAK.search(ended.stderr)
    if cases is None:
        raise RuntimeError(f"the fuzzer of {target} ended with {ended.returncode} and without a count: {ended.stderr[-500:]}")
    found.cases = int(cases[1])
    found.peak_mib = float(peak[1]) if peak else 0.0
    return found


def _fuzz(chosen: argparse.Namespace) -> None:
    """Hand this process over to libFuzzer."""
    import atheris

    with atheris.instrument_imports(include=list(PACKAGES)):
        from tests.fuzz.targets import TARGETS
    from tests.fuzz.mutation import CHANGES
    from tests.fuzz.running import attempt, quiet, where

    target = TARGETS[chosen.target]
    seen: set[str] = set()

    def once(data: bytes) -> None:
        error = attempt(target, data)
        if error is not None and (place := where(error)) not in seen:
            seen.add(place)
            with chosen.told.open("a", encoding="utf-8") as out:
                out.write(json.dumps({"input": data.hex(), "where": place, "hang": isinstance(error, Hang)}) + "\n")

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        return random.choice(CHANGES)(random, data, target)[:most]

    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        for number, data in enumerate(target.seeds):
            (Path(folder) / str(number)).write_bytes(data)
        options = (
            f"-max_total_time={chosen.seconds:.0f}",
            f"-seed={chosen.seed}",
            f"-max_len={target.most}",
            "-print_final_stats=1",
            "-rss_limit_mb=4096",
        )
        with quiet():
            atheris.Setup([sys.argv[0], *options, "-timeout=120", str(chosen.corpus), folder], once, custom_mutator=mutate)
            atheris.Fuzz()


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided")
    parser.add_argument("target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--told", type=Path, required=True)
    _fuzz(parser.parse_args(words))


if __name__ == "__main__":
    main()
