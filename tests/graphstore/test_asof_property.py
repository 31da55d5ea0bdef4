"""As of any year, any sequence of contributions: the questions give what a graph of the papers until then gives. Embedded engine."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstore import open_store
from tests.graphstore.asof_contract import as_told
from tests.graphstore.documents import contributions
from tests.graphstore.oracle import Oracle


@settings(max_examples=15, deadline=None)
@given(st.lists(contributions, min_size=1, max_size=12), st.sampled_from((1989, 1990, 2000, 2020)))
def test_as_of_any_year(tmp_path_factory: pytest.TempPathFactory, log: list, year: int) -> None:
    async def run() -> None:
        oracle = Oracle()
        oracle.apply(log)
        async with open_store(tmp_path_factory.mktemp("graph")) as store:
            await store.apply(log)
            await as_told(store, oracle, year)

    asyncio.run(run())
