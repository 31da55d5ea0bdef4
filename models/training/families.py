"""What differs between families of BERT-like encoders, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from models.training.errors import WeightsUnusable


@dataclass(frozen=True, slots=True)
class Family:
    """One `model_type` of transformers: the names that its configuration and modules have."""

    layers: str  # the list of layers, from the encoder
    adapted: tuple[str, ...]  # the linear layers that adapters are put on
    dropout: tuple[str, ...] = ("hidden_dropout_prob",)  # fields of the configuration
    attention_dropout: tuple[str, ...] = ("attention_probs_dropout_prob",)
    attention: str = "sdpa"
    options: tuple[tuple[str, bool], ...] = ()  # for `from_pretrained`
    padded_positions: bool = False  # the first position's number is that behind padding's
    head_weights: tuple[str, str] | None = ("attention.self.value", "attention.output.dense")  # in a layer; None: heads cannot be left out
    placed: bool = False  # what a layer attends to depends on its number


_BERT = Family("encoder.layer", ("query", "key", "value", "dense"), options=(("add_pooling_layer", False),))
_ROBERTA = Family(_BERT.layers, _BERT.adapted, options=_BERT.options, padded_positions=True)

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "bert": _BERT,  # BioBERT, SciBERT, PubMedBERT, ClinicalBERT, BioLinkBERT, multilingual BERT, MiniLM
        "roberta": _ROBERTA,
        "xlm-roberta": _ROBERTA,
        "electra": Family(_BERT.layers, _BERT.adapted, attention="eager"),
        "distilbert": Family(
            "transformer.layer",
            ("q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"),
            ("dropout",),
            ("attention_dropout",),
            head_weights=("attention.v_lin", "attention.out_lin"),
        ),
        "modernbert": Family(
            "layers",
            ("Wqkv", "Wo", "Wi"),
            ("embedding_dropout", "mlp_dropout"),
            ("attention_dropout",),
            options=(("reference_compile", False),),
            head_weights=None,
            placed=True,
        ),
    }
)


def family_of(config: Any) -> Family:
    """The family of a transformers configuration. Raises `WeightsUnusable` for one that is not here."""
    found = FAMILIES.get(config.model_type)
    if found is None:
        raise WeightsUnusable(
            f"an encoder of the family {config.model_type!r} is not one that this version trains",
            remedy=f"Known are {', '.join(FAMILIES)}.",
        )
    return found


def longest_window(config: Any) -> int:
    """How many pieces the encoder reads at once, the special ones included."""
    positions: int = config.max_position_embeddings
    return positions - config.pad_token_id - 1 if family_of(config).padded_positions else positions


def layers_of(encoder: Any) -> Any:
    """The encoder's layers, a `torch.nn.ModuleList`."""
    return encoder.get_submodule(family_of(encoder.config).layers)


def set_layers(encoder: Any, layers: Any) -> None:
    """Put other layers in their place."""
    path, _, name = family_of(encoder.config).layers.rpartition(".")
    setattr(encoder.get_submodule(path), name, layers)
    encoder.config.num_hidden_layers = len(layers)
