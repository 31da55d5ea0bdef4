"""`biorelay graph discover` and `path`: what joins two entities, and what an entity may be joined to."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.asking import ask
from biorelay.cli.graph_links import MOST, Links, by_links
from biorelay.cli.graph_options import (
    AsOf,
    Damping,
    First,
    Last,
    Limit,
    MinConfidence,
    MinPapers,
    Name,
    OfPredicate,
    OfType,
    Other,
    Rank,
    RankName,
    Seed,
    Significance,
    VerifyIn,
    VerifyMost,
    Via,
    emit_all,
    seeing,
    tell,
    type_of,
)
from biorelay.cli.graph_rollup import Below, concept, show_rolled_paths
from biorelay.cli.graph_verify import headline, refused, verdicts_on
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of
from biorelay.refusals import BadInput

if TYPE_CHECKING:
    from graphstore import GraphStore
    from graphstore.answers import Finding, Path
    from graphstore.lens import Answers
    from graphstore.rollup import RolledPath
    from graphstore.significance import Chance

discover = typer.Typer(no_args_is_help=True, help="What joins two entities, and what an entity may be joined to.")


@discover.command("open")
def discover_open(
    ctx: typer.Context,
    name: Name,
    of_type: OfType = None,
    via: Via = None,
    predicate: OfPredicate = None,
    min_papers: MinPapers = 1,
    min_confidence: MinConfidence = 0.0,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    rank: Rank = RankName.DAMPED_PAPERS,
    links: Links = None,
    damping: Damping = None,
    fan: Annotated[int, typer.Option("--fan", min=1, max=500, help="Follow so many of its neighbours, the best ones.")] = 50,
    significance: Significance = None,
    seed: Seed = 0,
    limit: Limit = 10,
    verify: VerifyIn = None,
    most: VerifyMost = 20,
    as_json: AsJson = False,
) -> None:
    """Find what an entity is not related to yet, but reached through its neighbours: A - B - ?

    Answers are ranked by --rank, by default by how many papers lead there, hubs damped; each shows its best ways with their
    sentences. With --significance each also tells how often chance joins it as well (p), and the false-discovery rate among all
    candidates (q).

    \b
    Examples:
      biorelay graph discover open clonidine --type Disease
      biorelay graph discover open mesh:D003000 --via Gene --limit 3 --json
      biorelay graph discover open clonidine --rank adamic_adar --significance 200
      biorelay graph discover open clonidine --as-of 1990
      biorelay graph discover open clonidine --type Disease --verify abstracts.xml.gz
      biorelay graph discover open clonidine --links models/links-literature/1
    """
    from biorelay.cli.console import say, show
    from biorelay.cli.wording import entity, show_path
    from graphstore.measures import Measure

    seen = seeing(predicate=predicate, min_papers=min_papers, min_confidence=min_confidence, first=first, last=last, as_of=as_of)
    ranked: dict[str, Any] = {"type": type_of(of_type), "via": type_of(via), "rank": Measure(rank.value), "damping": damping}

    link_scores: dict[str, float | None] = {}

    async def asked(store: "GraphStore") -> "tuple[Answers[Finding], dict[str, Chance]]":
        curie = (await store.resolve(name)).id
        found = await store.discover_open(curie, limit=MOST if links else limit, fan=fan, **ranked, **seen)
        if links:
            by_link = by_links(links, curie, found, limit=limit)
            link_scores.update(by_link.scores)
            found = by_link.found
        if significance is None or not found:
            return found, {}
        return found, await _chances(store, curie, None, significance, seed=seed, **ranked, **seen)

    found, chances = ask(settings_of(ctx), asked)
    ends = [(finding.paths[0].steps[0].source, finding.entity) for finding in found]
    verdicts, problems = verdicts_on(settings_of(ctx), ends if verify else [], verify or [], most=most)
    said = {finding.entity.id: verdict for finding, verdict in zip(found, verdicts, strict=False)}
    if as_json:
        more = {"chance": {id_: chance.model_dump(mode="json") for id_, chance in chances.items()}} if significance else {}
        if verify:
            more["verified"] = {id_: verdict.model_dump(mode="json") for id_, verdict in said.items()}
        emit_all(found, **more, **({"link_score": link_scores} if links else {}))
        tell(found)
        return
    for number, finding in enumerate(found, start=1):
        ways = f"{finding.links} way{'' if finding.links == 1 else 's'}"
        show(f"{number}. {entity(finding.entity)}  score {score(finding.score)}, {ways}", style="bold")
        if links:
            by_link = link_scores[finding.entity.id]
            show(f"   link score {'none: not learned' if by_link is None else f'{by_link:.3f}'}")
        if significance:
            show(f"   {_chance(chances.get(finding.entity.id))}")
        if verify:
            show(f"   in the abstracts: {headline(said[finding.entity.id])}")
        for path in finding.paths:
            show_path(path)
    if not found:
        say("nothing within two steps that is not related already")
    tell(found)
    refused(problems)


@discover.command("closed")
def discover_closed(
    ctx: typer.Context,
    name: Name,
    other: Other,
    of_type: OfType = None,
    predicate: OfPredicate = None,
    min_papers: MinPapers = 1,
    min_confidence: MinConfidence = 0.0,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    rank: Rank = RankName.DAMPED_PAPERS,
    damping: Damping = None,
    significance: Significance = None,
    seed: Seed = 0,
    limit: Limit = 10,
    rollup: Annotated[bool, typer.Option("--rollup", help="Let each end stand for all that the ontologies have below it too.")] = False,
    below: Below = 1000,
    verify: VerifyIn = None,
    most: VerifyMost = 200,
    as_json: AsJson = False,
) -> None:
    """Find what joins two entities: A - ? - C.

    A way's score is what it adds to the pair's. With --significance the pair as a whole is compared with chance. With --rollup ways
    from and to descendants count too, marked inferred; those are ranked by damped_papers.

    \b
    Examples:
      biorelay graph discover closed clonidine hypertension
      biorelay graph discover closed mesh:D003000 mesh:D006973 --type Gene
      biorelay graph discover closed clonidine hypertension --rank confidence_product --significance 200
      biorelay graph discover closed mesh:D000319 mesh:D009369 --rollup
      biorelay graph discover closed clonidine hypertension --verify abstracts.xml.gz
    """
    from biorelay.cli.console import show
    from graphstore.measures import Measure

    seen = seeing(predicate=predicate, min_papers=min_papers, min_confidence=min_confidence, first=first, last=last, as_of=as_of)
    ranked: dict[str, Any] = {"rank": Measure(rank.value), "damping": damping}
    if rollup:
        if significance is not None or damping is not None or verify or rank is not RankName.DAMPED_PAPERS:
            raise BadInput("--rollup goes with no other rank, --damping, --significance or --verify", remedy="Leave them out.")
        closures = ask(
            settings_of(ctx), lambda store: _over_closures(store, name, other, type=type_of(of_type), limit=limit, below=below, **seen)
        )
        show_rolled_paths(closures, as_json=as_json)
        return

    async def asked(store: "GraphStore") -> "tuple[Answers[Path], Chance | None]":
        a, c = (await store.resolve(name)).id, (await store.resolve(other)).id
        found = await store.discover_closed(a, c, type=type_of(of_type), limit=limit, **ranked, **seen)
        if significance is None or not found:
            return found, None
        return found, (await _chances(store, a, c, significance, seed=seed, via=type_of(of_type), **ranked, **seen)).get(c)

    found, chance = ask(settings_of(ctx), asked)
    if significance and not as_json:
        show(f"the pair: {_chance(chance)}")
    ends = [(found[0].steps[0].source, found[0].steps[-1].target)] if verify and found else []
    verdicts, problems = verdicts_on(settings_of(ctx), ends, verify or [], most=most)
    more: dict[str, Any] = {"chance": chance and chance.model_dump(mode="json")} if significance else {}
    if verdicts and as_json:
        more["verified"] = verdicts[0].model_dump(mode="json")
    elif verdicts:
        show(f"the pair in the abstracts: {headline(verdicts[0])}")
    _show_paths(found, as_json=as_json, **more)
    refused(problems)


async def _over_closures(store: "GraphStore", name: str, other: str, **asked: Any) -> "Answers[RolledPath]":
    return await store.discover_closed_rolled(await concept(store, name), await concept(store, other), **asked)


def path(
    ctx: typer.Context,
    name: Name,
    other: Other,
    max_hops: Annotated[int, typer.Option("--max-hops", min=1, max=4, help="At most so many steps.")] = 3,
    shortest: Annotated[bool, typer.Option("--shortest", help="Only ways of the fewest steps.")] = False,
    predicate: OfPredicate = None,
    min_papers: MinPapers = 1,
    min_confidence: MinConfidence = 0.0,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    limit: Limit = 5,
    as_json: AsJson = False,
) -> None:
    """Find ways from one entity to another, best first, each step with its sentence.

    \b
    Examples:
      biorelay graph path clonidine hypertension
      biorelay graph path mesh:D003000 mesh:D006973 --max-hops 4
      biorelay graph path clonidine nausea --shortest --max-hops 4
    """
    seen = seeing(predicate=predicate, min_papers=min_papers, min_confidence=min_confidence, first=first, last=last, as_of=as_of)

    async def asked(store: "GraphStore") -> "Answers[Path]":
        a, c = (await store.resolve(name)).id, (await store.resolve(other)).id
        return await store.paths(a, c, max_hops=max_hops, shortest=shortest, limit=limit, **seen)

    _show_paths(ask(settings_of(ctx), asked), as_json=as_json)


async def _chances(store: "GraphStore", a: str, c: str | None, permutations: int, **asked: Any) -> "dict[str, Chance]":
    """With progress on the permutations, which may take minutes."""
    from biorelay.cli.progress import progress

    with progress("permuting", "graphs") as advance:
        return await store.chances(a, c, permutations=permutations, done=lambda done: advance(done, done / permutations), **asked)


def _chance(chance: "Chance | None") -> str:
    """`p 0.005, q 0.080 of 16 candidates; 1.2 expected by chance, 4.0 found (199 random graphs)`."""
    if chance is None:
        return "not compared with chance: nothing joins it within these filters"
    among = "" if chance.q is None else f", q {chance.q:.3f} of {chance.candidates} candidates"
    return (
        f"p {chance.p:.3f}{among}; score {score(chance.expected)} expected by chance, {score(chance.score)} found"
        f" ({chance.permutations} random graphs)"
    )


def score(value: float) -> str:
    """Three digits after the point, or three that tell something."""
    return f"{value:.3f}" if value == 0 or value >= 0.001 else f"{value:.2e}"


def _show_paths(paths: "Answers[Path]", *, as_json: bool, **more: Any) -> None:
    from biorelay.cli.console import emit, say, show
    from biorelay.cli.wording import show_path

    if as_json:
        for found in paths:
            emit(found.model_dump(mode="json") | more | {"bounded": paths.bounded})
    else:
        for number, found in enumerate(paths, start=1):
            names = " - ".join([found.steps[0].source.name, *(step.target.name for step in found.steps)])
            show(f"{number}. {names}  score {score(found.score)}", style="bold")
            show_path(found)
        if not paths:
            say("nothing joins the two within these bounds")
    tell(paths)
