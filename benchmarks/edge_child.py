"""One job in a process of its own, told to `bench_edge` on standard output: `answered` after the first text, then one JSON object.

    python -m benchmarks.edge_child extractor JSONL [MODEL]
    python -m benchmarks.edge_child pipeline TEXTS FOLDER

The first is the shipped extractor: entities, linking and relations of the abstracts of a file. The second is what a user of
transformers would write for the entities alone: a token classification pipeline in torch fp32 over the texts of a JSON list.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.scale_memory import memory

OVERLAP = 128
"""Pieces that two windows of a long text share, with either side."""


def main() -> None:
    job, texts, *model = sys.argv[1:]
    stages = {"interpreter": memory()}
    texts_of, answer = JOBS[job](Path(texts), *model)
    stages["loaded"] = memory()
    every = iter(texts_of)
    answer(next(every))
    print("answered", flush=True)
    stages["first_answer"] = memory()
    begun, cpu, count = time.perf_counter(), time.process_time(), 0
    for text in every:
        answer(text)
        count += 1
    found = {
        "documents": count,
        "wall_s": time.perf_counter() - begun,
        "cpu_s": time.process_time() - cpu,
        "memory": stages | {"end": memory()},
        "torch": "torch" in sys.modules,
    }
    print(json.dumps(found), flush=True)


Job = tuple[Iterable[Any], Callable[[Any], object]]


def _extractor(file: Path, model: str | None = None) -> Job:
    from biorelay.extractor import Extractor
    from processors.records import Abstract
    from processors.sources import read

    extractor = Extractor.load(model)
    return (record for record in read(file) if isinstance(record, Abstract)), extractor.extract


def _pipeline(file: Path, folder: str) -> Job:
    import torch
    import transformers

    torch.set_num_threads(1)
    made: Any = transformers.pipeline("token-classification", model=folder, aggregation_strategy="simple", stride=OVERLAP)
    return json.loads(file.read_bytes()), made


JOBS: dict[str, Callable[..., Job]] = {"extractor": _extractor, "pipeline": _pipeline}


if __name__ == "__main__":
    main()
