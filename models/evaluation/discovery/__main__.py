"""Does discovery find what came later? Time-sliced trials, significance against permuted networks, and Swanson's pairs worked through.

python -m models.evaluation.discovery --data ../shared/data --relations relations.jsonl --out discovery.json
python -m models.evaluation.discovery --data ../shared/data --only hetionet
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from models.corpora.abstracts import ABSTRACTS
from models.evaluation.discovery import sources
from models.evaluation.discovery.cases import CASES, in_texts, worked
from models.evaluation.discovery.figures import DRAWS
from models.evaluation.discovery.known import Known
from models.evaluation.discovery.scorers import Scorer
from models.evaluation.discovery.significance import significance
from models.evaluation.discovery.sources import Dated
from models.evaluation.discovery.trial import Trial
from models.runtime.errors import BiorelayError

PARTS = ("extracted", "gold", "hetionet", "significance", "cases")
OF_RELATIONS = {"extracted", "significance", "cases"}
HELD_OUT = 0.2
METHODS: tuple[Literal["embedding", "graph", "hybrid"], ...] = ("embedding", "graph", "hybrid")


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 with one line that says what failed; 2 where the arguments cannot be used."""
    asked = _arguments(arguments)
    started = time.monotonic()

    def tell(what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:6.0f} s  {what}\n")
        sys.stderr.flush()

    try:
        result = evaluate(
            asked.data, asked.relations, only=asked.only, links=asked.links, draws=asked.draws, permutations=asked.permutations, tell=tell
        )
        written = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        if asked.out:
            asked.out.write_text(written, encoding="utf-8")
        else:
            sys.stdout.write(written)
    except (BiorelayError, OSError, ValueError) as error:
        remedy = getattr(error, "remedy", None)
        sys.stderr.write(f"error: {error}\n{f'       {remedy}{chr(10)}' if remedy else ''}")
        return 1
    return 0


def evaluate(
    data: Path,
    relations: Sequence[Path],
    *,
    only: Sequence[str] = PARTS,
    links: Sequence[str] = (),
    draws: int = DRAWS,
    permutations: int = 200,
    seed: int = 1,
    tell: Callable[[str], None] = lambda what: None,
) -> dict[str, Any]:
    """The parts that are asked for, as JSON. `relations`: what `biorelay extract` wrote; without, only the parts that need none.

    `links`: methods of `models.training.links` that are trained as more scorers. Raises what the readers raise, and `ValueError` where
    there is too little to score.
    """
    dated = sources.extracted(relations) if relations else None
    found: dict[str, Any] = {"seed": seed, "held_out_share": HELD_OUT}
    trials = {}
    names: dict[str, str] = {}
    for trial in _trials(data, dated, only, seed, names):
        tell(f"{trial.name}: {len(trial.pairs):,} pairs, {int(trial.truth.sum()):,} came true")
        trials[trial.name] = trial.run(_trained(links, seed, names), draws=draws, seed=seed)
    if trials:
        found["trials"] = trials
    if dated is not None and "significance" in only:
        tell(f"permuting {permutations} times")
        found["significance"] = significance(Known.of(dated.statements), dated.names, permutations=permutations, seed=seed)
    if dated is not None and "cases" in only:
        tell("working Swanson's pairs through")
        texts = {document.text.casefold(): document.text for source in ABSTRACTS.values() for document in source.read(data)}
        found["cases"] = {case.name: {"texts": in_texts(case, texts.values()), "graph": worked(case, dated)} for case in CASES}
    return found


def _trials(data: Path, dated: Dated | None, only: Sequence[str], seed: int, names: dict[str, str]) -> list[Trial]:
    """`names` is told what each entity of the trials is called."""
    trials = []
    if dated is not None and "extracted" in only:
        names |= dated.names
        trials.append(Trial.by_time("extracted", dated.statements, dated.entities, hops=2))
    if "gold" in only:
        gold = sources.gold(data)
        names |= gold.names
        trials += [Trial.by_time(f"gold, {hops} steps", gold.statements, gold.entities, hops=hops) for hops in (2, 3)]
    if "hetionet" in only:
        statements, named = sources.hetionet(data)
        names |= named
        for predicate, pair in (("associates", ("Disease", "Gene")), ("treats", ("Compound", "Disease"))):
            hidden = sources.drawn(statements, predicate, HELD_OUT, seed)
            trials.append(Trial.held_out(f"Hetionet, {predicate}", statements, hidden, hops=3, types=[pair]))
    return trials


def _trained(links: Sequence[str], seed: int, names: Mapping[str, str]) -> list[Scorer]:
    if not links:
        return []
    from models.training.links.scorer import LinkScorer

    return [LinkScorer(method, names=names, seed=seed) for method in METHODS if method in links]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.evaluation.discovery", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="the corpora's folder")
    parser.add_argument("--relations", type=Path, nargs="*", default=[], metavar="FILE", help="what `biorelay extract` wrote")
    parser.add_argument("--only", type=lambda text: text.split(","), default=None, metavar="PARTS", help=",".join(PARTS))
    parser.add_argument("--links", type=lambda text: text.split(","), default=[], metavar="METHODS", help=f"train {','.join(METHODS)} too")
    parser.add_argument("--draws", type=int, default=DRAWS, help="bootstrap samples (default %(default)s)")
    parser.add_argument("--permutations", type=int, default=200, help="permuted networks (default %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the JSON there, not to stdout")
    asked = parser.parse_args(arguments)
    named = asked.only is not None
    asked.only = asked.only or [part for part in PARTS if asked.relations or part not in OF_RELATIONS]
    if unknown := [part for part in asked.only if part not in PARTS] or [method for method in asked.links if method not in METHODS]:
        parser.error(f"there is no {unknown[0]!r}; parts are {', '.join(PARTS)}, methods {', '.join(METHODS)}")
    if named and not asked.relations and (lacking := OF_RELATIONS & set(asked.only)):
        parser.error(f"{', '.join(sorted(lacking))} needs --relations: what `biorelay extract` wrote")
    if asked.draws < 2 or asked.permutations < 1:
        parser.error("--draws is at least 2, --permutations at least 1")
    return asked


if __name__ == "__main__":
    sys.exit(main())
