"""The section of docs/reliability.md on fuzzing and hostile input, from its stored result."""

from collections.abc import Mapping
from typing import Any

from benchmarks.capacity_sections import NOT, table

ABOUT = """`make fuzz SECONDS=600` gives every way for bytes into the software (`tests/fuzz`) inputs that are valid samples with something
changed: bytes, lines, numbers, XML elements, values of JSON; guided by atheris it looks for inputs that reach new code. The ways are
the readers of every file format, the decoders of every record, header, frame and key, all that counts characters (cleaning, sentences,
abbreviations, polarity, pieces, spans, evidence, linking), imports, exports, questions and writes of an embedded graph, settings, the
terminal and the log, and the words of every command (`demo`, `worker`, `extract`, `train` and their like are only parsed).

A case is one input. It is a crash where anything is raised but the software's own refusals, and where a promise does not hold: a mention
stands at its offsets, a record survives its own bytes, what is clean stays clean, the size of the chunks does not matter, a message stays
short, a command ends with 0, 1 or 2. It is a hang after 10 s of processor time (60 s for a command). Most cases are of the quick targets.
The counts are of the runs since the last one that found something (ledger: `benchmarks/results/fuzz.jsonl`). Findings stay as files under
`tests/fuzz/findings`, which every test run replays."""

ABOUT_MEMORY = """What one input takes at most, in a process of its own, beside the same command on ordinary ones (`biorelay extract`
for documents; a list, a table, an import and a load by their own commands)."""


def fuzz(result: Mapping[str, Any] | None) -> list[str]:
    """Inputs that were tried, by target, and the memory that hostile ones take."""
    lines = ["## Fuzzing and hostile input", "", ABOUT, ""]
    if result is None:
        return [*lines, NOT.capitalize() + "."]
    ever = result["ever"]
    counts = [result["cases"], result["crashes"], result["hangs"], ever["cases"], result["kept"]]
    lines += table(("cases", "crashes", "hangs", "cases ever", "findings kept"), [[f"{count:,}" for count in counts]])
    guided = sum(run["seconds"] for run in result["runs"] if run["guided"]) / 3600
    runs = ", ".join(f"`{run['commit']}` (seed {run['seed']})" for run in result["runs"])
    lines += ["", f"{result['hours']:g} hours, {guided:.2g} of them guided; of commits {runs}. Slowest input: {_slowest(result)}.", ""]
    ordered = sorted(result["targets"].items(), key=lambda each: (-each[1]["cases"], each[0]))
    lines += table(("target", "cases"), [(f"`{name}`", f"{of['cases']:,}") for name, of in ordered])
    if result["memory"]:
        lines += ["", "### Memory of one hostile input", "", ABOUT_MEMORY, ""]
        rows = [(name, *(f"{of[each]:,.0f} MiB" for each in ("peak_mib", "usual_mib"))) for name, of in result["memory"].items()]
        lines += table(("input", "peak", "ordinary"), rows)
    return lines


def _slowest(result: Mapping[str, Any]) -> str:
    longest = {name: of["longest_ms"] for name, of in result["targets"].items() if of["longest_ms"]}
    if not longest:
        return NOT
    name = max(longest, key=lambda each: longest[each])
    return f"{longest[name] / 1000:.2f} s of processor time (`{name}`)"
