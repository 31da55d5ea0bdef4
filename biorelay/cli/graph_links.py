"""Ranking discoveries by link scores that `biorelay train` made."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from graphstore.answers import Finding
    from graphstore.lens import Answers

MOST = 200
"""Findings that are ranked: as many as one question answers with."""

Links = Annotated[
    Path | None,
    typer.Option("--links", metavar="FOLDER", help="Rank by link scores that `biorelay train` made of this graph, a recipe of kind links."),
]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Findings by their link score, and the scores by id; None: the entity was not learned."""

    found: "Answers[Finding]"
    scores: dict[str, float | None]


def by_links(folder: Path, a: str, found: "Answers[Finding]", *, limit: int) -> Ranked:
    """The best `limit` of what was found from the entity `a`. Raises `ArtefactError` and its kin where the folder holds no scores."""
    from graphstore.lens import Answers
    from models.runtime.links import LinkScores

    scores = LinkScores.load(folder)
    by_id = {finding.entity.id: finding for finding in found}
    ranked = scores.rank(a, list(by_id))[:limit]
    notes: Sequence[str] = found.notes
    if len(by_id) >= MOST:
        notes = (*notes, f"the {MOST} best findings were ranked by {scores.reference}; others were not looked at")
    if found and all(isnan(score) for _, score in ranked):
        notes = (*notes, f"{scores.reference} did not learn {a}, or nothing of what was found: nothing is ranked by it")
    answers = Answers((by_id[id_] for id_, _ in ranked), notes, bounded=found.bounded or len(by_id) >= MOST)
    return Ranked(answers, {id_: None if isnan(score) else round(score, 4) for id_, score in ranked})
