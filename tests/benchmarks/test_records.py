"""Sizes of real documents' messages, and of a graph of them."""

from itertools import islice
from pathlib import Path

import pytest

from benchmarks import bench_records
from biorelay.samples import BC5CDR_TEST
from processors.records import Abstract
from processors.sources import read


@pytest.mark.timeout(120)
def test_documents_are_measured_on_every_topic_and_in_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = list(islice((record for record in read(BC5CDR_TEST) if isinstance(record, Abstract)), 6))
    monkeypatch.setattr(bench_records, "abstracts", lambda _, count: documents[:count])
    monkeypatch.setattr(bench_records, "missing_tools", lambda: "no Java here")
    told = bench_records.measure(Path("nowhere"), 6)
    sizes = told["topic_bytes_per_document"]
    assert set(sizes) == {"abstracts", "entities", "relations", "graph-changes"}
    assert sizes["abstracts"] > told["characters_per_document"]
    assert sizes["entities"] > sizes["abstracts"]  # it holds the text, and the mentions
    assert all(told["largest_message_bytes"][topic] > 0 for topic in sizes)
    assert told["mentions_per_document"] >= told["entities_per_document"] > 1
    assert told["changes_per_document"] <= told["relations_per_document"]  # two documents may change one edge, each once
    graph = told["graph_bytes_per_document"]
    assert graph["neo4j"] is None
    assert graph["neo4j_not_measured"] == "no Java here"
    assert graph["embedded"] >= 0
