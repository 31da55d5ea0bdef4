"""`biorelay watch`: standing questions, and what completes or breaks their answers."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli.options import AsJson, Once, PolarityName, PredicateName, Since, StopAfter
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from biorelay.settings import Settings
    from processors.records import Discovery, Question

app = typer.Typer(no_args_is_help=True, help="Standing questions: be told when a new abstract completes or breaks an answer.")


class Kind(StrEnum):
    """`processors.records.DiscoveryKind` again, without loading pydantic for `--help`."""

    COMPLETED = "completed"
    BROKEN = "broken"
    CHANGED = "changed"


Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As `watch list` shows them.", show_default=False)]


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="ENTITY", help="A CURIE, or a name that the graph knows.", show_default=False)
    ] = None,
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="The other end; without it, whatever fits.", show_default=False)
    ] = None,
    via: Annotated[
        str | None, typer.Option("--via", metavar="TYPES", help="What lies between: a type or `any`, two separated by a comma.")
    ] = None,
    of_type: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="What the other end must be, where it has no name.")] = None,
    predicate: Annotated[PredicateName | None, typer.Option("--predicate", help="The relation of every step.", show_default=False)] = None,
    polarity: Annotated[PolarityName, typer.Option("--polarity", help="How papers must state it.")] = PolarityName.POSITIVE,
    min_papers: Annotated[int, typer.Option("--min-papers", metavar="N", min=1, help="So many papers on every step.")] = 1,
    min_confidence: Annotated[float, typer.Option("--min-confidence", metavar="P", min=0, max=1, help="So sure on every step.")] = 0.0,
    steps: Annotated[
        list[str] | None,
        typer.Option(
            "--step", metavar="STEP", help="Each step by itself: type=Gene,predicate=Bind,polarity=...,min-papers=2,min-confidence=0.8."
        ),
    ] = None,
    question_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The question's id; a question of that id is replaced.")
    ] = None,
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="What it is about, for people.")] = "",
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who asks. Default: the user's name.", show_default=False)] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Tell also when an answer stays and its kinds of relations change.")] = False,
    now: Annotated[bool, typer.Option("--now", help="Also show the answers that the graph has already: they are never told.")] = False,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Questions as JSON lines instead, - for stdin.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a standing question: two entities, one entity and whatever it comes to be related with, or a way of two or three steps.

    What a batch of abstracts completes or breaks is told on the discoveries topic. An entity that the graph has not met is watched too.

    \b
    Examples:
      biorelay watch add mesh:D001241 mesh:D006261
      biorelay watch add aspirin --type Disease --min-papers 2 --now
      biorelay watch add mesh:D005395 mesh:D011928 --via any --label "fish oil and Raynaud"
      biorelay watch add mesh:D005395 --via Gene --type Disease --min-confidence 0.9
      biorelay watch add mesh:D005395 mesh:D011928 --step Gene,predicate=Bind --step min-papers=2
      biorelay watch add --file questions.jsonl
    """
    from biorelay.cli.console import emit, say, show
    from biorelay.standing import asked
    from stream.questions import ask

    settings = settings_of(ctx)
    if (name is None) is (file is None):
        raise BadInput("name an entity, or a file of questions", remedy="For example: biorelay watch add mesh:D001241 mesh:D006261.")
    if file is not None:
        questions = _read(file)
    else:
        assert name is not None  # noqa: S101
        filters: dict[str, Any] = {"predicate": predicate and predicate.value, "polarity": polarity.value, "min_papers": min_papers}
        if steps and (via or of_type or any((predicate, polarity is not PolarityName.POSITIVE, min_papers > 1, min_confidence))):
            raise BadInput("--step says what a step must be: leave out the options that say it of every step")
        if polarity is PolarityName.ANY:
            raise BadInput("a question is of one polarity", remedy="Ask once for each: --polarity positive, --polarity negated.")
        filters |= {"min_confidence": min_confidence}
        about = {"id": question_id, "label": label, "created_by": _user() if by is None else by, "changes": changes}
        questions = [_question(settings, name, other, via, of_type, filters, steps or [], about)]
    asyncio.run(ask(settings.stream(), questions))
    for question in questions:
        if as_json:
            emit(question.model_dump(mode="json", by_alias=True))
        else:
            show(f"{question.id}  {asked(question)}")
    if now:
        found = _present(settings, questions)
        for discovery in found:
            if as_json:
                emit(discovery.model_dump(mode="json", by_alias=True))
            else:
                _show(discovery.model_dump(mode="json"))
        say(f"{len(found)} answers now; what completes or breaks from here on: biorelay watch follow")


