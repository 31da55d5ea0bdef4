"""`biorelay watch` on the embedded broker: questions in, messages out, and what is refused."""

import asyncio
import json
from pathlib import Path

import pytest

from biorelay.standing import step_of
from graphstore import Contribution, open_store
from processors.records import Discovery, DiscoveryKind, EntityType, Predicate, Question, QuestionStep, Revision
from stream.settings import StreamSettings
from stream.topics import Topic
from tests.biorelay.conftest import Cli, relations
from tests.stream.kit import send_raw

ASPIRIN, PAIN = "mesh:D1 aspirin Chemical", "mesh:D2 pain Disease"


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """Aspirin and pain, in the graph that the settings name."""

    async def write() -> None:
        async with open_store(tmp_path / ".local" / "graph") as store:
            await store.apply([Contribution.of(relations("pubmed:1", (ASPIRIN, "Bind", PAIN)), Revision(0, 0))])

    asyncio.run(write())
    return tmp_path


def listed(cli: Cli) -> list[Question]:
    result = cli("watch", "list", "--json")
    assert result.exit_code == 0, result.stderr
    return [Question.from_bytes(line.encode()) for line in result.stdout.splitlines()]


def test_questions_are_asked_listed_and_withdrawn(cli: Cli, broker: StreamSettings, graph: Path) -> None:
    pair = cli("watch", "add", "aspirin", "mesh:D2", "--id", "pair", "--label", "an old friend", "--by", "ada", "--predicate", "Bind")
    assert (pair.exit_code, pair.stdout) == (0, "pair  mesh:D1 -[Bind]- mesh:D2\n"), pair.stderr
    path = cli(
        "watch", "add", "mesh:D1", "mesh:D9", "--step", "Gene,min-papers=2", "--step", "polarity=negated", "--id", "path", "--by", ""
    )
    assert path.stdout == "path  mesh:D1 -[2 papers]- any Gene -[negated]- mesh:D9\n"
    assert "the graph has no entity mesh:D9 yet" in path.stderr
    wide = cli("watch", "add", "mesh:D1", "--via", "any", "--type", "disease", "--min-confidence", "0.9", "--by", "", "--json")
    question = Question.from_bytes(wide.stdout.encode())
    assert question.steps == (QuestionStep(min_confidence=0.9), QuestionStep(min_confidence=0.9, type=EntityType.DISEASE))
    assert [q.id for q in listed(cli)] == sorted(["pair", "path", question.id])
    first = next(q for q in listed(cli) if q.id == "pair")
    assert first == Question.of(
        "mesh:D1", "mesh:D2", (QuestionStep(predicate=Predicate.BIND),), id="pair", label="an old friend", created_by="ada"
    )
    assert "an old friend\tada" in cli("watch", "list").stdout
    assert cli("watch", "remove", "pair", question.id).exit_code == 0
    assert [q.id for q in listed(cli)] == ["path"]
    gone = cli("watch", "remove", "pair")
    assert gone.exit_code == 2
    assert "no question pair" in gone.stderr
    assert cli("watch", "remove", "--all").exit_code == 0
    assert listed(cli) == []


def test_present_answers_are_shown_on_request(cli: Cli, broker: StreamSettings, graph: Path) -> None:
    result = cli("watch", "add", "mesh:D1", "--type", "Disease", "--id", "open", "--now")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[1].startswith("completed  open: aspirin - pain  score 1.000")
    assert lines[2].startswith("   aspirin -[Bind]- pain  (1 paper, confidence 0.")
    assert lines[3] == "      \u201caspirin and pain\u201d  pubmed:1"
    assert "1 answers now" in result.stderr


def test_a_graph_that_is_not_there_does_not_keep_a_curie_from_being_watched(cli: Cli, broker: StreamSettings) -> None:
    result = cli("watch", "add", "mesh:D1", "mesh:D2")
    assert result.exit_code == 0, result.stderr
    assert "is not checked: there is no graph" in result.stderr
    assert cli("watch", "add", "aspirin", "mesh:D2").exit_code == 2


