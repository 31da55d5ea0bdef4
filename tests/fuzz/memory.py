"""How much memory one hostile input takes: each in a process of its own, beside the same command on an ordinary one."""

import gzip
import json
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tests.fuzz import samples

MIB = 1 << 20
READ = ("extract", "-o", "/dev/null")
LOAD = ("graph", "load")
IMPORT = ("graph", "import", "--source", "x")
LISTS = ("publish", "--dry-run", "--retractions")
GROWTH = ("graph", "growth")

Parts = Callable[[], Iterable[bytes]]


class Hostile(NamedTuple):
    """An input of one file, and the command that reads it."""

    command: tuple[str, ...]
    name: str  # of the file
    parts: Parts


def _times(part: bytes, size: int) -> Iterator[bytes]:
    """So many bytes of one part, in pieces of some MiB."""
    piece = part * max(1, MIB // len(part))
    for _ in range(size // len(piece)):
        yield piece


def _around(before: bytes, part: bytes, size: int, after: bytes = b"") -> Parts:
    return lambda: (before, *_times(part, size), after)


def _packed(part: bytes, size: int) -> Parts:
    """A gzip file of many equal members, which unpacks to so many bytes."""
    member = gzip.compress(part * (64 * MIB // len(part)), 9, mtime=0)
    return lambda: (member for _ in range(size // (64 * MIB)))


def _best_packed(text: bytes) -> Parts:
    packer = zlib.compressobj(9, wbits=31)
    return lambda: (packer.compress(text), packer.flush())


ARTICLE = b"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>"
EASY = b'{"id": "1", "title": "'
BIOC = b'{"documents": [{"id": "1", "passages": ['
ROW = b'{"schema": "biorelay.relations/1", "id": "a:b", "relations": ['
ENTITIES = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
LARGE = 50 * MIB
RECORD = 4 * MIB - (1 << 16)
"""A little less than the largest record that is looked into."""

HOSTILE: dict[str, Hostile] = {
    "ten GB of zeros in gzip": Hostile(READ, "a.xml.gz", _packed(b"\0", 10_000 * MIB)),
    "ten GB of blanks in gzip": Hostile(READ, "a.jsonl.gz", _packed(b" ", 10_000 * MIB)),
    "a record of 50 MB, XML": Hostile(READ, "a.xml", _around(ARTICLE, b"word ", LARGE)),
    "a line of 50 MB, JSON": Hostile(READ, "a.jsonl", _around(EASY, b"word ", LARGE, b'"}\n')),
    "50 MB of text": Hostile(READ, "a.txt", _around(b"A title.\n\n", b"word ", LARGE)),
    "50 MB of PubTator": Hostile(READ, "a.pubtator", _around(b"1|t|", b"word ", LARGE)),
    "50 MB of MEDLINE": Hostile(READ, "a.nbib", _around(b"PMID- 1\nTI  - ", b"word\n      ", LARGE)),
    "an attribute of 50 MB": Hostile(READ, "a.xml", _around(b'<PubmedArticleSet><PubmedArticle a="', b"word ", LARGE, b'"/>')),
    "a comment of 50 MB": Hostile(READ, "a.xml", _around(b"<PubmedArticleSet><!--", b"word ", LARGE)),
    "billion laughs": Hostile(READ, "a.xml", lambda: (b'<!DOCTYPE x [<!ENTITY l0 "l">' + ENTITIES + b"]>" + ARTICLE + b"&l9;",)),
    "elements in a record, as many as fit": Hostile(READ, "a.xml", _around(ARTICLE, b"<i/>", RECORD,
    b"</ArticleTitle></Article></MedlineCitation></PubmedArticle>")),
    "elements inside one another": Hostile(READ, "a.xml", _around(ARTICLE, b"<i>", RECORD, b"</PubmedArticle>")),
    "attributes in a record, as many as fit": Hostile(
        READ, "a.xml", lambda: (ARTICLE + b"<i", *(b' a%d="1"' % n for n in range(RECORD // 16)),
        b"/></ArticleTitle></Article></MedlineCitation></PubmedArticle>")
    ),
    "brackets inside one another, JSON": Hostile(READ, "a.jsonl", _around(b'{"id": "1", "title": ', b"[", RECORD)),
    "numbers in a record, JSON": Hostile(READ, "a.jsonl", _around(b'{"id": "1", "title": "x", "y": [0', b",1", RECORD, b"]}\n")),
    "objects in a record, JSON": Hostile(READ, "a.jsonl", _around(b'{"id": "1", "title": "x", "y": [{}', b",{}", RECORD, b"]}\n")),
    "passages in a document, BioC": Hostile(READ, "a.json", _around(BIOC + b"{}", b',{"offset":0,"text":"x"}', RECORD, b"]}]}\n")),
    "annotations in a document, PubTator": Hostile(READ, "a.pubtator", _around(b"1|t|x\n1|a|y\n", b"1\t0\t1\tx\tGene\t1\n", LARGE)),
    "sections in a text": Hostile(READ, "a.jsonl", _around(b'{"id": "1", "abstract": "', b"AIMS: x. ", RECORD, b'"}\n')),
    "relations in a record": Hostile(LOAD, "r.jsonl", _around(ROW + b"{}", b",{}", RECORD, b"]}\n")),
    "a line of 50 MB, relations": Hostile(LOAD, "r.jsonl", _around(ROW, b"{},", LARGE)),
    "a line of 50 MB, outside graph": Hostile(IMPORT, "n.tsv", _around(b"id\tcategory\n", b"word ", LARGE)),
    "columns of an outside graph": Hostile(IMPORT, "n.tsv", _around(b"id\tcategory", b"\tx", LARGE, b"\n")),
    "a cell of 50 MB, retractions": Hostile(LISTS, "l.csv", _around(b'pmid,x\n1,"', b"word ", LARGE)),
    "ten GB of blanks in gzip, retractions": Hostile(LISTS, "l.csv.gz", _packed(b" ", 10_000 * MIB)),
    "ten GB of lines in gzip, table": Hostile(GROWTH, "t.tsv.gz", _packed(b"a\tb\n", 10_000 * MIB)),
}  # fmt: skip


def ordinary(command: Sequence[str], folder: Path) -> list[Path]:
    """Files that a command usually reads: some dozens of records."""
    records = samples.records("relations")
    given: Mapping[tuple[str, ...], dict[str, bytes]] = {
        READ: {"o.xml": b"".join(samples.pubmed() * 8), "o.jsonl": (samples.DATA / "biored_dev.jsonl").read_bytes()},
        LOAD: {"o.jsonl": b"\n".join(records * 20)},
        IMPORT: {
            "n.tsv": b"id\tcategory\n" + b"".join(b"MESH:D%06d\tbiolink:Disease\n" % n for n in range(2000)),
            "e.tsv": b"subject\tpredicate\tobject\n" + b"".join(b"MESH:D%06d\tbiolink:affects\tMESH:D000001\n" % n for n in range(2000)),
        },
        LISTS: {"o.csv": b"pmid,x\n" + b"".join(b"%d,y\n" % n for n in range(1, 5000))},
        GROWTH: {"o.tsv": b"a\tb\n" + b"".join(b"name %d\tother %d\n" % (n, n % 97) for n in range(2000))},
    }
    found = []
    for name, content in given[tuple(command)].items():
        found.append(folder / name)
        found[-1].write_bytes(content)
    return found


def files_of(hostile: Hostile, folder: Path) -> list[Path]:
    """The input on disk; an outside graph's second file is empty."""
    file = folder / hostile.name
    with file.open("wb") as out:
        _write(out, hostile.parts())
    if hostile.command != IMPORT:
        return [file]
    other = folder / "e.tsv"
    other.write_bytes(b"subject\tpredicate\tobject\n")
    return [file, other]


def _write(out: BinaryIO, parts: Iterable[bytes]) -> None:
    out.writelines(parts)


_CHILD = """
import atexit, pathlib, sys
place = pathlib.Path(sys.argv.pop(1))
atexit.register(lambda: place.write_bytes(pathlib.Path("/proc/self/status").read_bytes()))
from biorelay.cli import main
main()
"""
"""Linux tells a process's peak; what `wait4` tells is its parent's where that was larger when it began."""


def peak_mib(command: Sequence[str], files: Sequence[Path], folder: Path) -> tuple[float, int]:
    """The largest memory that a command had, in MiB, and its exit code."""
    status = folder / "status"
    status.unlink(missing_ok=True)
    words = [sys.executable, "-c", _CHILD, str(status), *command, *map(str, files)]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("BIORELAY_")}
    surroundings |= {"BIORELAY_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(samples.ROOT)}
    with (folder / "said").open("wb") as said:
        child = os.posix_spawn(
            sys.executable, words, surroundings, file_actions=[(os.POSIX_SPAWN_DUP2, said.fileno(), stream) for stream in (1, 2)]
        )
        _, ended = os.waitpid(child, 0)
    peaks = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.is_file() else ()
    return int(peaks[0]) / 1024 if peaks else float("inf"), os.waitstatus_to_exitcode(ended)


def measured(folder: Path, names: Iterable[str] = HOSTILE) -> Iterator[tuple[str, float, float, int, str]]:
    """For each hostile input: its peak, the ordinary one's of the same command, the exit code, and what was said."""
    usual: dict[tuple[str, ...], float] = {}
    for name in names:
        hostile = HOSTILE[name]
        if hostile.command not in usual:
            usual[hostile.command], _ = peak_mib(hostile.command, ordinary(hostile.command, folder), folder)
        files = files_of(hostile, folder)
        peak, code = peak_mib(hostile.command, files, folder)
        for file in files:
            file.unlink()
        yield name, peak, usual[hostile.command], code, (folder / "said").read_text(encoding="utf-8", errors="replace")


def result(folder: Path) -> dict[str, dict[str, float]]:
    """Peaks in MiB by input, as `benchmarks.fuzz` stores them."""
    return {name: {"peak_mib": round(peak), "usual_mib": round(usual)} for name, peak, usual, _, _ in measured(folder)}


if __name__ == "__main__":
    import tempfile
    import time

    with tempfile.TemporaryDirectory() as scratch:
        started = time.monotonic()
        for name, peak, usual, code, said in measured(Path(scratch), sys.argv[1:] or HOSTILE):
            print(
                f"{name:45} {peak:7.0f} {usual:5.0f} {peak / usual:5.2f}  {code}  {json.dumps(said[-160:])}",
                flush=True,
            )
