"""GAD and EU-ADR: folds, the sentences behind their rows, and the leaked split that goes round."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.corpora.errors import CorpusBroken, CorpusMissing
from models.corpora.relations.folds import NUMBERS, leaked_concatenation, read_folds
from models.corpora.relations.groups import fit, same_sentence_groups
from processors.records import EntityType

ROWS = [
    (f"The {name} allele raised the risk of @DISEASE$ in cohort {number} but @GENE$ did not.", str(number % 2))
    for number, name in enumerate(("APOE", "ACE", "TNF", "IL6", "LPL", "LDLR", "MTHFR", "CFTR"))
]
TWINS = [
    ("Variants of @GENE$ and LOC387715 are independently related to @DISEASE$ progression in the elderly.", "1"),
    ("Variants of CFH and @GENE$ are independently related to @DISEASE$ progression in the elderly.", "0"),
]
ALL = [*ROWS, *TWINS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten rows, one of them the test part of each fold."""
    for number in NUMBERS:
        (tmp_path / str(number)).mkdir()
        test = [f"0\t{text}\t{label}" for text, label in ALL[number - 1 : number]]
        train = [f"{text}\t{label}" for text, label in ALL[: number - 1] + ALL[number:]]
        (tmp_path / str(number) / "test.tsv").write_text("\n".join(["index\tsentence\tlabel", *test]) + "\n", encoding="utf-8")
        (tmp_path / str(number) / "train.tsv").write_text("\r\n".join(train) + "\r\n", encoding="utf-8")
    return tmp_path


def test_each_fold_is_the_corpus_once(folder: Path) -> None:
    folds = read_folds(folder, "gad")
    assert [fold.number for fold in folds] == list(NUMBERS)
    for fold in folds:
        assert sorted((p.text, "1" if p.labels else "0") for p in (*fold.train, *fold.test)) == sorted(ALL)
        assert {p.corpus for p in fold.test} == {f"gad/fold-{fold.number}/test"}
    first = folds[0].test[0]
    assert (first.head.type, first.tail.type) == (EntityType.GENE, EntityType.DISEASE)
    assert [first.text[a:b] for a, b in (*first.head.spans, *first.tail.spans)] == ["@GENE$", "@DISEASE$"]


def test_rows_of_one_sentence_share_their_group_in_all_folds(folder: Path) -> None:
    groups: dict[str, set[str]] = {}
    for fold in read_folds(folder, "gad"):
        for pair in (*fold.train, *fold.test):
            groups.setdefault(pair.text, set()).add(pair.group)
    assert all(len(found) == 1 for found in groups.values())
    assert groups[TWINS[0][0]] == groups[TWINS[1][0]]
    assert len({next(iter(found)) for found in groups.values()}) == len(ALL) - 1


def test_the_concatenation_holds_every_test_row_in_train(folder: Path) -> None:
    leaked = leaked_concatenation(read_folds(folder, "gad"))
    assert (len(leaked.train), len(leaked.test)) == (90, 10)
    assert {(p.text, p.labels) for p in leaked.test} <= {(p.text, p.labels) for p in leaked.train}


def test_papers_name_the_documents(folder: Path) -> None:
    folds = read_folds(folder, "eu-adr", {TWINS[0][0]: "12345"})
    assert {p.document for fold in folds for p in fold.test if p.text == TWINS[0][0]} == {"12345"}
    assert all(p.document == f"group {p.group}" for fold in folds for p in fold.test if p.text != TWINS[0][0])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("@GENE$ and @DISEASE$\t2", "neither 1 nor 0"),
        ("@GENE$ alone\t1", "not one @GENE"),
        ("@GENE$ and @DISEASE$", "1 tab-separated"),
        ("@GENE$ @GENE$ @DISEASE$\t1", "not one @GENE"),
    ],
)
def test_a_broken_row_is_named(folder: Path, line: str, reason: str) -> None:
    path = folder / "3" / "train.tsv"
    path.write_text(f"{ROWS[0][0]}\t0\n{line}\n", encoding="utf-8")
    with pytest.raises(CorpusBroken, match=reason) as caught:
        read_folds(folder, "gad")
    assert f"{path}:2" in str(caught.value)
    assert caught.value.remedy


def test_a_missing_or_unreadable_file_is_named(folder: Path) -> None:
    path = folder / "7" / "test.tsv"
    path.write_bytes(b"index\tsentence\tlabel\n0\t@GENE$ \xff @DISEASE$\t1\n")
    with pytest.raises(CorpusBroken, match=r"test\.tsv:2: not UTF-8"):
        read_folds(folder, "gad")
    path.unlink()
    with pytest.raises(CorpusMissing, match=r"test\.tsv"):
        read_folds(folder, "gad")


NAMES = st.lists(st.sampled_from(["p", "q", "r", "s"]), min_size=1, max_size=3).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([f"w{i}" for i in range(30)]), min_size=12, max_size=20), st.lists(NAMES, min_size=4, max_size=4), st.data()
)
def test_two_maskings_of_one_sentence_fit(words: list[str], names: list[str], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(words)), min_size=4, max_size=4, unique=True))
    tokens = list(words)
    for place, name in sorted(zip(places, names, strict=True), reverse=True):
        tokens.insert(place, f"[{name}]")
    slots = [i for i, token in enumerate(tokens) if token.startswith("[")]

    def masking(gene: int, disease: int) -> str:
        found = [token.strip("[]") for token in tokens]
        found[gene], found[disease] = "@GENE$", "@DISEASE$"
        return " ".join(found)

    maskings = [masking(*data.draw(st.permutations(slots))[:2]) for _ in range(2)]
    one, other = (["" if word.startswith("@") else word for word in text.split()] for text in maskings)
    assert fit(one, other)
    assert fit(other, one)
    assert not fit(one, [word and f"{word}x" for word in other])


def test_short_sentences_that_masks_could_join_stay_apart() -> None:
    rows = ["@GENE$ is linked to @DISEASE$.", "@GENE$ is linked to severe @DISEASE$ in men of three large towns of the north."]
    assert len(set(same_sentence_groups(rows))) == 2
    assert same_sentence_groups(list(reversed(rows))) == list(reversed(same_sentence_groups(rows)))
