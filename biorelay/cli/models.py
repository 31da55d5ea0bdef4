"""`biorelay models`: the artefacts that are here, what is in them, and whether they answer as they should."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli import completing
from biorelay.cli.failure import FAILURE
from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of

if TYPE_CHECKING:
    from models.runtime.manifest import Manifest
    from models.runtime.verify import Verification


class Converted(StrEnum):
    """Precisions that a model is converted to."""

    FP16 = "fp16"
    FP32 = "fp32"
    INT8 = "int8"


app = typer.Typer(no_args_is_help=True, help="Models and vocabularies: list, show, verify, build.")

Reference = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL",
        help="Name, name@version or folder. Default: the settings' or the shipped one.",
        show_default=False,
        autocompletion=completing.models,
    ),
]


@app.command("list")
def list_models(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the models and vocabularies that are installed.

    \b
    Examples:
      biorelay models list
      biorelay models list --json
    """
    from biorelay.cli.console import emit, say, table

    rows = [*_models(), *_vocabularies()]
    if as_json:
        for row in rows:
            emit(row)
    else:
        table(
            ["artefact", "kind", "MB", "made for", "folder"],
            [[r["reference"], r["kind"], f"{r['bytes'] / 1e6:.1f}", r["holds"], r["folder"]] for r in rows],
        )
        if not any(row["kind"] == "model" for row in rows):
            say("no model: make one with `biorelay train`", style="yellow")


@app.command("show")
def show_model(ctx: typer.Context, model: Reference = None, as_json: AsJson = False) -> None:
    """Show a model: labels, precision, training data with licences, measured quality.

    \b
    Examples:
      biorelay models show
      biorelay models show relay-mini@4 --json
    """
    from biorelay.cli.console import emit, show
    from models.runtime.artefact import find_artefact, read_manifest

    folder = find_artefact(model or settings_of(ctx).model)
    manifest = read_manifest(folder)
    if as_json:
        emit(manifest.model_dump(mode="json", by_alias=True) | {"folder": str(folder)})
        return
    for name, value in _facts(manifest, folder):
        show(f"{name:12} {value}")
    card = folder / "MODEL_CARD.md"
    if card.is_file():
        show()
        show(card.read_text(encoding="utf-8"))


@app.command()
def verify(ctx: typer.Context, model: Reference = None, as_json: AsJson = False) -> None:
    """Check every file's hash, replay the stored predictions, and say how far this machine is from them.

    Exit code 1 where an answer is another one; small differences of scores are told and pass.

    \b
    Examples:
      biorelay models verify
      biorelay models verify ./runs/mine --json
      biorelay --set inference.provider=cuda models verify ./relay-mini-fp16
    """
    from dataclasses import asdict

    from biorelay.cli.console import emit, say, show
    from models.runtime.artefact import load_artefact
    from models.runtime.verify import verify as replay

    settings = settings_of(ctx)
    artefact = load_artefact(model or settings.model)
    found = replay(artefact, settings.runs_on())
    if settings.inference.provider not in {"auto", found.provider}:
        say(f"warning: replayed on {found.provider}, not on {settings.inference.provider}; `biorelay doctor` says why", style="yellow")
    if as_json:
        emit({"model": artefact.reference, "identical": found.identical, "same_answers": found.same_answers} | asdict(found))
    else:
        show(f"{artefact.reference}: {len(artefact.manifest.files)} files, every hash right")
        for line in _verdict(found):
            show(line)
    if not found.same_answers:
        raise typer.Exit(FAILURE)


@app.command()
def convert(
    ctx: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The new model's folder.")],
    model: Reference = None,
    precision: Annotated[Converted, typer.Option("--precision", metavar="NAME", help="fp16 (GPUs), fp32, int8 (CPUs).")] = Converted.FP16,
    version: Annotated[
        str | None, typer.Option("--release", metavar="VERSION", help="A release of its own: scored on the corpora of --data.")
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="FOLDER", help="The corpora that a release is scored on.")] = None,
) -> None:
    """Write a model in another precision: fp16 for a GPU, of the int8 that is for CPUs.

    Weights, heads and thresholds are the model's own. Its answers on the stored texts are compared with fp32, and the distance is told
    and written into the manifest. In its own precision a model is exported anew, as graphs are written now; as a release it is scored
    and takes the old one's place. Needs the training environment.

    \b
    Examples:
      biorelay models convert relay-mini@4 --precision fp16 --output relay-mini-fp16
      biorelay models convert relay-mini@4 --precision int8 --release 5 --data ../shared/data --output relay-mini/5
      BIORELAY_INFERENCE_PROVIDER=cuda biorelay extract --model ./relay-mini-fp16 abstracts.xml.gz
    """
    from biorelay.cli.console import say, show
    from biorelay.cli.training_parts import training_parts

    with training_parts("models convert", "torch", "onnx"):
        from models.training.convert import Release
        from models.training.convert import convert as write

        if (version is None) is not (data is None):
            raise typer.BadParameter("--release and --data go together: a release is scored.")
        release = Release(version, data) if version and data else None
        made, found = write(model or settings_of(ctx).model, precision.value, output, release=release, tell=say)
    size = sum(entry.bytes for entry in made.manifest.files.values())
    say(f"{made.reference} in {output}: {size / 1e6:.1f} MB")
    for line in _verdict(found)[1:]:
        show(line)


