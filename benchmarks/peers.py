"""What a user would write with the same weights: a transformers pipeline for the mentions and one for the relations.

- naive: torch fp32, one text at a time, the whole abstract classified once for each candidate pair.
- sentence: torch fp32 in batches, only pairs that one sentence names, the sentence classified.
- optimum_int8: the same with optimum's models, dynamically quantised by its `ORTQuantizer` for AVX-512 VNNI, per channel.

None of them links, groups mentions, finds evidence or writes records. A pipeline does not tell the encoder which words have capital
letters, as ours does; a pass costs the same without.
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import onnxruntime
import transformers
from optimum.onnxruntime import ORTModelForSequenceClassification, ORTModelForTokenClassification, ORTQuantizer
from optimum.onnxruntime.configuration import AutoQuantizationConfig

BATCHES = (16, 32)
"""Sizes of batches in torch, of which the faster is taken; onnxruntime may also take one text at a time."""

QUANTISED = "model_quantized.onnx"


@dataclass(frozen=True, slots=True)
class Peer:
    """Two pipelines, and how they are called."""

    tag: Any
    classify: Any
    whole: bool  # classify whole texts, or sentences
    sizes: tuple[int, ...]  # of batches that are tried
    tag_batch: int = 1
    classify_batch: int = 1

    def mentions(self, texts: Sequence[str]) -> list[Any]:
        """Entity groups of each text."""
        found: list[Any] = self.tag(list(texts), batch_size=self.tag_batch)
        return found

    def relations(self, texts: Sequence[str]) -> list[Any]:
        """Label and score of each marked text."""
        found: list[Any] = self.classify(list(texts), truncation=True, batch_size=self.classify_batch) if texts else []
        return found

    def batched(self, *, tag: int, classify: int) -> "Peer":
        return replace(self, tag_batch=tag, classify_batch=classify)


def torch_peers(tagger: Path, classifier: Path, *, overlap: int) -> dict[str, Peer]:
    """`naive` and `sentence`, of the folders that `torch_peer.write` wrote. `overlap`: pieces that two windows of a long text share."""
    with _quiet():
        words = transformers.AutoTokenizer.from_pretrained(tagger)
        tag = _tagging(transformers.AutoModelForTokenClassification.from_pretrained(tagger), words, overlap)
        model = transformers.AutoModelForSequenceClassification.from_pretrained(classifier)
        classify = transformers.pipeline("text-classification", model=model, tokenizer=words, device="cpu")
    return {"naive": Peer(tag, classify, whole=True, sizes=(1,)), "sentence": Peer(tag, classify, whole=False, sizes=BATCHES)}


def optimum_peer(tagger: Path, classifier: Path, work: Path, *, overlap: int, threads: int) -> Peer:
    """`optimum_int8`: exports and quantises both models into `work`; each runs on so many threads."""
    with _quiet():
        words = transformers.AutoTokenizer.from_pretrained(tagger)
        tag = _tagging(_quantised(ORTModelForTokenClassification, tagger, work / "tagger", threads), words, overlap)
        model = _quantised(ORTModelForSequenceClassification, classifier, work / "classifier", threads)
        classify = transformers.pipeline("text-classification", model=model, tokenizer=words)
    return Peer(tag, classify, whole=False, sizes=(1, *BATCHES))


def _quantised(kind: Any, folder: Path, work: Path, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    kind.from_pretrained(folder, export=True).save_pretrained(work / "fp32")
    rule = AutoQuantizationConfig.avx512_vnni(is_static=False, per_channel=True)
    ORTQuantizer.from_pretrained(work / "fp32").quantize(save_dir=work / "int8", quantization_config=rule)
    return kind.from_pretrained(work / "int8", file_name=QUANTISED, session_options=options)


def _tagging(model: Any, words: Any, overlap: int) -> Any:
    return transformers.pipeline("token-classification", model=model, tokenizer=words, aggregation_strategy="simple", stride=overlap)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the libraries' remarks on exporting, devices and pre-processing, which are no news here."""
    level = transformers.logging.get_verbosity()
    root = logging.getLogger()
    before = root.level
    transformers.logging.set_verbosity_error()
    root.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers.logging.set_verbosity(level)
        root.setLevel(before)
