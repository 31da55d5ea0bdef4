"""The README's tour as it stands there, on a real Kafka and a real Neo4j: publish, consume from Python and from kcat, ask, retract,
ask again, take it back, ask once more.

Its own text is run and must print what it shows (`tests/docs/test_examples.py` says how), so it cannot drift from what happens.
"""

from pathlib import Path

import pytest

from graphstore import open_store
from processors.records import Abstract
from processors.sources import read
from tests.docs.test_examples import README, examples, run_page, service_environment
from tests.services import Neo4jAddress

STATIONS = (
    "biorelay topics create",
    "biorelay worker &",
    "biorelay publish tests/",
    "kcat -P",
    "kcat -C",
    "RelationStream(",
    "biorelay graph path",
    "biorelay publish --retractions -\n",
    "biorelay graph path",
    "biorelay publish --retractions - --withdraw",
    "biorelay graph path",
)


def test_the_tour_passes_every_station_in_order() -> None:
    tour = "\n".join(example.body for example in examples(README) if example.mark == "services")
    place = 0
    for station in STATIONS:
        found = tour.find(station, place)
        assert found >= 0, f"the README's tour shows {station!r} no more, or not in this order"
        place = found + len(station)


@pytest.mark.kafka
@pytest.mark.neo4j
@pytest.mark.timeout(400)
async def test_the_tour_runs_as_the_readme_shows_it(tmp_path: Path, kafka: str, empty_neo4j: Neo4jAddress) -> None:
    ran = run_page(README, "services", tmp_path, service_environment(kafka, empty_neo4j))
    assert ran >= len(STATIONS)
    published = [abstract.id for abstract in read(tmp_path / "tests" / "data" / "bc5cdr_small.pubtator") if isinstance(abstract, Abstract)]
    assert len(published) == 6
    async with open_store(empty_neo4j.url, user=empty_neo4j.user, password=empty_neo4j.password, read_only=True) as store:
        stats = await store.stats()
        assert (stats.retracted, stats.listed) == (0, 0)
        for document in ["pubmed:1969772", *published]:  # other pages publish to the same topics, so there may be more
            assert not (await store.paper(document)).retracted, document
