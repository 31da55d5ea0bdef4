"""What each choice of the joint recipe gives: one short training, and the same with one thing changed.

Scored on documents carved from train: a fifth of each corpus's training documents, by the sha256 of their PMIDs, and among BioRED's
those that the recipe holds out. No dev or test set is looked at, so recipes may be chosen by these figures.

python -m benchmarks.bench_choices --data DATA --output OUT [--only NAME ...] [--store]

All variants learn BioRED (4 passes), BC5CDR and NCBI-disease (2 passes each) unless they change just that, in the same order, with
the same seed, without any document of a dev or test set; figures are those of the weights in torch, in fp32, without thresholds. The
first lacks three things that the recipe has: pretraining, small steps and other names. `adapted` asks OUT for what the recipe starts from.
`distilled` asks OUT for soft.jsonl.gz, which `biorelay distil OUT/relay-pairwise/1 --corpus bc5cdr` writes. That teacher, a research model,
has learned BioRED documents that are scored here; the student learns only what it thinks of BC5CDR's.
A variant that was trained by just this plan is not trained again, whether OUT or the result of an earlier sitting has its counts, so the
table may be made in several sittings and on several machines.
"""

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import models.training
from benchmarks.machine import describe
from models.corpora.documents import ENTITY_TYPES
from models.corpora.guard import guard_over
from models.corpora.registry import corpus
from models.evaluation import gold
from models.evaluation.artefact import write
from models.evaluation.counts import Counts, report
from models.evaluation.results import Figure, Row, Section, Table, store
from models.evaluation.statistics import paired_bootstrap
from models.runtime.spans import SpanRule, decode_spans
from models.training import read_recipe
from models.training.joint.recipe import CorpusPart, DistilPart, JointRecipe, NamesPart
from models.training.progress import ProgressEvent

RESULTS = Path(__file__).parent / "results" / "choices.json"
RECIPE = Path(models.training.__file__).with_name("recipes") / "relay-mini.toml"
COMMAND = "python -m benchmarks.bench_choices --data DATA --output OUT --store"
SETS = (("biored", "dev"), ("bc5cdr", "dev"), ("ncbi-disease", "dev"))
"""What `bench_compression` scores: a report, by which nothing is chosen."""

SHARE = 5  # one document in so many is carved
PLAIN = {"tokens_per_step": 2048}  # of every variant's optimiser, unless it changes just that
UNADAPTED: Mapping[str, Any] = {"start": None}  # of every variant's encoder, likewise: pretraining takes hours
PASSES = {"biored": 4, "bc5cdr": 2, "ncbi-disease": 2}
OTHERS = {"tmvar3": 1, "nlm-gene": 1, "gnormplus": 1, "nlm-chem": 1, "species-800": 1}

Tables = Mapping[str, Sequence[Counts]]
"""Figure -> what each document of its set gave."""


class Variant(NamedTuple):
    """What is changed, in words for the table and in the recipe."""

    told: str
    encoder: Mapping[str, Any] = {}
    optimiser: Mapping[str, Any] = {}
    passes: Mapping[str, int] = PASSES
    recipe: Mapping[str, Any] = {}
    task: str = "pieces"
    share: float = 1.0  # of the training documents


VARIANTS: Mapping[str, Variant] = {
    "base": Variant("the recipe, shortened, without pretraining, in steps of 2,048 pieces, with its own names"),
    "seed-2": Variant("another seed: what chance alone changes", recipe={"seed": 2}),
    "adapted": Variant("pretrained on abstracts, with pieces of their own", encoder={"start": "relay-base/1"}),
    "longer": Variant("three times as long", passes={name: 3 * n for name, n in PASSES.items()}),
    "half": Variant("half of the documents, as many passes", share=0.5),
    "quarter": Variant("a quarter of the documents, as many passes", share=0.25),
    "mix": Variant("five more corpora, once each", passes={**PASSES, **OTHERS}),
    "alone": Variant("BioRED alone", passes={"biored": PASSES["biored"]}),
    "context-128": Variant("windows of 128 pieces, not 512", encoder={"window": 128, "overlap": 32}),
    "no-case": Variant("not told of capital letters", encoder={"case": False}),
    "names": Variant("told of names in the knowledge bases", task="names"),
    "renamed": Variant("three names in ten read as other names", recipe={"names": NamesPart()}),
    "longer-renamed": Variant(
        "three times as long, with other names", passes={name: 3 * n for name, n in PASSES.items()}, recipe={"names": NamesPart()}
    ),
    "distilled": Variant(
        "soft labels of the sibling for BC5CDR's pairs", recipe={"shipping": False, "distil": DistilPart(targets="soft.jsonl.gz")}
    ),
    "dropout": Variant("twice the dropout in the encoder (0.2)", encoder={"dropout": 0.2}),
    "crf": Variant("a CRF over the labels", task="paths"),
    "small-steps": Variant("twice the steps, of half the pieces (1,024)", optimiser={"tokens_per_step": 1024}),
    "layer-decay": Variant("lower layers learn slower (0.9)", optimiser={"layer_decay": 0.9}),
    "ema": Variant("the weights' moving average (0.99)", optimiser={"ema": 0.99}),
}


