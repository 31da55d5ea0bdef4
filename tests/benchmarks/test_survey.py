"""The survey counts every file, whatever it is."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_file_is_read_or_refused_by_its_code(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "folder"
    folder.mkdir(parents=True)
    (folder / "a.pubtator").write_bytes((ROOT / "tests/data/bc5cdr_small.pubtator").read_bytes())
    (folder / "b.xml").write_text("<collection><document><id>1</id><passage><offset>0</offset><text>x</text></passage></document>")
    (folder / "c.tsv").write_text("a\tb\n1\t2\n")
    (folder / "README.md").write_text("no sample")
    command = [sys.executable, "-m", "benchmarks.survey", str(tmp_path), "--limit", "2", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=50)
    (found,) = json.loads(done.stdout)
    assert (found["name"], found["files"], found["read"], found["extracted"]) == ("some/folder", 3, 7, 2)
    assert found["formats"] == {"pubtator": 1, "bioc-xml": 1, "source.unknown-format": 1}
    assert found["refused"] == {"source.truncated": 1, "source.unknown-format": 1}
    assert found["entities"] > 10
    assert "c.tsv" in found["reasons"]["source.unknown-format"]
