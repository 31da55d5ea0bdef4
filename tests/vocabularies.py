"""Small vocabularies of a test's own, laid out as `biorelay models build-vocabulary` does."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import marisa_trie

from processors.linking import Linker, load_linker
from processors.normalisation import exact_key
from processors.records import EntityType
from processors.vocabulary import IDENTIFIERS, LETTERS, NAMES, RECORD, SCHEMA

Names = Mapping[tuple[EntityType, str], tuple[str, str]]
"""By type and name as a text has it: the CURIE and its preferred name."""


def write_vocabulary(folder: Path, names: Names) -> Path:
    """A vocabulary whose version is its folder's name; its links have no probabilities, and nothing is searched by likeness."""
    folder.mkdir(parents=True)
    rows = {curie: f"{curie}\t{name}\t" for curie, name in names.values()}
    identifiers = marisa_trie.Trie(sorted(rows.values()))
    keys = [(LETTERS[kind] + exact_key(name), (identifiers[rows[curie]], 0, 0)) for (kind, name), (curie, _) in names.items()]
    identifiers.save(str(folder / IDENTIFIERS))
    marisa_trie.RecordTrie(RECORD, keys).save(str(folder / NAMES))
    digests = {name: {"sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()} for name in (IDENTIFIERS, NAMES)}
    manifest = {"schema": SCHEMA, "name": "small", "version": folder.name, "files": digests}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def small_linker(folder: Path, names: Names) -> Linker:
    return load_linker(write_vocabulary(folder, names))