def main() -> None:
    options = asked(__doc__ or "", VARIANTS, RESULTS)
    recipe, out = read_recipe(options.recipe), options.output
    carved = carve(recipe, options.data)
    plans = {name: varied(recipe, name, carved) for name in VARIANTS}
    carry(plans, options.out, out)
    wanted = [name for name in VARIANTS if name in {"base", *options.only} or known(plans[name], out)]
    rows = {name: measured(name, plans[name], options.data, out) for name in wanted}
    result = {
        "machine": describe(("torch", "transformers")),
        "recipe": options.recipe.stem,
        "documents": {name: len(rows["base"]["counts"][name]) for name in PASSES},
        "variants": compared(rows),
    }
    keep(rows, options.out)
    write(result, options.out)
    if options.store:
        store("choices", table(result))
    print(json.dumps(result, indent=1))


def asked(description: str, variants: Mapping[str, Any], results: Path) -> argparse.Namespace:
    """The options of a bench that trains variants of the joint recipe."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the corpora's folder")
    parser.add_argument("--output", type=Path, required=True, help="where variants are trained; what the recipe starts from must lie there")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--only", nargs="+", choices=variants, default=list(variants))
    parser.add_argument("--store", action="store_true", help="write the table of models/RESULTS.md too")
    parser.add_argument("--out", type=Path, default=results)
    return parser.parse_args()


def carve(recipe: JointRecipe, data: Path) -> list[str]:
    """CORPUS/PMID of the documents that are scored: no dev or test set, and no document held out, is like one of them."""
    guard = guard_over(data)
    found: list[str] = []
    taken: set[str] = set()
    for name in PASSES:
        kept, _ = guard.remove(corpus(name).read("train", data))
        places = {d.pmid: f"{name}/{d.pmid}" for d in kept if d.pmid not in taken and (name != "biored" or d.pmid not in recipe.held_out)}
        order = sorted(places, key=lambda pmid: hashlib.sha256(f"choices {pmid}".encode()).hexdigest())
        found += [places[pmid] for pmid in order[: -(-len(order) // SHARE)]]
        taken |= places.keys()
    return found


def varied(recipe: JointRecipe, name: str, carved: Sequence[str]) -> JointRecipe:
    """The recipe, plain but for what the variant changes."""
    variant = VARIANTS[name]
    return recipe.model_copy(
        update={
            "name": f"{recipe.name}-{name}",
            "carved": list(carved),
            "corpora": [
                CorpusPart(name=corpus_name, passes=n, limit=_limit(variant.share, corpus_name, carved))
                for corpus_name, n in variant.passes.items()
            ],
            "encoder": recipe.encoder.model_copy(update={**UNADAPTED, **variant.encoder}),
            "optimiser": recipe.optimiser.model_copy(update={**PLAIN, **variant.optimiser}),
            "names": None,
            **variant.recipe,
        }
    )


def _limit(share: float, name: str, carved: Sequence[str]) -> int | None:
    """How many documents a share of those that are not carved is, at least one; None for all of them."""
    learned = (SHARE - 1) * sum(place.startswith(f"{name}/") for place in carved)
    return max(1, round(share * learned)) if share < 1 else None


def written(plan: JointRecipe, out: Path) -> Path:
    """Where what a variant gave is kept."""
    return out / plan.name / f"{plan.version}.run" / "counts.json"


def keep(rows: Mapping[str, Mapping[str, Any]], results: Path) -> None:
    """Write what each variant gave, a line each, beside the result, for later sittings."""
    lines = (json.dumps({"variant": name, **row}, separators=(",", ":")) for name, row in rows.items())
    results.with_suffix(".jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def carry(plans: Mapping[str, JointRecipe], results: Path, out: Path) -> None:
    """Put what earlier sittings kept of just these plans where `known` finds it."""
    path = results.with_suffix(".jsonl")
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        row = json.loads(line)
        plan = plans.get(row.pop("variant"))
        if plan is not None and row["fingerprint"] == plan.fingerprint() and known(plan, out) is None:
            written(plan, out).parent.mkdir(parents=True, exist_ok=True)
            write(row, written(plan, out))


def known(plan: JointRecipe, out: Path) -> dict[str, Any] | None:
    """What a variant gave, where it was trained by just this plan."""
    path = written(plan, out)
    found: dict[str, Any] = json.loads(path.read_bytes()) if path.is_file() else {}
    return found if found.get("fingerprint") == plan.fingerprint() else None


def measured(name: str, plan: JointRecipe, data: Path, out: Path) -> dict[str, Any]:
    """A variant's counts by document, and what its run took; trained and scored where that is not written down yet."""
    from benchmarks.choice_tasks import task_of
    from models.training.engine import train
    from models.training.joint.data import load_data

    if found := known(plan, out):
        return found
    path = written(plan, out)
    gathered = load_data(plan, data, out, beside=out)
    task = task_of(VARIANTS[name].task, plan, gathered, out, data)
    run = train(task, plan, path.parent, resume=True, progress=lambda event: _tell(name, event))
    _tell(name, ProgressEvent("evaluate", "scoring the carved documents"))
    found = {
        "fingerprint": plan.fingerprint(),
        "pieces": run["pieces"],
        "seconds": run["seconds"],
        "counts": scored(task, plan, data),
    }
    write(found, path)
    return found


