"""Adapters and pruned encoders beside full fine-tuning, at equal budgets: F1, trained parameters, time, size and speed.

python -m benchmarks.bench_compression --data DATA --output OUT [--only NAME ...] [--store]

Each variant is the joint recipe with one thing changed, trained as briefly as those of `bench_choices` and from the same encoder, which
was not pretrained further, in the same order, and scored on dev sets as it is served. A variant that was trained by just this plan is not
trained again, whether OUT or the result of an earlier sitting has it, so the table may be made in several sittings.
"""

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.bench_choices import PASSES, SETS, UNADAPTED, asked
from benchmarks.machine import describe
from models.corpora.registry import corpus
from models.evaluation.artefact import write
from models.evaluation.results import Figure, Row, Section, Table, store
from models.evaluation.scores import RELATION_SET
from models.runtime.artefact import MANIFEST, load_artefact
from models.runtime.encoder import Encoder
from models.training import read_recipe
from models.training.joint.recipe import CorpusPart, JointRecipe
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


class Plan(NamedTuple):
    """What a variant trains, and the smaller encoder that it starts from."""

    recipe: JointRecipe
    smaller: PruneRecipe | None

    def fingerprint(self) -> str:
        return " ".join(part.fingerprint() for part in self if part is not None)


def main() -> None:
    options = asked(__doc__ or "", VARIANTS, RESULTS)
    shipped = read_recipe(options.recipe)
    rows = table_rows({name: planned(name, shipped) for name in VARIANTS}, options)
    result = {
        "machine": describe(("torch", "transformers", "peft")),
        "recipe": options.recipe.stem,
        "variants": rows,
    }
    write(result, options.out)
    if options.store:
        store("compression", table(result))
    print(json.dumps(result, indent=1))


def table_rows(plans: Mapping[str, Plan], options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The variants that are asked for or known, in their order; each earlier row by just its plan is taken over."""
    earlier = json.loads(options.out.read_bytes())["variants"] if options.out.is_file() else {}
    rows = {}
    for name, plan in plans.items():
        known = earlier.get(name, {})
        if known.get("fingerprint") == plan.fingerprint():
            rows[name] = known
        elif name in options.only or (artefact_of(plan, options.output) / MANIFEST).is_file():
            rows[name] = {"fingerprint": plan.fingerprint(), **measured(train(plan, options), options.data)}
    return rows


def planned(name: str, shipped: JointRecipe) -> Plan:
    """The shipped recipe, shortened, with what the variant changes."""
    changed = VARIANTS[name]
    title, encoder, optimiser = f"{shipped.name}-{name}", shipped.encoder.model_copy(update=UNADAPTED), shipped.optimiser
    smaller = None
    if "prune" in changed:
        smaller = PruneRecipe(
            schema="biorelay.recipe/1",
            name=f"{title}-encoder",
            version=shipped.version,
            shipping=shipped.shipping,
            encoder=encoder,
            corpora=list(PASSES),
            prune=changed["prune"],
        )
        encoder = encoder.model_copy(update={"start": f"{smaller.name}/{smaller.version}"})
    if changed.get("adapter"):
        encoder = encoder.model_copy(update={"adapter": changed["adapter"]})
        optimiser = optimiser.model_copy(update={"encoder_rate": ADAPTER_RATE})
    shorter = {"corpora": [CorpusPart(name=name, passes=n) for name, n in PASSES.items()], "scored": ["/".join(place) for place in SETS]}
    recipe = shipped.model_copy(update={"name": title, "encoder": encoder, "optimiser": optimiser, "names": None, **shorter})
    return Plan(recipe, smaller)


def artefact_of(plan: Plan, out: Path) -> Path:
    """Where a variant's artefact lies, or will."""
    return out / plan.recipe.name / plan.recipe.version


def train(plan: Plan, options: argparse.Namespace) -> Path:
    """The folder of a variant's artefact, trained where it is not there yet. Raises as `models.training.run` does."""
    folder = artefact_of(plan, options.output)
    if (folder / MANIFEST).is_file():
        return folder
    if plan.smaller is not None:
        job("prune").run(plan.smaller, options.recipe, options.data, options.output, resume=True, progress=_tell)
    artefact: Path = job("joint").run(plan.recipe, options.recipe, options.data, options.output, resume=True, progress=_tell)
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