@app.command("list")
def list_questions(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the questions that stand: id, what is asked, label, who asked.

    \b
    Examples:
      biorelay watch list
      biorelay watch list --json > questions.jsonl
    """
    from biorelay.cli.console import emit, say, table
    from biorelay.standing import asked
    from stream.questions import questions_of

    found = asyncio.run(questions_of(settings_of(ctx).stream()))
    if as_json:
        for question in found:
            emit(question.model_dump(mode="json", by_alias=True))
        return
    table(["id", "question", "label", "by"], [[q.id, asked(q), q.label, q.created_by] for q in found])
    say(f"{len(found)} question{'' if len(found) == 1 else 's'}")


@app.command()
def remove(
    ctx: typer.Context,
    ids: Ids = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Withdraw questions: nothing is told of them any more.

    \b
    Examples:
      biorelay watch remove fish-oil
      biorelay watch remove --all
    """
    from biorelay.cli.console import say
    from stream.questions import questions_of, withdraw

    if bool(ids) == everything:
        raise BadInput("say which questions: ids, or --all", remedy="`biorelay watch list` shows the ids.")
    stream = settings_of(ctx).stream()
    there = [question.id for question in asyncio.run(questions_of(stream))]
    unknown = [id_ for id_ in ids or [] if id_ not in there]
    if unknown:
        raise BadInput(f"no question {', '.join(unknown)}", remedy="`biorelay watch list` shows the ids.")
    gone = there if everything else list(dict.fromkeys(ids or []))
    asyncio.run(withdraw(stream, gone))
    say(f"withdrawn: {', '.join(gone) or 'nothing'}")


@app.command()
def follow(
    ctx: typer.Context,
    ids: Ids = None,
    kinds: Annotated[list[Kind] | None, typer.Option("--kind", help="Only these kinds; may be repeated.", show_default=False)] = None,
    since: Since = "beginning",
    limit: StopAfter = None,
    once: Once = False,
    as_json: AsJson = False,
) -> None:
    """Show what was told of all questions, or of some, then what comes, until Ctrl-C; a repeat is shown once.

    \b
    Examples:
      biorelay watch follow
      biorelay watch follow fish-oil --since now
      biorelay watch follow --kind broken --once --json
    """
    from biorelay.following import parse_since

    settings, begin = settings_of(ctx), parse_since(since)
    asyncio.run(_follow(settings, begin, set(ids or ()), {k.value for k in kinds or Kind}, limit, once=once, as_json=as_json))


async def _follow(
    settings: "Settings", begin: Any, ids: set[str], kinds: set[str], limit: int | None, *, once: bool, as_json: bool
) -> None:
    import sys
    from contextlib import aclosing

    from biorelay.cli.console import emit
    from biorelay.following import follow as followed
    from stream.topics import Topic

    seen: dict[str, None] = {}
    shown = 0
    async with aclosing(followed(settings.stream(), Topic.DISCOVERIES, begin, wait=not once)) as messages:
        async for message in messages:
            told = message.value
            if not isinstance(told, dict) or told.get("id") in seen:
                continue
            seen[str(told.get("id"))] = None
            if len(seen) > _REMEMBERED:
                del seen[next(iter(seen))]
            if (ids and told.get("question") not in ids) or told.get("kind", "completed") not in kinds:
                continue
            if as_json:
                emit(told)
            else:
                _show(told)
            sys.stdout.flush()
            shown += 1
            if shown == limit:
                return


_REMEMBERED = 100_000


def _show(told: dict[str, Any]) -> None:
    """One message: what happened to which answer, then each step with its sentence."""
    from biorelay.cli.console import show
    from biorelay.cli.wording import arrow

    names = {entity["id"]: entity["name"] or entity["id"] for entity in told.get("entities", ())}
    way = " - ".join(names.values())
    kind = told.get("kind", "completed")
    score = f"  score {told['score']:.3f}" if kind != "broken" else ""
    why = ", for a paper relates the ends directly now" if told.get("known") else ""
    cause = f"  by {told['document']}{why}" if told.get("change") or kind == "broken" else ""
    show(f"{kind}  {told['question']}: {way}{score}{cause}", style="bold red" if kind == "broken" else "bold")
    for step in told.get("path", ()):
        ends = (names.get(step[end], step[end]) for end in ("subject", "object"))
        line = arrow(next(ends), step["predicate"], next(ends))
        show(f"   {line}  ({_counted(step)})")
        if step.get("evidence"):
            show(f"      \u201c{step['evidence']}\u201d  {step['document']}")


def _counted(step: dict[str, Any]) -> str:
    """`2 papers, 1 negated, confidence 0.96`."""
    papers = step["papers"]
    said = [f"{papers} paper{'' if papers == 1 else 's'}"]
    said += [f"{step[name]} {word}" for name, word in (("negated", "negated"), ("speculated", "speculative")) if step.get(name)]
    if step.get("confidence"):
        said.append(f"confidence {step['confidence']:.2f}")
    return ", ".join(said) if step.get("holds", True) else ", ".join([*said, "no longer what is asked"])


def _question(
    settings: "Settings",
    name: str,
    other: str | None,
    via: str | None,
    of_type: str | None,
    filters: "dict[str, Any]",
    steps: "list[str]",
    about: "dict[str, Any]",
) -> "Question":
    from biorelay.cli.console import say
    from biorelay.standing import checked_step, ends_of, question_of, step_of, steps_of

    asked = [step_of(text) for text in steps] if steps else steps_of(via, of_type, checked_step(filters), closed=other is not None)
    ends = asyncio.run(ends_of(settings, name, other))
    question = question_of(ends, asked, **about)
    for curie in ends.unknown:
        say(f"the graph has no entity {curie} yet: it is watched for all the same", style="yellow")
    if ends.unasked:
        say(f"whether the graph knows these is not checked: {ends.unasked}", style="yellow")
    return question


def _read(file: Path) -> "list[Question]":
    """The questions of a file of JSON lines. Raises `BadInput` for the first line that is none: all or nothing is asked."""
    import sys

    from processors.errors import RecordError
    from processors.records import Question

    lines = sys.stdin.buffer.read().splitlines() if str(file) == "-" else file.read_bytes().splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Question.from_bytes(line))
            except RecordError as error:
                raise BadInput(f"{file}, line {number}: {error}", remedy="`biorelay topics schema questions` shows the record.") from error
    if not found:
        raise BadInput(f"{file} holds no question")
    return found


def _present(settings: "Settings", questions: "list[Question]") -> "list[Discovery]":
    from biorelay.asking import ask
    from graphstore import GraphStore

    async def answered(store: GraphStore) -> "list[Discovery]":
        return [found for question in questions for found in await store.standing_answers(question)]

    return ask(settings, answered)


def _user() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""
