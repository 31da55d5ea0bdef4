"""The sections of docs/reliability.md on poison and on outages, from their stored results."""

from collections.abc import Mapping
from typing import Any

from benchmarks.capacity_sections import NOT, table

Result = Mapping[str, Any]

ABOUT_POISON = """`python -m benchmarks.bench_poison` runs the agents' delivery on real abstracts, in turn without poison and with a
tenth of it, and takes the processor time of the good documents with all that the poison costs beside them (of the process, and of the
graph's server). A message that cannot be read, is too large, belongs to another key, or makes the extractor raise is settled alone and
costs its neighbours nothing; in the graph it goes into its batch's transaction as a document that states nothing. Only what makes the
*transaction* fail costs them something: its batch is halved until the guilty one stands alone, in at most 1 + 2 k log2(n) attempts for
k guilty among n (`tests/stream/test_halving.py`), a half that must hold the guilty one is not tried, and the guilty document's next
message is tried alone from the start. No record is known that can be read and makes a database refuse; here a store is made to. A
document that kills or hangs its worker costs `worker.deaths` restarts, each with the time until its partitions move
(`worker.session_timeout_s`)."""

KINDS = {
    "ner": "ner: unreadable, too large, mislabelled, raising",
    "relations": "relations: the same",
    "graph-unreadable": "graph: the same, but raising",
    "graph-loop": "graph: the same few documents fail their batch again and again",
    "graph-refused": "graph: ever new documents fail their batch",
}

ABOUT_OUTAGES = """`python -m benchmarks.bench_outages` holds a worker (a real Kafka, a real Neo4j, the shipped model) in each state
for a while, with documents in flight and more published, mends it, and waits until the worker has caught up by itself; then the state
comes back and the worker gets SIGTERM in the midst of it. *Waits* is what `/readyz` said; *same* that the process is the one from
before; *back* the seconds from the mending until every stage had committed everything, on a machine that had other work; memory is what
was resident, before and at most. `data-full` and `broker-full` are a quota on the size of files, which makes writes fail as a full disk
does; with Neo4j only the worker's journal of documents in hand is in its own folder, and it goes on without those marks. With the
embedded graph a full disk is waited for too (`tests/stream/test_outages.py`); a worker that is ended in that state ends by SIGABRT,
since LadybugDB cannot close what it cannot write."""


def poison(result: Result | None) -> list[str]:
    """What poison costs the others, by stage and kind."""
    lines = ["## Poison", "", ABOUT_POISON, ""]
    if result is None:
        return [*lines, NOT.capitalize() + "."]
    rows = []
    for name, found in result["stages"].items():
        kind = next((kind for kind in KINDS if name == kind or name.startswith(f"{kind}-")), name)
        engine = name.removeprefix(kind).removeprefix("-")
        calls = f"{found['calls_alone']:g} -> {found['calls']:g}" if found["calls"] else "-"
        rows.append((KINDS.get(kind, kind), engine or "-", str(found["dead_letters"]), calls, f"{round(found['slower_percent']):+d} %"))
    lines += table(("stage and kind", "engine", "dead letters", "transactions", "processor time of the stage"), rows)
    lines += ["", "All three stages together, each with its tenth of poison:", ""]
    whole = [(engine, *(f"{round(percents[k]):+d} %" for k in sorted(percents))) for engine, percents in result["whole_percent"].items()]
    lines += table(("engine", *sorted(next(iter(result["whole_percent"].values())))), whole)
    return [*lines, "", f"{result['documents']} documents a round, {result['rounds']} rounds, means; {machine_of(result)}."]


def outages(result: Result | None) -> list[str]:
    """Each state, held and ended in."""
    lines = ["## Outages", "", ABOUT_OUTAGES, ""]
    if result is None:
        return [*lines, NOT.capitalize() + "."]
    rows = []
    for name, found in result["states"].items():
        waits = ", ".join(f"{stage}: {code}" for stage, code in found["waited_for"].items()) or "-"
        memory = f"{found['rss_before_mb']} -> {found['rss_most_mb']} MB"
        files = f"{found['files_before']} -> {found['files_most']}"
        end = f"{found['exit_code']} after {found['ended_after_s']:.1f} s"
        same = "yes" if found["same_process"] else "NO"
        lost = f"{found['missing']}, {found['dead_letters']}"
        rows.append((f"`{name}`", f"{found['seconds']:.0f} s", waits, same, lost, f"{found['back_s']:.0f} s", memory, files, end))
    columns = ("state", "held", "waits", "same", "missing, dead letters", "back", "memory", "files", "SIGTERM")
    lines += table(columns, rows)
    return [*lines, "", f"The deadline after SIGTERM (`worker.shutdown_s`) is {result['shutdown_s']:g} s here; {machine_of(result)}."]


def machine_of(result: Result) -> str:
    """What a result was measured on, in words."""
    machine = result["machine"]
    cores = "1 core" if machine["cores"] == 1 else f"{machine['cores']} cores"
    return f"{cores} of {machine['processor'].partition(' (')[0]}"
