"""A worker with the dictionary extractor as a process: settings as JSON and the graph's address on the command line.

Behind them may stand the graph's password and when the process is to die: `written`, once a batch is committed and nothing of it told, or
`told`, once messages of the outbox are on their topics and before they are forgotten.
"""

import json
import logging
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graphstore import GraphStore, open_store
from models.runtime.errors import BiorelayError
from stream import StreamSettings, run_worker
from stream.settings import Security, Stage

from .dictionary import DictionaryExtractor


def settings_of(told: str) -> StreamSettings:
    values = json.loads(told)
    values |= {
        "stages": tuple(Stage(stage) for stage in values["stages"]),
        "data_dir": Path(values["data_dir"]),
        "security": Security(),
    }
    values.pop("worker")  # each process has its own name
    return StreamSettings(**values)


class Mortal:
    """A store in whose hands the process dies, as by `kill -9`."""

    def __init__(self, store: GraphStore, dies: str) -> None:
        self._store = store
        self._dies = dies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def apply(self, *arguments: Any, **named: Any) -> Any:
        found = await self._store.apply(*arguments, **named)
        self._die_at("written")
        return found

    async def waiting(self, limit: int) -> Any:
        return () if self._dies == "written" else await self._store.waiting(limit)

    async def outbox_done(self, ids: Sequence[str]) -> None:
        self._die_at("told")
        await self._store.outbox_done(ids)

    def _die_at(self, moment: str) -> None:
        if self._dies == moment:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    warnings.simplefilter("default")
    told, graph = sys.argv[1:3]
    password, dies = (*sys.argv[3:], "", "")[:2]

    async def store() -> Any:
        opened = await open_store(graph, password=password or None)
        return Mortal(opened, dies) if dies else opened

    try:
        return run_worker(settings_of(told), DictionaryExtractor, store)
    except BiorelayError as error:
        logging.getLogger(__name__).critical("%s: %s", error.code, error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
