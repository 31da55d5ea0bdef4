"""What a store does for standing questions; see `graphstore.watching`."""

from collections.abc import Sequence
from typing import ClassVar

from graphstore.contribution import Contribution
from graphstore.standing import present
from graphstore.steps import Runner, Steps, ask, bounded
from graphstore.transaction import write
from graphstore.watched import Counted, Watch
from graphstore.watching import Evaluation
from processors.records import Change, Discovery, Question, Revision

ENDS = 500
"""Named ends whose neighbours are read at once."""


class Watching(Runner):
    """The part of the store that watches: engines supply `_run` and say whether they are `alone`."""

    alone: ClassVar[bool] = False  # no other process can write this graph

    async def standing_answers(self, question: Question, *, limit: int = 50) -> list[Discovery]:
        """The ways that answer a question now, the best first, as messages that nobody caused.

        Of named ends only the 1,000 best neighbours are looked at, and for steps beyond those of the start, its 50 best.
        """
        bounded("limit", limit, 1, 1000)
        return await self._run(lambda: present(question, limit), write=False)

    async def _apply_watched(self, batch: Sequence[Contribution], watch: Watch, late: dict[str, Revision] | None = None) -> list[Change]:
        """Write a batch, and what it does to the questions, in one transaction. One batch of a watch at a time."""
        async with watch.turn:
            await self._acquaint(watch)
            attempts: list[Evaluation] = []

            def steps() -> Steps[list[Change]]:
                attempts.append(Evaluation(watch, alone=self.alone))
                return write(batch, outbox=True, watch=attempts[-1], late=late)

            try:
                found = await self._run(steps, write=True)
            except BaseException:
                watch.forget()  # the commit may have come through all the same
                raise
            watch.learn(attempts[-1].seen)
            watch.seconds, watch.told = attempts[-1].seconds, attempts[-1].count
            return found

    async def _acquaint(self, watch: Watch) -> None:
        """Read who is near the named ends that are new to the watch."""
        while watch.strangers:
            ends = sorted(watch.strangers)[:ENDS]
            clock, edges = await self._run(lambda: _near(ends, alone=self.alone), write=False)  # noqa: B023  awaited at once
            watch.acquaint(ends, edges, clock)


def _near(ends: Sequence[str], *, alone: bool) -> Steps[tuple[int, list[tuple[str, str, str, Counted]]]]:
    clock = 0 if alone else (yield from ask("watch_clock"))[0]["clock"]
    rows = yield from ask("watch_near", curies=list(ends))
    return clock, [(row["curie"], row["other"], row["predicate"], Counted.of(row)) for row in rows]
