"""Build the vocabulary artefact: names from allow-listed databases and from the training parts of the corpora.

A training document that also stands in a dev or test part of any corpus, by PMID or by text, gives no names.
Same inputs, same bytes.
"""

import hashlib
import json
import logging
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import marisa_trie

from models.corpora import card, families, knowledge, organisms
from models.corpora.calibration import Example, examples, fit_links
from models.corpora.documents import Document
from models.corpora.equivalence import same_diseases
from models.corpora.errors import CorpusMissing, LicenceNotAllowed
from models.corpora.knowledge import SYNONYM, Name, Source
from models.corpora.names import Names, add_document
from models.corpora.species import COMMON_NAMES
from processors.ngrams import write_index
from processors.records import EntityType
from processors.sources.pubtator import AnnotatedDocument, read_annotated
from processors.vocabulary import GROUPS, IDENTIFIERS, LETTERS, NAMES, RECORD, SAME, SCHEMA, SIMILAR, SIMILAR_NAMES, Vocabulary

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the step's number and the number of steps."""

CORPORA: tuple[Source, ...] = tuple(
    Source(name, licence, (file,), credit)
    for name, licence, file, credit in (
        ("BioRED train", "public domain", "biored/Train.PubTator", "NCBI; doi:10.1093/bib/bbac282"),
        ("BC5CDR train", "public domain", "bc5cdr_pubtator/CDR_TrainingSet.PubTator.txt", "NCBI; doi:10.1093/database/baw068"),
        ("NCBI-disease train", "public domain", "ncbi_disease/NCBItrainset_corpus.txt", "NCBI; doi:10.1016/j.jbi.2013.12.006"),
        ("NLM-Gene train", "MIT", "pubtator_ner/NLMgene_Train.PubTator", "NCBI, in AIONER; doi:10.1016/j.jbi.2021.103779"),
        ("GNormPlus train", "MIT", "pubtator_ner/GNormPlus_Train.PubTator", "NCBI, in AIONER; doi:10.1155/2015/918710"),
        ("SPECIES train", "MIT", "pubtator_ner/SPECIES_Train.PubTator", "in AIONER; doi:10.1371/journal.pone.0065390"),
        ("tmVar3 train", "MIT", "pubtator_ner/tmVar3_Train.PubTator", "NCBI, in AIONER; doi:10.1093/bioinformatics/btac537"),
    )
)
"""Training parts whose names are used."""

HELD_OUT: tuple[str, ...] = (
    "biored/Dev.PubTator",
    "bc5cdr_pubtator/CDR_DevelopmentSet.PubTator.txt",
    "bc5cdr_pubtator/CDR_TestSet.PubTator.txt",
    "ncbi_disease/NCBIdevelopset_corpus.txt",
    "ncbi_disease/NCBItestset_corpus.txt",
    "pubtator_ner/NLMgene_Test.PubTator",
    "pubtator_ner/GNormPlus_Test.PubTator",
    "pubtator_ner/SPECIES_Test.PubTator",
    "pubtator_ner/tmVar3_Test.PubTator",
    "pubtator_ner/NLMchem_Test.PubTator",
)
"""Dev and test parts: no document of theirs gives a name."""

FOLDS = 4
"""Parts of the training documents; the links' probabilities are fitted on each with the names of the others."""

TAXONOMY = Source("NCBI Taxonomy, everyday names (written here)", "public domain", (), "NCBI")
KNOWLEDGE: tuple[Source, ...] = (knowledge.GENES, organisms.SOURCE, families.SOURCE, knowledge.MESH, knowledge.DO_2015, knowledge.DO_2026)


