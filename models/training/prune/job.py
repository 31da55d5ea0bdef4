"""The pruning job: a pretrained encoder in, a smaller one out, as a folder that other recipes start from."""

import json
from pathlib import Path
from typing import Any

from models.training.errors import RecipeError
from models.training.progress import Progress, ProgressEvent
from models.training.prune.recipe import PruneRecipe

SPECIAL = ("pad_token_id", "bos_token_id", "eos_token_id", "cls_token_id", "sep_token_id", "unk_token_id", "mask_token_id")


def run(plan: PruneRecipe, recipe: Path, data: Path, out: Path, *, resume: bool, progress: Progress) -> Path:
    """Write the smaller encoder's weights, tokeniser and `pruning.json` to `out/<name>/<version>`, as transformers reads them.

    Raises `WeightsMissing`, `WeightsUnusable`, `CorpusMissing`, `LicenceNotAllowed`, and `RecipeError` where a layer does not exist
    or the family cannot lose what the recipe takes out.
    """
    from models.training.weights import PRUNED, TOKENIZER, load_encoder, open_tokenizer, weights_folder

    progress(ProgressEvent("prepare", f"reading the encoder of {plan.name} {plan.version}"))
    source = weights_folder(plan.encoder, out)
    encoder = load_encoder(plan.encoder, out, seed=plan.seed)
    stated: dict[str, Any] = {"recipe": recipe.name, "settings": plan.model_dump(mode="json", by_alias=True)}
    before = sum(p.numel() for p in encoder.parameters())
    _drop_layers(encoder, plan.prune.layers)
    if plan.prune.heads:
        stated["heads_left_out"] = _drop_heads(encoder, plan.prune.heads)
    tokenizer = json.loads((source / TOKENIZER).read_bytes())
    if plan.prune.pieces:
        texts, stated["data"] = _texts(plan, data, out)
        progress(ProgressEvent("prepare", f"counting the pieces of {len(texts):,} texts"))
        tokenizer = _drop_pieces(encoder, tokenizer, open_tokenizer(source), texts, least=plan.prune.pieces)
    stated["pieces"] = encoder.config.vocab_size
    stated["parameters"] = {"before": before, "after": sum(p.numel() for p in encoder.parameters())}
    folder = out / plan.name / plan.version
    folder.mkdir(parents=True, exist_ok=True)
    encoder.save_pretrained(folder)
    (folder / TOKENIZER).write_text(json.dumps(tokenizer, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / PRUNED).write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    progress(ProgressEvent("done", f"{folder}", 1, 1))
    return folder


def _drop_layers(encoder: Any, dropped: list[int]) -> None:
    from torch import nn

    from models.training.families import family_of, layers_of, set_layers

    layers = layers_of(encoder)
    strangers = [number for number in dropped if number >= len(layers)]
    if strangers or len(set(dropped)) == len(layers):
        raise RecipeError(f"prune.layers: {dropped} of an encoder that has layers 0 to {len(layers) - 1}; one at least must stay")
    kept = [number for number in range(len(layers)) if number not in dropped]
    if family_of(encoder.config).placed and kept != list(range(len(kept))):
        raise RecipeError("prune.layers: in this family a layer's attention depends on its number; leave out the last ones only")
    if dropped:
        set_layers(encoder, nn.ModuleList(layers[number] for number in kept))


def _drop_heads(encoder: Any, kept: int) -> dict[int, list[int]]:
    """Keep the heads whose value and output weights make the largest product: what a head can add to a vector."""
    import torch

    from models.training.families import family_of, layers_of

    paths = family_of(encoder.config).head_weights
    heads = encoder.config.num_attention_heads
    if paths is None or kept > heads:
        raise RecipeError(f"prune.heads: {kept} of {heads} heads cannot be kept in an encoder of the family {encoder.config.model_type}")
    dropped: dict[int, list[int]] = {}
    for number, layer in enumerate(layers_of(encoder)):
        value, output = (layer.get_submodule(path).weight.detach() for path in paths)  # (heads * D, H) and (H, heads * D)
        sizes = [float(torch.linalg.norm(o @ v)) for v, o in zip(value.chunk(heads), output.chunk(heads, dim=1), strict=True)]
        weakest_first = sorted(range(heads), key=lambda head: (sizes[head], head))
        dropped[number] = sorted(weakest_first[: heads - kept])
    encoder.prune_heads(dropped)
    return dropped


def _texts(plan: PruneRecipe, data: Path, out: Path) -> tuple[list[str], list[dict[str, Any]]]:
    from models.training.pretrain.data import load_texts
    from models.training.pretrain.recipe import PretrainRecipe

    shared = {name: getattr(plan, name) for name in ("name", "version", "shipping", "encoder", "abstracts", "corpora", "limit")}
    texts = load_texts(PretrainRecipe(schema="biorelay.recipe/1", passes=1, held_out=0.0, **shared), data)
    return texts.learned, texts.summary


def _drop_pieces(encoder: Any, data: dict[str, Any], tokenizer: Any, texts: list[str], *, least: int) -> dict[str, Any]:
    from torch import nn

    from models.training.families import family_of
    from models.training.prune.vocabulary import count_pieces, reduced

    counts = count_pieces(tokenizer, texts)
    smaller, order = reduced(data, (piece for piece, count in counts.items() if count >= least))
    table = encoder.get_input_embeddings()
    number = {old: new for new, old in enumerate(order)}
    config = encoder.config
    if family_of(config).padded_positions and number.get(config.pad_token_id) != config.pad_token_id:
        raise RecipeError("prune.pieces: the number of the padding piece would change, which this family counts positions from")
    encoder.set_input_embeddings(
        nn.Embedding(len(order), table.embedding_dim, padding_idx=number.get(table.padding_idx), _weight=table.weight.detach()[order])
    )
    config.vocab_size = len(order)
    for name in SPECIAL:
        if getattr(config, name, None) in number:
            setattr(config, name, number[getattr(config, name)])
    return smaller
