"""A process's memory, as Linux counts it. Imports nothing that is measured."""

from pathlib import Path

FIELDS = {"peak_mb": "VmHWM", "resident_mb": "VmRSS", "anonymous_mb": "RssAnon", "file_mb": "RssFile", "data_mb": "VmData"}
"""What is told, and its name in `/proc/PID/status` (proc(5)); `data_mb` is what RLIMIT_DATA limits, touched or not."""


def memory(pid: int | str = "self") -> dict[str, float]:
    """Megabytes (10^6 bytes) of a process: the most that was ever resident, what is now, of it anonymous and of files, and its data.

    Empty where it has ended. Raises `OSError` where there is no such process, or no Linux.
    """
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    stated = {key: value.split() for key, _, value in (line.partition(":") for line in lines)}
    return {name: round(int(stated[field][0]) * 1024 / 1e6, 1) for name, field in FIELDS.items() if field in stated}
