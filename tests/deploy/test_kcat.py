"""Any Kafka client can take part: kcat publishes one JSON abstract and reads its relations back."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.deploy.prometheus import need, until
from tests.deploy.worker import settings, working

ABSTRACT = {
    "schema": "biorelay.abstract/1",
    "id": "pubmed:227508",
    "title": "Naloxone reverses the antihypertensive effect of clonidine.",
    "sections": [
        {
            "text": "In unanesthetized, spontaneously hypertensive rats the decrease in blood pressure and heart rate produced by"
            " intravenous clonidine, 5 to 20 micrograms/kg, was inhibited or reversed by nalozone, 0.2 to 2 mg/kg. The hypotensive effect"
            " of 100 mg/kg alpha-methyldopa was also partially reversed by naloxone. Naloxone alone did not affect either blood pressure"
            " or heart rate."
        }
    ],
}
TEXT = ABSTRACT["title"] + " " + ABSTRACT["sections"][0]["text"]


def kcat(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["kcat", *arguments], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.kafka
@pytest.mark.slow
def test_kcat_publishes_an_abstract_and_reads_its_relations(tmp_path: Path, kafka: str, topic_prefix: str) -> None:
    need("kcat")
    environment = settings(tmp_path, kafka, topic_prefix, {"BIORELAY_WORKER_STAGES": "ner,relations"})
    value = tmp_path / "abstract.json"
    value.write_text(json.dumps(ABSTRACT), encoding="utf-8")
    key = str(ABSTRACT["id"])
    with working(tmp_path, environment):
        sent = kcat("-P", "-b", kafka, "-t", f"{topic_prefix}.abstracts", "-k", key, str(value))
        assert sent.returncode == 0, sent.stderr

        def read() -> str:
            answer = kcat("-C", "-b", kafka, "-t", f"{topic_prefix}.relations", "-o", "beginning", "-e", "-q", "-f", "%k\t%s\n")
            assert answer.returncode == 0, answer.stderr
            return answer.stdout

        lines = until(read, 60, "the document's relations on the topic").splitlines()
    assert len(lines) == 1
    document, _, answer = lines[0].partition("\t")
    relations = json.loads(answer)
    assert document == relations["id"] == key
    assert relations["schema"] == "biorelay.relations/1"
    assert relations["relations"], "clonidine lowers blood pressure, naloxone reverses it: some relation must be found"
    for relation in relations["relations"]:
        evidence = relation["evidence"]
        assert TEXT[evidence["start"] : evidence["end"]] == evidence["text"]
