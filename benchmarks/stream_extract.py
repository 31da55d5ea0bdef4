"""What `biorelay extract` costs: reads a file of abstracts, extracts, writes JSON lines, and tells CPU and wall seconds.

The same reader, extractor and writer as the command, without its progress bar. Loading and a warm-up are not counted.

    python -m benchmarks.stream_extract WARM.jsonl FILE.jsonl OUT.jsonl [THREADS]
"""

import json
import sys
import time
from pathlib import Path

from biorelay.extractor import Extractor
from processors.outputs import open_output
from processors.records import Abstract
from processors.sources import read


def main(warm: str, file: str, out: str, threads: str = "1") -> None:
    extractor = Extractor.load()
    _extract(extractor, Path(warm), Path(out), int(threads))
    cpu, wall = time.process_time(), time.perf_counter()
    count = _extract(extractor, Path(file), Path(out), int(threads))
    seconds = {"documents": count, "cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    print(json.dumps(seconds))


def _extract(extractor: Extractor, file: Path, out: Path, threads: int) -> int:
    writer = open_output("jsonl")
    count = 0
    with out.open("wb") as sink:
        abstracts = (outcome for outcome in read(file) if isinstance(outcome, Abstract))
        for entities, relations in extractor.extract_many(abstracts, workers=threads):
            sink.write(writer.write(entities, relations))
            sink.flush()
            count += 1
    return count


if __name__ == "__main__":
    main(*sys.argv[1:])
