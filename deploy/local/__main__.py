"""``python -m deploy.local up|down|status|fetch [kafka|neo4j|registry]``: the real services on this machine, without containers."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.local import kafka, neo4j, registry
from deploy.local.errors import LocalServiceError
from deploy.local.maven import LOCAL, classpath
from deploy.local.process import Process
from deploy.local.service import HOST, Service, read_address

SERVICES = ("kafka", "neo4j")
OPTIONAL = ("registry",)
"""Only where they are named, but for `down` and `status`, which know of whatever runs."""
TITLES = {"kafka": "Kafka", "neo4j": "Neo4j", "registry": "Schema registry"}
PROBES: dict[str, Callable[[int], bool]] = {"kafka": kafka.answers, "neo4j": neo4j.answers, "registry": registry.answers}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 1 otherwise (for ``status``: when a service does not answer)."""
    chosen = _parser().parse_intermixed_args(arguments)  # so that the service may stand behind the options too
    names = [chosen.service] if chosen.service else list(SERVICES)
    if not chosen.service and chosen.command in {"down", "status"}:
        names += [name for name in OPTIONAL if Process((chosen.folder / name).resolve()).pid is not None]
    commands = {"up": _up, "down": _down, "status": _status, "fetch": _fetch}
    try:
        return commands[chosen.command](names, chosen)
    except LocalServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("command", choices=["up", "down", "status", "fetch"], help="fetch only gets the jars from Maven Central")
    parser.add_argument("service", nargs="?", choices=[*SERVICES, *OPTIONAL], help="one of them; kafka and neo4j when left out")
    parser.add_argument("--folder", type=Path, default=LOCAL, help="data, logs and pid files (default: .local in the repository)")
    parser.add_argument(
        "--kafka-port", type=int, default=kafka.PORT, help="Kafka's port; the next one is its controller's (default: %(default)s)"
    )
    parser.add_argument("--bolt-port", type=int, default=neo4j.PORT, help="Neo4j's Bolt port (default: %(default)s)")
    parser.add_argument("--http-port", type=int, help="switch on Neo4j's HTTP API on this port (default: off)")
    parser.add_argument("--registry-port", type=int, default=registry.PORT, help="the schema registry's port (default: %(default)s)")
    parser.add_argument("--memory", help=f"largest Java heap of each service (default: Kafka {kafka.MEMORY}, Neo4j {neo4j.MEMORY})")
    return parser


def _say(line: str) -> None:
    print(line, flush=True)


def _up(names: list[str], chosen: argparse.Namespace) -> int:
    for name in names:
        service = _service(name, chosen)
        service.start()
        service.process.forget()
    lines = _environment(chosen.folder)
    path = chosen.folder / "services.env"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write("".join(f"{line}\n" for line in lines))
    _say("")
    for line in lines:
        _say(f"export {line}")
    _say(f"\nThese lines are in {path} too:  set -a; . {path}; set +a")
    return 0


def _service(name: str, chosen: argparse.Namespace) -> Service:
    folder, cache = chosen.folder / name, chosen.folder / "maven"
    if name == "kafka":
        return kafka.kafka_service(folder, chosen.kafka_port, memory=chosen.memory or kafka.MEMORY, cache=cache, say=_say)
    if name == "registry":
        return registry.registry_service(folder, chosen.registry_port, memory=chosen.memory or registry.MEMORY, cache=cache, say=_say)
    return neo4j.neo4j_service(
        folder, chosen.bolt_port, http_port=chosen.http_port, memory=chosen.memory or neo4j.MEMORY, cache=cache, say=_say
    )


def _environment(folder: Path) -> list[str]:
    """The settings that point biorelay at the services that have been started in ``folder``."""
    lines = []
    broker = read_address(folder / "kafka")
    if broker is not None:
        lines.append(f"BIORELAY_BROKER_BOOTSTRAP={broker}")
    graph = read_address(folder / "neo4j")
    if graph is not None:
        lines += [f"BIORELAY_GRAPH_URL=bolt://{graph}", f"BIORELAY_GRAPH_USER={neo4j.USER}"]
        lines.append(f"BIORELAY_GRAPH_PASSWORD={neo4j.read_password(folder / 'neo4j')}")
    schemas = read_address(folder / "registry")
    if schemas is not None and Process((folder / "registry").resolve()).pid is not None:
        lines.append(f"BIORELAY_REGISTRY_URL=http://{schemas}{registry.CONFLUENT}")
    return lines


def _down(names: list[str], chosen: argparse.Namespace) -> int:
    for name in reversed(names):
        process = Process((chosen.folder / name).resolve())
        if process.pid is None:
            _say(f"{TITLES[name]}: does not run")
            continue
        pid = process.pid
        polite = process.stop()
        _say(
            f"{TITLES[name]}: stopped (pid {pid}); its data stays in {process.folder}" if polite else f"{TITLES[name]}: killed (pid {pid})"
        )
    return 0


def _status(names: list[str], chosen: argparse.Namespace) -> int:
    status = 0
    for name in names:
        folder = (chosen.folder / name).resolve()
        pid = Process(folder).pid
        address = read_address(folder)
        ready = pid is not None and address is not None and PROBES[name](int(address.removeprefix(f"{HOST}:")))
        state = "does not run" if pid is None else f"{'ready' if ready else 'does not answer'} at {address} (pid {pid})"
        _say(f"{TITLES[name]}: {state}")
        status |= not ready
    return status


def _fetch(names: list[str], chosen: argparse.Namespace) -> int:
    for name in names:
        jars = classpath(name, cache=chosen.folder / "maven", say=_say).count(os.pathsep) + 1
        _say(f"{TITLES[name]}: {jars} jars are here")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
