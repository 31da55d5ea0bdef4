"""The originals hold what their description says, and the traps that lie in them are where it says."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from models.corpora.registry import CORPORA
from models.corpora.relations.euadr import papers, read_euadr
from models.corpora.relations.folds import Fold, leaked_concatenation, read_folds
from models.corpora.relations.pair import Pair
from models.corpora.relations.reading import read_pairs
from models.corpora.relations.standoff import GROUPS, annotated
from models.corpora.relations.tables import read_rows

DATA = Path(os.environ.get("BIORELAY_DATA", "."))
SCORED = ("CPR:3", "CPR:4", "CPR:5", "CPR:6", "CPR:9")

pytestmark = [pytest.mark.skipif("BIORELAY_DATA" not in os.environ, reason="needs the full corpora: set BIORELAY_DATA"), pytest.mark.slow]


@pytest.fixture(scope="module")
def gad() -> list[Fold]:
    return read_folds(DATA / "gad", "gad")


def row(pair: Pair) -> tuple[str, tuple[str, ...]]:
    return pair.text, pair.labels


@pytest.mark.timeout(300)
def test_gad_is_ten_times_the_same_rows(gad: list[Fold]) -> None:
    leaked = leaked_concatenation(gad)
    assert (len(leaked.train), len(leaked.test)) == (47_970, 5_330)
    assert len({p.text for p in leaked.test}) == 5_122
    assert sum(bool(p.labels) for p in leaked.test) == 2_801
    assert {row(p) for p in leaked.test} <= {row(p) for p in leaked.train}
    whole = Counter(row(p) for p in leaked.test)
    verbatim = []
    for fold in gad:
        assert Counter(row(p) for p in (*fold.train, *fold.test)) == whole
        trained = {p.text for p in fold.train}
        verbatim.append(sum(p.text in trained for p in fold.test))
    assert verbatim == [8, 9, 4, 13, 16, 6, 16, 28, 1, 2]


@pytest.mark.timeout(300)
def test_gads_rows_come_from_fewer_sentences(gad: list[Fold]) -> None:
    groups: dict[str, set[tuple[str, ...]]] = {}
    for pair in leaked_concatenation(gad).test:
        groups.setdefault(pair.group, set()).add(pair.labels)
    assert len(groups) == 3_614
    assert sum(len(labels) > 1 for labels in groups.values()) > 200  # sentences that are a relation of one pair and none of another


def test_the_groups_of_masked_rows_are_the_sentences_they_come_from() -> None:
    folds = read_folds(DATA / "euadr" / "folds", "eu-adr", papers(DATA))
    rows = leaked_concatenation(folds).test
    assert (len(rows), sum(bool(p.labels) for p in rows)) == (355, 262)
    sentences = {p.group for p in read_euadr(DATA) if p.corpus.endswith("target_disease")}
    assert len({p.group for p in rows}) == len(sentences) == 190
    assert all(p.document.isdecimal() for p in rows)
    assert len({p.document for p in rows}) == 65


def test_drugprot_train_has_its_texts_from_chemprot() -> None:
    documents = annotated(CORPORA["drugprot"], "train", DATA)
    assert (len(documents), sum(len(d.mentions) for d in documents)) == (1_689, 43_457)
    assert sum(len(labels) for d in documents for labels in d.links.values()) == 8_085
    assert sum(len(pair.labels) for pair in read_pairs(CORPORA["drugprot"], "train", DATA)) == 8_085  # none lies across sentences
    tested = {d.pmid for d in annotated(CORPORA["chemprot"], "test", DATA)}
    dev = {d.pmid for d in annotated(CORPORA["drugprot"], "dev", DATA)}
    assert (len(tested & {d.pmid for d in documents}), len(tested & dev)) == (565, 235)


@pytest.mark.parametrize(
    ("split", "name", "number"), [("train", "training", 4_157), ("dev", "development", 2_416), ("test", "test_gs", 3_458)]
)
def test_chemprots_gold_standard_is_its_five_groups(split: str, name: str, number: int) -> None:
    wanted = {tuple(fields) for _, fields in read_rows(DATA / "chemprot" / f"chemprot_{name}_gold_standard.tsv", (4,))}
    assert len(wanted) == number
    found = {
        (d.pmid, GROUPS[label], f"Arg1:{head}", f"Arg2:{tail}")
        for d in annotated(CORPORA["chemprot"], split, DATA)
        for (head, tail), labels in d.links.items()
        for label in labels
    }
    assert {one for one in found if one[1] in SCORED} == wanted


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("name", ["AIMed", "BioInfer", "IEPA", "LLL"])
def test_the_proteins_tables_and_xml_agree(name: str, split: str) -> None:
    found = Counter(
        (p.id.rpartition(".e")[0].rpartition(".e")[0] or p.id, bool(p.labels)) for p in read_pairs(CORPORA[name.lower()], split, DATA)
    )
    with (DATA / "ppi" / f"{name}-{split}.csv").open(encoding="utf-8", newline="") as stream:
        wanted = Counter((line["passageid"], line["isValid"] == "True") for line in csv.DictReader(stream))
    assert found == wanted


@pytest.mark.parametrize("name", ["aimed", "bioinfer", "iepa", "lll"])
def test_no_document_is_in_both_parts(name: str) -> None:
    train, test = ({p.document for p in read_pairs(CORPORA[name], split, DATA)} for split in ("train", "test"))
    assert not train & test


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [c.name for c in CORPORA.values() if c.relations and not c.name.startswith("gad")])
def test_every_end_stands_in_its_text_and_every_pair_has_its_name(name: str) -> None:
    for split in CORPORA[name].splits:
        pairs = read_pairs(CORPORA[name], split, DATA)
        assert pairs
        assert len({(p.corpus, p.id) for p in pairs}) == len(pairs)
        for pair in pairs:
            ends = (pair.head, pair.tail, *pair.others)
            assert all(0 <= start < end <= len(pair.text) for one in ends for start, end in one.spans)
            assert pair.group
