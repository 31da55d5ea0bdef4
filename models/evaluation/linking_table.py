"""A linking result as Markdown: a row for each set and type, and the errors by kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.evaluation.linking_report import EXACT, LINKED, SCHEMA

_ALL = "all"


def is_result(result: Any) -> bool:
    """Whether this was a linking result of this schema before it was JSON."""
    return isinstance(result, dict) and result.get("schema") == SCHEMA and isinstance(result.get("sets"), dict)


def markdown(result: Mapping[str, Any], earlier: Mapping[str, Any] | None = None) -> str:
    """F1 of identifier sets in percent with 95 % intervals; with an `earlier` result its figures stand before these."""
    heads = ["set", "mentions", "type", "exact names", *(["before"] if earlier else []), "P", "R", "F1", "95 %", "fair F1", "gold"]
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(row)} |" for row in _rows(result, earlier)]
    return "\n".join([*lines, "", *_errors(result)])


def _rows(result: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> Iterator[list[str]]:
    for name, ways in result["sets"].items():
        for way in ways:
            plain = ways[way][LINKED]["plain"]
            types = [kind for kind, figures in plain.items() if figures["tp"] + figures["fn"]]
            for kind in types if len(types) > 2 else types[:1]:
                now, fair, exact = plain[kind], ways[way][LINKED]["fair"][kind], ways[way][EXACT]["plain"][kind]
                before = [_figure(_earlier(earlier, name, way, kind))] if earlier else []
                interval = f"{now['f1_95'][0]:.1f} to {now['f1_95'][1]:.1f}"
                figures = [_figure(now, part) for part in ("precision", "recall", "f1")]
                yield [name, way, kind, _figure(exact), *before, *figures, interval, _figure(fair), str(now["tp"] + now["fn"])]


def _earlier(result: Mapping[str, Any], name: str, way: str, kind: str) -> Mapping[str, Any] | None:
    found: Any = result["sets"].get(name, {}).get(way, {}).get(LINKED, {}).get("plain", {}).get(kind)
    return dict(found) if found else None


def _figure(figures: Mapping[str, Any] | None, part: str = "f1") -> str:
    return f"{figures[part]:.1f}" if figures else "-"


def _errors(result: Mapping[str, Any]) -> Iterator[str]:
    columns = [(name, way) for name, ways in result["sets"].items() for way in ways]
    for part, title in (("missed", "identifiers missed"), ("false", "false identifiers")):
        tables = [result["sets"][name][way]["errors"][part] for name, way in columns]
        kinds = sorted({kind for table in tables for kind in table}, key=lambda kind: -sum(t[kind]["errors"] for t in tables if kind in t))
        yield f"| {title} | {' | '.join(f'{name}, {way}' for name, way in columns)} |"
        yield f"|{' --- |' * (len(columns) + 1)}"
        for kind in kinds:
            yield f"| {kind} | {' | '.join(str(table[kind]['errors']) if kind in table else '0' for table in tables)} |"
        yield ""