def scored(task: Any, plan: JointRecipe, data: Path) -> dict[str, list[Counts]]:
    """NER of each set by its own guideline, where the variant learned it; BioRED's relations between gold entities."""
    from models.training.joint.steps import predict

    heads, maker = task.data.heads, task.data.maker
    counts: dict[str, list[Counts]] = {}
    places = {*(plan.carved or ()), *(f"biored/{pmid}" for pmid in plan.held_out)}
    for name in PASSES:
        types = [kind for kind in ENTITY_TYPES if (name, kind.value) in heads]
        columns = [3 * heads.index((name, kind.value)) + label for kind in types for label in range(3)]
        rule = SpanRule((1.0,) * len(types), (0.0,) * len(types))
        for document in (d for d in corpus(name).read("train", data) if types and f"{name}/{d.pmid}" in places):
            example = task.told(maker.make(document)) if hasattr(task, "told") else maker.make(document)
            logits, inputs, scores = predict(task.network, example, task.type_pairs, first=task.data.first, last=task.data.last)
            spans = decode_spans(logits[:, columns], example.offsets, example.words, document.text, rule)
            found = gold.spans(document, [(s.start, s.end, types[s.type]) for s in spans], types)
            counts.setdefault(name, []).append(found[gold.ALL])
            if name == "biored" and inputs is not None and example.entities is not None:
                labels = scores.argmax(axis=1) if len(inputs.pairs) else inputs.pairs[:, 0]
                related = gold.relations(document, gold.decided(example.entities.ids, inputs.pairs, labels))
                for figure in (gold.PAIR, gold.TYPED):
                    counts.setdefault(figure, []).append(related[figure])
    return counts


def compared(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Each variant's figures, and the difference from the base on the same documents."""
    base = {name: [Counts(*c) for c in counts] for name, counts in rows["base"]["counts"].items()}
    found = {}
    for name, row in rows.items():
        own = {figure: [Counts(*c) for c in counts] for figure, counts in row["counts"].items()}
        found[name] = {
            "told": VARIANTS[name].told,
            "million_pieces": round(row["pieces"] / 1e6, 2),
            "seconds": row["seconds"],
            "figures": {figure: report(counts) for figure, counts in own.items()},
            "against_base": {} if name == "base" else _differences(own, base),
        }
    return found


def _differences(own: Tables, base: Tables) -> dict[str, dict[str, float]]:
    """F1 points by figure, and over the entities of all sets that both have."""
    names = [name for name in PASSES if name in own]
    pairs = {figure: (own[figure], base[figure]) for figure in own}
    pairs["entities"] = ([c for name in names for c in own[name]], [c for name in names for c in base[name]])
    return {
        figure: {key: round(100 * value, 2) for key, value in zip(("value", "low", "high"), paired_bootstrap(*both)[:3], strict=True)}
        for figure, both in pairs.items()
    }


def table(result: Mapping[str, Any]) -> Table:
    """The variants side by side."""
    titles = {"bc5cdr": "BC5CDR", "ncbi-disease": "NCBI-disease", "biored": "BioRED", gold.PAIR: "pair", gold.TYPED: "typed"}
    rows = []
    for row in result["variants"].values():
        figures: dict[str, Any] = {titles[figure]: Figure.of(found) for figure, found in row["figures"].items()}
        for column, figure in (("entities minus base", "entities"), ("typed minus base", gold.TYPED)):
            if gap := row["against_base"].get(figure):
                figures[column] = Figure(**gap)
        rows.append(Row(system=row["told"], figures={"M pieces": row["million_pieces"], "minutes": row["seconds"] / 60, **figures}))
    return Table(
        title="The joint recipe with one thing changed",
        section=Section.CHOICES,
        measured_on="documents carved from train; strict entities, pairs and typed relations between gold entities",
        documents=", ".join(f"{result['documents'][name]} of {titles[name]}" for name in PASSES),
        seed=1,
        columns=("M pieces", "minutes", *titles.values(), "entities minus base", "typed minus base"),
        rows=tuple(rows),
        notes=(
            "Short trainings: the rows compare with each other, not with the shipped model.",
            "One seed each" + ("; the second row is the size of chance." if "seed-2" in result["variants"] else "."),
        ),
        command=COMMAND,
    )


def _tell(name: str, event: ProgressEvent) -> None:
    shown = f"{event.done}/{event.total} " if event.total else ""
    losses = " ".join(f"{key} {value:.3g}" for key, value in event.values.items())
    print(f"{name}: {event.phase} {shown}{event.message} {losses}", flush=True)


if __name__ == "__main__":
    main()
