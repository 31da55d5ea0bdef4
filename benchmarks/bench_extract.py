"""Documents a second of the extractor, beside what a user would write with the same weights.

    python -m benchmarks.bench_extract --data DATA [--documents 1000] [--rounds 3] [--check] [--store] [--out JSON]

Ours finds entities and relations, links, and writes the records. The peers (`benchmarks.peers`) find entities and relations; our
linked entities and candidate pairs are given to them. All read the same abstracts in the same run on the same cores, in turn, and a
ratio is the median of the rounds' ratios. The peers are slow: they read a seeded sample, and their time for all documents follows from
the pieces that they would read, which are counted for every document. `naive` classifies only `PASSES` pairs of a sampled document.

`--check` compares ratios and shares with the stored result and fails where one fell too far; `--store` writes result and docs/speed.md,
and refuses where other work ran beside: threads of torch and onnxruntime wait for each other, so a busy machine slows the peers down
by far more than ours.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import inputs, tables
from benchmarks.machine import describe
from benchmarks.peak import peak_share
from benchmarks.peers import Peer, optimum_peer, torch_peers
from benchmarks.peers_inputs import Asked, Question, asked, biored_dev, sentence_loss, type_pairs
from benchmarks.regression import compare
from benchmarks.stages import stage_seconds
from benchmarks.torch_peer import write
from biorelay.extractor import Extractor
from models.runtime.artefact import TOKENIZER
from models.runtime.case import cases
from models.runtime.encoder import Encoder
from models.runtime.tokenizer import PieceTokenizer
from processors.linking.names import forget
from processors.records import Abstract, Entities
from processors.sources import read

RESULTS = Path(__file__).parent / "results" / "extract.json"
PACKAGES = ("onnxruntime", "tokenizers", "numpy", "torch", "transformers", "optimum", "optimum-onnx")
LIMITS = {
    "ratio_naive": 0.15,
    "ratio_sentence": 0.15,
    "ratio_optimum_int8": 0.15,
    "int8_peak_share.128": 0.1,
    "int8_peak_share.natural": 0.1,
}
RISES = {"head_over_pass": 0.25, "linking_share": 0.25}

PASSES = 2
"""So many pairs of a sampled document are classified by `naive`; all cost the same."""

LEARNING = 8
"""Documents over which the batch size is chosen."""

STAGED = 200
"""Documents whose time is taken apart, and that are extracted with one worker."""

REFERENCE_TOPS = 1.9
"""Two-core int8 peak, in 10^12 operations a second, of the machine on which 70 documents a second were set as the aim."""

QUIET = 0.95
"""The least share of the wall time that our one worker must have had a core for."""

ALIKE = 0.99
"""Cosine of ours and of the fp32 peer's NER scores: below it int8's rounding of activations is no explanation."""


@dataclass(slots=True)
class Timing:
    """Wall and CPU seconds of each round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, work: Callable[[], object], scale: float = 1.0) -> None:
        """Time `work`, which is the `scale`-th part of what is meant."""
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        self.wall.append((time.perf_counter() - wall) * scale)
        self.cpu.append((time.process_time() - cpu) * scale)

    def __add__(self, other: "Timing") -> "Timing":
        """One after the other, round by round."""
        return Timing(
            [a + b for a, b in zip(self.wall, other.wall, strict=True)], [a + b for a, b in zip(self.cpu, other.cpu, strict=True)]
        )

    def rates(self, documents: int, pieces: int | None = None) -> dict[str, Any]:
        """Documents, and pieces of our tokeniser, a second."""
        wall, cpu = statistics.median(self.wall), statistics.median(self.cpu)
        named = {"docs": documents} if pieces is None else {"docs": documents, "tokens": pieces}
        rates = {f"{name}_per_{unit}": round(n / s, 3) for name, n in named.items() for unit, s in (("s", wall), ("cpu_s", cpu))}
        return {**rates, "rounds_s": [round(s, 3) for s in self.wall], "rounds_cpu_s": [round(s, 3) for s in self.cpu]}

    def times(self, other: "Timing") -> dict[str, float]:
        """How many times as long the other takes: medians over rounds."""
        return {
            unit: round(statistics.median(b / a for a, b in zip(ours, theirs, strict=True)), 2)
            for unit, ours, theirs in (("s", self.wall, other.wall), ("cpu_s", self.cpu, other.cpu))
        }


