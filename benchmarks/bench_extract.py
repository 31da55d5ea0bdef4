"""Documents a second of the extractor, beside what a user would write with the same weights.

The peer: `transformers.pipeline("token-classification")` in torch fp32 for the mentions, and for the relations one forward
pass a candidate pair, as a text classification pipeline does it. Both sides read the same documents in the same run on the
same number of cores. The peer gets our linked mentions and candidate pairs for nothing: its time holds neither linking nor
pair building. All passes over one text cost the same, so only `--passes` of each document are run and their time is multiplied.
Beside it stands a more careful peer that encodes a text once and then runs the head pair by pair.

On a machine that does other work too, only the figures per CPU second with `--cores 1` mean anything: torch's threads
burn the time that they wait for each other.

    python -m benchmarks.bench_extract [--documents N] [--model NAME] [--file FILE] [--out JSON]
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from benchmarks.machine import describe
from benchmarks.torch_peer import Peer, furthest
from biorelay.extractor import Extractor
from biorelay.samples import BC5CDR_TEST
from models.runtime.encoder import Encoder
from models.runtime.pairs import PairInputs, build_pairs
from models.runtime.relation_head import RelationHead
from processors.ner import entity_types
from processors.records import Abstract
from processors.relations import group_mentions
from processors.sources import read

RESULTS = Path(__file__).parent / "results" / "extract.json"
PACKAGES = ("onnxruntime", "tokenizers", "numpy", "torch", "transformers")
ALIKE = 0.9
"""Cosine of the hidden states of a text: below it int8's rounding of activations is no explanation."""

SAME = 1e-3
"""The heads' logits over the same hidden states may differ by so much, or the weights are not the same."""


