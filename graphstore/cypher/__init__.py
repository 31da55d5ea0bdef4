"""The queries, one file each: `common/` runs on every engine; `neo4j/` and `ladybug/` hold what they must say apart.

The common subset: explicit `SET a.x = r.x`, `WITH`-chained matches, no `type()`, `labels()` or `startNode()`, no null
parameters, aliases that differ from every variable. A line `;` separates several statements; comments stand on lines of their own.

LadybugDB follows relationships from a node that it finds by its key, but not from the rows of an UNWIND: there it scans whole tables.
So a statement of its may name `$row_...` and is then run for each row of the statement before it.
"""

import re
from functools import cache
from importlib.resources import files


@cache
def statements(engine: str, name: str) -> tuple[str, ...]:
    """The statements of a query for an engine. Raises `LookupError` where there is no such file."""
    for folder in (engine, "common"):
        file = files(__name__) / folder / f"{name}.cypher"
        if file.is_file():
            code = "\n".join(line for line in file.read_text("utf-8").splitlines() if not line.startswith("//"))
            return tuple(part.strip() for part in code.split("\n;\n") if part.strip())
    raise LookupError(f"no query {name!r} for {engine}")


@cache
def parameters(statement: str) -> frozenset[str]:
    """The names of the parameters that a statement uses; LadybugDB refuses any other."""
    return frozenset(re.findall(r"\$(\w+)", statement))
