"""What a soak's samples come to: slopes, verdict, series, picture, and the page's section."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import soak
from benchmarks.reliability import page
from tests.chaos.sampling import Sample
from tests.chaos.soaking import Soak

MACHINE = {"commit": "abc", "cores": 2, "processor": "Some CPU (avx2)"}
HOW = {"share": 0.8, "apart": 60.0, "extractor": "numbered", "seed": 1}


def run(growth: float) -> Soak:
    """An hour in which w0 grows by so many MB, w1 is killed now and then, and the first tenth is much larger."""
    samples = [
        Sample(
            at=5.0 * n,
            resident_mb={"w0": 400 + growth * n / 720 + (200 if n < 72 else 0)} | ({"w1": 300.0 + n % 90} if n % 100 else {}),
            handles={"w0": 60 + n % 3},
            threads={"w0": 20},
            behind=5000 if n % 24 < 4 else n % 2,
            acknowledged=10 * n,
            queryable=10,
            p50_s=9.0 if n % 24 < 4 else 0.2,
            p95_s=None if n == 30 else 20.0 if n % 24 < 4 else 0.5,
            calm=n % 24 >= 4,
        )
        for n in range(720)
    ]
    return Soak(12.0, 9.6, seconds=3600.0, documents=7200, faults=["worker-killed(w1 1.0+2.0)"] * 29, samples=samples, settled=3.2)


@pytest.mark.parametrize(("growth", "flat"), [(0.0, True), (10.0, True), (45.0, False)])
def test_what_grows_is_seen_and_warming_up_is_not(growth: float, flat: bool) -> None:
    told = soak.result(run(growth), HOW, MACHINE)
    assert told["slopes_per_hour"]["resident_mb"] == pytest.approx(growth, abs=0.1)
    assert told["slopes_per_hour"]["handles"] == told["slopes_per_hour"]["behind"] == told["slopes_per_hour"]["p50_ms"] == 0
    assert told["flat"] is flat
    assert (told["calm_p50_s"], told["calm_p95_s"], told["faulty_p95_s"], told["longest_lag"]) == (0.2, 0.5, 20.0, 5000)
    assert len(told["series"]) == 60
    assert told["series"][59]["queryable"] == 120
    assert told["series"][0]["p95_s"] == 0.5


def test_the_page_tells_a_run() -> None:
    told = page({"soak.json": soak.result(run(12.0), HOW, MACHINE)})
    assert "60 minutes at 80% of 12 documents a second: 7,200 documents, 29 faults, 0 findings" in told
    assert "| resident memory, MB | +12.0 | 30 |" in told


@pytest.mark.torch
def test_the_picture_is_drawn(tmp_path: Path) -> None:
    told: dict[str, Any] = soak.result(run(0.0), HOW, MACHINE)
    soak.draw(told, tmp_path / "soak.png")
    assert (tmp_path / "soak.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_arguments_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        soak.main(["--share", "1.5"])
    assert ended.value.code == 2
    assert "--share above 0 and at most 1" in capsys.readouterr().err
