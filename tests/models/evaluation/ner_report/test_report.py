"""The whole report over a small data folder: every table is stored, drawn, and made of what the systems really found."""

import gzip
from pathlib import Path

import pytest

from models.evaluation.ner_report.__main__ import main
from models.evaluation.results import page, read_tables
from models.runtime.artefact import load_artefact

SMALL = Path(__file__).parents[3] / "data"
KB = {
    "entrez_gene/Homo_sapiens.gene_info.gz": "#\n9606\t7157\tTP53\t-\tP53\t-\t17\t-\tp53\tprotein-coding\tTP53\t-\tO\t-\t1\n",
    "famplex/grounding_map.csv.gz": "RAS,FPLX,RAS,,,,\n",
    "mesh/terms.tsv.gz": "mesh_id\tmesh_name\nD007008\tHypokalemia\nD003000\tClonidine\n",
    "mesh/tree-numbers.tsv.gz": "mesh_id\tmesh_name\tmesh_tree_number\nD007008\tHypokalemia\tC18.452\nD003000\tClonidine\tD03.383\n",
    "disease_ontology/MESHinDO.tsv.gz": "id\tlabel\txrefs\n",
    "disease_ontology/HumanDO_2015-05-14.obo.gz": "format-version: 1.2\n",
    "disease_ontology/DO_rare_slim.obo.gz": "format-version: 1.2\n",
    "disease_ontology/DO_cancer_slim.obo.gz": "format-version: 1.2\n",
    "disease_ontology/DO_infectious_disease_slim.obo.gz": "format-version: 1.2\n",
    "disease_ontology/OMIMinDO.tsv.gz": "id\tlabel\txrefs\n",
    "disease_ontology/allXREFinDO.tsv.gz": "id\tlabel\txref\n",
}
GENES = {
    "train": [("The", "O"), ("RAS", "B"), ("kinase", "I"), ("binds", "O"), ("TP53", "B"), (".", "O")],
    "devel": [("No", "O"), ("gene", "O"), ("here", "O"), (".", "O")],
    "test": [("Wild", "O"), ("TP53", "B"), ("binds", "O"), ("RAS", "B"), ("too", "O"), (".", "O")],
}


def lay(folder: Path, path: str, source: str, part: slice) -> None:
    documents = [block.strip("\n") for block in (SMALL / source).read_text(encoding="utf-8").split("\n\n") if block.strip()]
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text("\n\n".join(documents[part]) + "\n\n", encoding="utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    lay(folder, "biored/Train.PubTator", "biored_small.pubtator", slice(0, 4))
    lay(folder, "biored/Dev.PubTator", "biored_small.pubtator", slice(4, 6))
    for name, part in (("Training", slice(0, 3)), ("Development", slice(3, 4)), ("Test", slice(4, 6))):
        lay(folder, f"bc5cdr_pubtator/CDR_{name}Set.PubTator.txt", "bc5cdr_small.pubtator", part)
    for name, part in (("train", slice(0, 2)), ("develop", slice(2, 3)), ("test", slice(3, 5))):
        lay(folder, f"ncbi_disease/NCBI{name}set_corpus.txt", "ncbi_small.pubtator", part)
    for name in ("NLMgene_Train", "GNormPlus_Train", "tmVar3_Train", "NLMchem_Test", "SPECIES_Train"):
        lay(folder, f"pubtator_ner/{name}.PubTator", "biored_small.pubtator", slice(0, 1))
    for name, rows in GENES.items():
        path = folder / f"ner_bio/BC2GM/{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{word}\t{tag}\n" for word, tag in rows) + "\n")
    for name, text in KB.items():
        path = folder / "kb" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()))
    return folder


def run(data: Path, folder: Path, *more: str) -> int:
    return main(["--data", str(data), "--predictions", str(folder / "kept"), "--output", str(folder / "results"), *more])


def test_tables_of_cheap_systems_need_no_training_libraries(data: Path, tmp_path: Path) -> None:
    asked = ("--systems", "dictionary", "--only", "spans,tags,slices,pieces")
    assert run(data, tmp_path, *asked) == 0
    first = {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()}
    assert len(first) == 4 + 5 + 4 + 1
    assert run(data, tmp_path, *asked) == 0  # from what was kept
    assert {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()} == first

    tables = read_tables(tmp_path / "results")
    genes = {row.system: row.figures for row in tables["ner-spans-bc2gm"].rows}
    assert [genes["dictionary of the corpus's training names"][name] for name in "PR"] == [
        100.0,
        50.0,
    ]  # TP53; RAS stands only in RAS kinase
    shipped = load_artefact(None).reference
    gap = genes["dictionary of the corpus's training names"][f"{shipped} minus it"].model_dump()  # type: ignore[union-attr]
    ours = genes[shipped]["strict F1"].model_dump()["value"]  # type: ignore[union-attr]
    assert gap["value"] == pytest.approx(ours - 66.67, abs=0.01)
    silent = {row.system: row.figures for row in tables["ner-tags-bc2gm"].rows}["always O"]
    assert silent["accuracy"].model_dump()["value"] == pytest.approx(66.67)  # type: ignore[union-attr]
    assert silent["B F1"] == 0.0
    assert "Ambiguous and unseen names of BC2GM test" in page(tables)
    assert "unseen 1" in tables["ner-slices-bc2gm"].documents


@pytest.mark.torch
def test_taggers_are_trained_across_corpora_and_on_less(data: Path, tmp_path: Path) -> None:
    assert run(data, tmp_path, "--systems", "knowledge,crf", "--sets", "ncbi-disease,biored", "--only", "spans,crossing,curve") == 0
    tables = read_tables(tmp_path / "results")
    assert [row.system for row in tables["ner-curve"].rows] == ["biored/dev", "ncbi-disease/test"]
    others = {row.system: row.figures["others"] for row in tables["ner-crossing"].rows}
    assert others["ncbi-disease/test, Disease"] == "biored, bc5cdr, tmvar3"
    assert {path.parent.name for path in (tmp_path / "kept").glob("*/*.jsonl")} == {
        "knowledge",
        "crf",
        "crf-others",
        "crf-10",
        "crf-25",
        "crf-50",
    }


def test_what_is_wrong_is_one_line(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, tmp_path, "--systems", "oracle", "--only", "spans", "--sets", "bc2gm") == 1
    assert "there is no system 'oracle'" in capsys.readouterr().err
    assert run(tmp_path / "nothing", tmp_path, "--only", "spans") == 1
    assert "Name the data folder with --data." in capsys.readouterr().err
    assert run(tmp_path / "nothing", tmp_path, "--only", "pieces") == 1
    assert "no corpus of names" in capsys.readouterr().err
    assert (
        run(data, tmp_path, "--systems", "bilstm-crf", "--only", "spans", "--sets", "bc2gm", "--vectors", str(tmp_path / "none.npz")) == 1
    )
    assert "no word vectors" in capsys.readouterr().err
    for wrong in (["--only", "colours"], ["--sets", "none"], ["--model", "name"]):
        with pytest.raises(SystemExit):
            run(data, tmp_path, *wrong)
    assert "'name' is not NAME=PLACE" in capsys.readouterr().err
