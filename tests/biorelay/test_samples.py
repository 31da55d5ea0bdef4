"""The sample that comes with the package: 500 real abstracts, public domain."""

from biorelay.samples import BC5CDR_TEST
from biorelay.samples.build import SOURCE, build
from processors.records import Abstract
from processors.sources import read


def test_the_bc5cdr_sample_holds_500_records() -> None:
    records = list(read(BC5CDR_TEST))
    assert all(isinstance(record, Abstract) and record.title and record.abstract and record.source == SOURCE for record in records)
    assert len({record.id for record in records if isinstance(record, Abstract)}) == 500


def test_the_same_input_builds_the_same_bytes(tmp_path) -> None:
    corpus = tmp_path / "a.txt"
    corpus.write_text("1|t|Title.\n1|a|Words.\n\n2|t|Title.\n2|a|Words.\n")
    assert build(corpus, tmp_path / "a.gz") == build(corpus, tmp_path / "b.gz") == 2
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
