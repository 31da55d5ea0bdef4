"""docs/speed.md is what the stored results say."""

import pytest

from benchmarks import tables


@pytest.mark.skipif(not tables.PAGE.is_file(), reason="nothing was stored yet: python -m benchmarks.bench_extract --store")
def test_the_page_is_current() -> None:
    assert tables.PAGE.read_text(encoding="utf-8") == tables.page(), "write it anew: python -m benchmarks.tables"
