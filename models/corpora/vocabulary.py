"""Build the vocabulary artefact: names from allow-listed databases and from the training parts of the corpora.

A training document that also stands in a dev or test part of any corpus, by PMID or by text, gives no names.
Same inputs, same bytes.
"""

import hashlib
import json
import logging
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import marisa_trie

from models.corpora import knowledge
from models.corpora.documents import Document
from models.corpora.errors import CorpusMissing, LicenceNotAllowed
from models.corpora.knowledge import PREFERRED, SYNONYM, WEAK, Name, Source
from models.corpora.species import COMMON_NAMES
from processors.normalisation import exact_key, loose_key
from processors.records import EntityType
from processors.sources.pubtator import AnnotatedDocument, AnnotatedMention, read_annotated
from processors.variants import rs_number, variant_code
from processors.vocabulary import IDENTIFIERS, LETTERS, NAMES, RECORD, SCHEMA

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

TAXONOMY = Source("NCBI Taxonomy, everyday names (written here)", "public domain", (), "NCBI")
KNOWLEDGE: tuple[Source, ...] = (knowledge.GENES, knowledge.MESH, knowledge.DO_2015, knowledge.DO_2026)

HUMAN = "9606"
HOMOLOGUE = 6
"""The tier of a name that a gene has from its human homologue only."""

_LONGEST_KEY = 120
_MOST = 0xFFFF


class Names:
    """What is gathered: candidates by (type letter, key), names by identifier."""

    def __init__(self) -> None:
        self.exact: dict[str, dict[str, list[int]]] = defaultdict(dict)
        self.loose: dict[str, dict[str, list[int]]] = defaultdict(dict)
        self.preferred: dict[str, tuple[int, str]] = {}
        self.taxon: dict[str, str] = {}
        self.organisms: dict[str, Counter[str]] = defaultdict(Counter)  # of a gene that no database gave: taxa of its documents
        self.spellings: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, name: Name, count: int = 0) -> None:
        """Keep a name under its exact key and, where that is another one, under its loose key."""
        text = " ".join(name.text.split())
        key = exact_key(text)
        if len(key) > _LONGEST_KEY or (not count and (len(key) < 2 or key.isdigit())):
            return
        curies = "|".join(sorted(set(name.curies)))
        letter = LETTERS[name.kind]
        self._keep(self.exact[letter + key], curies, name.tier, count)
        if loose := loose_key(name.kind, text):
            self._keep(self.loose[letter.lower() + loose], curies, name.tier, count)
        if len(name.curies) == 1:
            if not count and name.tier <= SYNONYM and (curies not in self.preferred or name.tier < self.preferred[curies][0]):
                self.preferred[curies] = (name.tier, text)
            if name.taxon:
                self.taxon[curies] = name.taxon
        if count:
            self.spellings[curies][text] += count

    def add_variant(self, code: str, gene: str, curie: str) -> None:
        """Keep that a change in a gene is this dbSNP entry."""
        self._keep(self.exact[f"{LETTERS[EntityType.VARIANT]}{code}@{gene}"], curie, PREFERRED, 1)

    def place_genes(self) -> None:
        """Give the genes that only corpora name an organism, and the names of the human gene whose symbol they bear.

        The organism is the one, human left aside, that most of the gene's documents speak of. Homologous genes share
        their names: `Kras` in a paper on mice is the mouse's, under whatever synonym of human KRAS it goes.
        """
        gene = LETTERS[EntityType.GENE]
        human = {key for key, taxon in self.taxon.items() if taxon == HUMAN}
        for curie in self.organisms.keys() - human:
            taxa = self.organisms[curie]
            if taxa:
                self.taxon[curie] = min(taxa, key=lambda taxon: (-taxa[taxon], taxon))
        spelt: dict[str, set[tuple[str, str]]] = defaultdict(set)
        homologue: dict[str, set[str]] = defaultdict(set)
        for table, names in (("exact", self.exact), ("loose", self.loose)):
            for key, found in names.items():
                if key[0].upper() != gene:
                    continue
                symbols = [c for c, (tier, _) in found.items() if c in human and tier == PREFERRED]
                for curie in found:
                    if curie in human:
                        spelt[curie].add((table, key))
                    elif curie in self.taxon and len(symbols) == 1:
                        homologue[curie].add(symbols[0])
        for curie, humans in sorted(homologue.items()):
            if len(humans) == 1:
                for table, key in sorted(spelt[next(iter(humans))]):
                    self._keep((self.exact if table == "exact" else self.loose)[key], curie, HOMOLOGUE, 0)

    @staticmethod
    def _keep(candidates: dict[str, list[int]], curies: str, tier: int, count: int) -> None:
        old = candidates.setdefault(curies, [tier, 0])
        old[0] = min(old[0], tier)
        old[1] = min(_MOST, old[1] + count)

    def rows(self) -> Iterator[str]:
        """One row per identifier: CURIEs, preferred name, taxon."""
        seen = {curies for table in (self.exact, self.loose) for found in table.values() for curies in found}
        for curies in sorted(seen):
            name = self.preferred[curies][1] if curies in self.preferred else ""
            if not name and self.spellings[curies]:
                name = min(self.spellings[curies].items(), key=lambda item: (-item[1], item[0]))[0]
            taxa = sorted({self.taxon.get(curie, "") for curie in curies.split("|")})
            yield f"{curies}\t{name}\t{','.join(taxa)}"


