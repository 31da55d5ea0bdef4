"""A worker of the chaos suite as a process: on the command line its settings as JSON, the graph's address and password, the extractor."""

import logging
import sys
import warnings

from graphstore import open_store
from models.runtime.errors import BiorelayError
from stream import run_worker
from stream.steps import Extractor
from tests.stream.worker_process import settings_of

from .documents import NumberedExtractor


def extractor_of(kind: str) -> Extractor:
    """`numbered`, or the shipped model."""
    if kind == "numbered":
        return NumberedExtractor()
    from biorelay import Extractor as Shipped

    return Shipped.load()


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    warnings.simplefilter("default")
    told, graph, password, kind = sys.argv[1:]
    try:
        return run_worker(settings_of(told), lambda: extractor_of(kind), lambda: open_store(graph, password=password))
    except BiorelayError as error:
        logging.getLogger(__name__).critical("%s: %s", error.code, error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