@dataclass(slots=True)
class Timing:
    """Seconds of each round over the same documents."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, work: Callable[[], object]) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)

    def extend(self, parts: Sequence[tuple[float, float]]) -> None:
        """Add a round whose wall and CPU seconds were taken document by document."""
        self.wall.append(sum(wall for wall, _ in parts))
        self.cpu.append(sum(cpu for _, cpu in parts))

    def plus(self, other: "Timing") -> "Timing":
        """One after the other, round by round."""
        return Timing(
            [a + b for a, b in zip(self.wall, other.wall, strict=True)], [a + b for a, b in zip(self.cpu, other.cpu, strict=True)]
        )

    def summary(self, documents: int) -> dict[str, Any]:
        return {
            "documents_per_second": round(documents / statistics.median(self.wall), 3),
            "documents_per_cpu_second": round(documents / statistics.median(self.cpu), 3),
            "rounds_wall_s": [round(s, 3) for s in self.wall],
            "rounds_cpu_s": [round(s, 3) for s in self.cpu],
        }


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    documents = list(islice((r for r in read(options.file) if isinstance(r, Abstract)), options.documents))
    cores = options.cores
    torch.set_num_threads(cores)
    machine = describe(PACKAGES)
    extractor = Extractor.load(options.model, cache_bytes=0)
    peer = Peer.load(extractor.artefact)
    print(f"{len(documents)} documents, {extractor.artefact.reference}, {cores} cores; load before: {machine['load_before']}")
    pairs = _pairs(extractor, documents)
    agreement = _agree(extractor, peer, documents[:8], pairs[:8])
    print(f"same weights: head logits differ by at most {agreement['head_logits_max_difference']:.1e}")

    ours, one, ner, once, each = Timing(), Timing(), Timing(), Timing(), Timing()
    fresh = Extractor.load(options.model)
    for turn in range(options.rounds + 1):
        timings = (ours, one, ner, once, each) if turn else [Timing() for _ in range(5)]  # the first round warms up
        timings[0].add(lambda: _extract(fresh, documents, cores))
        timings[1].add(lambda: _extract(fresh, documents, 1))
        timings[2].add(lambda: [peer.mentions(document.text) for document in documents])
        timings[3].add(lambda: [peer.relations(d.text, p) for d, p in zip(documents, pairs, strict=True)])
        timings[4].extend([_pass_by_pass(peer, d.text, p, options.passes) for d, p in zip(documents, pairs, strict=True)])
        print(f"round {turn} of {options.rounds}", flush=True)

    n = len(documents)
    rates = {
        "extractor": ours.summary(n),
        "extractor_one_worker": one.summary(n),
        "peer_one_pass_a_pair": ner.plus(each).summary(n),
        "peer_encode_once": ner.plus(once).summary(n),
        "peer_ner_pipeline_alone": ner.summary(n),
    }

    def ratios(unit: str) -> dict[str, float]:
        return {name: round(float(rates["extractor"][unit] / rate[unit]), 1) for name, rate in rates.items() if name.startswith("peer")}

    result = {
        "schema": "biorelay.benchmark/1",
        "name": "extract",
        "machine": machine,
        "model": extractor.artefact.reference,
        "cores_used": cores,
        "documents": n,
        "characters": sum(len(document.text) for document in documents),
        "candidate_pairs": sum(len(p.pairs) for p in pairs),
        "passes_run": sum(min(len(p.pairs), options.passes) for p in pairs),
        "agreement": agreement,
        "rates": rates,
        "ratios": ratios("documents_per_second"),
        "ratios_per_cpu_second": ratios("documents_per_cpu_second"),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for name, rate in rates.items():
        print(f"{name:28} {rate['documents_per_second']:9.2f} documents/s {rate['documents_per_cpu_second']:9.2f} per CPU second")
    for name, times in ratios("documents_per_second").items():
        print(f"the extractor is {times} times {name} ({ratios('documents_per_cpu_second')[name]} times per CPU second)")
    print(f"written: {options.out}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="threads of each side")
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--model", default=None)
    parser.add_argument("--file", type=Path, default=BC5CDR_TEST)
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser.parse_args(arguments)


def _extract(extractor: Extractor, documents: Sequence[Abstract], workers: int) -> None:
    extractor.cache.clear()
    for _ in extractor.extract_many(documents, workers=workers):
        pass


def _pass_by_pass(peer: Peer, text: str, pairs: PairInputs, passes: int) -> tuple[float, float]:
    """Wall and CPU seconds of one forward pass for each pair, from the first `passes` of them."""
    run = min(passes, len(pairs.pairs))
    if not run:
        return 0.0, 0.0
    timing = Timing()
    timing.add(lambda: [peer.judge(pair, peer.encode(text)) for pair in islice(pairs.chunks(1), run)])
    return timing.wall[0] * len(pairs.pairs) / run, timing.cpu[0] * len(pairs.pairs) / run


def _pairs(extractor: Extractor, documents: Sequence[Abstract]) -> list[PairInputs]:
    """The candidate pairs of our linked mentions, as the extractor builds them."""
    encoder, head = Encoder(extractor.artefact), RelationHead(extractor.artefact)
    built = []
    for document in documents:
        entities = extractor.entities(document)
        encoded = encoder.encode(entities.text)
        named = group_mentions(entities.mentions, encoded.offsets, [s.end for s in entities.sentences], entity_types(extractor.artefact))
        built.append(build_pairs(encoded.hidden, named.tokens, head.type_pairs))
    return built


def _agree(extractor: Extractor, peer: Peer, documents: Sequence[Abstract], pairs: Sequence[PairInputs]) -> dict[str, float]:
    """How far the two sides' numbers are apart; raises `ValueError` where the weights cannot be the same."""
    head = RelationHead(extractor.artefact)
    ours = [head.judge(p).logits for p in pairs]
    theirs = [peer.judge(p, torch.from_numpy(p.hidden.copy())) for p in pairs]
    difference = furthest(ours, [rows[:, : len(head.labels)] if rows.numel() else rows for rows in theirs])
    cosines = [
        torch.nn.functional.cosine_similarity(torch.from_numpy(p.hidden.copy()), peer.encode(d.text), dim=1).mean().item()
        for p, d in zip(pairs, documents, strict=True)
    ]
    if difference > SAME or min(cosines) < ALIKE:
        raise ValueError(f"the peer does not have the same weights: head differs by {difference}, hidden states' cosine is {min(cosines)}")
    return {"head_logits_max_difference": difference, "hidden_mean_cosine": round(statistics.mean(cosines), 4)}


if __name__ == "__main__":
    main()
