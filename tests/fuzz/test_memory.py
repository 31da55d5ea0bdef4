"""A hostile input takes less than twice the memory that its command takes for ordinary ones; `benchmarks.fuzz --memory` tries all."""

import sys
from pathlib import Path

import pytest

from tests.fuzz.memory import HOSTILE, measured

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process's peak")]
WORST = [
    "ten GB of zeros in gzip",
    "elements in a record, as many as fit",
    "sections in a text",
    "passages in a document, BioC",
    "relations in a record",
    "columns of an outside graph",
]


@pytest.mark.timeout(240)
def test_the_worst_of_them(tmp_path: Path) -> None:
    found = {name: (peak, usual, code, said) for name, peak, usual, code, said in measured(tmp_path, WORST)}
    assert set(found) == set(WORST) <= set(HOSTILE)
    for name, (peak, usual, code, said) in found.items():
        assert code == 2, f"{name}: {said}"
        assert "unexpected" not in said, name
        assert peak < 2 * usual, f"{name}: {peak:.0f} MiB, usually {usual:.0f}"