@dataclass(frozen=True, slots=True)
class Part:
    """What a peer does of its sample: the texts, and how much more all documents are."""

    texts: list[str]
    scale: float

    @classmethod
    def of(cls, sample: Sequence[tuple[str, int]], whole: int) -> "Part":
        """`sample`: texts with the pieces that each is read as; `whole`: the pieces of all documents."""
        read_here = sum(pieces for _, pieces in sample)
        return cls([text for text, _ in sample], whole / read_here if read_here else 0.0)


@dataclass(slots=True)
class Lane:
    """A peer at work on its sample."""

    peer: Peer
    mentions: Part
    relations: Part
    tag: Timing = field(default_factory=Timing)
    classify: Timing = field(default_factory=Timing)

    def run(self) -> None:
        self.tag.add(lambda: self.peer.mentions(self.mentions.texts), self.mentions.scale)
        self.classify.add(lambda: self.peer.relations(self.relations.texts), self.relations.scale)

    def report(self, documents: int) -> dict[str, Any]:
        return {
            **(self.tag + self.classify).rates(documents),
            "sampled_documents": len(self.mentions.texts),
            "sampled_passes": len(self.relations.texts),
            "mentions_share": round(statistics.median(self.tag.wall) / statistics.median((self.tag + self.classify).wall), 3),
            "batch_sizes": {"mentions": self.peer.tag_batch, "relations": self.peer.classify_batch},
        }


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    if options.check and not RESULTS.is_file():
        raise SystemExit(f"there is no {RESULTS} to compare with: make one with --store")
    stored = json.loads(RESULTS.read_bytes()) if options.check else {}
    documents = list(islice((r for r in read(options.file) if isinstance(r, Abstract)), options.documents)) if options.file else None
    result = measure(
        documents or inputs.abstracts(options.data, options.documents),
        options.data,
        cores=options.cores,
        rounds=options.rounds,
        sample=options.sample,
        model=options.model,
    )
    text = json.dumps(result, indent=1) + "\n"
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    if options.store:
        if result["core_share"] < QUIET:
            raise SystemExit(f"not stored: other work took {1 - result['core_share']:.0%} of the core that one worker needs")
        RESULTS.write_text(text, encoding="utf-8")
        tables.write_page()
    print("\n".join(tables.extract(result)))
    worse = compare(stored, result, LIMITS, RISES) if options.check else []
    for line in worse:
        print(line, file=sys.stderr)
    if worse:
        raise SystemExit(1)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora and abstracts")
    parser.add_argument("--file", type=Path, help="read documents from this file, not from DATA's abstracts")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="our workers, the peers' threads")
    parser.add_argument("--sample", type=int, default=40, help="documents that the peers read")
    parser.add_argument("--model")
    parser.add_argument("--out", type=Path, metavar="JSON", help="write the result there")
    parser.add_argument("--store", action="store_true", help="make it the stored result, and write docs/speed.md")
    parser.add_argument("--check", action="store_true", help="fail where a ratio is worse than the stored result allows")
    return parser.parse_args(arguments)


