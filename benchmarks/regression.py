"""Is a new result as good as the stored one? Only ratios to a peer of the same run, and shares, can be compared between runs."""

from collections.abc import Mapping
from typing import Any


def compare(
    stored: Mapping[str, Any], measured: Mapping[str, Any], limits: Mapping[str, float], rises: Mapping[str, float] | None = None
) -> list[str]:
    """One line for each ratio that is worse than its limit allows; none: all is well.

    `limits` names figures by their way through the JSON, `int8_peak_share.128`, and says how far each may fall as a share of the
    stored one: 0.1 is a tenth. `rises` does the same for costs, which may rise. A figure that either side lacks is a line too.
    """
    lines = []
    for allowed, sign in ((limits, 1), (rises or {}, -1)):
        for name, limit in allowed.items():
            before, now = _figure(stored, name), _figure(measured, name)
            if before is None or now is None:
                lines.append(f"{name}: not in the {'stored' if before is None else 'new'} result")
            elif sign * (before - now) > limit * abs(before):
                verb = "fell" if sign > 0 else "rose"
                change = 100 * abs(now - before) / abs(before) if before else float("inf")
                lines.append(f"{name} {verb} from {before:g} to {now:g}, by {change:.0f} %; at most {100 * limit:.0f} % is allowed")
    return lines


def _figure(result: Any, name: str) -> float | None:
    for key in name.split("."):
        result = result.get(key) if isinstance(result, Mapping) else None
    return float(result) if isinstance(result, (int, float)) and not isinstance(result, bool) else None
