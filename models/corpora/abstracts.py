"""Abstracts without annotations, for pretraining and word vectors: readers, licences, and none that any dev or test set holds."""

import csv
import gzip
import io
import json
import tarfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.corpora.documents import Document
from models.corpora.errors import CorpusMissing
from models.corpora.guard import ALLOWED_LICENCES

SHORTEST = 200
"""Characters; a shorter text is a title or a note that there is no abstract."""

Rows = Iterator[tuple[str, str, str]]  # PMID or nothing, title or nothing, abstract


def _online(text: io.TextIOBase) -> Rows:
    for row in csv.DictReader(text):
        yield row["pubmedID"], row["title"], row.get("abstracts") or row.get("abstract") or ""


def _lund(text: io.TextIOBase) -> Rows:
    for pmid, article in json.load(text).items():
        yield pmid, article.get("title") or "", article.get("abstract") or ""


def _pubmedqa(text: io.TextIOBase) -> Rows:
    for pmid, article in json.load(text).items():
        yield pmid, article["QUESTION"], " ".join((*article["CONTEXTS"], article["LONG_ANSWER"]))


def _piboso(text: io.TextIOBase) -> Rows:
    for block in text.read().split("###")[1:]:
        pmid, *lines = block.strip().splitlines()
        yield pmid, "", " ".join(line.partition("\t")[2] for line in lines if line.strip())


def _medical(text: io.TextIOBase) -> Rows:
    for row in csv.DictReader(text):
        yield "", "", row["medical_abstract"]


def _ohsumed(text: io.TextIOBase) -> Rows:
    title, _, abstract = text.read().partition("\n")
    yield "", title, abstract


def _hallmarks(text: io.TextIOBase) -> Rows:
    yield "", "", text.read()


@dataclass(frozen=True, slots=True)
class Abstracts:
    """One set of abstracts: files (gzip or tar.xz) under the data folder. `tokenised`: punctuation stands apart."""

    name: str
    licence: str
    source: str
    files: str  # a glob
    rows: Callable[[io.TextIOBase], Rows]
    members: str = ""  # of an archive: what the names of its files begin with
    tokenised: bool = False

    def read(self, data: Path) -> Iterator[Document]:
        """The abstracts with at least `SHORTEST` characters, by file and place. Raises `CorpusMissing`."""
        files = sorted(data.glob(self.files))
        if not files:
            raise CorpusMissing(f"the abstracts of {self.name} are not at {data / self.files}", remedy="Name the data folder with --data.")
        for path in files:
            for member, text in _texts(path, self.members):
                for pmid, heading, body in self.rows(text):
                    title, abstract = " ".join(heading.split()), " ".join(body.split())
                    if len(abstract) >= SHORTEST:
                        number = pmid or (Path(member).stem if self.name == "hallmarks-of-cancer" else "")
                        yield Document(f"abstracts/{self.name}", number, title, f"{title} {abstract}".strip(), ())


def _texts(path: Path, members: str) -> Iterator[tuple[str, io.TextIOBase]]:
    """Name and content of each text file of a packed file, in the order of their names."""
    if not path.name.endswith(".tar.xz"):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
            yield path.name, text
        return
    with tarfile.open(path) as archive:
        read = {m.name: archive.extractfile(m) for m in archive.getmembers() if m.isfile() and m.name.startswith(members)}
        for name in sorted(read):
            if (member := read[name]) is not None:
                yield name, io.TextIOWrapper(member, encoding="utf-8", errors="replace")


ABSTRACTS: Mapping[str, Abstracts] = {
    found.name: found
    for found in (
        Abstracts(
            "cohen-2006", "MIT", "doi:10.1197/jamia.M1929, asreview/systematic-review-datasets", "abstracts/cohen_2006/*.csv.gz", _online
        ),
        Abstracts("pubmedqa", "MIT", "arXiv:1909.06146, pubmedqa/pubmedqa", "abstracts/pubmedqa_ori_pqal.json.gz", _pubmedqa),
        Abstracts(
            "nicta-piboso",
            "MIT",
            "doi:10.1186/1471-2105-12-S2-S5, jind11/HSLN-Joint-Sentence-Classification",
            "abstracts/nicta_piboso/*.txt.gz",
            _piboso,
            tokenised=True,
        ),
        Abstracts("lund-autophagy-1", "Apache-2.0", "Aitslab/EasyNER", "abstracts/lund_autophagy_1/*.json.gz", _lund),
        Abstracts(
            "medical-abstracts",
            "Creative Commons, version not stated",
            "sebischair/Medical-Abstracts-TC-Corpus",
            "abstracts/medical_abstracts_tc/medical_tc_test.csv.gz",
            _medical,
        ),
        Abstracts(
            "ohsumed",
            "not stated",
            "doi:10.1007/978-1-4471-2099-5_20, yao8839836/text_gcn",
            "abstracts/ohsumed_single_23.tar.xz",
            _ohsumed,
            "data/",
        ),
        Abstracts(
            "hallmarks-of-cancer",
            "GPL-3.0",
            "doi:10.1093/bioinformatics/btv585, sb895/Hallmarks-of-Cancer",
            "abstracts/hallmarks_of_cancer.tar.xz",
            _hallmarks,
            "text/",
            tokenised=True,
        ),
    )
}
"""Every known set of abstracts, by name."""


def read_abstracts(
    data: Path,
    protected: Mapping[str, str],
    *,
    licences: Collection[str] = ALLOWED_LICENCES,
    sets: Iterable[Abstracts] = tuple(ABSTRACTS.values()),
) -> tuple[list[Document], list[dict[str, Any]]]:
    """The abstracts of the sets with one of these licences, each once, and a summary: set, licence, how many, and how many were left out.

    Left out is what `protected` holds (`guard.protected_documents`), by PMID or by text, and what an earlier set holds.
    Raises `CorpusMissing`.
    """
    taken: set[str] = set()
    kept: list[Document] = []
    summary: list[dict[str, Any]] = []
    for source in sets:
        if source.licence not in licences:
            continue
        leaked = repeated = 0
        before = len(kept)
        for document in source.read(data):
            marks = _marks(document)
            if marks & protected.keys():
                leaked += 1
            elif marks & taken:
                repeated += 1
            else:
                taken |= marks
                kept.append(document)
        summary.append(
            {
                "name": source.name,
                "licence": source.licence,
                "source": source.source,
                "documents": len(kept) - before,
                "removed": {"in_dev_or_test_sets": leaked, "in_earlier_sets": repeated},
            }
        )
    return kept, summary


def _marks(document: Document) -> set[str]:
    """The document's fingerprints; a text without a title is an abstract too."""
    marks = {mark for mark in document.fingerprints() if mark != "pmid:"}
    if not document.title:
        marks |= {f"abstract:{mark.partition(':')[2]}" for mark in marks if mark.startswith("text:")}
    return marks
