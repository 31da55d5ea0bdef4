"""What the machine has: cores, memory, disk, Java."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from biorelay.doctor.finding import Finding, Verdict
from biorelay.settings import Settings

LEAST_MEMORY = 1.0  # GB that a worker wants free
LEAST_DISK = 1.0  # GB
JAVA = 17
_CGROUP = Path("/sys/fs/cgroup")


def processor(settings: Settings) -> Finding:
    """Cores and memory that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if quota := _quota():
        cores = max(1, min(cores, round(quota)))
    memory = _memory()
    says = f"{cores} core{'' if cores == 1 else 's'}" + (f", {memory:.1f} GB of memory free" if memory is not None else "")
    if memory is not None and memory < LEAST_MEMORY:
        return Finding("machine", Verdict.WARNING, says, f"A worker wants {LEAST_MEMORY:.0f} GB: end other processes, or raise the limit.")
    threads = settings.worker.threads or os.cpu_count() or 1
    if threads > cores and settings.inference.provider == "cpu":  # those that feed a GPU mostly wait for it
        return Finding("machine", Verdict.WARNING, f"{says}, but {threads} inference threads", f"Set worker.threads to {cores}.")
    return Finding("machine", Verdict.OK, says)


def data_folder(settings: Settings) -> Finding:
    """Whether the data folder can be written, as far as can be told without writing, and how much room it has."""
    folder = settings.data_dir
    nearest = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK) or os.statvfs(nearest).f_flag & os.ST_RDONLY:
        why = "is not a folder" if not nearest.is_dir() else "cannot be written"
        return Finding("data folder", Verdict.PROBLEM, f"{folder}: {nearest} {why}", "Set BIORELAY_DATA_DIR to one that can.")
    free = shutil.disk_usage(nearest).free / 1e9
    made = "" if folder.exists() else " (made when first needed)"
    if free < LEAST_DISK:
        return Finding("data folder", Verdict.WARNING, f"{folder}{made} has {free:.1f} GB free", "Make room, or set BIORELAY_DATA_DIR.")
    return Finding("data folder", Verdict.OK, f"{folder}{made} can be written, {free:.0f} GB free")


def real_services() -> Finding:
    """Java and Maven, which only `make services` needs."""
    missing = [name for name, command in ((f"Java {JAVA} or newer", "java"), ("Maven", "mvn")) if shutil.which(command) is None]
    mend = "Only `make services` needs them (Debian: apt install openjdk-17-jre-headless maven)."
    if missing:
        return Finding("real services", Verdict.NOTE, f"{' and '.join(missing)} not found", mend)
    java = _java()
    if java is None or java < JAVA:
        said = "Java does not tell its version" if java is None else f"Java {java} is too old"
        return Finding("real services", Verdict.NOTE, f"{said}, {JAVA} is needed", mend)
    return Finding("real services", Verdict.OK, f"Java {java} and Maven are there: `make services` starts a real Kafka and Neo4j")


def _java() -> int | None:
    try:
        done = subprocess.run(["java", "-version"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S607 - the user's own
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(told[1]) if told else None


def _quota() -> float | None:
    """The cores that the control group allows; None without a limit."""
    quota, _, period = _read(_CGROUP / "cpu.max").partition(" ")
    return int(quota) / int(period) if quota.isdecimal() and period.strip().isdecimal() else None


def _memory() -> float | None:
    """Free memory in GB, within the control group's limit; None where the system does not tell."""
    told = re.search(r"MemAvailable:\s+(\d+) kB", _read(Path("/proc/meminfo")))
    free = [int(told[1]) * 1024] if told else []
    limit, used = _read(_CGROUP / "memory.max").strip(), _read(_CGROUP / "memory.current").strip()
    if limit.isdecimal() and used.isdecimal():
        free.append(int(limit) - int(used))
    return min(free) / 1e9 if free else None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
