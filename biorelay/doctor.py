"""What this installation has and what it lacks, each with how to mend it. Looks, and changes nothing but a probe file."""

import asyncio
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from biorelay.settings import Settings, origins, unknown_variables
from models.runtime.errors import BiorelayError

PYTHONS = ((3, 11), (3, 13))


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"  # absent, and only some commands need it
    WARNING = "warning"  # works, but not as it should
    PROBLEM = "problem"  # what was asked for does not work


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    says: str
    mend: str | None = None


async def examine(settings: Settings, config: Path | None = None) -> AsyncIterator[Finding]:
    """Look at everything, one finding at a time; each look is bounded by the settings' timeouts."""
    chosen = origins(config)
    looks: list[Callable[[], Finding | Coroutine[Any, Any, Finding]]] = [
        _python,
        _variables,
        _onnxruntime,
        lambda: _model(settings),
        lambda: _vocabulary(settings),
        lambda: _data_dir(settings),
        lambda: _broker(settings, "broker.bootstrap" in chosen),
        lambda: _graph(settings),
        _services,
        _training,
    ]
    for look in looks:
        found = look()
        yield await found if asyncio.iscoroutine(found) else found


def _python() -> Finding:
    low, high = PYTHONS
    here = sys.version_info[:2]
    says = f"{'.'.join(map(str, sys.version_info[:3]))} at {sys.executable}"
    if low <= here <= high:
        return Finding("Python", Verdict.OK, says)
    return Finding("Python", Verdict.PROBLEM, says, f"Use Python {low[0]}.{low[1]} to {high[0]}.{high[1]}.")


def _variables() -> Finding:
    unknown = unknown_variables()
    if not unknown:
        return Finding("settings", Verdict.OK, "every BIORELAY_ variable is known")
    return Finding("settings", Verdict.WARNING, f"no setting reads {', '.join(unknown)}", "Compare with `biorelay config show`.")


def _onnxruntime() -> Finding:
    wheels = {name: _version(name) for name in ("onnxruntime", "onnxruntime-gpu")}
    there = {name: version for name, version in wheels.items() if version}
    if not there:
        return Finding("onnxruntime", Verdict.PROBLEM, "not installed", "pip install 'biorelay[cpu]', or 'biorelay[gpu]' for CUDA.")
    try:
        import onnxruntime

        providers = onnxruntime.get_available_providers()
    except Exception as error:  # noqa: BLE001 - a broken native library raises anything
        return Finding(
            "onnxruntime", Verdict.PROBLEM, f"does not load: {error}", "Install it again: pip install --force-reinstall onnxruntime"
        )
    runs_on = ", ".join(provider.removesuffix("ExecutionProvider") for provider in providers)
    says = f"{', '.join(f'{name} {version}' for name, version in there.items())}; runs on {runs_on}"
    if len(there) == 2:
        mend = "Both share one folder, and together they silently run on the CPU: uninstall both, then install one."
        return Finding("onnxruntime", Verdict.WARNING, says, mend)
    if "onnxruntime-gpu" in there and "CUDAExecutionProvider" not in providers:
        return Finding(
            "onnxruntime", Verdict.WARNING, says, "The GPU wheel finds no CUDA here: check the driver, or install 'biorelay[cpu]'."
        )
    return Finding("onnxruntime", Verdict.OK, says)


def _model(settings: Settings) -> Finding:
    from models.runtime.artefact import load_artefact

    try:
        artefact = load_artefact(settings.model)
    except BiorelayError as error:
        return _failed("model", error)
    manifest = artefact.manifest
    size = sum(entry.bytes for entry in manifest.files.values()) / 1e6
    return Finding("model", Verdict.OK, f"{artefact.reference}, {manifest.encoder.precision}, {size:.1f} MB, every hash right")


def _vocabulary(settings: Settings) -> Finding:
    from processors.vocabulary import Vocabulary

    try:
        vocabulary = Vocabulary.open(settings.vocabulary)
    except BiorelayError as error:
        return _failed("vocabulary", error)
    return Finding("vocabulary", Verdict.OK, f"{vocabulary.version}, {len(vocabulary):,} identifiers, every hash right")


def _data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir
    nearest = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        return Finding(
            "data folder", Verdict.PROBLEM, f"{folder} cannot be written: {error.strerror}", "Set BIORELAY_DATA_DIR to one that can."
        )
    free = shutil.disk_usage(nearest).free / 1e9
    made = "" if folder.exists() else " (made when first needed)"
    if free < 1:
        return Finding("data folder", Verdict.WARNING, f"{folder}{made} has {free:.1f} GB free", "Make room, or set BIORELAY_DATA_DIR.")
    return Finding("data folder", Verdict.OK, f"{folder}{made} can be written, {free:.0f} GB free")


async def _broker(settings: Settings, chosen: bool) -> Finding:
    from stream.topics import check_topics, describe_topics

    stream = settings.stream()
    try:
        states = await describe_topics(stream)
        partitions = check_topics(states, stream)
    except BiorelayError as error:
        if chosen or error.code != "stream.broker-unreachable":
            return _failed("broker", error)
        mend = "Only publish, worker, consume, topics and dead-letters need one: `make services` starts a real Kafka here."
        return Finding("broker", Verdict.NOTE, f"none at {stream.broker}, the default address", mend)
    bad = [f"{state.name}: {problem}" for state in states for problem in state.problems]
    if bad:
        return Finding("broker", Verdict.WARNING, "; ".join(bad), "Alter the topics' configuration to what is asked.")
    return Finding("broker", Verdict.OK, f"{stream.broker} answers; {len(states)} topics, {partitions} partitions a stage")


async def _graph(settings: Settings) -> Finding:
    from biorelay.asking import graph_of
    from graphstore.embedded import FILE

    embedded = settings.graph_url.startswith("ladybug:")
    folder = Path(settings.graph_url.removeprefix("ladybug:"))
    if embedded and not (folder / FILE).exists():
        return Finding("graph", Verdict.OK, f"none in {folder} yet: made by `biorelay graph load` or a worker")
    try:
        async with graph_of(settings) as store:
            stats = await store.stats()
    except BiorelayError as error:
        return _failed("graph", error)
    return Finding("graph", Verdict.OK, f"{settings.graph_url} answers; {stats.articles:,} articles, {stats.edges:,} relations")


def _services() -> Finding:
    missing = [name for name, command in (("Java 17 or newer", "java"), ("Maven", "mvn")) if shutil.which(command) is None]
    if missing:
        mend = "Only `make services` needs them (Debian: apt install openjdk-17-jre-headless maven)."
        return Finding("real services", Verdict.NOTE, f"{' and '.join(missing)} not found", mend)
    return Finding("real services", Verdict.OK, "Java and Maven are there: `make services` starts a real Kafka and Neo4j")


def _training() -> Finding:
    missing = [name for name in ("torch", "transformers", "optimum") if _version(name) is None]
    if missing:
        return Finding(
            "training", Verdict.NOTE, f"{', '.join(missing)} not installed", "Only train and evaluate need them: `make install-train`."
        )
    return Finding("training", Verdict.OK, f"torch {_version('torch')}, {os.cpu_count()} cores")


def _failed(what: str, error: BiorelayError) -> Finding:
    return Finding(what, Verdict.PROBLEM, str(error), error.remedy)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
