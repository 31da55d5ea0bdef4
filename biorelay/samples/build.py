"""Build the sample of abstracts from the corpus's own file: `python -m biorelay.samples.build CDR_TestSet.PubTator.txt`.

The same input gives the same bytes.
"""

import gzip
import sys
from pathlib import Path

from biorelay.samples import BC5CDR_TEST
from processors.records import Abstract
from processors.sources import read
from processors.sources.jsonl import write_jsonl

SOURCE = "BC5CDR test set"


def build(corpus: Path, target: Path) -> int:
    """Write every document of a PubTator file as JSON lines, gzip, without a timestamp; return how many. Raises what a reader refused."""
    abstracts: list[Abstract] = []
    for outcome in read(corpus, format="pubtator"):
        if not isinstance(outcome, Abstract):
            raise SystemExit(f"{outcome} is not as it should be; nothing was written")
        abstracts.append(outcome.model_copy(update={"source": SOURCE}))
    target.write_bytes(gzip.compress(b"".join(write_jsonl(abstracts)), compresslevel=9, mtime=0))
    return len(abstracts)


if __name__ == "__main__":
    count = build(Path(sys.argv[1]), BC5CDR_TEST)
    sys.stdout.write(f"{count} abstracts in {BC5CDR_TEST.name}\n")
