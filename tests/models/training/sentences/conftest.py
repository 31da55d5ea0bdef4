"""Small corpora in the published forms."""

from pathlib import Path

import pytest

FIRST = ["BRCA1", "TP53", "CFH", "TNF", "APOE", "LEP", "IL6", "MTHFR", "ACE", "COMT"]
SECOND = ["asthma", "obesity", "glaucoma", "gout", "lupus", "sepsis", "stroke", "autism", "eczema", "anemia"]


def sentence(fold: int, at: int) -> tuple[str, str]:
    """A sentence of its own, and its label."""
    related = at % 2 == 0
    says = "is strongly associated with" if related else "was sequenced in siblings without"
    # Words of its own keep a sentence from being a near-duplicate of another one.
    own = " ".join(f"{a}{fold}{b}{at}" for a, b in zip(FIRST, SECOND, strict=True))
    return f"@GENE$ {says} @DISEASE$ {own}.", "1" if related else "0"


def write_folds(folder: Path, *, each: int = 4) -> Path:
    """Ten folds as GAD has them: the test parts are the corpus, each train part is the other nine."""
    parts = [[sentence(fold, at) for at in range(each)] for fold in range(1, 11)]
    for number, test in enumerate(parts, start=1):
        place = folder / str(number)
        place.mkdir(parents=True)
        train = [row for other in parts if other is not test for row in other]
        (place / "train.tsv").write_text("".join(f"{text}\t{label}\n" for text, label in train), encoding="utf-8")
        lines = [f"{i}\t{text}\t{label}\n" for i, (text, label) in enumerate(test)]
        (place / "test.tsv").write_text("index\tsentence\tlabel\n" + "".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that holds GAD alone."""
    write_folds(tmp_path / "data" / "gad")
    return tmp_path / "data"
