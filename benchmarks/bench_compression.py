"""Adapters and pruned encoders beside full fine-tuning, at equal budgets: F1, trained parameters, time, size and speed.

python -m benchmarks.bench_compression --data DATA --output OUT [--only NAME ...] [--store]

Each variant is the joint recipe with one thing changed, trained as briefly as those of `bench_choices`, in the same order, and scored on
dev sets as it is served. A variant that OUT holds already is not trained again, so the table may be made in several sittings.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.bench_choices import PASSES, SETS, asked
from benchmarks.machine import describe
from models.corpora.registry import corpus
from models.evaluation.artefact import write
from models.evaluation.results import Figure, Row, Section, Table, store
from models.evaluation.scores import RELATION_SET
from models.runtime.artefact import MANIFEST, load_artefact
from models.runtime.encoder import Encoder
from models.training import read_recipe
from models.training.joint.recipe import CorpusPart
from models.training.kinds import job
from models.training.progress import ProgressEvent
from models.training.prune.recipe import PrunePart, PruneRecipe

RESULTS = Path(__file__).parent / "results" / "compression.json"
COMMAND = "python -m benchmarks.bench_compression --data DATA --output OUT --store"

ADAPTER_RATE = 1e-3
"""Low-rank adapters take larger rates than whole matrices (Hu et al. 2022)."""

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "full": {},
    "lora": {"adapter": "lora"},
    "pieces": {"prune": PrunePart(pieces=1)},
    "pieces-10": {"prune": PrunePart(pieces=10)},
    "layers-5": {"prune": PrunePart(layers=[4])},
    "layers-4": {"prune": PrunePart(layers=[2, 4])},
    "heads-8": {"prune": PrunePart(heads=8)},
}


def main() -> None:
    options = asked(__doc__ or "", VARIANTS, RESULTS)
    recipe, out = options.recipe, options.output
    wanted = [name for name in VARIANTS if name in options.only or (artefact_of(name, read_recipe(recipe), out) / MANIFEST).is_file()]
    rows = {name: measured(train(name, recipe, options.data, out), options.data) for name in wanted}
    result = {
        "machine": describe(("torch", "transformers", "peft")),
        "recipe": options.recipe.stem,
        "variants": rows,
    }
    write(result, options.out)
    if options.store:
        store("compression", table(result))
    print(json.dumps(result, indent=1))


def artefact_of(name: str, recipe: Any, out: Path) -> Path:
    """Where a variant's artefact lies, or will."""
    return out / f"{recipe.name}-{name}" / str(recipe.version)


def train(name: str, recipe: Path, data: Path, out: Path) -> Path:
    """The folder of a variant's artefact, trained where it is not there yet. Raises as `models.training.run` does."""
    plan, changed = read_recipe(recipe), VARIANTS[name]
    folder = artefact_of(name, plan, out)
    if (folder / MANIFEST).is_file():
        return folder
    title, encoder, optimiser = f"{plan.name}-{name}", plan.encoder, plan.optimiser
    if "prune" in changed:
        smaller = PruneRecipe(
            schema="biorelay.recipe/1",
            name=f"{title}-encoder",
            version=plan.version,
            shipping=plan.shipping,
            encoder=encoder,
            corpora=list(PASSES),
            prune=changed["prune"],
        )
        made = job("prune").run(smaller, recipe, data, out, resume=True, progress=_tell)
        encoder = encoder.model_copy(update={"start": str(made.relative_to(out))})
    if changed.get("adapter"):
        encoder = encoder.model_copy(update={"adapter": changed["adapter"]})
        optimiser = optimiser.model_copy(update={"encoder_rate": ADAPTER_RATE})
    shorter = {"corpora": [CorpusPart(name=name, passes=n) for name, n in PASSES.items()], "scored": ["/".join(place) for place in SETS]}
    variant = plan.model_copy(update={"name": title, "encoder": encoder, "optimiser": optimiser, **shorter})
    artefact: Path = job("joint").run(variant, recipe, data, out, resume=True, progress=_tell)
    return artefact


def measured(folder: Path, data: Path) -> dict[str, Any]:
    """A variant's row; the scores are those that its job wrote down."""
    artefact = load_artefact(folder)
    training, precision = artefact.manifest.training, artefact.manifest.encoder.precision
    name, split = RELATION_SET
    scores = artefact.manifest.metrics[precision]
    encoder = Encoder(artefact, cache_bytes=0)
    texts = [d.text for d in corpus(name).read(split, data)]
    pieces = sum(len(encoder.encode(text).offsets) for text in texts)
    started = time.process_time()
    for text in texts:
        encoder.encode(text)
    spent = time.process_time() - started
    return {
        "parameters": training["run"]["parameters"],
        "seconds": training["run"]["seconds"],
        "megabytes": round(sum(entry.bytes for entry in artefact.manifest.files.values()) / 1e6, 2),
        "tokens_per_second": round(pieces / spent),
        "ner": scores["ner"][f"{name}/{split}"]["all"],
        "pair": scores["relations_gold_entities"][f"{name}/{split}"]["pair"],
        "typed": scores["relations_gold_entities"][f"{name}/{split}"]["typed"],
    }


def table(result: dict[str, Any]) -> Table:
    """The variants side by side."""
    rows = []
    for name, row in result["variants"].items():
        figures: dict[str, Any] = {
            "parameters, M": row["parameters"]["all"] / 1e6,
            "trained, M": row["parameters"]["trained"] / 1e6,
            "minutes": row["seconds"] / 60,
            "MB": row["megabytes"],
            "tokens/s": row["tokens_per_second"],
            **{label: Figure.of(row[key]) for label, key in (("NER", "ner"), ("pair", "pair"), ("typed", "typed"))},
        }
        rows.append(Row(system=name, figures=figures))
    return Table(
        title="Adapters and pruned encoders",
        section=Section.ARTEFACTS,
        measured_on="biored/dev, served as int8, gold entities for relations",
        documents="100 documents",
        seed=1,
        columns=("parameters, M", "trained, M", "minutes", "MB", "tokens/s", "NER", "pair", "typed"),
        rows=tuple(rows),
        notes=(f"{result['recipe']}, shortened: the rows compare with each other, not with the shipped model.",),
        command=COMMAND,
    )


def _tell(event: ProgressEvent) -> None:
    if event.phase in {"score", "done"} or event.done == event.total:
        print(f"{event.phase}: {event.message}", flush=True)


if __name__ == "__main__":
    main()
