"""A data folder in the registry's layout, made of the small public-domain samples."""

from pathlib import Path

import pytest

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
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return small_data(tmp_path / "data")
