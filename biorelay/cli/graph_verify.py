"""`biorelay graph verify`: is a pair that was discovered stated in the abstracts that are stored?"""

import asyncio
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.asking import graph_of
from biorelay.cli.failure import BAD_INPUT
from biorelay.cli.options import AsJson, InputFormat
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from biorelay.cli.inputs import Problems
    from biorelay.settings import Settings
    from biorelay.verifying import Pair, Search, Verified, Weighed
    from graphstore import GraphStore
    from graphstore.answers import Entity, Sentence
    from models.runtime.errors import BiorelayError
    from processors.vocabulary import Vocabulary

HELD = 50
"""The sentences of the graph that are looked at."""


class Searched(StrEnum):
    """The topics that hold documents to search."""

    ABSTRACTS = "abstracts"
    ENTITIES = "entities"


def verify(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="A", help="An entity: its CURIE, such as mesh:D003000, or its name.")],
    other: Annotated[str, typer.Argument(metavar="C", help="Another entity, by CURIE or name.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILES]", help="More files to search.", show_default=False)] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option("--in", metavar="FILES", help="Search these files, of any format that `biorelay extract` reads; - is stdin."),
    ] = None,
    topic: Annotated[Searched | None, typer.Option("--topic", help="Search what this topic holds, in place of files.")] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, max=100_000, help="Read at most so many documents.")] = 200,
    input_format: InputFormat = None,
    as_json: AsJson = False,
) -> None:
    """Look whether a pair is stated in the stored abstracts: supported, contradicted, co-mentioned or unseen.

    What the graph holds of the pair is told first. Then the abstracts are searched for both names, and the model reads those where they
    stand nearest. Neither entity need be in the graph.

    \b
    Examples:
      biorelay graph verify clonidine hypertension --in abstracts.xml.gz
      biorelay graph verify mesh:D008274 mesh:D008881 --in a.jsonl b.jsonl --most 50 --json
      biorelay graph verify "fish oil" "raynaud disease" --topic abstracts
    """
    from biorelay.cli.console import emit, say
    from biorelay.cli.inputs import Problems
    from biorelay.sought import sought
    from biorelay.verifying import Pair
    from processors.vocabulary import Vocabulary

    paths = [*(files or ()), *(more or ())]
    if topic and paths:
        raise BadInput("--topic and files are two places to search", remedy="Name one of them.")
    settings = settings_of(ctx)
    vocabulary = Vocabulary.open(settings.vocabulary)
    pair = Pair(sought(name, vocabulary), sought(other, vocabulary))
    pair, held = asyncio.run(_held(settings, (name, other), pair))
    if (pair.a.id or pair.a.name.casefold()) == (pair.c.id or pair.c.name.casefold()):
        raise BadInput(f"both ends are {pair.a.label}", remedy="Name two different entities.")
    for one in pair:
        if not one.id or (one.name == one.id.partition(":")[2] and not held):
            say(f"neither the vocabulary nor the graph knows {one.label}: it is sought as it is written", style="yellow")
    if not as_json:
        _show_held(pair, held)
    problems = Problems()
    verdict = None
    if topic or paths:
        verdict = search((pair,), vocabulary, settings, paths, topic=topic, form=input_format, most=most, problems=problems)[0]
    elif not as_json:
        say("no abstracts were searched: name files by --in, or a topic by --topic")
    if as_json:
        emit(_as_json(pair, held, verdict))
    elif verdict is not None:
        show_verdict(verdict)
    refused(problems)


