"""The concept ids of EU-ADR's annotated documents."""

from pathlib import Path

import pytest

from models.corpora.errors import CorpusBroken, CorpusMissing
from models.corpora.relations.euadr_concepts import concepts

LINE = "Drug-Disorder\tTrue\tconcept\t{}\t14\t42\tannotator1\t{}\t0\tDiseases & Disorders\n"


def test_a_mention_has_the_first_of_its_concepts_ids(tmp_path: Path) -> None:
    text = LINE.format("Seizures", "['sda/8', 'umls/C9']") + LINE.format("seizures", "['umls/C2', 'umls/C9']")
    text += LINE.format("tumour", "['sda/1']") + "Drug-Disorder\tTrue\trelation\t6\t7\t['umls/C1']\t['umls/C2']\t1:2\t3:4\tannotator1\tPA\n"
    (tmp_path / "17.txt").write_text(text, encoding="cp1252")
    (tmp_path / "18.txt").write_text("")
    assert concepts(tmp_path) == {("17", "seizures"): "umls/C2"}


@pytest.mark.parametrize("ids", ["", "umls/C1", "__import__('os')", "[1]", "[" * 400])
def test_what_is_no_list_of_ids_is_refused_with_its_line(tmp_path: Path, ids: str) -> None:
    (tmp_path / "17.txt").write_text(LINE.format("a", "['umls/C1']") + LINE.format("b", ids))
    with pytest.raises(CorpusBroken, match=r"17\.txt:2: no list of ids"):
        concepts(tmp_path)


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match="no annotated documents"):
        concepts(tmp_path)
