"""Whatever a corpus file holds, it is read or refused by name; nothing else comes out of a reader."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.corpora.bioscope import read_bioscope
from models.corpora.errors import CorpusBroken
from models.corpora.registry import CORPORA, Corpus, Split
from models.corpora.relations.ddi import FOLDERS
from models.corpora.relations.pair import Pair
from models.corpora.relations.reading import read_pairs
from models.corpora.relations.tables import read_bytes, read_xml
from models.runtime.errors import BiorelayError
from tests.models.corpora.relations.test_standoff import ABSTRACT, ENTITIES, TITLE
from tests.models.corpora.relations.test_tables import PGR_HEADER, PGR_ROW, euadr
from tests.models.corpora.relations.test_xml import DDI, PPI, lay_ddi

FILES: dict[str, dict[str, bytes]] = {
    "ppi": {"a.xml": PPI.encode()},
    "pgr": {"a.tsv": f"{PGR_HEADER}\n{PGR_ROW.format(start=0, related='True', check='')}\n".encode()},
    "euadr": {"a.csv": "\n".join("\t".join(f'"{cell}"' for cell in row) for row in (euadr(), euadr().values())).encode("cp1252")},
    "folds": {"train.tsv": b"@GENE$ and @DISEASE$\t1\n", "test.tsv": b"index\tsentence\tlabel\n0\t@GENE$ or @DISEASE$\t0\n"},
    "standoff": {
        "a_abstracts.tsv": f"7\t{TITLE}\t{ABSTRACT}\n".encode(),
        "a_entities.tsv": "\n".join(ENTITIES).encode(),
        "a_relations.tsv": b"7\tINHIBITOR\tArg1:T1\tArg2:T2\n",
    },
}

PIECES = [
    b"",
    b"\t",
    b"\n",
    b'"',
    b"-",
    b";",
    b"<",
    b">",
    b"&amp;",
    b"\x00",
    b"\xff",
    b"0",
    b"-1",
    b"9" * 5_000,
    "\u0663".encode(),
    b"@GENE$",
    b"T1",
]


@pytest.mark.parametrize("form", FILES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_file_is_read_or_refused(form: str, tmp_path: Path, data: st.DataObject) -> None:
    changed = data.draw(st.sampled_from(sorted(FILES[form])))
    for name, content in FILES[form].items():
        start = data.draw(st.integers(0, len(content))) if name == changed else len(content)
        stop = min(len(content), start + data.draw(st.integers(0, 12)))
        (tmp_path / name).write_bytes(content[:start] + (data.draw(st.sampled_from(PIECES)) if name == changed else b"") + content[stop:])
    corpus = Corpus(
        name="made",
        title="made",
        kinds=("relations",),
        version="1",
        licence="CC0-1.0",
        source="made",
        copy="made",
        form=form,
        splits={"train": Split(dict.fromkeys(FILES[form], ""), {})},
        relations="made",
    )
    pairs, refusal = read(corpus, tmp_path)
    ends = [(pair.text, span) for pair in pairs for end in (pair.head, pair.tail, *pair.others) for span in end.spans]
    assert all(0 <= start < end <= len(text) for text, (start, end) in ends)
    assert refusal is None or (refusal.remedy and any(name in str(refusal) for name in FILES[form]))


def read(corpus: Corpus, data: Path) -> tuple[list[Pair], BiorelayError | None]:
    """The corpus's pairs, or why there are none; any other error is the test's."""
    try:
        corpus.count("train", data)
        return read_pairs(corpus, "train", data), None
    except BiorelayError as error:
        return [], error


def test_files_of_a_kind_not_meant_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "abstracts.xml.gz"
    for content in (b"", b"<a/>", gzip.compress(b"<a/>")[:-6], b"\x1f\x8b\x08\x00 not gzip"):
        path.write_bytes(content)
        if content:
            with pytest.raises(CorpusBroken, match=r"abstracts\.xml\.gz: not a whole gzip file"):
                read_bytes(path)


def test_elements_nested_without_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "negation" / "bioscope_abstracts.xml.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(b"<sentence>" * 100_000))
    with pytest.raises(CorpusBroken, match="nested too deeply"):
        read_bioscope(tmp_path)


def test_a_cue_of_no_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "negation" / "bioscope_abstracts.xml.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(b'<D><Document><sentence id="S1"><cue type="doubt" ref="X1">may</cue></sentence></Document></D>'))
    with pytest.raises(CorpusBroken, match="S1: the cue 'doubt'"):
        read_bioscope(tmp_path)


def test_one_file_of_a_zip_that_is_too_large_is_refused(tmp_path: Path) -> None:
    lay_ddi(tmp_path, DDI.replace("Nothing here.", " " * (5 << 20)), folder=FOLDERS["test"])
    with pytest.raises(CorpusBroken, match="larger than"):
        read_pairs(CORPORA["ddi-2013"], "test", tmp_path)


def test_xml_that_asks_for_other_files_brings_none() -> None:
    with pytest.raises(CorpusBroken, match="not readable as XML"):
        read_xml(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "corpus.xml")
