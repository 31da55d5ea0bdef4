"""The shipped vocabulary, and how a damaged one is refused."""

import json
import shutil
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from models.corpora.knowledge import ALLOWED_LICENCES
from models.runtime.artefact import find_artefact
from models.runtime.errors import ArtefactCorrupt, ArtefactMissing
from processors.normalisation import exact_key, loose_key
from processors.records import Curie, EntityType
from processors.vocabulary import IDENTIFIERS, NAMES, Vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.open()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_artefact("vocabulary"), tmp_path / "7"))


def test_it_names_its_sources_with_allowed_licences_only(vocabulary: Vocabulary) -> None:
    sources = vocabulary.manifest["sources"]
    assert len(sources) >= 10
    for source in sources:
        assert source["licence"] in ALLOWED_LICENCES
        assert source["credit"]
        assert all(len(sha256) == 64 for sha256 in source["files"].values())


def test_it_is_small(vocabulary: Vocabulary) -> None:
    model = sum(facts["bytes"] for facts in json.loads((find_artefact("relay-mini") / "manifest.json").read_text())["files"].values())
    assert model + sum(facts["bytes"] for facts in vocabulary.manifest["files"].values()) < 40_000_000  # all that serving loads
    assert len(vocabulary) == vocabulary.manifest["counts"]["identifiers"]


@pytest.mark.parametrize(
    ("kind", "name", "curie"),
    [
        (EntityType.GENE, "BRCA1", "ncbigene:672"),
        (EntityType.DISEASE, "Alzheimer's disease", "mesh:D000544"),
        (EntityType.CHEMICAL, "aspirin", "mesh:D001241"),
        (EntityType.SPECIES, "mice", "ncbitaxon:10090"),
        (EntityType.CELL_LINE, "HeLa", "cellosaurus:CVCL_0030"),
    ],
)
def test_exact_names(vocabulary: Vocabulary, kind: EntityType, name: str, curie: str) -> None:
    assert (curie,) in [candidate.curies for candidate in vocabulary.candidates(kind, exact_key(name))]


def test_loose_names_and_types_are_apart(vocabulary: Vocabulary) -> None:
    key = loose_key(EntityType.DISEASE, "cancers of the breast")
    assert ("mesh:D001943",) in [c.curies for c in vocabulary.candidates(EntityType.DISEASE, key, loose=True)]
    assert vocabulary.candidates(EntityType.DISEASE, key) == []
    assert vocabulary.candidates(EntityType.GENE, key, loose=True) == []


def test_names_of_identifiers(vocabulary: Vocabulary) -> None:
    assert vocabulary.name_of("ncbigene:672") == "BRCA1"
    assert vocabulary.name_of("mesh:D001943") == "Breast Neoplasms"
    assert vocabulary.name_of("mesh:D00194") is None
    assert vocabulary.name_of("") is None


def test_every_identifier_is_a_curie(vocabulary: Vocabulary) -> None:
    adapter = TypeAdapter(Curie)
    prefixes = set()
    for row in vocabulary._identifiers.iterkeys():
        for curie in row.split("\t")[0].split("|"):
            prefixes.add(adapter.validate_python(curie).partition(":")[0])
    assert prefixes == {"ncbigene", "mesh", "omim", "ncbitaxon", "cellosaurus", "dbsnp", "fplx"}


def test_it_opens_by_folder_and_by_name(copy: Path, vocabulary: Vocabulary) -> None:
    assert Vocabulary.open(copy).version == vocabulary.version == Vocabulary.open("vocabulary").version == "vocabulary@2"


@pytest.mark.parametrize("name", [IDENTIFIERS, NAMES])
def test_one_changed_byte_is_refused(copy: Path, name: str) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(ArtefactCorrupt, match=name) as caught:
        Vocabulary.open(copy)
    assert caught.value.remedy


@pytest.mark.parametrize("name", [IDENTIFIERS, NAMES, "manifest.json"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ArtefactMissing, match=name) as caught:
        Vocabulary.open(copy)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "\x00", '{"schema": "biorelay.vocabulary/2"}', '{"schema": "biorelay.vocabulary/1", "files": {}}']
)
def test_a_manifest_of_another_shape_is_refused(copy: Path, text: str) -> None:
    (copy / "manifest.json").write_text(text)
    with pytest.raises(ArtefactCorrupt):
        Vocabulary.open(copy)


def test_a_newer_schema_is_refused(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps({**manifest, "schema": "biorelay.vocabulary/2"}))
    with pytest.raises(ArtefactCorrupt, match=r"biorelay\.vocabulary/1"):
        Vocabulary.open(copy)


def test_no_such_vocabulary() -> None:
    with pytest.raises(ArtefactMissing, match="no-such"):
        Vocabulary.open("no-such-vocabulary")
