"""Kafka and Neo4j as local processes: found again, restarted, killed, frozen and stopped, always with their data."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError

from deploy.local import LocalServiceError, Service, start_kafka
from deploy.local.process import Process
from deploy.local.service import free_ports
from tests.services import tools_or_skip

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", *arguments],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


async def write(bootstrap: str, topic: str, values: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for value in values:
            await producer.send_and_wait(topic, value)


async def read(bootstrap: str, topic: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        return [(await consumer.getone()).value for _ in range(count)]


@pytest.mark.kafka
async def test_kafka_keeps_its_data_through_restart_and_kill(kafka_service: Service) -> None:
    bootstrap = kafka_service.address
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("abstracts", 1, 1)])
    await admin.close()
    first = kafka_service.pid
    await write(bootstrap, "abstracts", [b"before"])
    kafka_service.restart()
    assert kafka_service.pid not in {None, first}
    await write(bootstrap, "abstracts", [b"between"])
    kafka_service.kill()
    assert kafka_service.pid is None
    kafka_service.start()
    await write(bootstrap, "abstracts", [b"after"])
    assert await read(bootstrap, "abstracts", 3) == [b"before", b"between", b"after"]
    assert kafka_service.stop() is True


@pytest.mark.kafka
def test_a_paused_service_is_silent_and_wakes_up(kafka_service: Service) -> None:
    assert kafka_service.probe(kafka_service.port)
    kafka_service.pause()
    assert not kafka_service.probe(kafka_service.port)
    assert kafka_service.pid is not None
    kafka_service.resume()
    kafka_service.wait_ready()


@pytest.mark.kafka
def test_a_paused_service_can_be_stopped(kafka_service: Service) -> None:
    kafka_service.pause()
    kafka_service.stop()
    assert kafka_service.pid is None


@pytest.mark.neo4j
def test_neo4j_keeps_its_data_through_restart_and_kill(neo4j_service: Service) -> None:
    url, user, password = (neo4j_service.settings[name] for name in ("url", "user", "password"))

    def nodes(create: str | None = None) -> list[str]:
        with GraphDatabase.driver(url, auth=(user, password)) as driver, driver.session() as session:
            if create:
                session.run("CREATE (:Article {id: $id})", id=create).consume()
            return sorted(session.run("MATCH (a:Article) RETURN a.id").value())

    assert nodes("pubmed:1") == ["pubmed:1"]
    neo4j_service.restart()
    assert nodes("pubmed:2") == ["pubmed:1", "pubmed:2"]
    neo4j_service.kill()
    neo4j_service.start()
    assert nodes() == ["pubmed:1", "pubmed:2"]
    with pytest.raises(AuthError), GraphDatabase.driver(url, auth=(user, "guessed")) as driver:
        driver.verify_connectivity()
    assert stat.S_IMODE((neo4j_service.folder / "password").stat().st_mode) == 0o600


@pytest.mark.kafka
@pytest.mark.neo4j
@pytest.mark.timeout(400)
def test_the_command_starts_finds_again_and_stops(tmp_path: Path) -> None:
    tools_or_skip()
    broker, bolt = free_ports(2)
    where = ["--folder", str(tmp_path)]
    ports = ["--kafka-port", str(broker), "--bolt-port", str(bolt), "--memory", "512m"]
    try:
        up = command("up", *where, *ports)
        assert up.returncode == 0, up.stdout + up.stderr
        assert f"export BIORELAY_BROKER_BOOTSTRAP=127.0.0.1:{broker}\n" in up.stdout
        settings = dict(line.split("=", 1) for line in (tmp_path / "services.env").read_text().splitlines())
        assert stat.S_IMODE((tmp_path / "services.env").stat().st_mode) == 0o600
        with GraphDatabase.driver(
            settings["BIORELAY_GRAPH_URL"], auth=(settings["BIORELAY_GRAPH_USER"], settings["BIORELAY_GRAPH_PASSWORD"])
        ) as driver:
            driver.verify_connectivity()
        again = command("up", *where, *ports)
        assert again.returncode == 0
        assert again.stdout.count("already runs") == 2
        elsewhere = command("up", "kafka", *where, "--kafka-port", str(free_ports(1)[0]))
        assert elsewhere.returncode == 1
        assert f"already runs at 127.0.0.1:{broker}" in elsewhere.stderr
        status = command("status", *where)
        assert (status.returncode, status.stdout.count("ready at")) == (0, 2)
    finally:
        only = command("down", *where, "kafka")
        down = command("down", *where)
    assert (only.stdout.count("stopped"), down.stdout.count("stopped")) == (1, 1), only.stdout + down.stdout + down.stderr
    assert command("status", *where).returncode == 1
    assert command("down", *where).stdout.count("does not run") == 2


@pytest.mark.kafka
def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    tools_or_skip()
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        with pytest.raises(LocalServiceError, match=f"port {port} is taken"):
            start_kafka(tmp_path, port)


@pytest.mark.kafka
def test_a_service_that_dies_while_starting_shows_the_end_of_its_log(tmp_path: Path) -> None:
    tools_or_skip()
    broker, controller = free_ports(2)
    service = start_kafka(tmp_path, broker, controller_port=controller, memory="256m")
    service.stop()
    meta = tmp_path / "data" / "meta.properties"
    meta.write_text(meta.read_text().replace("node.id=1", "node.id=7"))
    with pytest.raises(LocalServiceError, match=r"(?s)Kafka died while starting.*node id.*Its log is") as raised:
        service.start()
    assert "\tat " not in str(raised.value)


@pytest.mark.parametrize(("program", "sentence"), [("java", "Java was not found"), ("mvn", "Maven (mvn) was not found")])
def test_a_missing_program_is_one_line_with_the_remedy(tmp_path: Path, program: str, sentence: str) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    if program == "mvn":
        (tools / "java").write_text("#!/bin/sh\necho 'openjdk version \"17.0.1\"' >&2\n")
        (tools / "java").chmod(0o755)
    answer = command("up", "kafka", "--folder", str(tmp_path), environment={"PATH": f"{tools}:/nowhere", "JAVA_HOME": ""})
    assert answer.returncode == 1
    assert sentence in answer.stderr
    assert "apt-get install" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_an_old_java_is_refused(tmp_path: Path) -> None:
    (tmp_path / "java").write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    (tmp_path / "java").chmod(0o755)
    answer = command("up", "kafka", environment={"PATH": f"{tmp_path}:/bin:/usr/bin", "JAVA_HOME": ""})
    assert answer.returncode == 1
    assert "Java 11" in answer.stderr
    assert "17 or newer" in answer.stderr


def test_a_pid_that_belongs_to_somebody_else_now_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (tmp_path / "pid").write_text(str(stranger.pid))
        process = Process(tmp_path)
        assert process.pid is None
        assert process.send(signal.SIGTERM) is False
        assert process.stop() is True
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_process_is_found_by_its_pid_file_and_survives_its_starter(tmp_path: Path) -> None:
    starter = (
        "import sys; from pathlib import Path; from deploy.local.process import Process;"
        "folder = Path(sys.argv[1]); process = Process(folder);"
        "process.spawn([sys.executable, '-c', 'import time; time.sleep(60)', str(folder)], folder / 'log'); process.forget()"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", starter, str(tmp_path)], cwd=ROOT, check=True, timeout=50)
    process = Process(tmp_path)
    assert process.pid is not None
    process.pause()
    deadline = time.monotonic() + 10
    while "(stopped)" not in Path(f"/proc/{process.pid}/status").read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "(stopped)" in Path(f"/proc/{process.pid}/status").read_text()
    assert process.stop(10) is True
    assert process.pid is None
    assert not (tmp_path / "pid").exists()


def test_the_classpath_is_asked_of_maven_once(tmp_path: Path) -> None:
    """A second look-up, with a Maven that would fail, is answered from the file; a jar that has gone asks Maven again."""
    jar = tmp_path / "kafka.jar"
    jar.write_bytes(b"")
    tools = tmp_path / "bin"
    tools.mkdir()
    calls = tmp_path / "calls"
    script = f"""#!/bin/sh
echo call >> {calls}
for argument in "$@"; do case "$argument" in -Dmdep.outputFile=*) printf %s "{jar}" > "${{argument#*=}}";; esac; done
"""
    (tools / "mvn").write_text(script)
    (tools / "mvn").chmod(0o755)
    ask = (
        "import json, sys; from pathlib import Path; from deploy.local import classpath;"
        "print(json.dumps([classpath('kafka', cache=Path(sys.argv[1])) for _ in range(3)]))"
    )
    environment = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}
    arguments = [sys.executable, "-c", ask, str(tmp_path / "cache")]
    answer = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=50)
    assert json.loads(answer.stdout) == [str(jar)] * 3
    assert calls.read_text().count("call") == 1
    jar.unlink()
    jar.mkdir()  # no file any more: Maven is asked again, twice, and what it names is not there
    failed = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=50)
    assert "Maven named jars for Kafka that are not there" in failed.stderr
    assert calls.read_text().count("call") == 2
