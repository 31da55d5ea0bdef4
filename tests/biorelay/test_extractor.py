"""The extractor gives the same bytes for an abstract, whatever runs before it or beside it."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from biorelay.extractor import AHEAD, Extractor
from models.runtime.device import within_reach
from models.runtime.errors import ArtefactMissing, BiorelayError, DeviceFailed, TextTooLong
from models.runtime.providers import Inference
from processors.records import Abstract, Section

SENTENCES = (
    "Tamoxifen lowers the risk of breast cancer.",
    "Mutations of BRCA1 and BRCA2 increase the risk of ovarian cancer in women.",
    "Cisplatin caused nephrotoxicity in mice, and amifostine prevented it.",
    "Seizures were seen after cocaine in 5 of 20 rats (P < 0.05).",
    "Interleukin-6 and TNF-\u03b1 were raised in patients with rheumatoid arthritis.",
    "The variant c.76A>T (rs1801133) of MTHFR was not associated with stroke.",
    "HeLa cells were treated with doxorubicin, which activates p53.",
)


def documents(count: int) -> list[Abstract]:
    rng = random.Random(5)

    def section(label: str) -> Section:
        return Section(label=label, text=" ".join(rng.choices(SENTENCES, k=rng.randint(0, 6))))

    return [
        Abstract(id=f"pubmed:{number}", title=rng.choice(SENTENCES), sections=(section("AIM"), section("RESULTS")))
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor.load()


@pytest.fixture(scope="module")
def expected(extractor: Extractor) -> dict[str, tuple[bytes, bytes]]:
    """Each document extracted alone."""
    found = ((document.id, extractor.extract(document)) for document in documents(14))
    return {name: (entities.to_bytes(), relations.to_bytes()) for name, (entities, relations) in found}


@pytest.mark.parametrize("cache_bytes", [0, 3_000_000, 64_000_000])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_order_and_cache_change_no_byte(expected: dict[str, tuple[bytes, bytes]], workers: int, cache_bytes: int) -> None:
    extractor = Extractor.load(cache_bytes=cache_bytes)
    shuffled = documents(14)
    random.Random(workers).shuffle(shuffled)
    made = list(extractor.extract_many(shuffled, workers=workers))
    assert [entities.id for entities, _ in made] == [document.id for document in shuffled]
    assert {e.id: (e.to_bytes(), r.to_bytes()) for e, r in made} == expected
    assert any(r.relations for _, r in made)


def test_stages_apart_give_the_same_bytes(extractor: Extractor, expected: dict[str, tuple[bytes, bytes]]) -> None:
    elsewhere = Extractor.load()
    for document in documents(4):
        entities = extractor.entities(document)
        sent = type(entities).from_bytes(entities.to_bytes())
        assert (entities.to_bytes(), elsewhere.relations(sent).to_bytes()) == expected[document.id]


def test_relations_reuse_the_encoding_of_entities(expected: dict[str, tuple[bytes, bytes]]) -> None:
    extractor = Extractor.load()
    for document in documents(3):
        extractor.extract(document)
    cache = extractor.cache
    assert cache.misses == 3
    assert cache.hits >= 1


def test_what_answering_took_is_told() -> None:
    extractor = Extractor.load()
    [one, other] = documents(2)
    assert extractor.effort().tokens == 0
    entities = extractor.entities(one)
    first = extractor.effort()
    assert first.tokens == first.computed > len(one.text.split())  # a word is a piece at least
    assert first.windows == first.batches >= 1
    assert first.encoding_seconds > 0
    assert first.linking_seconds > 0
    extractor.relations(entities)  # from the cache
    second = extractor.effort()
    assert (second.tokens, second.encoding_seconds) == (first.tokens, first.encoding_seconds)
    assert (second.caches["encodings"].hits, second.caches["encodings"].misses) == (1, 1)
    list(extractor.extract_many([one, other] * 3, workers=3))
    last = extractor.effort()
    assert sum(last.caches["encodings"]) == 2 + 2 * 6
    assert last.tokens > second.tokens
    assert last.linking_seconds > second.linking_seconds
    assert sum(last.caches["names"]) >= sum(second.caches["names"])


def test_the_reader_is_not_run_far_ahead(extractor: Extractor) -> None:
    read = 0

    def reader() -> Iterator[Abstract]:
        nonlocal read
        for document in documents(30):
            read += 1
            yield document

    results = extractor.extract_many(reader(), workers=2)
    next(results)
    assert read <= 2 * AHEAD + 1
    results.close()  # type: ignore[attr-defined]


def test_a_bad_abstract_costs_itself_only(expected: dict[str, tuple[bytes, bytes]]) -> None:
    small = Extractor.load(max_characters=2_000)
    long = Abstract(id="pubmed:99", title="x" * 3_000)
    good = documents(3)
    failed: list[tuple[str, BiorelayError]] = []
    mixed = [good[0], long, *good[1:]]
    made = list(small.extract_many(mixed, workers=2, on_error=lambda abstract, error: failed.append((abstract.id, error))))
    assert [e.to_bytes() for e, _ in made] == [expected[document.id][0] for document in good]
    assert [name for name, _ in failed] == ["pubmed:99"]
    assert isinstance(failed[0][1], TextTooLong)
    with pytest.raises(TextTooLong):
        list(small.extract_many(mixed, workers=2))


def test_no_abstracts_no_results(extractor: Extractor) -> None:
    assert list(extractor.extract_many([], workers=2)) == []
    with pytest.raises(ValueError, match="workers"):
        list(extractor.extract_many([], workers=0))


def test_a_missing_model_or_vocabulary_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArtefactMissing) as raised:
        Extractor.load("nobody")
    assert raised.value.remedy
    with pytest.raises(ArtefactMissing):
        Extractor.load(vocabulary=tmp_path)


def test_every_record_names_what_made_it(extractor: Extractor) -> None:
    entities, relations = extractor.extract(documents(1)[0])
    assert entities.provenance == relations.provenance
    assert entities.provenance.model == extractor.artefact.reference
    assert entities.provenance.vocabulary == extractor.linker.version
    assert entities.provenance.software


def test_without_a_gpu_the_cpu_takes_over_and_changes_no_byte(
    expected: dict[str, tuple[bytes, bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    if within_reach("cuda"):
        pytest.skip("onnxruntime here was built for a GPU")
    extractor = Extractor.load(inference=Inference("cuda"))
    assert (extractor.provider, extractor.feeders) == ("cpu", 1)
    assert extractor.placement.caution
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    made = list(extractor.extract_many(documents(14), workers=16))  # as many threads as were to feed a GPU
    assert {e.id: (e.to_bytes(), r.to_bytes()) for e, r in made} == expected
    extractor.close()


def test_what_is_not_the_abstracts_fault_ends_the_iteration(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU that is lost: no abstract may be set aside for it."""

    def lost(abstract: Abstract) -> None:
        raise DeviceFailed("cuda failed", remedy="Start again.")

    monkeypatch.setattr(extractor, "extract", lost)
    failed: list[str] = []
    with pytest.raises(DeviceFailed):
        list(extractor.extract_many(documents(3), on_error=lambda abstract, error: failed.append(abstract.id)))
    assert failed == []