def build(kb: Path, corpora: Path, out: Path, progress: Progress | None = None, *, excluded: Iterable[str] = ()) -> dict[str, Any]:
    """Build the vocabulary and write its folder; returns the manifest.

    `kb` holds the knowledge bases, `corpora` the corpora, as in ../shared/data; `excluded` are further document CURIEs
    whose names are not used (for experiments). `out` is the artefact's folder; its last part, a number, is the version.
    Raises `CorpusMissing` where a file is not there, `LicenceNotAllowed` where a source's licence is not on the list.
    """
    sources = [*KNOWLEDGE, TAXONOMY, *CORPORA]
    homes = {organisms.SOURCE: organisms.HOME, **dict.fromkeys(CORPORA, corpora)}
    files = {file: homes.get(source, kb) / file for source in sources for file in source.files}
    for source in sources:
        if source.licence not in knowledge.ALLOWED_LICENCES:
            raise LicenceNotAllowed(f"{source.name} has the licence {source.licence!r}", remedy="Take it out of the vocabulary's sources.")
    for path in (*files.values(), *(corpora / file for file in HELD_OUT)):
        if not path.is_file():
            raise CorpusMissing(f"{path} does not exist", remedy="Name the folders of the knowledge bases and of the corpora.")
    report = progress or (lambda what, step, steps: log.info("%d/%d %s", step, steps, what))
    steps = len(CORPORA) + FOLDS + 6

    report("genes", 1, steps)
    base = [*knowledge.genes(kb), *organisms.names(organisms.organism_genes()), *families.families(kb)]
    report("MeSH and Disease Ontology", 2, steps)
    base += [*knowledge.mesh(kb), *knowledge.diseases(kb)]
    report("species", 3, steps)
    base += [Name(EntityType.SPECIES, text, (f"ncbitaxon:{taxon}",), SYNONYM) for text, taxon in COMMON_NAMES]

    report("dev and test documents", 4, steps)
    protected = {mark for file in HELD_OUT for document in read_annotated(corpora / file) for mark in _marks(document)}
    excluded = set(excluded)
    documents: list[AnnotatedDocument] = []
    used: dict[str, dict[str, int]] = {}
    for step, source in enumerate(CORPORA, start=5):
        report(source.name, step, steps)
        read = list(read_annotated(corpora / source.files[0]))
        kept = [d for d in read if d.abstract.id not in excluded and not protected & _marks(d)]
        documents += kept
        used[source.name] = {"documents": len(kept), "removed": len(read) - len(kept)}

    found: list[Example] = []
    for fold in range(FOLDS):
        report(f"calibration, part {fold + 1} of {FOLDS}", steps - FOLDS - 1 + fold, steps)
        found += _examples(kb, base, documents, fold)
    report("writing", steps - 1, steps)
    manifest = _write(_gather(kb, base, documents), out)
    manifest["links"] = fit_links(found)
    manifest["sources"] = [
        {
            "name": source.name,
            "licence": source.licence,
            "credit": source.credit,
            "files": {file: _sha256(files[file]) for file in source.files},
            **used.get(source.name, {}),
        }
        for source in sources
    ]
    _write_manifest(manifest, out)
    (out / card.FILE).write_text(card.card(manifest), encoding="utf-8")
    report("done", steps, steps)
    return manifest


def _examples(kb: Path, base: Iterable[Name], documents: Sequence[AnnotatedDocument], fold: int) -> list[Example]:
    """The links of a part of the documents, made with a vocabulary that holds the names of the others only."""
    with TemporaryDirectory() as folder:
        out = Path(folder)
        _write_manifest(_write(_gather(kb, base, [d for d in documents if _fold(d) != fold]), out), out)
        return examples(Vocabulary.open(out), (d for d in documents if _fold(d) == fold), fold)


def _fold(document: AnnotatedDocument) -> int:
    """The same for a document wherever it stands, so that no copy of it is known when it is held out."""
    return zlib.crc32(document.abstract.id.encode()) % FOLDS


def _gather(kb: Path, base: Iterable[Name], documents: Sequence[AnnotatedDocument]) -> Names:
    """All names of the knowledge bases and of these documents."""
    seen = Counter(curie for document in documents for mention in document.mentions for curie in mention.curies)
    names = Names(same_diseases(kb, seen))
    for name in base:
        names.add(name)
    for gene in organisms.organism_genes():
        if gene.human:
            names.add_homologue(gene.human, gene.curie)
    for document in documents:
        add_document(names, document)
    names.place_genes()
    return names


def _marks(document: AnnotatedDocument) -> set[str]:
    abstract = document.abstract
    pmid = abstract.id.partition(":")[2]
    return Document("", pmid, abstract.title, abstract.abstract, ()).fingerprints()


def _write(names: Names, out: Path) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    identifiers = marisa_trie.Trie(list(names.rows()))
    row = {key.partition("\t")[0]: identifiers.key_id(key) for key in names.rows()}
    items = [
        (key, (row[curies], tier, count))
        for table in (names.exact, names.loose)
        for key in sorted(table)
        for curies, (tier, count) in sorted(table[key].items())
    ]
    items += [(SAME + alias, (row[curie], 0, 0)) for alias, curie in names.aliases()]
    similar = marisa_trie.Trie([LETTERS[kind] + words for kind, words in sorted(names.words)])
    tries = {IDENTIFIERS: identifiers, NAMES: marisa_trie.RecordTrie(RECORD, items), SIMILAR_NAMES: similar}
    for name, trie in tries.items():
        trie.save(str(out / name))
    layout = write_index(out / SIMILAR, ((similar[LETTERS[kind] + words], words, GROUPS[kind]) for kind, words in names.words))
    by_type = {kind.value: sum(key[0] == letter for key in names.exact) for kind, letter in LETTERS.items()}
    return {
        "schema": SCHEMA,
        "name": "vocabulary",
        "version": out.name,
        "generation": int(out.name) if out.name.isdigit() else 0,
        "counts": {"identifiers": len(identifiers), "names": by_type, "records": len(items), "record_bytes": struct.calcsize(RECORD)},
        "files": {name: {"sha256": _sha256(out / name), "bytes": (out / name).stat().st_size} for name in (*tries, SIMILAR)},
        "similar": layout,
    }


def _write_manifest(manifest: Mapping[str, Any], out: Path) -> None:
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
