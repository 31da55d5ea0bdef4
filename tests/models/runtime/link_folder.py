"""Link scores written by hand: a folder as `biorelay train` makes it, of few entities."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.runtime.links import ARRAYS, NODES, SCHEMA


def write_links(folder: Path, ids: Sequence[str], types: Sequence[str], **arrays: Any) -> Path:
    """`arrays`: those that `models.runtime.links` names."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / ARRAYS, **arrays)
    (folder / NODES).write_text(json.dumps({"ids": list(ids), "types": list(types)}))
    stated = {name: (folder / name).read_bytes() for name in (ARRAYS, NODES)}
    files = {name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for name, content in stated.items()}
    (folder / "manifest.json").write_text(json.dumps({"schema": SCHEMA, "name": "l", "version": "1", "files": files}))
    return folder


def popular(folder: Path, ids: Sequence[str], popularity: Sequence[float]) -> Path:
    """Scores that are the sum of both ends' popularity; all of one type."""
    return write_links(
        folder,
        ids,
        ["T"] * len(ids),
        vectors=np.zeros((len(ids), 2), dtype=np.float32),
        popularity=np.array(popularity, dtype=np.float32),
        relation=np.ones((1, 2), dtype=np.float32),
        kind=np.zeros(len(ids), dtype=np.int64),
        classes=np.zeros((1, 1), dtype=np.int64),
    )
