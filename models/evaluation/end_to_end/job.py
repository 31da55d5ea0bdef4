"""A gold file scored by a model and a vocabulary that are named, without the documents that the model was trained on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from models.evaluation.baselines.dictionary import Dictionary
from models.evaluation.end_to_end.gold_file import GoldFile, read_gold
from models.evaluation.end_to_end.names import Names
from models.evaluation.end_to_end.report import Evaluation, evaluate_gold
from models.evaluation.errors import GoldUnusable
from models.evaluation.served import Served
from models.evaluation.trained import fingerprints, marks, trained_on, training_documents
from models.runtime.artefact import load_artefact
from processors.linking import load_linker
from processors.vocabulary import Vocabulary

UNCHECKED = "not checked: whether the model was trained on these documents; give --data for that, and for the dictionary baseline"


def evaluate_file(
    path: Path,
    model: str | Path | None,
    vocabulary: str | Path | None,
    *,
    data: Path | None = None,
    names: Names | None = None,
    guideline: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Score a gold file in PubTator or BioC.

    With `data`, the folder of corpora, documents that the model was trained on are left out, and a dictionary of the training
    names is scored beside it. `guideline` is the corpus whose way to mark mentions is followed, as `Encoder` takes it.
    Raises as `read_gold`, `load_artefact`, `Encoder` and `load_linker` do, and `CorpusMissing`.
    """
    gold = read_gold(path, names)
    served = Served(load_artefact(model), guideline=guideline)
    linker, opened = load_linker(vocabulary), Vocabulary.open(vocabulary)
    if data is None:
        return evaluate_gold(replace(gold, notices=(*gold.notices, UNCHECKED)), served, linker, opened, tell=tell)
    tell("reading the model's training documents")
    trained = training_documents(trained_on(served.artefact), data)
    unseen = without(gold, fingerprints(trained))
    return evaluate_gold(unseen, served, linker, opened, dictionary=Dictionary(trained), tell=tell)


def without(gold: GoldFile, trained: set[str]) -> GoldFile:
    """The gold file without documents that bear one of these fingerprints. Raises `GoldUnusable` where none is left."""
    kept = tuple(d for d in gold.documents if not marks(d.abstract) & trained)
    left_out = len(gold.documents) - len(kept)
    if not kept:
        raise GoldUnusable(
            f"the model was trained on every document of {gold.name}",
            remedy="Score it on others; without --data it is scored on these.",
        )
    said = (f"documents left out, since the model was trained on them: {left_out}",) if left_out else ()
    return replace(gold, documents=kept, notices=(*gold.notices, *said))
