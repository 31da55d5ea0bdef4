"""Bytes of a document: its message on every topic, and what it adds to a graph. The input of `docs/capacity.md`.

    python -m benchmarks.bench_records --data DATA [--documents N] [--store]

Real abstracts go through the extractor. Messages have the headers that the stream gives them, and their size is what Kafka's own record
format takes for them, each in a batch of its own: an upper bound. They are uncompressed, as the producers send them. A graph is loaded
in two halves, and the growth of its folder over the second is counted, so that an empty graph's size does not stand in it: in the
embedded engine, and in a real Neo4j where Java and Maven are. Nothing here is a time.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.inputs import abstracts
from benchmarks.machine import describe
from biorelay.extractor import Extractor
from deploy.local import missing_tools, start_neo4j
from deploy.local.service import free_ports
from graphstore import Contribution, GraphStore, open_store
from models.runtime.artefact import TOKENIZER
from models.runtime.tokenizer import PieceTokenizer
from processors.records import Change, Relations, Revision
from stream import cloud_events, headers
from stream.framing import PLAIN
from stream.topics import Topic

RESULTS = Path(__file__).parent / "results" / "records.json"
PACKAGES = ("aiokafka", "ladybug", "neo4j")
BATCH = 64
PUBLISHED = 1_700_000_000_000
"""Some moment, milliseconds since 1970: only its number of digits counts."""

SOURCES = {Topic.ABSTRACTS: "publisher", Topic.ENTITIES: "ner", Topic.RELATIONS: "relations", Topic.GRAPH_CHANGES: "graph"}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    result = measure(options.data, options.documents, model=options.model)
    print(json.dumps(result, indent=2))
    for path in (*([options.out] if options.out else []), *([RESULTS] if options.store else [])):
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(f"written: {path}")
    return 0


def measure(data: Path, count: int, *, model: str | None = None) -> dict[str, Any]:
    """What `main` stores. Raises as `Extractor.load`, `abstracts` and `open_store` do, and `LocalServiceError`."""
    extractor = Extractor.load(model)
    tokenizer = PieceTokenizer(extractor.artefact.path(TOKENIZER))
    documents = abstracts(data, count)
    sizes: dict[Topic, list[int]] = {topic: [] for topic in SOURCES}
    found: list[Relations] = []
    mentions = entities_named = 0
    for number, abstract in enumerate(documents):
        entities, relations = extractor.extract(abstract)
        found.append(relations)
        mentions += len(entities.mentions)
        entities_named += len({curie for mention in entities.mentions for curie in mention.identifiers})
        values = {Topic.ABSTRACTS: abstract.to_bytes(), Topic.ENTITIES: entities.to_bytes(), Topic.RELATIONS: relations.to_bytes()}
        for topic, value in values.items():
            sizes[topic].append(message_bytes(topic, abstract.id, value, number))
    graphs, changes = asyncio.run(_graphs(found))
    sizes[Topic.GRAPH_CHANGES] = [message_bytes(Topic.GRAPH_CHANGES, change.edge, change.to_bytes(), 0) for change in changes]
    return {
        "schema": "biorelay.benchmark/1",
        "name": "records",
        "machine": describe(PACKAGES),
        "model": extractor.artefact.reference,
        "documents": count,
        "characters_per_document": round(sum(len(one.text) for one in documents) / count, 1),
        "pieces_per_document": round(sum(len(tokenizer.cut(one.text).ids) for one in documents) / count, 1),
        "mentions_per_document": round(mentions / count, 2),
        "entities_per_document": round(entities_named / count, 2),
        "relations_per_document": round(sum(len(one.relations) for one in found) / count, 2),
        "changes_per_document": round(len(changes) / count, 2),
        "topic_bytes_per_document": {topic.value: round(sum(each) / count) for topic, each in sizes.items()},
        "largest_message_bytes": {topic.value: max(each, default=0) for topic, each in sizes.items()},
        "graph_bytes_per_document": graphs,
    }


def message_bytes(topic: Topic, key: str, value: bytes, number: int) -> int:
    """Bytes of a message in Kafka's log: a record batch of one record (KIP-98's format, version 2), uncompressed."""
    from aiokafka.record.default_records import DefaultRecordBatchBuilder

    revision = Revision(0, number)
    about = cloud_events.event(
        topic,
        PLAIN,
        source=cloud_events.source("biorelay", SOURCES[topic]),
        id=cloud_events.answer_id(key, revision, 1),
        subject=key,
        time=None if topic is Topic.ABSTRACTS else PUBLISHED,
    )
    if topic in {Topic.ENTITIES, Topic.RELATIONS}:
        about = (*headers.stamp(revision, PUBLISHED), *about)
    batch = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=1, producer_epoch=0, base_sequence=0, batch_size=2**31 - 1
    )
    batch.append(0, PUBLISHED, key.encode(), value, list(about))
    return len(batch.build())


async def _graphs(found: Sequence[Relations]) -> tuple[dict[str, Any], list[Change]]:
    """Bytes a document adds to each engine's folder, and the changes of edges that loading them all caused."""
    half = len(found) // 2
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "embedded"
        async with open_store(folder) as store:
            changes = await _load(store, found[:half])
        before = folder_bytes(folder)
        async with open_store(folder) as store:
            changes += await _load(store, found[half:])
        graphs: dict[str, Any] = {"embedded": round((folder_bytes(folder) - before) / (len(found) - half))}
        missing = missing_tools()
        graphs["neo4j"] = None if missing else await _in_neo4j(Path(place) / "neo4j", found, half)
        if missing:
            graphs["neo4j_not_measured"] = missing
    return graphs, changes


async def _in_neo4j(folder: Path, found: Sequence[Relations], half: int) -> int:
    """The store's files alone, without the transaction log, which is bounded by configuration; each half written and the server stopped."""
    service = start_neo4j(folder, free_ports(1)[0], memory="512m", page_cache="64m")
    kept = folder / "data" / "databases" / "neo4j"
    sizes = []
    try:
        for part in (found[:half], found[half:]):
            service.start()
            async with open_store(service.settings["url"], user=service.settings["user"], password=service.settings["password"]) as store:
                await _load(store, part)
            service.stop()
            sizes.append(folder_bytes(kept))
    finally:
        service.stop()
    return round((sizes[1] - sizes[0]) / (len(found) - half))


async def _load(store: GraphStore, found: Sequence[Relations]) -> list[Change]:
    changes = []
    for at in range(0, len(found), BATCH):
        batch = [Contribution.of(relations, Revision(0, at + n)) for n, relations in enumerate(found[at : at + BATCH])]
        changes += await store.apply(batch, outbox=False)
    return changes


def folder_bytes(folder: Path) -> int:
    """Bytes of the files below a folder, as long as they are."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--model", default=None)
    parser.add_argument("--store", action="store_true", help="make it the stored result")
    parser.add_argument("--out", type=Path, metavar="JSON", help="write the result there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
