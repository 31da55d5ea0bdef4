"""The faults. Each happens to a place (`tag`) for a while and ends healed; a round draws some whose places differ.

Not run: a full disk, since making one needs rights that a test does not have. In its place a quota (RLIMIT_FSIZE) stops the files of the
broker or the database from growing: the writes fail as on a full disk, with another error number.
"""

import asyncio
import random
import resource
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from deploy.local import Service
from deploy.local.neo4j import USER
from stream.settings import Stage

from .world import SESSION, SHUTDOWN, Member, World


@dataclass
class Happening:
    """One fault of a round: drawn before it, filled in while it happens. Times are seconds."""

    kind: str
    place: str
    after: float  # from the round's beginning
    lasts: float
    choice: float  # for what else is to be chosen, 0 to 1
    began: float = 0.0  # time.monotonic
    ended: float = 0.0
    killed: float | None = None  # when a worker was killed that stayed away
    back: float | None = None  # when a service answered again
    stages: tuple[Stage, ...] = tuple(Stage)  # that the service's absence holds up
    said: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        return f"{self.kind}({self.place} {self.after:.1f}+{self.lasts:.1f})"


Act = Callable[[World, Happening], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault by name. `place`: worker (one of them), workers, spare, broker, graph, publisher. `seconds`: the shortest and longest."""

    act: Act
    place: str
    seconds: tuple[float, float]
    weight: float = 1.0


def _member(world: World, happening: Happening) -> Member:
    return next(member for member in world.members if member.name == happening.place)


# workers


async def _kill(world: World, happening: Happening) -> None:
    member = _member(world, happening)
    member.kill()
    happening.killed = time.monotonic()
    await asyncio.sleep(happening.lasts)
    member.start()


async def _kill_and_restart(world: World, happening: Happening) -> None:
    member = _member(world, happening)
    member.kill()
    member.start()


async def _kill_all(world: World, happening: Happening) -> None:
    for member in world.workers:
        member.kill()
    await asyncio.sleep(happening.lasts)
    for member in world.workers:
        member.start()


async def _stop(world: World, happening: Happening) -> None:
    member = _member(world, happening)
    code, seconds = await member.stop()
    if code not in {0, 75} or seconds > SHUTDOWN + 5:
        happening.said.append(f"SIGTERM of {member.name}: exit {code} after {seconds:.1f} s")
    await asyncio.sleep(happening.lasts)
    member.start()


async def _pause(world: World, happening: Happening) -> None:
    member = _member(world, happening)
    member.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(happening.lasts)
    finally:
        member.send(signal.SIGCONT)


async def _come_and_go(world: World, happening: Happening) -> None:
    world.spare.start()
    await asyncio.sleep(happening.lasts)
    if happening.choice < 0.5:
        world.spare.kill()
    else:
        await world.spare.stop()


# services


def _away(kill: bool, service: Callable[[World], Service], stages: tuple[Stage, ...]) -> Act:
    async def act(world: World, happening: Happening) -> None:
        gone = service(world)
        await asyncio.to_thread(gone.kill if kill else gone.stop)
        await asyncio.sleep(happening.lasts)
        await asyncio.to_thread(gone.start)
        happening.back, happening.stages = time.monotonic(), stages

    return act


def _frozen(service: Callable[[World], Service], stages: tuple[Stage, ...]) -> Act:
    async def act(world: World, happening: Happening) -> None:
        service(world).pause()
        try:
            await asyncio.sleep(happening.lasts)
        finally:
            service(world).resume()
        happening.back, happening.stages = time.monotonic(), stages

    return act


def _broker(world: World) -> Service:
    return world.kafka


def _graph(world: World) -> Service:
    return world.neo4j


def _quota(service: Callable[[World], Service], files: str, stages: tuple[Stage, ...]) -> Act:
    """No file of the service may grow past the largest that its log has now."""

    async def act(world: World, happening: Happening) -> None:
        full = service(world)
        pid = full.pid
        if pid is None:
            return
        room = _largest(full.folder / "data", files) + int(2000 * happening.choice)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        await asyncio.sleep(happening.lasts)
        with suppress(ProcessLookupError):  # a broker that cannot write ends by itself
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await asyncio.to_thread(full.kill)  # an operator makes room and starts it again
        await asyncio.to_thread(full.start)
        happening.back, happening.stages = time.monotonic(), stages

    return act


def _largest(folder: Path, files: str) -> int:
    return max((path.stat().st_size for path in folder.glob(files)), default=0)


async def _crossing(world: World, happening: Happening) -> None:
    """A second writer that locks the same articles and entities the other way round, holds them for a while, and gives all of it up."""
    end = time.monotonic() + happening.lasts
    rng = random.Random(happening.choice)

    def write() -> str:
        url, password = world.graph
        crossed = 0
        with GraphDatabase.driver(url, auth=(USER, password), max_transaction_retry_time=0) as driver:
            while time.monotonic() < end:
                try:
                    with driver.session() as session, session.begin_transaction(timeout=10) as transaction:
                        for label, key, count in (("Entity", "curie", 12), ("Article", "id", 20)):
                            ids = transaction.run(f"MATCH (n:{label}) RETURN n.{key} AS id ORDER BY rand() LIMIT $n", n=count).value()
                            for name in sorted(ids, reverse=True):
                                transaction.run(f"MATCH (n:{label} {{{key}: $id}}) SET n.crossed = true", id=name).consume()
                                time.sleep(0.02)
                        time.sleep(rng.uniform(0.0, 0.5))
                        transaction.rollback()
                except (Neo4jError, DriverError, OSError):
                    crossed += 1
        return f"{crossed} of the second writer's transactions failed"

    await asyncio.to_thread(write)


# networks


def _network(way: str, what: str) -> Act:
    async def act(world: World, happening: Happening) -> None:
        if happening.place == "publisher":
            proxies = [world.to_publisher]
        elif happening.place == "workers":
            proxies = [getattr(member, f"to_{way}") for member in world.workers]
        else:
            proxies = [getattr(_member(world, happening), f"to_{way}")]
        for proxy in proxies:
            if what == "slow":
                proxy.slow(0.02 + 0.3 * happening.choice)
            else:
                getattr(proxy, what)()
        if what == "reset":  # again and again
            for _ in range(int(happening.lasts)):
                await asyncio.sleep(1)
                for proxy in proxies:
                    proxy.reset()
        else:
            await asyncio.sleep(happening.lasts)
        for proxy in proxies:
            proxy.heal()

    return act


_ALL: Final = tuple(Stage)
_LAST: Final = (Stage.GRAPH,)
LONG: Final = (SESSION + 2, SESSION + 5)
"""Past the session timeout, so that the worker's partitions have another owner when it goes on."""

KINDS: Final[dict[str, Kind]] = {
    "worker-killed": Kind(_kill, "worker", (12.0, 13.0), 2.0),
    "worker-killed-restarted": Kind(_kill_and_restart, "worker", (0.0, 0.0), 2.0),
    "workers-all-killed": Kind(_kill_all, "workers", (0.0, 2.0)),
    "worker-stopped": Kind(_stop, "worker", (0.5, 3.0), 2.0),
    "worker-paused": Kind(_pause, "worker", LONG, 2.0),
    "worker-paused-briefly": Kind(_pause, "worker", (1.0, 4.0)),
    "worker-added": Kind(_come_and_go, "spare", (4.0, 8.0), 2.0),
    "broker-stopped": Kind(_away(False, _broker, _ALL), "broker", (1.0, 5.0)),
    "broker-killed": Kind(_away(True, _broker, _ALL), "broker", (0.0, 5.0)),
    "broker-frozen": Kind(_frozen(_broker, _ALL), "broker", (2.0, 9.0)),
    "broker-quota": Kind(_quota(_broker, "chaos.*/*.log", _ALL), "broker", (2.0, 5.0), 0.5),
    "graph-stopped": Kind(_away(False, _graph, _LAST), "graph", (1.0, 5.0)),
    "graph-killed": Kind(_away(True, _graph, _LAST), "graph", (0.0, 5.0)),
    "graph-frozen": Kind(_frozen(_graph, _LAST), "graph", (2.0, 9.0)),
    "graph-quota": Kind(_quota(_graph, "transactions/neo4j/neostore.transaction.db.*", _LAST), "graph", (2.0, 5.0), 0.5),
    "graph-crossed": Kind(_crossing, "graph", (3.0, 6.0), 2.0),
    "broker-way-cut": Kind(_network("broker", "cut"), "worker", (1.0, SESSION + 3)),
    "broker-way-reset": Kind(_network("broker", "reset"), "worker", (1.0, 5.0)),
    "broker-way-slow": Kind(_network("broker", "slow"), "worker", (3.0, 6.0)),
    "broker-way-stalled": Kind(_network("broker", "stall"), "worker", (2.0, SESSION + 5), 1.5),
    "broker-way-lost": Kind(_network("broker", "lose"), "worker", (1.0, 5.0)),
    "graph-way-cut": Kind(_network("graph", "cut"), "workers", (1.0, 6.0)),
    "graph-way-reset": Kind(_network("graph", "reset"), "workers", (1.0, 5.0)),
    "graph-way-slow": Kind(_network("graph", "slow"), "workers", (3.0, 6.0)),
    "graph-way-stalled": Kind(_network("graph", "stall"), "worker", (2.0, 9.0)),
    "graph-way-lost": Kind(_network("graph", "lose"), "worker", (1.0, 5.0), 0.5),
    "publisher-way-reset": Kind(_network("broker", "reset"), "publisher", (1.0, 4.0)),
    "publisher-way-cut": Kind(_network("broker", "cut"), "publisher", (1.0, 4.0)),
    "publisher-way-stalled": Kind(_network("broker", "stall"), "publisher", (1.0, 6.0)),
}


def draw(seed: int, round_: int, kinds: tuple[str, ...] = tuple(KINDS), workers: int = 3) -> list[Happening]:
    """One to three faults of different places."""
    rng = random.Random(f"{seed}:{round_}:faults")
    found: list[Happening] = []
    taken: set[str] = set()
    for _ in range(rng.choices((1, 2, 3), (5, 4, 2))[0]):
        name = rng.choices(kinds, [KINDS[kind].weight for kind in kinds])[0]
        kind = KINDS[name]
        place = f"w{rng.randrange(workers)}" if kind.place == "worker" else f"w{workers}" if kind.place == "spare" else kind.place
        after, lasts, choice = rng.uniform(0.2, 2.0), rng.uniform(*kind.seconds), rng.random()
        everyone = {f"w{number}" for number in range(workers)}
        touched = everyone if place == "workers" else {place}
        if not touched & taken:
            taken |= touched
            found.append(Happening(name, place, after, lasts, choice))
    return found


async def happen(world: World, happening: Happening) -> None:
    """Let it come and go. Raises what its act raises; the network of its place is healed all the same."""
    await asyncio.sleep(happening.after)
    happening.began = time.monotonic()
    try:
        await KINDS[happening.kind].act(world, happening)
    finally:
        happening.ended = time.monotonic()