def measure(documents: Sequence[Abstract], data: Path, *, cores: int, rounds: int, sample: int, model: str | None = None) -> dict[str, Any]:
    """The result as it is stored. Raises `CorpusMissing`, and `ValueError` where the peer has other weights."""
    machine = describe(PACKAGES)
    torch.set_num_threads(cores)
    extractor = Extractor.load(model)
    spec = extractor.artefact.manifest
    words = PieceTokenizer(extractor.artefact.path(TOKENIZER))
    n, few = len(documents), documents[:STAGED]
    found: list[Entities] = []
    related = _extract(extractor, documents, cores, found.append)  # the round that warms up
    offsets = [words.cut(entities.text).offsets for entities in found]
    pieces = sum(map(len, offsets))
    allowed = type_pairs(spec.relations.type_pairs)
    window, overlap = spec.encoder.window, spec.encoder.overlap
    questions = [asked(e, o, allowed, window=window, overlap=overlap) for e, o in zip(found, offsets, strict=True)]
    say(f"{n} documents of {pieces / n:.0f} pieces, {extractor.artefact.reference}, {cores} cores, load {machine['load_before']}")
    with tempfile.TemporaryDirectory() as place:
        folders = write(extractor.artefact, Path(place))
        peers = torch_peers(*folders, overlap=overlap)
        peers["optimum_int8"] = optimum_peer(*folders, Path(place) / "optimum", overlap=overlap, threads=cores)
        agreement = _agree(extractor, peers, [entities.text for entities in found[:LEARNING]])
        say(f"labels of pieces equal to ours: {agreement}")
        chosen = random.Random(inputs.SEED).sample(questions, min(sample, n))  # noqa: S311  a sample, not a secret
        lanes = {name: _lane(peer, questions, chosen) for name, peer in peers.items()}
        ours, one = Timing(), Timing()
        for turn in range(1, rounds + 1):
            ours.add(lambda: _extract(extractor, documents, cores))
            one.add(lambda: _extract(extractor, few, 1))
            for lane in lanes.values():
                lane.run()
            say(f"round {turn} of {rounds}: {n / ours.wall[-1]:.1f} documents/s")
    stages = stage_seconds(extractor, few)
    peak = peak_share(extractor.artefact, [document.text for document in few], rounds=rounds)
    whole = sum(stages.values())
    rates = ours.rates(n, pieces)
    tops = peak["tops_one_thread"] * cores
    times = {name: ours.times(lane.tag + lane.classify) for name, lane in lanes.items()}
    return {
        "schema": "biorelay.benchmark/1",
        "name": "extract",
        "machine": machine,
        "model": f"{extractor.artefact.reference} {spec.encoder.precision}",
        "vocabulary": extractor.provenance.vocabulary,
        "cores_used": cores,
        "documents": n,
        "characters": sum(len(document.text) for document in documents),
        "pieces": pieces,
        "mentions": sum(len(entities.mentions) for entities in found),
        "relations": related,
        "candidate_pairs": sum(q.pairs for q in questions),
        "sentence_pairs": sum(len(q.sentences) for q in questions),
        **rates,
        "one_worker": {"documents": len(few), **one.rates(len(few), sum(map(len, offsets[:STAGED])))},
        "core_share": round(statistics.median(c / w for c, w in zip(one.cpu, one.wall, strict=True)), 3),
        "int8_tops": round(tops, 3),
        "docs_per_s_per_tops": round(rates["docs_per_s"] / tops, 2),
        "docs_per_s_at_reference": round(rates["docs_per_s"] / tops * REFERENCE_TOPS, 1),
        **{f"ratio_{name}": ratio["s"] for name, ratio in times.items()},
        "ratios_per_cpu_second": {name: ratio["cpu_s"] for name, ratio in times.items()},
        "peers": {name: lane.report(n) for name, lane in lanes.items()},
        "agreement": agreement,
        "sentence_loss": {"corpus": "biored/dev", **sentence_loss(biored_dev(data))},
        "stage_documents": len(few),
        "stage_share": {stage: round(seconds / whole, 4) for stage, seconds in stages.items()},
        "head_over_pass": round(stages["pairs"] / stages["encoder"], 4),
        "linking_share": round(stages["linking"] / whole, 4),
        "int8_peak_share": peak.pop("share"),
        "int8_peak": peak,
    }