def test_a_file_of_questions(cli: Cli, broker: StreamSettings, tmp_path: Path) -> None:
    questions = [Question.of("mesh:D1", f"mesh:D{n}", (QuestionStep(),), id=f"q{n:04}") for n in range(2, 1002)]
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"\n".join(q.to_bytes() for q in questions) + b"\n\n")
    result = cli("watch", "add", "--file", file)
    assert result.exit_code == 0, result.stderr
    assert len(result.stdout.splitlines()) == 1000
    assert listed(cli) == questions
    file.write_bytes(questions[0].to_bytes() + b'\n{"schema":"biorelay.question/1","id":"bad","start":"x"}\n')
    bad = cli("watch", "add", "--file", file)
    assert bad.exit_code == 2
    assert "line 2" in bad.stderr
    file.write_bytes(b"")
    assert cli("watch", "add", "--file", file).exit_code == 2
    assert cli("watch", "add", "--file", tmp_path / "nowhere").exit_code == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mesh:D1", "mesh:D1"], "both ends are mesh:D1"),
        (["MESH:D1", "mesh:D2"], "'MESH:D1' is not a CURIE"),
        (["mesh:", "mesh:D2"], "'mesh:' is not a CURIE"),
        ([" ", "mesh:D2"], "names no entity"),
        (["nobody knows this", "mesh:D2"], "the graph has no entity 'nobody knows this'"),
        (["mesh:D1", "mesh:D2", "--via", "Gene,Gene,Gene"], "4 steps between two entities: at most 3"),
        (["mesh:D1", "--via", "Gene,Gene"], "3 steps to no named end: at most 2"),
        (["mesh:D1", "mesh:D2", "--via", "Genes"], "'Genes' is no type of entity"),
        (["mesh:D1", "mesh:D2", "--type", "Gene"], "the question names both ends"),
        (["mesh:D1", "mesh:D2", "--polarity", "any"], "of one polarity"),
        (["mesh:D1", "mesh:D2", "--polarity", "negated", "--min-confidence", "0.5"], "least confidence"),
        (["mesh:D1", "mesh:D2", "--step", "via=Gene"], "a step has no 'via'"),
        (["mesh:D1", "mesh:D2", "--step", "min-papers=many"], "min-papers of a step cannot be 'many'"),
        (["mesh:D1", "mesh:D2", "--step", "min-papers=0"], "min_papers"),
        (["mesh:D1", "mesh:D2", "--step", "predicate=Cures"], "predicate of a step cannot be 'Cures'"),
        (["mesh:D1", "mesh:D2", "--step", "Gene", "--via", "Gene"], "leave out the options"),
        (["mesh:D1", "mesh:D2", "--id", "a\nb"], "control character"),
        ([], "name an entity"),
        (["mesh:D1", "mesh:D2", "--min-papers", "0"], "min-papers"),
    ],
)
def test_what_cannot_be_watched_is_refused(cli: Cli, graph: Path, words: list[str], told: str) -> None:
    """No broker is there: none is asked."""
    result = cli("watch", "add", *words)
    assert result.exit_code == 2, result.output
    assert told in result.stderr


def test_the_broker_is_away(cli: Cli, unused_port: int) -> None:
    result = cli("--set", f"broker.bootstrap=127.0.0.1:{unused_port}", "--set", "broker.timeout_s=1", "watch", "list")
    assert result.exit_code == 1
    assert "does not answer" in result.stderr


def test_messages_are_followed(cli: Cli, broker: StreamSettings) -> None:
    entities = tuple({"id": curie, "name": name, "type": ""} for curie, name in (("mesh:D1", "aspirin"), ("mesh:D2", "pain")))
    step = {"subject": "mesh:D1", "predicate": "Bind", "object": "mesh:D2", "papers": 1, "evidence": "It binds.", "document": "pubmed:1"}
    done = Discovery.model_validate(
        {"id": "1", "question": "q", "path": [step], "score": 1.0, "document": "pubmed:1", "entities": entities, "change": "c"}
    )
    gone = done.model_copy(
        update={
            "id": "2",
            "kind": DiscoveryKind.BROKEN,
            "path": (done.path[0].model_copy(update={"holds": False, "papers": 0, "evidence": ""}),),
        }
    )
    other = done.model_copy(update={"id": "3", "question": "another"})
    messages = [{"key": one.question.encode(), "value": one.to_bytes()} for one in (done, done, gone, other)]
    asyncio.run(send_raw(broker, Topic.DISCOVERIES, *messages, {"key": b"q", "value": b"garbage"}))
    result = cli("watch", "follow", "q", "--once")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [
        "completed  q: aspirin - pain  score 1.000  by pubmed:1",
        "   aspirin -[Bind]- pain  (1 paper)",
        "      \u201cIt binds.\u201d  pubmed:1",
        "broken  q: aspirin - pain  by pubmed:1",
        "   aspirin -[Bind]- pain  (0 papers, no longer what is asked)",
    ]
    shown = [json.loads(line) for line in cli("watch", "follow", "--kind", "completed", "--once", "--json").stdout.splitlines()]
    assert [told["id"] for told in shown] == ["1", "3"]
    assert len(cli("watch", "follow", "--once", "--json", "-n", "1").stdout.splitlines()) == 1
    assert cli("watch", "follow", "--since", "yesterday").exit_code == 2


def test_a_step_by_itself() -> None:
    assert step_of("type=gene, predicate=bind,polarity=speculated,min-papers=3") == QuestionStep(
        type=EntityType.GENE, predicate=Predicate.BIND, polarity="speculated", min_papers=3
    )
    assert step_of("any") == step_of("") == QuestionStep()
