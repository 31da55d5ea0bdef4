"""The corpora that this project knows: version, licence, files, and what each annotates.

A licence stands here as its source states it; `guard` holds the allow-list.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from models.corpora.documents import Document
from models.corpora.errors import CorpusMissing, CorpusUnknown
from models.corpora.pubtator import read_documents
from processors.records import EntityType

_PUBLIC_DOMAIN = "US Government public domain"

_BIORED = {
    "GeneOrGeneProduct": EntityType.GENE,
    "DiseaseOrPhenotypicFeature": EntityType.DISEASE,
    "ChemicalEntity": EntityType.CHEMICAL,
    "SequenceVariant": EntityType.VARIANT,
    "OrganismTaxon": EntityType.SPECIES,
    "CellLine": EntityType.CELL_LINE,
}
_TMVAR = {
    **dict.fromkeys(
        ("DNAMutation", "ProteinMutation", "OtherMutation", "SNP", "DNAAllele", "ProteinAllele", "AcidChange"), EntityType.VARIANT
    ),
    "Gene": EntityType.GENE,
    "Disease": EntityType.DISEASE,
    "Species": EntityType.SPECIES,
    "CellLine": EntityType.CELL_LINE,
}
_NCBI = dict.fromkeys(("SpecificDisease", "DiseaseClass", "Modifier", "CompositeMention"), EntityType.DISEASE)
_GENES = {"Gene": EntityType.GENE, "FamilyName": EntityType.GENE}  # BioRED annotates gene families as genes


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus. A type that `types` leaves out is not annotated, or not by our meaning, and is masked in training."""

    name: str
    version: str
    licence: str
    source: str
    splits: Mapping[str, str]  # split -> path under the data folder; every split but train is for scoring only
    types: Mapping[str, EntityType]  # the corpus's own type names
    relations: str | None = None  # "biored": the eight types; "cid": chemical-induced disease

    @property
    def annotates(self) -> frozenset[EntityType]:
        return frozenset(self.types.values())

    def path(self, split: str, data: Path) -> Path:
        """The file of a split. Raises `CorpusUnknown`, `CorpusMissing`."""
        if split not in self.splits:
            raise CorpusUnknown(f"corpus {self.name} has no split {split!r}", remedy=f"Its splits are {', '.join(self.splits)}.")
        path = data / self.splits[split]
        if not path.is_file():
            raise CorpusMissing(f"{self.name}/{split} is not at {path}", remedy="Name the data folder with --data.")
        return path

    def sha256(self, split: str, data: Path) -> str:
        return hashlib.sha256(self.path(split, data).read_bytes()).hexdigest()

    def read(self, split: str, data: Path) -> list[Document]:
        """The documents of a split, in file order; a PMID that stands twice is read once."""
        return read_documents(self.path(split, data), f"{self.name}/{split}", self.types)


CORPORA: Mapping[str, Corpus] = MappingProxyType(
    {
        corpus.name: corpus
        for corpus in (
            Corpus(
                name="biored",
                version="2022",
                licence=_PUBLIC_DOMAIN,
                source="Luo et al. 2022, doi:10.1093/bib/bbac282",
                splits={"train": "biored/Train.PubTator", "dev": "biored/Dev.PubTator"},
                types=_BIORED,
                relations="biored",
            ),
            Corpus(
                name="bc5cdr",
                version="BioCreative V",
                licence=_PUBLIC_DOMAIN,
                source="Li et al. 2016, doi:10.1093/database/baw068",
                splits={
                    "train": "bc5cdr_pubtator/CDR_TrainingSet.PubTator.txt",
                    "dev": "bc5cdr_pubtator/CDR_DevelopmentSet.PubTator.txt",
                    "test": "bc5cdr_pubtator/CDR_TestSet.PubTator.txt",
                },
                types={"Chemical": EntityType.CHEMICAL, "Disease": EntityType.DISEASE},
                relations="cid",
            ),
            Corpus(
                name="ncbi-disease",
                version="2014",
                licence=_PUBLIC_DOMAIN,
                source="Dogan et al. 2014, doi:10.1016/j.jbi.2013.12.006",
                splits={
                    "train": "ncbi_disease/NCBItrainset_corpus.txt",
                    "dev": "ncbi_disease/NCBIdevelopset_corpus.txt",
                    "test": "ncbi_disease/NCBItestset_corpus.txt",
                },
                types=_NCBI,
            ),
            # Train only: biorelay is not scored on the test sets of the three below, and they share documents with BioRED train.
            Corpus(
                name="nlm-gene",
                version="AIONER, without documents of BioRED test",
                licence="MIT",
                source="Islamaj et al. 2021, doi:10.1016/j.jbi.2021.103779",
                splits={"train": "pubtator_ner/NLMgene_Train.PubTator"},
                types=_GENES,
            ),
            Corpus(
                name="gnormplus",
                version="AIONER, without documents of BioRED test",
                licence="MIT",
                source="Wei et al. 2015, doi:10.1155/2015/918710",
                splits={"train": "pubtator_ner/GNormPlus_Train.PubTator"},
                types=_GENES,
            ),
            Corpus(
                name="tmvar3",
                version="AIONER, without documents of BioRED test",
                licence="MIT",
                source="Wei et al. 2022, doi:10.1093/bioinformatics/btac537",
                splits={"train": "pubtator_ner/tmVar3_Train.PubTator"},
                types=_TMVAR,
            ),
        )
    }
)
"""Every registered corpus by name."""


def corpus(name: str) -> Corpus:
    """The corpus of that name. Raises `CorpusUnknown`."""
    if name not in CORPORA:
        raise CorpusUnknown(f"there is no corpus {name!r}", remedy=f"Registered are {', '.join(CORPORA)}.")
    return CORPORA[name]