def _extract(
    extractor: Extractor, documents: Sequence[Abstract], workers: int, keep: Callable[[Entities], object] = lambda entities: None
) -> int:
    """Entities and relations of all documents, as they are written; how many relations."""
    extractor.cache.clear()
    forget()
    count = 0
    for entities, relations in extractor.extract_many(documents, workers=workers):
        entities.to_bytes()
        relations.to_bytes()
        keep(entities)
        count += len(relations.relations)
    return count


def _lane(peer: Peer, questions: Sequence[Asked], chosen: Sequence[Asked]) -> Lane:
    """The peer with its part of the documents `chosen`, and its best size of batches."""

    def passes(asked: Asked) -> tuple[Question, ...]:
        return asked.whole if peer.whole else asked.sentences

    draw = random.Random(inputs.SEED)  # noqa: S311  a sample, not a secret
    sampled = [q for a in chosen for q in (draw.sample(passes(a), min(PASSES, len(passes(a)))) if peer.whole else passes(a))]
    mentions = Part.of([(a.text, a.pieces) for a in chosen], sum(a.pieces for a in questions))
    relations = Part.of([(q.text, q.pieces) for q in sampled], sum(q.pieces for a in questions for q in passes(a)))
    first = [q.text for a in chosen[:LEARNING] for q in passes(a)]
    return Lane(_batched(peer, mentions.texts[:LEARNING], first) if len(peer.sizes) > 1 else peer, mentions, relations)


def _batched(peer: Peer, texts: Sequence[str], marked: Sequence[str]) -> Peer:
    """The peer with the fastest size of batches for each of its pipelines."""
    tag, classify = {}, {}
    for size in (peer.sizes[0], *peer.sizes):  # the first one warms up
        sized = peer.batched(tag=size, classify=size)
        tag[size] = _seconds(sized.mentions, texts)
        classify[size] = _seconds(sized.relations, marked)
    return peer.batched(tag=min(tag, key=tag.__getitem__), classify=min(classify, key=classify.__getitem__))


def _seconds(work: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    started = time.perf_counter()
    work(texts)
    return time.perf_counter() - started


def _agree(extractor: Extractor, peers: Mapping[str, Peer], texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """NER scores of the peers beside ours, on texts of one window; raises `ValueError` where the fp32 peer's weights cannot be ours.

    Here the peers' encoder is told of capital letters as ours is.
    """
    encoder = Encoder(extractor.artefact)
    words, window = PieceTokenizer(extractor.artefact.path(TOKENIZER)), extractor.artefact.manifest.encoder.window
    result = {}
    for name in ("sentence", "optimum_int8"):
        cosines, equal = [], []
        for text in texts:
            cut = words.cut(text)
            if not 0 < len(cut.ids) <= window - 2:
                continue
            ids = torch.tensor([[words.first, *cut.ids.tolist(), words.last]])
            kinds = torch.zeros_like(ids)
            if extractor.artefact.manifest.encoder.case:
                kinds[0, 1:-1] = torch.from_numpy(cases(text, cut))
            with torch.inference_mode():
                made = peers[name].tag.model(input_ids=ids, attention_mask=torch.ones_like(ids), token_type_ids=kinds).logits
            theirs, mine = made[0, 1:-1].numpy(), encoder.encode(text).ner
            cosines.append(float((theirs * mine).sum() / (np.linalg.norm(theirs) * np.linalg.norm(mine))))
            heads = (len(mine), -1, 3)
            equal.append(float((theirs.reshape(heads).argmax(2) == mine.reshape(heads).argmax(2)).mean()))
        if cosines:
            result[name] = {"scores_cosine": round(statistics.mean(cosines), 4), "labels_equal": round(statistics.mean(equal), 4)}
    if result and result["sentence"]["scores_cosine"] < ALIKE:
        raise ValueError(f"the peer in fp32 does not have the same weights: {result['sentence']}")
    return result


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
