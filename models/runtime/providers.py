"""On what the encoder runs: what may be asked for, what is chosen of what is there, and how onnxruntime is told.

Pure functions: nothing here opens a session or looks at a GPU. Options: onnxruntime's pages on its CUDA and TensorRT providers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Provider = Literal["cpu", "cuda", "tensorrt"]
Asked = Literal["cpu", "cuda", "tensorrt", "auto"]

EXECUTION: Mapping[Provider, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}
"""onnxruntime's own names."""

FOR_CPUS = "int8"
"""The precision whose products are quantised as they come, which GPUs have no fast way for."""

INSTALL = "The two wheels exclude each other: pip uninstall onnxruntime, then pip install 'biorelay[gpu]'."
ROWS = 128
"""Windows in one batch at most: more short ones fill no GPU better."""

PIECES_A_FEEDER = 256
"""Pieces of the batch for each thread that feeds a device: somewhat less than an abstract has, so that waiting threads fill a batch."""


@dataclass(frozen=True, slots=True)
class Inference:
    """What is asked for. `batch_pieces` is the size of one batch on a GPU, padding counted; a CPU has no batches."""

    provider: Asked = "cpu"
    device: int = 0  # which GPU
    batch_pieces: int = 16_384
    engines: Path | None = None  # where TensorRT's engines are kept between runs; None: nowhere
    batched: bool = False  # batches on a CPU too, where they gain nothing: for tests, and to compare

    @property
    def feeders(self) -> int:
        """How many threads should call the encoder on a GPU: as many as wait together fill a batch."""
        return max(1, self.batch_pieces // PIECES_A_FEEDER)


CPU = Inference()
"""The default: one window a call, on the caller's thread."""


@dataclass(frozen=True, slots=True)
class Caution:
    """What a person should know about what was asked for, and what to do about it."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.remedy}"


def chosen(
    asked: Asked, available: Sequence[str], *, precision: str, model: str, padded: bool
) -> tuple[tuple[Provider, ...], Caution | None]:
    """The providers to try in turn before the CPU, and what is to be said where there is none, or where the model is not for them.

    `available` are onnxruntime's names, `model` is `name@version`, `padded` is whether its graph can mask padding. `auto` is CUDA where
    onnxruntime has it and the model is for it; TensorRT, whose engines take minutes to build, must be asked for by name.
    """
    if asked == "cpu" or (asked == "auto" and EXECUTION["cuda"] not in available):
        return (), None
    wanted: tuple[Provider, ...] = ("tensorrt", "cuda") if asked == "tensorrt" else ("cuda",)
    if EXECUTION[wanted[0]] not in available:
        here = ", ".join(name.removesuffix("ExecutionProvider") for name in available) or "nothing"
        return (), Caution(f"inference.provider is {asked}, but the installed onnxruntime has {here} only", INSTALL)
    if not padded:
        return (), Caution(f"the encoder of {model} takes no attention mask, so it runs one window at a time", converting(model))
    if precision == FOR_CPUS:
        return () if asked == "auto" else wanted, Caution(f"{model} is int8, which is for CPUs and slow on a GPU", converting(model))
    return wanted, None


def converting(model: str) -> str:
    """How a model for CPUs becomes one for GPUs."""
    return (
        f"Make one for GPUs in the training environment, and name its folder as model: "
        f"biorelay models convert {model} --precision fp16 --output FOLDER."
    )


def buckets(window: int) -> tuple[int, ...]:
    """The lengths that windows are padded to, up to `window` pieces: steps of 32 up to 256, of 64 up to 1024, of 256 above.

    A GPU's kernels and memory are prepared for each shape anew, so shapes should be few; every length is a multiple of 8, as half
    precision likes it, but for the last where the window is none.
    """
    lengths = [*range(32, min(window, 256), 32), *range(256, min(window, 1024), 64), *range(1024, window, 256)]
    return (*lengths, window)


def most_pieces(window: int, budget: int) -> int:
    """Pieces of the largest batch: the budget, or one window that alone is larger."""
    return max(budget, window)


def execution_providers(
    provider: Provider, inference: Inference, *, inputs: Sequence[str], window: int
) -> list[tuple[str, dict[str, str]]]:
    """onnxruntime's `providers`, best first: nodes that one cannot run go to the next.

    `inputs` are the graph's (rows, pieces) inputs, `window` the largest number of pieces in a row.
    """
    found: list[tuple[str, dict[str, str]]] = []
    if provider == "tensorrt":
        found.append((EXECUTION["tensorrt"], _tensorrt(inference, inputs, window)))
    if provider != "cpu":
        found.append((EXECUTION["cuda"], _cuda(inference)))
    return [*found, (EXECUTION["cpu"], {})]


def _cuda(inference: Inference) -> dict[str, str]:
    return {
        "device_id": str(inference.device),
        # Memory grows by what a new shape needs, not to the next power of two: other processes share the GPU.
        "arena_extend_strategy": "kSameAsRequested",
        # An fp32 graph is asked for its digits: TF32 would keep ten bits of them. fp16 graphs do not care.
        "use_tf32": "0",
    }


def _tensorrt(inference: Inference, inputs: Sequence[str], window: int) -> dict[str, str]:
    """One profile: onnxruntime builds several, but only ever runs the first."""
    lengths = buckets(window)
    usual = min(lengths, key=lambda length: abs(length - 384))
    shapes = {
        "min": (1, lengths[0]),
        "opt": (max(1, min(ROWS, inference.batch_pieces // usual)), usual),
        "max": (max(1, min(ROWS, inference.batch_pieces // lengths[0])), window),
    }
    options = {
        "device_id": str(inference.device),
        "trt_fp16_enable": "True",
        "trt_layer_norm_fp32_fallback": "True",
        **{
            f"trt_profile_{which}_shapes": ",".join(f"{name}:{rows}x{length}" for name in inputs)
            for which, (rows, length) in shapes.items()
        },
    }
    if inference.engines is not None:
        folder = str(inference.engines)
        options |= {
            "trt_engine_cache_enable": "True",
            "trt_engine_cache_path": folder,
            "trt_timing_cache_enable": "True",
            "trt_timing_cache_path": folder,
        }
    return options