@app.command("build-vocabulary")
def build_vocabulary(
    ctx: typer.Context,
    kb: Annotated[Path, typer.Option("--kb", metavar="FOLDER", help="The knowledge bases: MeSH, NCBI Gene, NCBI Taxonomy, ...")],
    corpora: Annotated[Path, typer.Option("--corpora", metavar="FOLDER", help="The corpora whose training parts name entities.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The new vocabulary's folder.")],
) -> None:
    """Build a vocabulary, the memory-mapped names and identifiers that mentions are linked to.

    \b
    Examples:
      biorelay models build-vocabulary --kb ../shared/data/kb --corpora ../shared/data -o my-vocabulary
      BIORELAY_VOCABULARY=my-vocabulary biorelay extract abstracts.xml.gz
    """
    from biorelay.cli.console import say
    from biorelay.cli.training_parts import training_parts

    with training_parts("build-vocabulary"):
        from models.corpora.vocabulary import build

        manifest = build(kb, corpora, output, lambda what, step, steps: say(f"{step}/{steps} {what}"))
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    say(f"{manifest['name']}@{manifest['version']} in {output}: {size / 1e6:.1f} MB")


def _models() -> list[dict[str, Any]]:
    from models.runtime.artefact import list_artefacts, read_manifest

    rows = []
    for folder in list_artefacts():
        manifest = read_manifest(folder)
        size = sum(entry.bytes for entry in manifest.files.values())
        holds = f"{', '.join(manifest.ner.types)}; {len(manifest.relations.labels) - 1} relation types"
        rows.append(
            {"reference": f"{manifest.name}@{manifest.version}", "kind": "model", "bytes": size, "holds": holds, "folder": str(folder)}
        )
    return rows


def _vocabularies() -> list[dict[str, Any]]:
    import json

    from models.runtime.artefact import ARTEFACTS
    from processors.vocabulary import SCHEMA

    rows = []
    for file in sorted(ARTEFACTS.glob("*/*/manifest.json")):
        manifest = json.loads(file.read_bytes())
        if manifest.get("schema") == SCHEMA:
            size = sum(entry["bytes"] for entry in manifest["files"].values())
            holds = ", ".join(source["name"] for source in manifest.get("sources", ()))
            reference = f"{manifest['name']}@{manifest['version']}"
            rows.append({"reference": reference, "kind": "vocabulary", "bytes": size, "holds": holds, "folder": str(file.parent)})
    return rows


def _facts(manifest: "Manifest", folder: Path) -> list[tuple[str, str]]:
    size = sum(entry.bytes for entry in manifest.files.values())
    return [
        ("model", f"{manifest.name}@{manifest.version}, generation {manifest.generation}"),
        ("folder", str(folder)),
        ("size", f"{size / 1e6:.1f} MB in {len(manifest.files)} files"),
        ("encoder", f"{manifest.encoder.precision}, width {manifest.encoder.hidden}, windows of {manifest.encoder.window} pieces"),
        ("entities", ", ".join(manifest.ner.types)),
        *([("guidelines", f"{', '.join(manifest.ner.guidelines)}; {manifest.ner.guideline} by default")] if manifest.ner.heads else []),
        ("relations", ", ".join(label for label in manifest.relations.labels if label != "None")),
        ("made by", f"biorelay {manifest.software or '?'}, commit {manifest.git_commit or 'unknown'}"),
    ]


def _verdict(found: "Verification") -> list[str]:
    replayed = f"{found.documents} stored documents replayed" + ("" if found.provider == "cpu" else f" on {found.provider}")
    if found.identical:
        return [f"{replayed}: every span, label and number is the stored one"]
    answers = "every span and label is the stored one" if found.same_answers else "some answers are not the stored ones"
    return [
        f"{replayed}: {answers}",
        f"spans   {found.spans} stored, {found.spans_missing} not found here, {found.spans_new} found only here",
        f"pairs   {found.pairs} stored, {found.labels_changed} with another likeliest label",
        f"scores  of spans differ by {found.span_scores.mean:.2g} on average, {found.span_scores.largest:.2g} at most",
        f"        probabilities of pairs by {found.probabilities.mean:.2g} and {found.probabilities.largest:.2g}",
    ]
