"""Real services for tests: fixtures that start Kafka and Neo4j as local processes (`deploy.local`).

- `kafka`: bootstrap string of one broker for the whole session. Tests share it: name topics and groups by `topic_prefix`.
- `neo4j`: (url, user, password) of one server for the whole session; `empty_neo4j` is the same with nothing in it.
- `registry`: url of a schema registry for the whole session; subjects are named by `topic_prefix` too.
- `kafka_service`, `neo4j_service`: an instance of one test's own, to be killed, paused, stopped and started again.

Where Java or Maven are missing these tests are skipped by name; under CI=true they fail instead. The jars are fetched before the
first test, so that a download never eats a test's time limit.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from deploy.local import LocalServiceError, Service, classpath, missing_tools, start_kafka, start_neo4j, start_registry
from deploy.local.service import free_ports

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
KAFKA_FIXTURES = {"kafka", "kafka_service"}
NEO4J_FIXTURES = {"neo4j", "empty_neo4j", "neo4j_service"}
REGISTRY_FIXTURES = {"registry"}
# A service may take two minutes to start on a crowded machine, and the first test to ask for it pays.
TIMEOUT = 300


class Neo4jAddress(NamedTuple):
    """Where the session's Neo4j is and how to log in."""

    url: str
    user: str
    password: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        wanted = KAFKA_FIXTURES | NEO4J_FIXTURES | REGISTRY_FIXTURES
        if wanted & set(getattr(item, "fixturenames", ())) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TIMEOUT))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Get the jars before the first test's clock starts."""
    if session.config.option.collectonly or missing_tools() is not None:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    wanted = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    for name, fixtures in (("kafka", KAFKA_FIXTURES), ("neo4j", NEO4J_FIXTURES), ("registry", REGISTRY_FIXTURES)):
        if wanted & fixtures:
            classpath(name, say=reporter.write_line if reporter else lambda _: None)


def tools_or_skip() -> None:
    """Skip, saying why, where the services cannot run; fail in CI."""
    missing = missing_tools()
    if missing is None:
        return
    if IN_CI:
        pytest.fail(f"CI never skips the real services: {missing}")
    pytest.skip(f"real services: {missing}")


def new_kafka(folder: pytest.TempPathFactory) -> Service:
    broker, controller = free_ports(2)
    return start_kafka(folder.mktemp("kafka"), broker, controller_port=controller, memory="384m")


def new_neo4j(folder: pytest.TempPathFactory) -> Service:
    return start_neo4j(folder.mktemp("neo4j"), free_ports(1)[0], memory="768m", page_cache="64m", young=True)


def new_registry(folder: pytest.TempPathFactory) -> Service:
    return start_registry(folder.mktemp("registry"), free_ports(1)[0])


def started(start: Callable[[pytest.TempPathFactory], Service], folder: pytest.TempPathFactory) -> Iterator[Service]:
    tools_or_skip()
    try:
        service = start(folder)
    except LocalServiceError as error:
        pytest.fail(str(error))
    try:
        yield service
    finally:
        service.kill()  # its data is thrown away: no need to wait for a shutdown in good order


@pytest.fixture(scope="session")
def shared_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from started(new_kafka, tmp_path_factory)


@pytest.fixture(scope="session")
def shared_neo4j(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from started(new_neo4j, tmp_path_factory)


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Url of the session's schema registry."""
    for service in started(new_registry, tmp_path_factory):
        yield service.settings["url"]


@pytest.fixture(scope="session")
def kafka(shared_kafka: Service) -> str:
    """Bootstrap string of the session's broker."""
    return shared_kafka.address


@pytest.fixture(scope="session")
def neo4j(shared_neo4j: Service) -> Neo4jAddress:
    """Address of the session's Neo4j; what other tests wrote is still in it."""
    return Neo4jAddress(**shared_neo4j.settings)


@pytest.fixture
def empty_neo4j(neo4j: Neo4jAddress) -> Neo4jAddress:
    """The session's Neo4j without a node, a constraint or an index."""
    from neo4j import GraphDatabase

    with GraphDatabase.driver(neo4j.url, auth=(neo4j.user, neo4j.password)) as driver, driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()
        for name in session.run("SHOW CONSTRAINTS YIELD name").value():
            session.run(f"DROP CONSTRAINT `{name}`").consume()
        for name in session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").value():
            session.run(f"DROP INDEX `{name}`").consume()
    return neo4j


@pytest.fixture
def topic_prefix() -> str:
    """A prefix for topics and consumer groups that no other test has."""
    return f"test-{secrets.token_hex(4)}"


@pytest.fixture
def kafka_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A broker of this test's own: `address`, `stop()`, `kill()`, `pause()`, `resume()`, `start()`, `restart()`."""
    yield from started(new_kafka, tmp_path_factory)


@pytest.fixture
def neo4j_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A Neo4j of this test's own; `settings` holds url, user and password."""
    yield from started(new_neo4j, tmp_path_factory)