def search(
    pairs: "Sequence[Pair]",
    vocabulary: "Vocabulary",
    settings: "Settings",
    paths: Sequence[Path],
    *,
    most: int,
    problems: "Problems",
    topic: Searched | None = None,
    form: InputFormat = None,
) -> "list[Verified]":
    """The verdicts on many pairs after one pass over files or a topic, with progress; refused documents go to `problems`.

    What the graph knows of retractions is taken into account. Raises as `Inputs`, `Extractor.load` and `follow` do.
    """
    from biorelay.cli.console import say
    from biorelay.cli.progress import progress
    from biorelay.extractor import Extractor
    from biorelay.verifying import Search
    from processors.sources import Problem

    started = time.monotonic()
    extractor = Extractor.load(**settings.extractor())
    searching = Search(pairs, vocabulary, most=most)
    if topic:
        asyncio.run(_search_topic(searching, settings, topic))
    else:
        _search_files(searching, settings, paths, form, problems)
    waiting = searching.waiting

    def unread(id_: str, error: "BiorelayError") -> None:
        problems.add(Problem("input", id_, None, error))

    with progress("reading", "documents") as advance:
        found = searching.verdicts(extractor, on_error=unread, advance=lambda read: advance(read, read / max(waiting, 1)))
    extractor.close()
    found = asyncio.run(_less_retracted(settings, found))
    seconds = time.monotonic() - started
    say(f"searched {searching.documents:,} documents, read {waiting:,} of them in {seconds:.1f} s")
    return found


def _search_files(searching: "Search", settings: "Settings", paths: Sequence[Path], form: str | None, problems: "Problems") -> None:
    from biorelay.cli.inputs import abstracts_in
    from biorelay.cli.progress import progress
    from processors.sources import Deletion, Problem

    inputs = abstracts_in(paths, settings, form)
    with progress("searching", "documents") as advance:
        for item in inputs:
            if isinstance(item, Problem):
                problems.add(item)
            elif isinstance(item, Deletion):
                searching.forget(item.id)
            else:
                searching.look(item)
            advance(searching.documents, inputs.share)


async def _search_topic(searching: "Search", settings: "Settings", topic: Searched) -> None:
    from contextlib import aclosing

    from pydantic import ValidationError

    from biorelay.cli.console import say
    from biorelay.cli.progress import progress
    from biorelay.following import follow
    from processors.records import Abstract, Entities
    from stream.topics import Topic

    kind = Abstract if topic is Searched.ABSTRACTS else Entities
    unreadable = 0
    with progress("searching", "documents") as advance:
        async with aclosing(follow(settings.stream(), Topic(topic.value), None, wait=False)) as messages:
            async for message in messages:
                if message.value is None:
                    searching.forget(message.key or "")
                else:
                    try:
                        searching.look(kind.model_validate(message.value))
                    except ValidationError:
                        unreadable += 1
                advance(searching.documents, -1.0)
    if unreadable:
        say(f"{unreadable:,} messages hold no {kind.schema_name} record; they were passed over", style="yellow")


async def _held(settings: "Settings", names: tuple[str, str], pair: "Pair") -> "tuple[Pair, list[Sentence]]":
    """The pair by the graph's names where it knows them, and its sentences of the two; none where there is no graph."""
    from biorelay.cli.console import say
    from biorelay.sought import Sought
    from biorelay.verifying import Pair
    from graphstore import GraphBadAddress, GraphUnknownEntity

    ends: list[Sought] = []
    try:
        async with graph_of(settings) as store:
            for text, one in zip(names, pair, strict=True):
                entity = await _resolved(store, text) or await _resolved(store, one.id)
                if entity is None:
                    ends.append(one)
                else:
                    ends.append(one if entity.id == one.id else Sought(entity.id, entity.name))
            known = Pair(*ends)
            if known.a.id == known.c.id or not (known.a.id and known.c.id):
                return known, []
            try:
                return known, await store.evidence(known.a.id, known.c.id, limit=HELD)
            except GraphUnknownEntity:
                return known, []
    except GraphBadAddress as error:
        say(f"no graph was asked: {error}")
        return pair, []


async def _resolved(store: "GraphStore", text: str) -> "Entity | None":
    """What the graph calls so, as its other commands have it; None where it knows no such entity."""
    from graphstore import GraphUnknownEntity

    try:
        return await store.resolve(text) if text else None
    except GraphUnknownEntity:
        return None


async def _less_retracted(settings: "Settings", found: "list[Verified]") -> "list[Verified]":
    """The verdicts without the papers that the graph knows to be retracted, by whatever record."""
    from biorelay.verifying import documents_of, without
    from graphstore import GraphBadAddress, GraphUnknownArticle

    named = sorted(set().union(*map(documents_of, found)))
    retracted_by: dict[str, tuple[str, ...]] = {}
    try:
        async with graph_of(settings) as store:
            for id_ in named:
                try:
                    paper = await store.paper(id_, limit=0)
                except GraphUnknownArticle:
                    continue
                if paper.retracted:
                    retracted_by[id_] = paper.retracted_by
    except GraphBadAddress:
        return found
    return [without(verdict, retracted_by) for verdict in found]


