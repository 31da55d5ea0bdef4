"""What linking costs: milliseconds a document, and its share of the extractor's time on one core.

python -m benchmarks.bench_linking [--documents N] [--out JSON]
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.machine import describe
from biorelay.demo import samples
from biorelay.extractor import Extractor

RESULTS = Path(__file__).parent / "results" / "linking_speed.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200, help="how many of the demonstration's abstracts")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    machine = describe(("onnxruntime", "numpy", "marisa-trie"))
    extractor, documents = Extractor.load(), samples(options.documents)
    extractor.extract(documents[0])
    extractor.cache.clear()
    took: list[float] = []
    link = extractor.linker.resolve

    def timed(*asked: Any) -> Any:
        started = time.process_time()
        links = link(*asked)
        took.append(time.process_time() - started)
        return links

    # On the way, not once more afterwards: the linker remembers names that it has looked up by likeness.
    with patch.object(extractor.linker, "resolve", timed):
        started = time.process_time()
        found = [extractor.extract(document)[0] for document in documents]
        whole = time.process_time() - started
    result = {
        "machine": machine,
        "model": extractor.provenance.model,
        "vocabulary": extractor.provenance.vocabulary,
        "documents": len(documents),
        "mentions": sum(len(entities.mentions) for entities in found),
        "linked": sum(m.link_score is not None for entities in found for m in entities.mentions),
        "extraction_cpu_ms_per_document": round(1000 * whole / len(documents), 3),
        "linking_cpu_ms_per_document": round(1000 * sum(took) / len(documents), 3),
        "linking_cpu_ms_slowest_document": round(1000 * max(took), 3),
        "linking_share_percent": round(100 * sum(took) / whole, 2),
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
