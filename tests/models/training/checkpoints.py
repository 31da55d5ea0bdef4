"""Tiny checkpoints of every family, with the files that the real ones come with: random weights, real formats."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = ("the", "of", "and", "in", "with", "patients", "gene", "##ed", "##ing", "##ase", "##in", "mutation")
SIZES = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48}
WINDOW = 128


def wordpiece(*, cased: bool) -> list[str]:
    letters = [*LETTERS, *LETTERS.upper()] if cased else [*LETTERS]
    signs = [*letters, *"0123456789.,;:()[]{}-+/%'\"<>=&*"]
    return [*SPECIAL, *signs, *(f"##{sign}" for sign in signs), *WORDS, *(("Mutation", "BRCA") if cased else ())]


def write_vocabulary(folder: Path, *, cased: bool, settings: bool = True) -> int:
    """vocab.txt alone, as BioBERT and SciBERT come; `settings` says whether the casing is stated beside it. How many pieces."""
    pieces = wordpiece(cased=cased)
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    if settings:
        stated = {"do_lower_case": not cased, "tokenizer_class": "BertTokenizer"}
        (folder / "tokenizer_config.json").write_text(json.dumps(stated), encoding="utf-8")
    return len(pieces)


def write_fast(folder: Path, *, cased: bool) -> int:
    """tokenizer.json of a WordPiece tokeniser, as BioLinkBERT and multilingual BERT come, cutting off and padding."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = {piece: number for number, piece in enumerate(wordpiece(cased=cased))}
    tokenizer = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.enable_truncation(64)
    tokenizer.enable_padding(length=64)
    tokenizer.save(str(folder / "tokenizer.json"))
    return len(pieces)


def write_merges(folder: Path) -> int:
    """vocab.json and merges.txt, as RoBERTa comes."""
    from tokenizers import pre_tokenizers

    merges = [("\u0120", "t"), ("h", "e"), ("\u0120t", "he"), ("i", "n"), ("\u0120", "o"), ("\u0120o", "f"), ("e", "d")]
    signs = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *signs, *(a + b for a, b in merges)]
    (folder / "vocab.json").write_text(json.dumps({name: number for number, name in enumerate(names)}), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges), encoding="utf-8")
    return len(names)


def write_bytes(folder: Path) -> int:
    """tokenizer.json of a byte-level tokeniser, as ModernBERT comes: NFC, its own special pieces at the end."""
    from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

    merges = [("\u0120", "t"), ("h", "e"), ("\u0120t", "he"), ("i", "n"), ("\u0120", "\u0120")]
    names = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *(a + b for a, b in merges)]
    tokenizer = Tokenizer(models.BPE(vocab={name: number for number, name in enumerate(names)}, merges=merges))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens([AddedToken(name) for name in SPECIAL])
    number = tokenizer.token_to_id
    frame = [("[CLS]", number("[CLS]")), ("[SEP]", number("[SEP]"))]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=frame)
    tokenizer.save(str(folder / "tokenizer.json"))
    return int(tokenizer.get_vocab_size())


def write_unigram(folder: Path) -> int:
    """tokenizer.json of a Unigram tokeniser, as XLM-R comes."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    signs = [*LETTERS, *LETTERS.upper(), *"0123456789.,;:()[]{}-+/%'"]
    pieces = [
        ("<s>", 0.0),
        ("<pad>", 0.0),
        ("</s>", 0.0),
        ("<unk>", -20.0),
        ("\u2581", -3.0),
        ("\u2581the", -1.0),
        *((s, -4.0) for s in signs),
    ]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.save(str(folder / "tokenizer.json"))
    return len(pieces)


def _bert(name: str, pieces: int, **more: Any) -> Any:
    import transformers

    return getattr(transformers, name)(vocab_size=pieces, max_position_embeddings=WINDOW, **SIZES, **more)


def _distilled(pieces: int) -> Any:
    from transformers import DistilBertConfig

    return DistilBertConfig(vocab_size=pieces, dim=32, n_layers=3, n_heads=4, hidden_dim=48, max_position_embeddings=WINDOW)


def _modern(pieces: int) -> Any:
    from transformers import ModernBertConfig

    special = dict.fromkeys(("pad_token_id", "bos_token_id", "eos_token_id", "cls_token_id", "sep_token_id"), 0)
    return ModernBertConfig(vocab_size=pieces, max_position_embeddings=256, local_attention=16, **SIZES, **special)


Writer = tuple[Callable[[Path], int], Callable[[int], Any], bool]
"""The tokeniser's files, the configuration, and whether the weights are in safetensors (old checkpoints are not)."""

WRITERS: Mapping[str, Writer] = {
    "bert-cased": (lambda f: write_vocabulary(f, cased=True, settings=False), lambda n: _bert("BertConfig", n), False),
    "bert-uncased": (lambda f: write_vocabulary(f, cased=False), lambda n: _bert("BertConfig", n), False),
    "bert-fast": (lambda f: write_fast(f, cased=False), lambda n: _bert("BertConfig", n), True),
    "bert-fast-cased": (lambda f: write_fast(f, cased=True), lambda n: _bert("BertConfig", n), True),
    "roberta": (write_merges, lambda n: _bert("RobertaConfig", n, pad_token_id=1), True),
    "xlm-roberta": (write_unigram, lambda n: _bert("XLMRobertaConfig", n, pad_token_id=1), True),
    "electra": (lambda f: write_vocabulary(f, cased=False), lambda n: _bert("ElectraConfig", n, embedding_size=16), True),
    "distilbert": (lambda f: write_vocabulary(f, cased=False), _distilled, True),
    "modernbert": (write_bytes, _modern, True),
}


def write_checkpoint(kind: str, folder: Path) -> Path:
    """A checkpoint of `WRITERS` with seeded random weights."""
    import torch
    from transformers import AutoModel

    tokenizer, config, safe = WRITERS[kind]
    folder.mkdir(parents=True)
    torch.manual_seed(1)
    model = AutoModel.from_config(config(tokenizer(folder)))
    if safe:
        model.save_pretrained(folder)
    else:
        model.config.architectures = ["BertModel"]
        model.config.save_pretrained(folder)
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder


def as_hub(checkpoint: Path, cache: Path, name: str) -> None:
    """Lay a checkpoint into a hub's cache as its main revision."""
    place = cache / f"models--{name.replace('/', '--')}"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text("0" * 40)
    (place / "snapshots").mkdir()
    checkpoint.rename(place / "snapshots" / ("0" * 40))