def _as_json(pair: "Pair", held: "list[Sentence]", verdict: "Verified | None") -> dict[str, Any]:
    from biorelay.verifying import weigh

    said = weigh(held)
    graph = said._asdict() | {"sentences": [sentence.model_dump(mode="json") for sentence in held]}
    ends = {"a": pair.a.id, "a_name": pair.a.name, "c": pair.c.id, "c_name": pair.c.name}
    if verdict is None:
        return ends | {"verdict": said.verdict, "graph": graph}
    return verdict.model_dump(mode="json") | {"graph": graph}


def _show_held(pair: "Pair", held: "list[Sentence]") -> None:
    from biorelay.cli.console import show
    from biorelay.cli.wording import show_sentence
    from biorelay.verifying import weigh

    said = weigh(held)
    title = f"{pair.a.name} ({pair.a.id or 'by name'}) and {pair.c.name} ({pair.c.id or 'by name'})"
    show(title, style="bold")
    if not held:
        show("in the graph: nothing of the two together")
        return
    show(f"in the graph: {said.verdict}  ({_weighed(said)})")
    for sentence in held[:3]:
        show_sentence(sentence, "   ")
    if len(held) > 3:
        show(f"   ... more: biorelay graph evidence {pair.a.id} {pair.c.id}")


def show_verdict(found: "Verified") -> None:
    """A verdict for a person: what was found, then the sentences that it rests on."""
    from biorelay.cli.console import show
    from biorelay.cli.wording import show_sentence

    show(f"in the abstracts: {headline(found)}", style="bold")
    bound = ", the nearest; raise --most to read the others" if found.bounded else ""
    show(f"   {found.documents} documents searched, {found.named} may name both, {found.read} read{bound}")
    for sentence in found.sentences:
        show(f"   {sentence.predicate}  {sentence.probability:.2f}  {sentence.title}")
        show_sentence(sentence, "      ")
    for one in found.beside[: max(0, 3 - len(found.sentences))]:
        year = f", {one.year}" if one.year else ""
        show(f"   side by side: \u201c{one.text}\u201d  {one.document}{year}{', RETRACTED' if one.retracted else ''}")


def refused(problems: "Problems") -> None:
    """End the command with the code of bad input where something of the files was refused. Raises `typer.Exit`."""
    if problems:
        raise typer.Exit(BAD_INPUT)


def headline(found: "Verified") -> str:
    """The verdict in one line."""
    names = f"{found.co_mentioned} name{'s' if found.co_mentioned == 1 else ''} both"
    return f"{found.verdict}  ({_weighed(found)}; {names})"


def _weighed(found: "Verified | Weighed") -> str:
    plural, verb = ("", "s") if found.papers == 1 else ("s", "")
    sure = f", confidence {found.confidence:.2f}" if found.papers else ""
    return f"{found.papers} paper{plural} state{verb} it{sure}, {found.negated} negated, {found.speculated} speculative"


def verdicts_on(
    settings: "Settings", pairs: "Sequence[tuple[Entity, Entity]]", files: Sequence[Path], *, most: int
) -> "tuple[list[Verified], Problems]":
    """What abstracts in files say of pairs of the graph's entities, in their order; and what of the files was refused."""
    from biorelay.cli.inputs import Problems
    from biorelay.sought import Sought
    from biorelay.verifying import Pair
    from processors.records import EntityType
    from processors.vocabulary import Vocabulary

    def sought_for(entity: "Entity") -> Sought:
        return Sought(entity.id, entity.name, EntityType(entity.type) if entity.type in set(EntityType) else None)

    asked = [Pair(sought_for(a), sought_for(c)) for a, c in pairs]
    problems = Problems()
    if not asked:
        return [], problems
    found = search(list(dict.fromkeys(asked)), Vocabulary.open(settings.vocabulary), settings, files, most=most, problems=problems)
    by_pair = dict(zip(dict.fromkeys(asked), found, strict=True))
    return [by_pair[pair] for pair in asked], problems
