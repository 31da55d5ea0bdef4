"""`biorelay graph growth --verify`: how many of the new pairs that named relations reach do abstracts state?"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biorelay.cli.graph_verify import headline, refused, search

if TYPE_CHECKING:
    from biorelay.growing import Table
    from biorelay.settings import Settings
    from biorelay.sought import Sought
    from biorelay.verifying import Verified
    from processors.vocabulary import Vocabulary

HOPS = 4
SHOWN = 10


def new_pairs(table: "Table", *, hops: int = HOPS) -> dict[tuple[str, str], int]:
    """The pairs of case-folded names that all rows join within 2 to `hops` steps and no row states, each with its fewest steps.

    Rows that say "not related" join their names too, as in the graph of all rows. In the order of steps, then names.
    """
    near: dict[str, set[str]] = defaultdict(set)
    for row in table.rows:
        one, other = row[table.columns.first].casefold(), row[table.columns.second].casefold()
        if one != other:
            near[one].add(other)
            near[other].add(one)
    found: dict[tuple[str, str], int] = {}
    for start in near:
        seen, front = {start}, {start}
        for steps in range(1, hops + 1):
            front = set().union(*(near[name] for name in front)) - seen
            seen |= front
            if steps > 1:
                found |= {(start, end): steps for end in front if start < end}
    return dict(sorted(found.items(), key=lambda item: (item[1], item[0])))


def show_verified(table: "Table", settings: "Settings", files: Sequence[Path], *, most: int, as_json: bool) -> None:
    """Verify all new pairs in one pass over the files, and tell how many have which verdict, by steps; names that mean one are left out.

    Raises `typer.Exit` where something of the files was refused, and as `search` does.
    """
    from biorelay.cli.inputs import Problems
    from biorelay.verifying import Pair, Verdict
    from processors.vocabulary import Vocabulary

    vocabulary = Vocabulary.open(settings.vocabulary)
    pairs = new_pairs(table)
    known = {name: _meant(name, vocabulary) for name in sorted({name for pair in pairs for name in pair})}
    wanted = {names: Pair(known[names[0]], known[names[1]]) for names in pairs if known[names[0]] != known[names[1]]}
    problems = Problems()
    unique = list(dict.fromkeys(wanted.values()))
    verdicts = dict(zip(unique, search(unique, vocabulary, settings, files, most=most, problems=problems), strict=True))
    found = {names: verdicts[pair] for names, pair in wanted.items()}
    counts = {steps: Counter(found[names].verdict for names in found if pairs[names] == steps) for steps in range(2, HOPS + 1)}
    if as_json:
        _emit(pairs, found)
    else:
        _show({steps: [one[verdict] for verdict in Verdict] for steps, one in counts.items()}, pairs, found)
    refused(problems)


def _meant(name: str, vocabulary: "Vocabulary") -> "Sought":
    """What a name of the table means; one that only looks like a CURIE is a name all the same."""
    from biorelay.refusals import BadInput
    from biorelay.sought import Sought, sought

    try:
        return sought(name, vocabulary)
    except BadInput:
        return Sought("", name)


def _emit(pairs: dict[tuple[str, str], int], found: "dict[tuple[str, str], Verified]") -> None:
    from biorelay.cli.console import emit

    for names, verdict in found.items():
        record: dict[str, Any] = {"names": list(names), "hops": pairs[names], "verified": verdict.model_dump(mode="json")}
        emit(record)


def _show(counts: dict[int, list[int]], pairs: dict[tuple[str, str], int], found: "dict[tuple[str, str], Verified]") -> None:
    from biorelay.cli.console import show, table
    from biorelay.verifying import Verdict

    show()
    show("new pairs of all rows, by what the abstracts say of them:")
    table(["steps", "pairs", *(verdict.value for verdict in Verdict)], [[n, sum(row), *row] for n, row in counts.items()])
    stated = [names for names, one in found.items() if one.verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED)]
    stated.sort(key=lambda names: (-found[names].confidence, names))
    for names in stated[:SHOWN]:
        show(f"   {names[0]} - {names[1]}, {pairs[names]} steps: {headline(found[names])}")
    if len(stated) > SHOWN:
        show(f"   ... {len(stated) - SHOWN} more by --json")
