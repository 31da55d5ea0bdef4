"""What this installation has and what it lacks, each with how to mend it. Looks only: nothing is written anywhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

from biorelay.doctor.finding import Finding, Verdict
from biorelay.doctor.installation import libraries, model, onnxruntime, python, training, vocabulary
from biorelay.doctor.machine import data_folder, processor, real_services
from biorelay.doctor.neighbours import broker, graph
from biorelay.settings import Settings, origins, unknown_variables
from biorelay.settings.keys import nearest, variable
from biorelay.settings.sections import ENVIRONMENT_PREFIX

__all__ = ["Finding", "Verdict", "examine"]

Look = Callable[[], Awaitable[Finding]]
LIMIT_S = 60.0
"""A look that takes longer is a problem by itself. Neighbours have shorter limits of their own."""


async def examine(settings: Settings, config: Path | None = None, options: tuple[str, ...] = ()) -> AsyncIterator[Finding]:
    """Look at everything, one finding at a time, each within a limit of time."""
    chosen = origins(config, options)
    looks: dict[str, Look] = {
        "Python": partial(asyncio.to_thread, python),
        "settings": partial(asyncio.to_thread, _settings, chosen),
        "libraries": partial(asyncio.to_thread, libraries),
        "onnxruntime": partial(asyncio.to_thread, onnxruntime),
        "model": partial(asyncio.to_thread, model, settings),
        "vocabulary": partial(asyncio.to_thread, vocabulary, settings),
        "machine": partial(asyncio.to_thread, processor, settings),
        "data folder": partial(asyncio.to_thread, data_folder, settings),
        "broker": partial(broker, settings, asked_for="broker.bootstrap" in chosen),
        "graph": partial(graph, settings),
        "real services": partial(asyncio.to_thread, real_services),
        "training": partial(asyncio.to_thread, training),
    }
    for what, look in looks.items():
        yield await _bounded(what, look)


async def _bounded(what: str, look: Look) -> Finding:
    try:
        async with asyncio.timeout(LIMIT_S):
            return await look()
    except TimeoutError:
        return Finding(what, Verdict.PROBLEM, f"no answer within {LIMIT_S:.0f} s", "Look at the machine's load and at its network.")


def _settings(chosen: dict[str, str]) -> Finding:
    unknown = unknown_variables()
    if not unknown:
        files = sorted({place.partition(":")[0] for place in chosen.values() if place.endswith(".toml") or ".toml:" in place})
        return Finding("settings", Verdict.OK, f"{len(chosen)} are not the default{f'; file {files[0]}' if files else ''}")
    meant = [nearest(name.removeprefix(ENVIRONMENT_PREFIX).lower()) for name in unknown]
    guesses = sorted({variable(name) for name in meant if name})
    mend = f"Did you mean {' or '.join(guesses)}?" if guesses else "Compare with `biorelay config show --json`."
    return Finding("settings", Verdict.WARNING, f"no setting reads {', '.join(unknown)}", mend)
