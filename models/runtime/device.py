"""The encoder's graph on a GPU: one session, whole batches, arrays bound to the device's memory.

The same code runs batches on the CPU provider, which is how it is tested where there is no GPU.
"""

import io
import logging
from collections.abc import Collection, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import DeviceFailed
from models.runtime.providers import EXECUTION, Asked, Caution, Inference, Provider, buckets, chosen, execution_providers, most_pieces

log = logging.getLogger(__name__)

IDS, MASK, TYPES = "input_ids", "attention_mask", "token_type_ids"
HIDDEN, NER = "hidden", "ner"

TENSORRT_LIBRARIES = "tensorrt_libs"
"""What NVIDIA's wheel calls its folder of libraries; importing it loads them, which lie outside the loader's path."""


DRIVERS = "Compare driver, CUDA and cuDNN with docs/gpu.md, or set inference.provider to cpu."


class Framed(NamedTuple):
    """A window of L pieces, the two special ones among them."""

    ids: NDArray[np.int64]  # (L)
    types: NDArray[np.int64]  # (L)


class Answer(NamedTuple):
    """What the encoder says of a window of L pieces."""

    hidden: NDArray[np.float32]  # (L, H)
    ner: NDArray[np.float32]  # (L, 3 heads)


class Unfit(Exception):
    """The provider does not run this graph here; the message says why. Never leaves the runtime: the CPU takes over."""


class DeviceGraph:
    """The encoder's graph on one provider, for one thread: `compute` must not run twice at a time.

    Inputs are copied into memory that is set aside once, for the largest batch; outputs stay on the device until they are read.
    """

    def __init__(self, path: Path, provider: Provider, inference: Inference, *, inputs: Collection[str], window: int) -> None:
        """`inputs` are the graph's, `attention_mask` among them, `window` the most pieces of a row, special ones among them.

        Raises `Unfit`.
        """
        import onnxruntime

        self.provider = provider
        self.window = window
        self._inputs = tuple(inputs)
        self._memory = ("cpu", 0) if provider == "cpu" else ("cuda", inference.device)
        pieces = most_pieces(window, inference.batch_pieces)
        self._host = {name: np.zeros(pieces, dtype=np.int64) for name in self._inputs}
        try:
            if provider == "tensorrt":
                if find_spec(TENSORRT_LIBRARIES):
                    import_module(TENSORRT_LIBRARIES)
                if inference.engines is not None:
                    inference.engines.mkdir(parents=True, exist_ok=True)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            providers = execution_providers(provider, inference, inputs=self._inputs, window=window)
            self._session = onnxruntime.InferenceSession(str(path), options, providers=providers, enable_fallback=0)
            if EXECUTION[provider] not in self._session.get_providers():  # onnxruntime goes on without one that it cannot load
                raise Unfit(f"onnxruntime cannot load its {EXECUTION[provider]}: driver or libraries are missing, or of another version")
            self._there = {
                name: onnxruntime.OrtValue.ortvalue_from_shape_and_type([pieces], np.int64, *self._memory) for name in self._inputs
            }
            self._bound(1, buckets(window)[0])  # an old driver shows here, not at the first document; TensorRT builds its engine
        except Unfit:
            raise
        except Exception as error:
            raise Unfit(f"{provider} does not start: {_first_line(error)}") from error

    def compute(self, windows: Sequence[Framed], length: int) -> list[Answer]:
        """Each window's answer, all computed as one batch padded to `length`: views of that batch's arrays. Raises `DeviceFailed`."""
        arrays = {name: flat[: len(windows) * length].reshape(len(windows), length) for name, flat in self._host.items()}
        for array in arrays.values():
            array.fill(0)
        for row, window in enumerate(windows):
            stop = len(window.ids)
            arrays[IDS][row, :stop] = window.ids
            arrays[MASK][row, :stop] = 1
            if TYPES in arrays:
                arrays[TYPES][row, :stop] = window.types
        try:
            hidden, ner = self._bound(len(windows), length)
        except Exception as error:
            raise DeviceFailed(
                f"{self.provider} failed on a batch of {len(windows)} windows of {length} pieces: {_first_line(error)}",
                remedy="Start again; where it comes back, lower inference.batch_pieces, or set inference.provider to cpu.",
            ) from error
        return [Answer(hidden[row, : len(window.ids)], ner[row, : len(window.ids)]) for row, window in enumerate(windows)]

    def _bound(self, rows: int, length: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run what lies in the host's arrays. The outputs' memory is the device's own pool's: each batch has another shape."""
        binding = self._session.io_binding()
        for name, there in self._there.items():
            there.update_inplace(self._host[name])
            binding.bind_input(name, *self._memory, np.int64, (rows, length), there.data_ptr())
        for name in (HIDDEN, NER):
            binding.bind_output(name, *self._memory)
        self._session.run_with_iobinding(binding)
        hidden, ner = (value.numpy() for value in binding.get_outputs())
        return hidden, ner


@dataclass(frozen=True, slots=True)
class Placement:
    """What the encoder runs on, and what is to be said about it where that is not what was asked for, or not wise."""

    provider: Provider
    caution: Caution | None = None


def place(
    path: Path, inference: Inference, *, inputs: Collection[str], window: int, precision: str, model: str
) -> tuple[DeviceGraph | None, Placement]:
    """Open the encoder's graph where it was asked for; None where the CPU runs it, one window a call.

    What cannot be had is told in one warning, which names the reason and the remedy, and the CPU takes over.
    """
    if inference.provider == "cpu":
        graph = DeviceGraph(path, "cpu", inference, inputs=inputs, window=window) if inference.batched else None
        return graph, Placement("cpu")
    graph = None
    wanted, caution = chosen(inference.provider, _available(), precision=precision, model=model, padded=MASK in inputs)
    cautions = [caution] if caution else []
    for provider in wanted:
        try:
            graph = DeviceGraph(path, provider, inference, inputs=inputs, window=window)
            break
        except Unfit as error:
            cautions.append(Caution(str(error), DRIVERS))
    runs_on: Provider = graph.provider if graph else "cpu"
    if not cautions:
        log.info("the encoder runs on %s", runs_on)
        return graph, Placement(runs_on)
    whole = Caution("; ".join(one.reason for one in cautions), " ".join(dict.fromkeys(one.remedy for one in cautions)))
    log.warning("the encoder runs on %s: %s", runs_on, whole)
    return graph, Placement(runs_on, whole)


def within_reach(asked: Asked) -> bool:
    """Whether onnxruntime was built with what is asked for; whether that starts is another matter."""
    if not find_spec("onnxruntime"):
        return False
    wanted, _ = chosen(asked, _available(), precision="", model="", padded=True)
    return bool(wanted)


def _available() -> list[str]:
    """onnxruntime's names of the providers that it was built with, and of those that were plugged in.

    CUDA's and cuDNN's libraries are loaded first, from where pip puts them: one that is plugged in is listed only once they are.
    """
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)  # it warns of each provider that is not plugged in, though it is built in
    with redirect_stdout(io.StringIO()):  # it tells on stdout what it does not find, and stdout may be our answer
        onnxruntime.preload_dlls()
    plugged = (device.ep_name for device in onnxruntime.get_ep_devices())
    return list(dict.fromkeys([*onnxruntime.get_available_providers(), *plugged]))


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
