"""A worker with the dictionary extractor as a process: settings as JSON and the graph's address on the command line."""

import json
import logging
import sys
import warnings
from pathlib import Path

from graphstore import open_store
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


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    warnings.simplefilter("default")
    told, graph = sys.argv[1:3]
    password = sys.argv[3] if len(sys.argv) > 3 else None
    try:
        return run_worker(settings_of(told), DictionaryExtractor, lambda: open_store(graph, password=password))
    except BiorelayError as error:
        logging.getLogger(__name__).critical("%s: %s", error.code, error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
