"""The queries, one file each: `common/` runs on every engine; `neo4j/` and `ladybug/` hold what they must say apart.

The common subset: explicit `SET a.x = r.x`, `WITH`-chained matches, no `type()`, `labels()` or `startNode()`, no null
parameters, aliases that differ from every variable. A line `;` separates several statements; comments stand on lines of their own.

LadybugDB follows relationships from the nodes of an UNWIND where the pattern stands in an OPTIONAL MATCH of its own; in the MATCH that
looks the nodes up it scans whole tables. Or a statement of its names `$row_...` and is run for each row of the statement before it.

It takes a list of maps five times as slowly as lists of plain values. So there `UNWIND $rows AS r` at the head of a statement becomes one
list for each field that the statement names, `$rows__field`.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import accumulate, pairwise
from typing import Any


@cache
def statements(engine: str, name: str, *, plain: bool = False) -> tuple[str, ...]:
    """The statements of a query for an engine. Raises `LookupError` where there is no such file.

    `plain`: its parameter of that name is true: of an edge only papers are asked. Then `NAME.plain.cypher` is taken, where there is one.
    """
    folder = files(__name__)
    ways = [folder / engine / f"{name}.plain.cypher"] if plain else []
    for file in (*ways, folder / engine / f"{name}.cypher", folder / "common" / f"{name}.cypher"):
        if file.is_file():
            code = "\n".join(line for line in file.read_text("utf-8").splitlines() if not line.startswith("//"))
            parts = (part.strip() for part in code.split("\n;\n") if part.strip())
            return tuple(_in_columns(part) if engine == "ladybug" else part for part in parts)
    raise LookupError(f"no query {name!r} for {engine}")


@cache
def together(engine: str, before: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The statements of a query that others go before, each of one list, whose rows nobody reads: its first one does them too.

    Each of those is a subquery without an answer, and its list a parameter of its own name.
    """
    parts = []
    for first in before:
        for statement in statements(engine, first):
            [given] = parameters(statement)
            parts.append("CALL () {\n" + statement.replace(f"${given}", f"${first}") + "\n}\n")
    found = statements(engine, name)
    return ("".join(parts) + found[0], *found[1:]) if parts else found


@cache
def gathered(statement: str) -> tuple[str, tuple[str, ...]]:
    """A statement that answers with all of its rows as one list of lists, and the names of their fields; none where it stays as it is.

    Neo4j and its driver take ten times as long for each row of their own as for a list within one. What a statement returns, in whatever
    order, it then carries on, and gathers that. A UNION stays as it is.
    """
    head, returns, rest = statement.rpartition("\nRETURN ")
    if not returns or rest.startswith("DISTINCT ") or re.search(r"\b(UNION|RETURN)\b", head):
        return statement, ()
    items = re.split(r"\n(?:ORDER BY|SKIP|LIMIT) ", rest, maxsplit=1)[0]
    depth = [0, *accumulate((sign in "([{") - (sign in ")]}") for sign in items)]
    commas = [place for place, sign in enumerate(items) if sign == "," and not depth[place]]
    parts = [items[start:end] for start, end in pairwise((0, *commas, len(items)))]
    names = tuple(part.rpartition(" AS ")[2].strip(", \n") for part in parts)
    if not all(map(str.isidentifier, names)):
        return statement, ()
    return f"{head}\nWITH {rest}\nRETURN collect([{', '.join(names)}]) AS gathered", names


def the_list(parameters_: Mapping[str, Any]) -> Any:
    """The one parameter of a query that goes before another one."""
    [value] = parameters_.values()
    return value


def _in_columns(statement: str) -> str:
    """A statement over a list of maps as one over a list for each of their fields; any other as it is."""
    head = re.match(r"UNWIND \$(\w+) AS (\w+)\n", statement)
    if head is None or not (fields := sorted(set(re.findall(rf"\b{head[2]}\.(\w+)", statement)))):
        return statement
    name, row = head.groups()
    carried = ", ".join(f"{row}__{field}" for field in fields)
    rest = re.sub(rf"\b{row}\.(\w+)", rf"{row}__\1", statement[head.end() :])
    rest = re.sub(rf"\bWITH {row}(?=[,\n])", f"WITH {carried}", rest)
    taken = ", ".join(f"${name}__{field}[{row}] AS {row}__{field}" for field in fields)
    return f"UNWIND range(1, size(${name}__{fields[0]})) AS {row}\nWITH {taken}\n{rest}"


def columns(statement: str, parameters_: Mapping[str, Any]) -> dict[str, Any]:
    """Of the parameters those that a statement uses, lists of maps cut into the columns that it names."""
    found: dict[str, Any] = {}
    for name in parameters(statement):
        rows, apart, field = name.partition("__")
        found[name] = [row[field] for row in parameters_[rows]] if apart else parameters_[name]
    return found


@cache
def parameters(statement: str) -> frozenset[str]:
    """The names of the parameters that a statement uses; LadybugDB refuses any other."""
    return frozenset(re.findall(r"\$(\w+)", statement))
