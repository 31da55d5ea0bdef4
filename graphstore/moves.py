"""The edges that a batch moved, as the standing questions see them; see `graphstore.watching`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from graphstore.standing import Both
from graphstore.watched import Filter, Way, stated
from processors.records import EntityType


class Moves:
    """The edges between two entities that the batch moved, and which steps that makes or breaks.

    `together`: all edges between the two are known, and no question asks for changes; then one that comes beside others moves nothing
    unless that itself is asked for.
    """

    __slots__ = ("_flips", "_states", "_together")

    def __init__(self, states: Mapping[str, Both], *, together: bool) -> None:
        self._states = states
        self._together = together
        self._flips: dict[Filter, bool] = {}

    def step(self, wanted: Filter) -> bool:
        """Whether what makes such a step moved."""
        found = self._flips.get(wanted)
        if found is None:
            found = self._flips[wanted] = self._differ(
                [(wanted.fits(p, old), wanted.fits(p, new)) for p, (old, new) in self._states.items()]
            )
        return found

    def any(self, filters: Iterable[Filter]) -> bool:
        return any(map(self.step, filters))

    def known(self) -> bool:
        """Whether the two became related, or no longer are."""
        return self._differ([(stated(old), stated(new)) for old, new in self._states.values()])

    def _differ(self, sides: list[tuple[bool, bool]]) -> bool:
        if self._together:
            return any(old for old, _ in sides) != any(new for _, new in sides)
        return any(old != new for old, new in sides)


class Task(NamedTuple):
    """A moved edge from the named end `a` to `b`, whose further edges are to be looked at.

    For the way A - b - ? where its first step moved (`first`) or A - b became known or unknown; else for chains, by their other end.
    """

    a: str
    b: str
    way: Way | None
    first: bool
    known: bool
    chains: dict[str, list[tuple[Way, bool]]]

    @property
    def beyond(self) -> Iterator[tuple[int, EntityType | None]]:
        """What the edges beyond `b` must have at least: papers, and the type of their other end."""
        if self.way is None:
            yield from ((way.filters[1].papers, way.types[1]) for ways in self.chains.values() for way, _ in ways)
        else:
            between, last = self.way.types
            if self.first:
                yield self.way.filters[1].papers, last
            if self.known:
                yield self.way.filters[1].papers, between
