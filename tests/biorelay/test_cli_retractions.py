"""Retraction lists through the command line: published, withdrawn, replaced; refused rows are named; a killed run goes on."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from graphstore import GraphStore, open_store
from processors.records import Abstract, Change, Link, LinkKind, Section
from processors.sources.retractions import read_retractions
from stream.client import Publisher
from stream.metrics import RETRACTING
from stream.settings import StreamSettings
from stream.topics import Topic
from stream.worker import Worker
from tests.biorelay.conftest import Cli
from tests.stream.dictionary import DictionaryExtractor
from tests.stream.kit import abstract, at_work, caught_up, contents, until


def on_the_topic(cli: Cli) -> dict[str, object]:
    result = cli("consume", "abstracts", "--once", "--json")
    assert result.exit_code == 0, result.stderr
    return {message["key"]: message["value"] for message in map(json.loads, result.stdout.splitlines())}


def report(cli: Cli, *arguments: str | Path, code: int = 0, stdin: str | None = None) -> dict[str, int]:
    result = cli("publish", *arguments, "--json", stdin=stdin)
    assert result.exit_code == code, result.stderr
    counts = {name: value for name, value in json.loads(result.stdout).items() if name != "file"}
    return {name: value for name, value in counts.items() if value}


def test_a_list_is_published_withdrawn_and_published_again(cli: Cli, broker: StreamSettings, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("PMID,DOI\n12,\n,10.1/x\n345,\n")
    assert report(cli, "--retractions", file, "--problems", "problems.jsonl", code=2) == {"retractions": 2, "refused": 1}
    assert [json.loads(line)["line"] for line in Path("problems.jsonl").read_text().splitlines()] == [3]
    held = on_the_topic(cli)
    assert held.keys() == {"retraction:12", "retraction:345"}
    assert held["retraction:12"]["links"] == [{"kind": "retracts", "target": "pubmed:12"}]  # type: ignore[index]
    assert held["retraction:12"]["source"] == "list.csv"  # type: ignore[index]
    assert report(cli, "--retractions", file) == {"skipped": 2}
    assert report(cli, "--retractions", file, "--withdraw", code=2) == {"deletions": 2, "refused": 1}
    assert on_the_topic(cli) == {"retraction:12": None, "retraction:345": None}
    assert report(cli, "--retractions", file, code=2) == {"retractions": 2, "refused": 1}
    assert report(cli, "--retractions", file, "--list-name", "watch", code=2) == {"retractions": 2, "refused": 1}
    assert on_the_topic(cli).keys() == {"retraction:12", "retraction:345", "retraction:watch/12", "retraction:watch/345"}


def test_a_new_version_of_a_list(cli: Cli, broker: StreamSettings, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("12\n13\n")
    (tmp_path / "new").write_text("13\n14\n")
    assert report(cli, "--retractions", "old") == {"retractions": 2}
    assert report(cli, "--retractions", "new", "--replaces", "old") == {"retractions": 2, "deletions": 1}
    assert {key for key, value in on_the_topic(cli).items() if value} == {"retraction:13", "retraction:14"}
    assert report(cli, "--retractions", "new", "--replaces", "old") == {"skipped": 3}


def test_a_dry_run_reads_the_list_and_sends_nothing(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("12\n13\n")
    result = cli("publish", "--dry-run", "--retractions", "list")
    assert result.exit_code == 0, result.stderr
    assert "would publish: 0 abstracts, 2 retractions, 0 deletions" in result.stderr


def test_one_article_from_stdin_beside_files(cli: Cli, broker: StreamSettings, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(Abstract(id="pubmed:12", title="x", sections=(Section(text="y"),)).to_bytes())
    result = cli("publish", "a.jsonl", "--retractions", "-", stdin="12\n")
    assert result.exit_code == 0, result.stderr
    assert "published: 1 abstracts, 1 retractions, 0 deletions" in result.stderr
    assert on_the_topic(cli).keys() == {"pubmed:12", "retraction:12"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--withdraw"],
        ["a.jsonl", "--list-name", "watch"],
        ["--retractions", "a", "--list-name", "a b"],
        ["--retractions", "a", "--replaces", "gone"],
        ["--retractions", "a", "--replaces", "b", "--withdraw"],
        ["--retractions", "a", "--retractions", "b", "--replaces", "b"],
    ],
)
def test_orders_that_make_no_sense_are_refused_before_anything_is_sent(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    for name in ("a", "b", "a.jsonl"):
        (tmp_path / name).write_text("12\n")
    result = cli("publish", *arguments)
    assert result.exit_code == 2
    assert "published" not in result.stderr


async def standing(store: GraphStore) -> tuple[int, list[tuple[str, ...]]]:
    """How many articles support an edge of lithium, and what retracts the sentences behind it."""
    papers = sum(n.edge.counts.papers for n in await store.neighbours("mesh:D008094", min_papers=0))
    return papers, [sentence.retracted_by for sentence in await store.evidence("mesh:D008094", "mesh:D009325")]


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_marks_notices_and_lists_through_the_agents(broker: StreamSettings, tmp_path: Path) -> None:
    """In whatever order they arrive, and back: a list before its article, a notice that is deleted, a mark that is revised away."""
    article = abstract(7, "The patient had nausea after lithium.")
    retracts = (Link(kind=LinkKind.RETRACTS, target=article.id),)
    notice = Abstract(id="pubmed:8", title="Retraction: A case report", links=retracts)
    settings = replace(broker, data_dir=tmp_path / "worker")
    (tmp_path / "list").write_text("7\n")
    (listed,) = read_retractions(tmp_path / "list")
    assert isinstance(listed, Abstract)
    steps: list[tuple[Abstract | str, int, tuple[str, ...]]] = [
        (listed, 0, ()),
        (article, 0, ("retraction:7",)),
        (notice, 0, ("pubmed:8", "retraction:7")),
        (article.model_copy(update={"retracted": True}), 0, ("pubmed:7", "pubmed:8", "retraction:7")),
        ("retraction:7", 0, ("pubmed:7", "pubmed:8")),
        (article, 0, ("pubmed:8",)),
        ("pubmed:8", 1, ()),
    ]
    store = open_store(tmp_path / "graph")
    stop = asyncio.Event()
    worker = Worker(settings, DictionaryExtractor, lambda: store)
    working = asyncio.create_task(worker.run(stop))
    try:
        async with Publisher(broker) as publisher:
            for sent, papers, by in steps:
                await (await (publisher.delete(sent) if isinstance(sent, str) else publisher.publish(sent)))
                await caught_up(settings)
                if sent is listed:
                    assert (await store.paper("pubmed:7")).retracted_by == ("retraction:7",)
                else:
                    assert await standing(store) == (papers, [by])
    finally:
        stop.set()
        await working
    told = {by: worker.metrics.registry.get_sample_value("biorelay_retractions_total", {"by": by}) for by in RETRACTING}
    assert told == dict.fromkeys(RETRACTING, 1.0)


def pubmed(number: int, said: str = "", *, types: str = "", link: str = "") -> str:
    """A PubMed record, as an update file has it."""
    abstract_ = f"<Abstract><AbstractText>{said}</AbstractText></Abstract>" if said else ""
    kinds = f"<PublicationTypeList><PublicationType UI='D0'>{types}</PublicationType></PublicationTypeList>" if types else ""
    links = f"<CommentsCorrectionsList>{link}</CommentsCorrectionsList>" if link else ""
    return (
        f"<PubmedArticle><MedlineCitation><PMID Version='1'>{number}</PMID><Article><ArticleTitle>A report.</ArticleTitle>"
        f"{abstract_}{kinds}</Article>{links}</MedlineCitation></PubmedArticle>"
    )


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_every_way_to_take_back_tells_its_changes(cli: Cli, broker: StreamSettings, tmp_path: Path) -> None:
    """PubMed's records as they stream, a list, and deletions: each says on `graph-changes` which edge it moved, and that it did."""
    said = "Lithium: the patient had nausea after lithium."
    noticed = "<CommentsCorrections RefType='RetractionOf'><RefSource>x</RefSource><PMID Version='1'>7</PMID></CommentsCorrections>"
    (tmp_path / "list").write_text("7\n")
    records = {
        "article": pubmed(7, said),
        "marked": pubmed(7, said, types="Retracted Publication"),
        "notice": pubmed(8, types="Retraction of Publication", link=noticed),
        "gone 8": "<DeleteCitation><PMID Version='1'>8</PMID></DeleteCitation>",
        "gone 7": "<DeleteCitation><PMID Version='1'>7</PMID></DeleteCitation>",
    }
    for name, record in records.items():
        (tmp_path / f"{name}.xml").write_text(f"<PubmedArticleSet>{record}</PubmedArticleSet>")
    orders: list[tuple[list[str], str, str, int, int]] = [
        (["article.xml"], "pubmed:7", "appeared", 0, 1),
        (["marked.xml"], "pubmed:7", "vanished", 1, 0),
        (["article.xml", "--again"], "pubmed:7", "appeared", 0, 1),
        (["notice.xml"], "pubmed:8", "vanished", 1, 0),
        (["gone 8.xml"], "pubmed:8", "appeared", 0, 1),
        (["--retractions", "list"], "retraction:7", "vanished", 1, 0),
        (["--retractions", "list", "--withdraw"], "retraction:7", "appeared", 0, 1),
        (["gone 7.xml"], "pubmed:7", "vanished", 1, 0),
    ]
    settings = replace(broker, data_dir=tmp_path / "worker")
    told: list[Change] = []
    async with at_work(settings):
        for number, (order, *_) in enumerate(orders, start=1):
            published = await asyncio.to_thread(cli, "publish", *order)
            assert published.exit_code == 0, published.stderr
            await caught_up(settings)

            async def came(wanted: int = number) -> bool:
                told[:] = [Change.from_bytes(record.value) for record in await contents(settings, Topic.GRAPH_CHANGES)]
                return len(told) >= wanted

            await until(came, f"{order} tells its change")
    assert {change.edge for change in told} == {"mesh:D008094|Association|mesh:D009325"}
    assert [(c.document, c.kind.value, c.before.papers, c.after.papers) for c in told] == [tuple(order[1:]) for order in orders]
