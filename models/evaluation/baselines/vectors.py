"""Word vectors trained here: positive pointwise mutual information of words and their neighbours, cut down by a truncated SVD.

Levy, Goldberg and Dagan (2015, doi:10.1162/tacl_a_00134) found such vectors as good as skip-grams where the text is small.
The text: abstracts on the licences' allow-list and training documents, without any document of a dev or test set.

    python -m models.evaluation.baselines.vectors --data ../shared/data --output vectors.npz
"""

import argparse
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpora.abstracts import read_abstracts
from models.corpora.guard import ALLOWED_LICENCES, protected_documents, remove_leaks
from models.corpora.registry import CORPORA
from models.evaluation.baselines.words import words_of

COMMAND = "python -m models.evaluation.baselines.vectors"
_DIGIT = re.compile(r"\d")
EIGENVALUES = 0.5
"""The power of the singular values; Levy et al.'s choice for similarity."""


def folded(word: str) -> str:
    """The word as the vectors know it: case-folded, every digit 0."""
    return _DIGIT.sub("0", word.casefold())


@dataclass(frozen=True, slots=True)
class WordVectors:
    """`vectors` (W, D) of float32, of length 1; `rows` says where a folded word stands; `about` what they were made of."""

    rows: dict[str, int]
    vectors: NDArray[np.float32]
    about: dict[str, Any]

    def row(self, word: str) -> int | None:
        """The row of a word in any spelling of its case and digits; None where it is too rare."""
        return self.rows.get(folded(word))

    def save(self, path: Path) -> None:
        """Write one file; equal vectors give equal bytes."""
        about = json.dumps(self.about, sort_keys=True, ensure_ascii=False)
        np.savez(path, words=np.array(list(self.rows)), vectors=self.vectors.astype(np.float16), about=np.array(about))

    @classmethod
    def load(cls, path: Path) -> "WordVectors":
        """Read what `save` wrote. Raises `OSError` where there is no file, `ValueError` where it is something else."""
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
                rows = {str(word): row for row, word in enumerate(stored["words"])}
                return cls(rows, stored["vectors"].astype(np.float32), json.loads(str(stored["about"])))
        except (KeyError, ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} holds no word vectors of `{COMMAND}`") from error


def train_vectors(
    texts: Iterable[str], *, size: int = 100, window: int = 5, least: int = 5, contexts: int = 20_000, seed: int = 1
) -> WordVectors:
    """Vectors of the words that stand `least` times in the texts.

    A neighbour counts 1 beside the word and less with distance, up to `window` words away in the same text; the `contexts`
    most frequent words are neighbours. Frequencies of neighbours are smoothed by the power 0.75. Equal texts give equal
    vectors on one machine. Raises `ValueError` where the texts have fewer words than `size`.
    """
    from scipy.sparse import coo_matrix, csr_matrix, diags
    from scipy.sparse.linalg import svds

    folded_texts = [[folded(word.text) for word in words_of(text)] for text in texts]
    counts = Counter(word for text in folded_texts for word in text)
    words = sorted((word for word, n in counts.items() if n >= least), key=lambda word: (-counts[word], word))
    if len(words) <= size:
        raise ValueError(f"{len(words)} words stand {least} times in the texts; vectors of {size} need more")
    rows = {word: row for row, word in enumerate(words)}
    stream = _stream(folded_texts, rows, window)
    table = csr_matrix((len(words), min(contexts, len(words))), dtype=np.float64)
    for distance in range(1, window + 1):
        a, b = stream[:-distance], stream[distance:]
        near = (a >= 0) & (b >= 0)
        for left, right in ((a[near], b[near]), (b[near], a[near])):
            frequent = right < table.shape[1]
            weight = np.full(int(frequent.sum()), (window + 1 - distance) / window)
            table = table + coo_matrix((weight, (left[frequent], right[frequent])), shape=table.shape).tocsr()
    row_sums, column_sums = np.asarray(table.sum(axis=1)).ravel(), np.asarray(table.sum(axis=0)).ravel() ** 0.75
    ratio = diags(1 / np.maximum(row_sums, 1e-12)) @ table @ diags(column_sums.sum() / np.maximum(column_sums, 1e-12))
    ratio.data = np.maximum(np.log(ratio.data), 0.0)
    ratio.eliminate_zeros()
    left, values, _ = svds(ratio, k=size, v0=np.random.default_rng(seed).standard_normal(min(ratio.shape)))
    order = np.argsort(-values)
    vectors = left[:, order] * values[order] ** EIGENVALUES
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(size)])  # the signs of an SVD are free
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    about = {"words": len(words), "running_words": int((stream >= 0).sum()), "size": size, "window": window, "least": least, "seed": seed}
    return WordVectors(rows, vectors.astype(np.float32), about)


def _stream(texts: Sequence[Sequence[str]], rows: dict[str, int], window: int) -> NDArray[np.int64]:
    """All texts as rows of words, -1 for rare words and for a gap of `window` behind each text."""
    gap = [-1] * window
    return np.array([row for text in texts for row in (*(rows.get(word, -1) for word in text), *gap)], dtype=np.int64)


def allowed_texts(data: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """The texts that vectors may learn from, and a summary of them. Raises `CorpusMissing`."""
    protected = protected_documents(data)
    documents, summary = read_abstracts(data, protected)
    for corpus in CORPORA.values():
        if corpus.holds_documents and "train" in corpus.splits and corpus.licence in ALLOWED_LICENCES:
            kept, removed = remove_leaks(corpus.read("train", data), protected)
            documents += kept
            summary.append({"name": f"{corpus.name}/train", "licence": corpus.licence, "documents": len(kept), "removed": len(removed)})
    return list(dict.fromkeys(d.text for d in documents)), summary


def main(arguments: Sequence[str] | None = None) -> int:
    """Train vectors and store them."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--output", type=Path, required=True, help="the file to write (.npz)")
    parser.add_argument("--size", type=int, default=100, help="numbers in a vector (100)")
    parsed = parser.parse_args(arguments)
    texts, summary = allowed_texts(parsed.data)
    found = train_vectors(texts, size=parsed.size)
    found.about["sources"] = summary
    parsed.output.parent.mkdir(parents=True, exist_ok=True)
    found.save(parsed.output)
    sys.stderr.write(f"{parsed.output}: {found.about['words']} words, from {found.about['running_words']} running words\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
