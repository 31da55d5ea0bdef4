"""The pretraining job: texts in, an encoder's folder out that other recipes start from."""

import json
from pathlib import Path
from typing import Any

from models.training.pretrain.recipe import PretrainRecipe
from models.training.progress import Progress, ProgressEvent


def run(plan: PretrainRecipe, recipe: Path, data: Path, out: Path, *, resume: bool, progress: Progress) -> Path:
    """Pretrain and write weights, tokeniser and `pretraining.json` to `out/<name>/<version>`, as transformers reads them."""
    from models.training.engine import train
    from models.training.pretrain.data import load_texts
    from models.training.pretrain.task import PretrainTask

    progress(ProgressEvent("prepare", f"reading the texts of {plan.name} {plan.version}"))
    texts = load_texts(plan, data)
    progress(ProgressEvent("prepare", f"cutting {len(texts.learned):,} texts into pieces"))
    task = PretrainTask(plan, texts, out)
    history = train(task, plan, out / plan.name / f"{plan.version}.run", resume=resume, progress=progress)
    folder = out / plan.name / plan.version
    stated = {
        "recipe": recipe.name,
        "settings": plan.model_dump(mode="json", by_alias=True),
        "texts": {"learned": len(texts.learned), "held_out": len(texts.held_out), "sequences": len(task.learned)},
        "pieces": task.tokenizer.get_vocab_size(),
        "data": texts.summary,
        "run": history,
    }
    _write(task, stated, folder)
    progress(ProgressEvent("done", f"{folder}", 1, 1))
    return folder


def _write(task: Any, stated: dict[str, Any], folder: Path) -> None:
    from models.training.pretrain.pieces import write_tokenizer
    from models.training.weights import PRETRAINED, merge

    folder.mkdir(parents=True, exist_ok=True)
    bert = merge(task.network.encoder.bert)
    bert.save_pretrained(folder)
    write_tokenizer(task.tokenizer, folder, longest=bert.config.max_position_embeddings)
    (folder / PRETRAINED).write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