def build(kb: Path, corpora: Path, out: Path, progress: Progress | None = None, *, excluded: Iterable[str] = ()) -> dict[str, Any]:
    """Build the vocabulary and write its folder; returns the manifest.

    `kb` holds the knowledge bases, `corpora` the corpora, as in ../shared/data; `excluded` are further document CURIEs
    whose names are not used (for experiments). `out` is the artefact's folder; its last part, a number, is the version.
    Raises `CorpusMissing` where a file is not there, `LicenceNotAllowed` where a source's licence is not on the list.
    """
    sources = [*KNOWLEDGE, TAXONOMY, *CORPORA]
    files = {file: (corpora if source in CORPORA else kb) / file for source in sources for file in source.files}
    for source in sources:
        if source.licence not in knowledge.ALLOWED_LICENCES:
            raise LicenceNotAllowed(f"{source.name} has the licence {source.licence!r}", remedy="Take it out of the vocabulary's sources.")
    for path in (*files.values(), *(corpora / file for file in HELD_OUT)):
        if not path.is_file():
            raise CorpusMissing(f"{path} does not exist", remedy="Name the folders of the knowledge bases and of the corpora.")
    report = progress or (lambda what, step, steps: log.info("%d/%d %s", step, steps, what))
    steps = len(CORPORA) + 6

    names = Names()
    report("genes", 1, steps)
    for name in knowledge.genes(kb):
        names.add(name)
    report("MeSH and Disease Ontology", 2, steps)
    for name in (*knowledge.mesh(kb), *knowledge.diseases(kb)):
        names.add(name)
    report("species", 3, steps)
    for text, taxon in COMMON_NAMES:
        names.add(Name(EntityType.SPECIES, text, (f"ncbitaxon:{taxon}",), SYNONYM))

    report("dev and test documents", 4, steps)
    protected = {mark for file in HELD_OUT for document in read_annotated(corpora / file) for mark in _marks(document)}
    excluded = set(excluded)
    used: dict[str, dict[str, int]] = {}
    for step, source in enumerate(CORPORA, start=5):
        report(source.name, step, steps)
        kept = removed = 0
        for document in read_annotated(corpora / source.files[0]):
            if protected & _marks(document) or document.abstract.id in excluded:
                removed += 1
            else:
                kept += 1
                _add_document(names, document)
        used[source.name] = {"documents": kept, "removed": removed}

    report("writing", steps - 1, steps)
    names.place_genes()
    manifest = _write(names, out)
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
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    report("done", steps, steps)
    return manifest


def _marks(document: AnnotatedDocument) -> set[str]:
    abstract = document.abstract
    pmid = abstract.id.partition(":")[2]
    return Document("", pmid, abstract.title, abstract.abstract, ()).fingerprints()


_PLACED = re.compile(r"\|[^|]*\d[^|]*\|?")  # a code with a place: without one it is no entry of dbSNP
_BINOMIAL = re.compile(r"([A-Z])[a-z]{3,} ([a-z]{3,})")
_GENE_FIELD = re.compile(r"Gene:(\d+)")


_ORGANISMS = {exact_key(name): taxon for name, taxon in COMMON_NAMES if taxon != HUMAN}
_WORDS = re.compile(r"[A-Za-z]\. [a-z]+|[A-Za-z]+")


def _organisms(document: AnnotatedDocument) -> set[str]:
    """The taxa, human left aside, that a document speaks of: as annotated, else by their everyday names."""
    found = {c.partition(":")[2] for m in document.mentions if m.type is EntityType.SPECIES for c in m.curies} - {HUMAN}
    return found or {_ORGANISMS[key] for word in _WORDS.findall(document.abstract.text) if (key := exact_key(word)) in _ORGANISMS}


def _add_document(names: Names, document: AnnotatedDocument) -> None:
    genes = {curie for m in document.mentions if m.type is EntityType.GENE for curie in m.curies}
    organisms = _organisms(document)
    for gene in genes:
        names.organisms[gene].update(organisms)
    for mention in document.mentions:
        if mention.type is None or not mention.curies:
            continue
        if mention.type is EntityType.VARIANT:
            code = variant_code(mention.text)
            if code and _PLACED.search(code) and not rs_number(mention.text) and len(mention.curies) == 1:
                own = [f"ncbigene:{number}" for number in _GENE_FIELD.findall(mention.raw)] or _nearest_gene(document, mention)
                for gene in own:
                    names.add_variant(code, gene, mention.curies[0])
            continue
        names.add(Name(mention.type, mention.text, mention.curies, SYNONYM), count=1)
        if mention.type is EntityType.SPECIES and (match := _BINOMIAL.fullmatch(mention.text)):
            names.add(Name(EntityType.SPECIES, f"{match[1]}. {match[2]}", mention.curies, WEAK))


def _nearest_gene(document: AnnotatedDocument, mention: AnnotatedMention) -> tuple[str, ...]:
    """The gene (or genes together) whose mention stands nearest."""
    genes = [m for m in document.mentions if m.type is EntityType.GENE and m.curies]
    if not genes:
        return ()
    return min(genes, key=lambda m: (max(m.start - mention.end, mention.start - m.end), m.start)).curies


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
    tries = {IDENTIFIERS: identifiers, NAMES: marisa_trie.RecordTrie(RECORD, items)}
    for name, trie in tries.items():
        trie.save(str(out / name))
    by_type = {kind.value: sum(key[0] == letter for key in names.exact) for kind, letter in LETTERS.items()}
    return {
        "schema": SCHEMA,
        "name": "vocabulary",
        "version": out.name,
        "generation": int(out.name) if out.name.isdigit() else 0,
        "counts": {"identifiers": len(identifiers), "names": by_type, "records": len(items), "record_bytes": struct.calcsize(RECORD)},
        "files": {name: {"sha256": _sha256(out / name), "bytes": (out / name).stat().st_size} for name in tries},
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
