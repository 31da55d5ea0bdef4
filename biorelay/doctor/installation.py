"""What is installed: Python, the libraries, the model and the vocabulary."""

import os
import sys
import time

from biorelay.doctor.finding import Finding, Verdict, failed, version
from biorelay.settings import Settings
from models.runtime.errors import BiorelayError

PYTHONS = ((3, 11), (3, 13))
SENTENCE = "Naloxone reverses the antihypertensive effect of clonidine in spontaneously hypertensive rats."


def python() -> Finding:
    """The interpreter's version."""
    low, high = PYTHONS
    says = f"{'.'.join(map(str, sys.version_info[:3]))} at {sys.executable}"
    if low <= sys.version_info[:2] <= high:
        return Finding("Python", Verdict.OK, says)
    return Finding("Python", Verdict.PROBLEM, says, f"Use Python {low[0]}.{low[1]} to {high[0]}.{high[1]}.")


def libraries() -> Finding:
    """The libraries that the stream and the graph stand on, and whether their native parts load."""
    names = ("faust-streaming", "aiokafka", "confluent-kafka", "neo4j", "ladybug")
    found = {name: version(name) for name in names}
    missing = [name for name, there in found.items() if there is None]
    if missing:
        return Finding("libraries", Verdict.PROBLEM, f"{', '.join(missing)} not installed", "Install biorelay again: make install.")
    try:
        import confluent_kafka
        import ladybug  # noqa: F401 - whether it loads
    except Exception as error:  # noqa: BLE001 - a broken native library raises anything
        return Finding("libraries", Verdict.PROBLEM, f"a native library does not load: {error}", "Install biorelay again: make install.")
    says = ", ".join(f"{name} {there}" for name, there in found.items())
    return Finding("libraries", Verdict.OK, f"{says}, librdkafka {confluent_kafka.libversion()[0]}")


def onnxruntime() -> Finding:
    """Exactly one of the two wheels, and what it runs on."""
    there = {name: found for name in ("onnxruntime", "onnxruntime-gpu") if (found := version(name))}
    if not there:
        return Finding("onnxruntime", Verdict.PROBLEM, "not installed", "pip install 'biorelay[cpu]', or 'biorelay[gpu]' for CUDA.")
    said = ", ".join(f"{name} {number}" for name, number in there.items())
    if len(there) == 2:
        mend = "Both share one folder, and together they silently run on the CPU: uninstall both, then install one."
        return Finding("onnxruntime", Verdict.PROBLEM, said, mend)
    try:
        import onnxruntime as runtime

        providers = runtime.get_available_providers()
    except Exception as error:  # noqa: BLE001 - a broken native library raises anything
        mend = f"Install it again: pip install --force-reinstall {next(iter(there))}"
        return Finding("onnxruntime", Verdict.PROBLEM, f"{said} does not load: {error}", mend)
    says = f"{said}; runs on {', '.join(provider.removesuffix('ExecutionProvider') for provider in providers)}"
    if "onnxruntime-gpu" in there and "CUDAExecutionProvider" not in providers:
        mend = "The GPU wheel finds no CUDA here: check the driver, or install 'biorelay[cpu]'."
        return Finding("onnxruntime", Verdict.WARNING, says, mend)
    return Finding("onnxruntime", Verdict.OK, says)


def model(settings: Settings) -> Finding:
    """Every file's hash, and one text through the whole of it, on what the settings ask for."""
    from biorelay.extractor import Extractor
    from processors.records import Abstract

    try:
        extractor = Extractor.load(
            settings.model,
            settings.vocabulary,
            sibling=settings.sibling,
            max_characters=settings.limits.text_characters,
            inference=settings.runs_on(),
        )
        started = time.perf_counter()
        entities, _ = extractor.extract(Abstract(id="local:doctor", title=SENTENCE))
        extractor.close()
    except BiorelayError as error:
        return failed("model", error)
    seconds = time.perf_counter() - started
    manifest = extractor.artefact.manifest
    size = sum(entry.bytes for entry in manifest.files.values()) / 1e6
    says = f"{extractor.artefact.reference}, {manifest.encoder.precision}, {size:.1f} MB, every hash right"
    placement = extractor.placement
    ran = f"{says}; {len(entities.mentions)} entities in a test sentence, {seconds * 1000:.0f} ms on {placement.provider}"
    if not entities.mentions:
        return Finding("model", Verdict.WARNING, ran, "Replay its stored predictions: biorelay models verify.")
    if caution := placement.caution:
        return Finding("model", Verdict.WARNING, f"{ran}; {caution.reason}", caution.remedy)
    return Finding("model", Verdict.OK, ran)


def vocabulary(settings: Settings) -> Finding:
    """Every file's hash."""
    from processors.vocabulary import Vocabulary

    try:
        found = Vocabulary.open(settings.vocabulary)
    except BiorelayError as error:
        return failed("vocabulary", error)
    return Finding("vocabulary", Verdict.OK, f"{found.version}, {len(found):,} identifiers, every hash right")


def training() -> Finding:
    """The training libraries, which serving does without."""
    missing = [name for name in ("torch", "transformers", "optimum") if version(name) is None]
    if missing:
        mend = "Only train and evaluate need them: `make install-train`."
        return Finding("training", Verdict.NOTE, f"{', '.join(missing)} not installed", mend)
    return Finding("training", Verdict.OK, f"torch {version('torch')}, {os.cpu_count()} cores")
