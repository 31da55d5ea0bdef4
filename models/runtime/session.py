"""ONNX Runtime sessions as biorelay runs them: on the CPU, one thread each.

One window a call on single-thread sessions is as fast as batches on a CPU, and it is what makes an answer
independent of its neighbours: dynamic int8 takes one activation scale over the whole input of a product.
`SkipLayerNormFusion` is left out because its CPU kernel is slower than the plain Add and LayerNormalization.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from models.runtime.errors import ArtefactError, RuntimeUnavailable

Shape = tuple[int | None, ...]
"""Dimensions of an array; None is free."""


class Folder(Protocol):
    """An artefact of any kind, as far as its graphs go."""

    def path(self, name: str) -> Path: ...

    def verified(self, name: str) -> Path: ...


class Graph:
    """One ONNX graph of an artefact, with as many single-thread sessions as calls run at once.

    Sessions of their own scale better over threads than one shared session, whose calls contend for its memory.
    """

    def __init__(self, artefact: Folder, name: str) -> None:
        """Raises `RuntimeUnavailable` without onnxruntime, `ArtefactError` where it refuses the graph."""
        self._artefact = artefact
        self._name = name
        first = self._open()
        self.inputs: dict[str, list[Any]] = {node.name: node.shape for node in first.get_inputs()}
        self.outputs: dict[str, list[Any]] = {node.name: node.shape for node in first.get_outputs()}
        self._idle = deque([first])

    def run(self, outputs: Sequence[str], feed: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The named outputs for `feed`, computed on the caller's thread."""
        try:
            session = self._idle.pop()
        except IndexError:
            session = self._open()
        try:
            made: list[NDArray[Any]] = session.run(outputs, feed)
            return made
        finally:
            self._idle.append(session)

    def rest(self) -> None:
        """Let the sessions go; the next call opens one."""
        self._idle.clear()

    def check(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> None:
        """Raise `ArtefactError` unless the graph has exactly these inputs and at least these outputs, of these ranks and known sizes."""
        path = self._artefact.path(self._name)
        if set(self.inputs) != set(inputs):
            raise ArtefactError(f"{path} takes {sorted(self.inputs)}, this version gives {sorted(inputs)}")
        if not set(outputs) <= set(self.outputs):
            raise ArtefactError(f"{path} makes {sorted(self.outputs)}, this version needs {sorted(outputs)}")
        for actual_shapes, wanted_shapes in ((self.inputs, inputs), (self.outputs, outputs)):
            for name, wanted in wanted_shapes.items():
                actual = actual_shapes[name]
                if len(actual) != len(wanted) or any(
                    isinstance(a, int) and w is not None and a != w for a, w in zip(actual, wanted, strict=True)
                ):
                    raise ArtefactError(f"{path}: {name} has shape {actual}, the manifest says {list(wanted)}")

    def _open(self) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise RuntimeUnavailable("onnxruntime is not installed", remedy="pip install 'biorelay[cpu]'") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = self._artefact.verified(self._name)  # a second session must run the same bytes as the first
        try:
            return onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
            )
        except Exception as error:
            raise ArtefactError(
                f"onnxruntime {onnxruntime.__version__} cannot run {path}: {error}", remedy="Upgrade onnxruntime, or name another model."
            ) from error
