"""A result as text: one line a figure."""

from collections.abc import Iterator, Mapping
from typing import Any


def table(result: Mapping[str, Any]) -> str:
    """The reports and plain figures of a result in columns; figures are percent, errors are shares."""
    lines = [f"{'':52}{'P':>7}{'R':>7}{'F1':>7}   95 % interval      gold"]
    lines.extend(_lines(result, ""))
    return "\n".join(lines)


def _lines(value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, inner in value.items():
        place = f"{path} {name}".strip()
        if isinstance(inner, Mapping) and "f1" in inner:
            figures = "".join(f"{inner.get(name, inner.get(name[0], 0.0)):7.2f}" for name in ("precision", "recall", "f1"))
            interval = "{:6.2f} to {:6.2f}".format(*inner["f1_95"]) if "f1_95" in inner else ""
            numbers = f"{figures}   {interval:16}  {inner['tp'] + inner['fn']:8}"
            if inner["tp"] + inner["fn"] + inner["fp"]:
                yield f"{place:52}{numbers}"
        elif isinstance(inner, Mapping):
            yield from _lines(inner, place)
        elif isinstance(inner, int | float):
            yield f"{place:52}{inner:21.4f}" if isinstance(inner, float) else f"{place:52}{inner:21}"
