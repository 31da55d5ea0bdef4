"""A document linked anew is the document that a fresh run with the new vocabulary gives, to the byte."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from biorelay.extractor import Extractor
from biorelay.samples import BC5CDR_TEST
from models.runtime.artefact import load_artefact
from processors.records import Abstract, Entities, EntityType, Relations, Status
from processors.relinking import Move, Outcome, relink, renaming
from processors.sources import read
from tests.vocabularies import Names, small_linker

DOCUMENTS = 12


@pytest.fixture(scope="module")
def abstracts() -> list[Abstract]:
    return [item for item in islice(read(BC5CDR_TEST), DOCUMENTS) if isinstance(item, Abstract)]


@pytest.fixture(scope="module")
def names(extractor: Extractor, abstracts: list[Abstract]) -> Names:
    """What the documents name, as the shipped vocabulary links it; one identifier each."""
    found = {}
    for abstract in abstracts:
        for mention in extractor.entities(abstract).mentions:
            curie = mention.identifiers[0]
            if not curie.startswith("local:"):
                found[mention.type, mention.text.lower()] = (curie, extractor.linker.name_of(curie) or mention.text)
    return found


@pytest.fixture(scope="module")
def old(names: Names, tmp_path_factory: pytest.TempPathFactory) -> Extractor:
    return Extractor(load_artefact(), small_linker(tmp_path_factory.mktemp("old") / "1", names))


Rewrite = Callable[[tuple[EntityType, str], tuple[str, str]], tuple[str, str] | None]


def reversed_order(_: tuple[EntityType, str], known: tuple[str, str]) -> tuple[str, str]:
    """Every identifier another one, in the opposite order, so that the sides of pairs change places."""
    return "x:" + "".join(chr(ord("z") - ord(c) % 26) for c in known[0]) + known[0], known[1].upper()


def every_name_its_own(key: tuple[EntityType, str], known: tuple[str, str]) -> tuple[str, str]:
    """Synonyms fall apart."""
    return "y:" + key[1].replace(" ", "_"), known[1]


def a_type_is_one(key: tuple[EntityType, str], _: tuple[str, str]) -> tuple[str, str]:
    """All of a type becomes one entity."""
    return f"z:{key[0]}", "all of them"


def half_is_gone(key: tuple[EntityType, str], known: tuple[str, str]) -> tuple[str, str] | None:
    return known if len(key[1]) % 2 else None


def only_the_name(_: tuple[EntityType, str], known: tuple[str, str]) -> tuple[str, str]:
    return known[0], f"new {known[1]}"


@pytest.mark.parametrize("rewrite", [reversed_order, every_name_its_own, a_type_is_one, half_is_gone, only_the_name])
def test_it_equals_a_fresh_run(names: Names, old: Extractor, abstracts: list[Abstract], rewrite: Rewrite, tmp_path: Path) -> None:
    new_names = {key: value for key, known in names.items() if (value := rewrite(key, known)) is not None}
    new = Extractor(load_artefact(), small_linker(tmp_path / "2", new_names))
    outcomes = set()
    for abstract in abstracts:
        before, relations = old.extract(abstract)
        fresh, stated = new.extract(abstract)
        found = relink(before, relations, new.linker, new.relations, new.provenance)
        outcomes.add(found.outcome)
        if found.outcome is Outcome.UNCHANGED:
            assert [mention.identifiers for mention in before.mentions] == [mention.identifiers for mention in fresh.mentions]
            assert relations.relations == stated.relations
            continue
        assert found.entities is not None
        assert found.relations is not None
        assert found.entities.to_bytes() == fresh.to_bytes()
        assert found.relations.to_bytes() == stated.to_bytes()
    expected = {
        reversed_order: {Outcome.RENAMED},
        only_the_name: {Outcome.RENAMED, Outcome.UNCHANGED},
    }
    assert outcomes <= expected.get(rewrite, set(Outcome))
    assert outcomes & {Outcome.RENAMED, Outcome.REGROUPED}


def test_the_same_vocabulary_changes_nothing(old: Extractor, abstracts: list[Abstract]) -> None:
    for abstract in abstracts[:3]:
        entities, relations = old.extract(abstract)
        assert relink(entities, relations, old.linker, unasked, old.provenance).outcome is Outcome.UNCHANGED


def test_another_models_answers_are_renamed_not_judged(names: Names, old: Extractor, abstracts: list[Abstract], tmp_path: Path) -> None:
    other = old.provenance.model_copy(update={"model": "another@9", "generation": 9})
    entities, relations = old.extract(abstracts[0])
    entities, relations = (record.model_copy(update={"provenance": other}) for record in (entities, relations))
    assert relations.relations
    linker = small_linker(tmp_path / "3", {key: reversed_order(key, known) for key, known in names.items()})
    kept = relink(entities, relations, linker, unasked, old.provenance)
    assert kept.outcome is Outcome.RENAMED
    assert kept.relations is not None
    assert (kept.relations.provenance.model, kept.relations.provenance.generation) == ("another@9", 9)
    assert kept.relations.provenance.vocabulary == linker.version
    assert sorted(one.probability for one in kept.relations.relations) == sorted(one.probability for one in relations.relations)
    merged = small_linker(tmp_path / "4", {key: a_type_is_one(key, known) for key, known in names.items()})
    left = relink(entities, relations, merged, unasked, old.provenance)
    assert (left.outcome, left.entities, left.relations) == (Outcome.OTHER_MODEL, None, None)


def test_without_its_relations_a_document_is_left(names: Names, old: Extractor, abstracts: list[Abstract], tmp_path: Path) -> None:
    entities, relations = old.extract(abstracts[0])
    linker = small_linker(tmp_path / "5", {key: reversed_order(key, known) for key, known in names.items()})
    failed = relations.model_copy(update={"status": Status.FAILED, "relations": ()})
    for missing in (None, failed):
        assert relink(entities, missing, linker, unasked, old.provenance).outcome is Outcome.UNMATCHED


def test_a_failed_document_stays(old: Extractor) -> None:
    failed = Entities(id="pubmed:1", status=Status.FAILED, provenance=old.provenance)
    assert relink(failed, None, old.linker, unasked, old.provenance).outcome is Outcome.UNCHANGED


def test_moves_are_counted(names: Names, old: Extractor, abstracts: list[Abstract], tmp_path: Path) -> None:
    entities, relations = old.extract(abstracts[0])
    linked = [mention.identifiers[0] for mention in entities.mentions if not mention.identifiers[0].startswith("local:")]
    none = small_linker(tmp_path / "6", {(EntityType.GENE, "nothing here"): ("x:1", "nothing")})
    found = relink(entities, relations, none, old.relations, old.provenance)
    assert found.moves == {Move(curie, ""): linked.count(curie) for curie in linked}


def test_grouping_is_compared_not_names(old: Extractor, abstracts: list[Abstract]) -> None:
    entities = old.entities(abstracts[0])

    def under(*identifiers: tuple[str, ...]) -> Entities:
        mentions = (
            mention.model_copy(update={"identifiers": found}) for mention, found in zip(entities.mentions, identifiers, strict=False)
        )
        return entities.model_copy(update={"mentions": tuple(mentions)})

    one = under(("a:1",), ("a:2",), ("a:1",))
    assert renaming(one, under(("b:2",), ("b:1",), ("b:2",))) == {"a:1": "b:2", "a:2": "b:1"}
    assert renaming(one, under(("b:1",), ("b:1",), ("b:1",))) is None  # merged
    assert renaming(one, under(("b:1",), ("b:2",), ("b:3",))) is None  # split
    assert renaming(one, under(("b:1",), ("b:2", "b:3"), ("b:1",))) is None  # several for one


def unasked(entities: Entities) -> Relations:
    raise AssertionError(f"{entities.id} is judged")
