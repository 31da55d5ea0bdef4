"""Real abstracts that come with the package, for the demo and for trying things out; README.md says where they are from."""

from pathlib import Path

BC5CDR_TEST: Path = Path(__file__).with_name("bc5cdr_test.jsonl.gz")
"""The 500 documents of BC5CDR's test set, title and abstract, as `biorelay.abstract/1` records; no shipped model was trained on them."""
