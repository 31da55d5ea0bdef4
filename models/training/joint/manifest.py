"""The artefact's `manifest.json`, schema `biorelay.artefact/1`, as `models.runtime.manifest` reads it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.corpora.documents import ENTITY_TYPES, LABELS
from models.runtime.artefact import MANIFEST, REQUIRED
from models.runtime.manifest import SCHEMA
from models.runtime.pairs import FEATURES_VERSION
from models.training.joint.calibration import NerFit, NoveltyFit, PairFit
from models.training.joint.data import HELD_OUT
from models.training.joint.recipe import JointRecipe
from models.training.provenance import commit, file_entry, software

DECISION = (
    "p = softmax((logits + none_bias on None) / temperature); a pair is related where 1 - p[None] >= threshold; "
    "its type is the likeliest of the others, and its probability is that type's p"
)


@dataclass(slots=True)
class Facts:
    """What the manifest states; calibration and metrics are filled in as they become known."""

    recipe: JointRecipe
    training: dict[str, Any]
    ner: NerFit = field(default_factory=lambda: NerFit((1.0, 0.0), 0.0))
    pairs: PairFit = field(default_factory=lambda: PairFit(0.0, 1.0, 0.5))
    novelty: NoveltyFit = field(default_factory=lambda: NoveltyFit(0.0, 1.0))
    metrics: dict[str, Any] = field(default_factory=dict)

    def document(self, folder: Path, *, precision: str) -> dict[str, Any]:
        """The manifest as JSON values; files are those of the folder now."""
        from models.training.graphs import OPSET

        encoder = self.recipe.encoder
        return {
            "schema": SCHEMA,
            "name": self.recipe.name,
            "version": self.recipe.version,
            "generation": self.recipe.generation,
            "task": "ner+relations",
            "software": software(),
            "git_commit": commit(),
            "encoder": {
                "hidden": self.training["hidden"],
                "window": encoder.window,
                "overlap": encoder.overlap,
                "precision": precision,
                "opset": OPSET,
                "case": encoder.case,
                "lowercase": self.training["lowercase"],
            },
            "ner": {
                "types": [t.value for t in ENTITY_TYPES],
                "scheme": "BIO per head: logits[:, 3*k+{0,1,2}] = O,B,I of head k",
                "heads": [list(head) for head in self.training["heads"]],
                "guideline": HELD_OUT,
                "platt": list(self.ner.platt),
                "threshold": self.ner.threshold,
            },
            "relations": {
                "labels": list(LABELS),
                "none_bias": self.pairs.none_bias,
                "temperature": self.pairs.temperature,
                "threshold": self.pairs.threshold,
                "type_pairs": [list(pair) for pair in self.recipe.relations.type_pairs],
                "features": FEATURES_VERSION,
                "novelty": {"bias": self.novelty.bias, "temperature": self.novelty.temperature},
                "decision": DECISION,
            },
            "files": {path.name: file_entry(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST},
            "training": self.training,
            "metrics": self.metrics,
        }


def write(facts: Facts, folder: Path, *, precision: str) -> None:
    """Write the folder's manifest over its files as they are now."""
    missing = [name for name in REQUIRED if not (folder / name).is_file()]
    if missing:
        raise FileNotFoundError(f"{folder} lacks {', '.join(missing)}")
    text = json.dumps(facts.document(folder, precision=precision), indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def write_tokenizer(source: Path, target: Path) -> None:
    """The tokeniser without truncation and padding, on one line."""
    data = json.loads(source.read_bytes())
    data["truncation"] = data["padding"] = None
    target.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
