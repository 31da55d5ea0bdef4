"""What judging negation and speculation costs: microseconds a sentence, and its share of the extractor's time on one core.

python -m benchmarks.bench_polarity [--documents N] [--out JSON]
"""

import argparse
import json
import time
from pathlib import Path

from benchmarks.machine import describe
from biorelay.demo import samples
from biorelay.extractor import Extractor
from processors.polarity import Polarity, find_scopes
from processors.relations import sentences_within
from processors.sentences import split_sentences

RESULTS = Path(__file__).parent / "results" / "polarity_speed.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200, help="how many of the demonstration's abstracts")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    machine = describe(("onnxruntime", "numpy"))
    extractor, documents = Extractor.load(), samples(options.documents)
    extractor.extract(documents[0])
    extractor.cache.clear()
    started = time.process_time()
    found = [extractor.extract(document) for document in documents]
    whole = time.process_time() - started

    started = time.process_time()
    for entities, relations in found:
        polarity, ends = Polarity(entities.text), [span.end for span in entities.sentences]
        for relation in relations.relations:
            shown = relation.evidence
            places = ((span.start, span.end) for span in (shown.subject, shown.object))
            polarity.judge(sentences_within(ends, shown.start, shown.end), *places)
    judging = time.process_time() - started

    sentences = [entities.text[a:b] for entities, _ in found for a, b in split_sentences(entities.text)]
    started = time.process_time()
    for sentence in sentences:
        find_scopes(sentence)
    reading = time.process_time() - started
    result = {
        "machine": machine,
        "model": extractor.provenance.model,
        "documents": len(documents),
        "relations": sum(len(relations.relations) for _, relations in found),
        "negated": sum(bool(relation.negated) for _, relations in found for relation in relations.relations),
        "speculated": sum(bool(relation.speculated) for _, relations in found for relation in relations.relations),
        "extraction_cpu_ms_per_document": round(1000 * whole / len(documents), 3),
        "polarity_cpu_ms_per_document": round(1000 * judging / len(documents), 3),
        "polarity_share_percent": round(100 * judging / whole, 2),
        "scopes_microseconds_per_sentence": round(1e6 * reading / len(sentences), 1),
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
