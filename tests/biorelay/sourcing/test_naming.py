"""Which of PubMed's files comes next."""

import pytest

from biorelay.sourcing.naming import BASELINE, UPDATES, Listing, Next, UpdateFile, next_file


def listing(*names: str, begun: tuple[str, ...] = ()) -> Listing:
    return Listing(frozenset(map(file, names)), frozenset(map(file, begun)))


def file(name: str) -> UpdateFile:
    found = UpdateFile.parse(f"pubmed{name}")
    assert found is not None
    return found


OLD = listing("26n0001", "26n0002", "26n0003")


@pytest.mark.parametrize(
    ("text", "whole", "begun"),
    [
        ("", set(), set()),
        ("pubmed26n0001.xml.gz\r\npubmed26n0001.xml.gz.md5\r\n", {"26n0001"}, set()),
        ('<a href="pubmed26n1300.xml.gz">pubmed26n1300.xml.gz</a> 19M', set(), {"26n1300"}),
        ("pubmed26n1300.xml.gz.md5", set(), set()),
        ("notpubmed26n1300.xml.gz pubmed26n1300.xml.gz.tmp pubmed26n1300.xml.gz.md5", set(), set()),
        ("../../pubmed26n1300.xml.gz /pub/pubmed26n1300.xml.gz.md5", {"26n1300"}, set()),
        ("pubmed26n99999.xml.gz pubmed26n99999.xml.gz.md5", {"26n99999"}, set()),
        ("pubmed26n1.xml.gz pubmed2026n0001.xml.gz \u202epubmed26n0001_stats.html", set(), set()),
    ],
)
def test_a_listing_is_read_whatever_it_looks_like(text: str, whole: set[str], begun: set[str]) -> None:
    assert Listing.of(text) == listing(*whole, begun=tuple(begun))


@pytest.mark.parametrize("text", ["", "pubmed26n12", "../pubmed26n1300", "pubmed26n1300.xml", "pubmed26n1300.xml.gz.md5", "26n1300", "x"])
def test_what_is_no_name(text: str) -> None:
    assert UpdateFile.parse(text) is None


def test_names() -> None:
    assert file("26n0007").name == "pubmed26n0007.xml.gz"
    assert UpdateFile.parse("pubmed26n12345.xml.gz") == UpdateFile(26, 12345)
    assert file("26n9999").next.name == "pubmed26n10000.xml.gz"


def test_number_by_number_from_the_baseline_into_the_updates() -> None:
    updates = listing("26n0004", "26n0005")
    found = []
    last = UpdateFile(26, 0)
    while (now := next_file(last, updates, OLD, whole_years=True)).file is not None:
        found.append((now.file.name[6:13], now.folder))
        last = now.file
    assert found == [("26n0001", BASELINE), ("26n0002", BASELINE), ("26n0003", BASELINE), ("26n0004", UPDATES), ("26n0005", UPDATES)]
    assert now == Next(why="pubmed26n0005.xml.gz was the last")


def test_a_file_without_its_md5_is_still_being_written() -> None:
    found = next_file(file("26n0004"), listing("26n0004", begun=("26n0005",)), OLD, whole_years=False)
    assert found == Next(why="pubmed26n0005.xml.gz has no md5 yet")


def test_a_number_that_is_left_out_is_named() -> None:
    found = next_file(file("26n0004"), listing("26n0006", "26n0007"), OLD, whole_years=False)
    assert found == Next(why="pubmed26n0005.xml.gz is missing, though pubmed26n0006.xml.gz is there", missing=True)


def test_a_file_still_to_come_is_waited_for() -> None:
    assert not next_file(file("26n0099"), listing("26n0004"), OLD, whole_years=False).missing


class TestNewYear:
    BASE = listing("27n0001", "27n0002")

    def test_the_old_years_files_come_first(self) -> None:
        updates = listing("26n0005", "27n0003")
        assert next_file(file("26n0004"), updates, self.BASE, whole_years=True).file == file("26n0005")

    def test_its_update_files_go_on_behind_its_baseline(self) -> None:
        found = next_file(file("26n0009"), listing("27n0003", "27n0004"), self.BASE, whole_years=False)
        assert (found.file, found.folder) == (file("27n0003"), UPDATES)
        assert "--baseline" in found.why

    def test_or_with_the_baseline_where_that_was_asked_for(self) -> None:
        found = next_file(file("26n0009"), listing("27n0003"), self.BASE, whole_years=True)
        assert (found.file, found.folder) == (file("27n0001"), BASELINE)

    @pytest.mark.parametrize(
        ("updates", "baseline", "missing"),
        [
            (listing("27n0004"), BASE, "pubmed27n0003.xml.gz is missing"),
            (listing("27n0003"), listing(), "the baseline is missing"),
            (listing("28n0003"), listing("28n0002"), "the files up to the year 2028 are gone"),
        ],
    )
    def test_nothing_is_left_out_silently(self, updates: Listing, baseline: Listing, missing: str) -> None:
        found = next_file(file("26n0009"), updates, baseline, whole_years=False)
        assert found.missing
        assert missing in found.why

    def test_before_its_first_update_file_it_is_waited_for(self) -> None:
        assert next_file(file("26n0009"), listing(), self.BASE, whole_years=False) == Next(
            why="the baseline of 2027 is there, and no update file yet"
        )
        assert not next_file(file("26n0009"), listing(begun=("27n0003",)), self.BASE, whole_years=False).missing

    def test_a_baseline_that_is_still_written(self) -> None:
        found = next_file(file("26n0009"), listing(), listing("27n0002", begun=("27n0001",)), whole_years=True)
        assert found.file is None
        assert found.missing
