"""A data folder in the registry's layout, made of the small public-domain samples."""

import csv
import gzip
from pathlib import Path

import pytest

from models.corpora.knowledge import DO_2015, DO_2026, GENES, MESH
from models.corpora.registry import CORPORA

SMALL = Path(__file__).parents[2] / "data"


def blocks(name: str) -> list[str]:
    """The documents of a small PubTator file, as they stand there."""
    return [block for block in (SMALL / name).read_text(encoding="utf-8").split("\n\n") if block.strip()]


def lay(folder: Path, path: str, documents: list[str]) -> None:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("\n\n".join(block.strip("\n") for block in documents) + "\n\n", encoding="utf-8")


def small_data(folder: Path) -> Path:
    """Four BioRED, three BC5CDR and two NCBI-disease documents to train on; the others are dev and test sets.

    Every other dev and test set of PubTator documents or token columns holds one document that is like no other.
    """
    biored, cdr, ncbi = blocks("biored_small.pubtator"), blocks("bc5cdr_small.pubtator"), blocks("ncbi_small.pubtator")
    lay(folder, "biored/Train.PubTator", biored[:4])
    lay(folder, "biored/Dev.PubTator", biored[4:])
    lay(folder, "bc5cdr_pubtator/CDR_TrainingSet.PubTator.txt", cdr[:3])
    lay(folder, "bc5cdr_pubtator/CDR_DevelopmentSet.PubTator.txt", cdr[3:4])
    lay(folder, "bc5cdr_pubtator/CDR_TestSet.PubTator.txt", cdr[4:])
    lay(folder, "ncbi_disease/NCBItrainset_corpus.txt", ncbi[:2])
    lay(folder, "ncbi_disease/NCBIdevelopset_corpus.txt", ncbi[2:4])
    lay(folder, "ncbi_disease/NCBItestset_corpus.txt", ncbi[4:])
    written = [corpus for corpus in CORPORA.values() if corpus.form in {"pubtator", "columns"}]
    scored = [split for corpus in written for name, split in corpus.splits.items() if name != "train"]
    for number, path in enumerate(path for split in scored for path in split.files):
        words = f"Sample {number} of {path.replace('/', ' ')}"
        if not (folder / path).exists():
            sample = (
                f"{number + 1}|t|{words}\n{number + 1}|a|" if path.endswith("PubTator") else "\n".join(f"{w}\tO" for w in words.split())
            )
            lay(folder, path, [sample])
    _lay_knowledge(folder / "kb")
    return folder


def _lay_knowledge(folder: Path) -> None:
    """A gene, a chemical, a class of them, a disease and a family of proteins; the other files are empty tables."""
    names = [
        ("D1", "Pemoline", "D02.1"),
        ("D2", "Acids, Acyclic", "D02.2"),
        ("D3", "Heart Failure", "C14.1"),
        ("D4", "Shc Proteins", "D12.1"),
    ]
    gene = ["9606", "672", "BRCA1", *["-"] * 6, "protein-coding", *["-"] * 6]
    tables = {
        MESH.files[0]: [("mesh_id", "mesh_name"), *((key, name) for key, name, _ in names)],
        MESH.files[1]: [("mesh_id", "mesh_tree_number"), *((key, branch) for key, _, branch in names)],
        GENES.files[0]: [["x"] * len(gene), gene],
        **{name: [("id", "xref", "xrefs", "label")] for name in (*DO_2026.files, *DO_2015.files)},
    }
    for name, rows in tables.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter="\t").writerows(rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_data(tmp_path / "data")
