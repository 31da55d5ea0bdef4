"""The whole report on six documents of BioRED's development set, by the shipped model."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.evaluation.counts import calibration_error
from models.evaluation.end_to_end.gold_file import read_gold
from models.evaluation.end_to_end.job import UNCHECKED, evaluate_file
from models.evaluation.end_to_end.markdown import is_result, markdown
from models.evaluation.end_to_end.relation_mistakes import GOLD_ENTITIES, RAW_TEXT
from models.evaluation.end_to_end.relations import ALL, NOVELTY, PAIR, TYPED
from models.evaluation.end_to_end.report import (
    AS_CUT,
    EXACT_NAMES,
    IDS_FROM_TEXT,
    IDS_OF_MENTIONS,
    NEVER,
    OF_DOCUMENT,
    OF_SENTENCE,
    RELAXED,
    STRICT,
    Evaluation,
    evaluate_gold,
)
from models.evaluation.from_text import Reader
from models.evaluation.reliability import AFTER, BEFORE, PairReliability
from models.evaluation.reliability import NOVELTY as NOVELTY_CURVE
from models.evaluation.served import Served
from models.runtime.artefact import load_artefact
from models.runtime.relation_head import Judged
from processors.linking import load_linker
from processors.outputs.pubtator import write_pubtator
from processors.vocabulary import Vocabulary

GOLD = Path(__file__).parents[3] / "data" / "biored_small.pubtator"


@pytest.fixture(scope="module")
def found() -> Evaluation:
    return evaluate_file(GOLD, None, None)


def test_every_part_is_scored_beside_its_baselines(found: Evaluation) -> None:
    result = found.result
    model, scores = result["model"], result["scores"]
    of_ids = [IDS_OF_MENTIONS, IDS_OF_MENTIONS + AS_CUT, IDS_FROM_TEXT, IDS_FROM_TEXT + AS_CUT]
    assert list(scores) == [STRICT, RELAXED, *of_ids, RAW_TEXT, RAW_TEXT + AS_CUT, GOLD_ENTITIES]
    assert 60 < scores[STRICT][model]["all"]["f1"] <= scores[RELAXED][model]["all"]["f1"]
    assert scores[IDS_OF_MENTIONS][model]["all"]["f1"] > scores[IDS_OF_MENTIONS][EXACT_NAMES]["all"]["f1"] > 30
    for part in (RAW_TEXT, GOLD_ENTITIES):
        figures = scores[part]
        assert figures[model][PAIR]["f1"] >= figures[model][TYPED]["f1"] > figures[OF_DOCUMENT][TYPED]["f1"]
        assert figures[OF_SENTENCE][ALL]["tp"] <= figures[OF_SENTENCE][NOVELTY]["tp"] <= figures[OF_SENTENCE][PAIR]["tp"]
        low, high = figures[model][PAIR]["f1_95"]
        assert low <= figures[model][PAIR]["f1"] <= high
    assert UNCHECKED in result["notices"]
    assert not any("novel" in notice for notice in result["notices"])
    assert (
        scores[GOLD_ENTITIES][model][ALL]["tp"] <= scores[GOLD_ENTITIES][model][NOVELTY]["tp"] <= scores[GOLD_ENTITIES][model][PAIR]["tp"]
    )
    json.dumps(result, allow_nan=False)


def test_mistakes_and_confusions_add_up_to_the_scores(found: Evaluation) -> None:
    scores, mistakes = found.result["scores"], found.result["mistakes"]
    for part, which in (("entities", (STRICT, "all")), (RAW_TEXT, (RAW_TEXT, TYPED)), (GOLD_ENTITIES, (GOLD_ENTITIES, TYPED))):
        counts = scores[which[0]][found.result["model"]][which[1]]
        assert sum(c["missed"] for c in mistakes[part].values()) == counts["fn"]
        assert sum(c["false"] for c in mistakes[part].values()) == counts["fp"]
    assert len(found.mistakes) == sum(c["missed"] + c["false"] for part in mistakes.values() for c in part.values())
    matrix = found.result["confusion"]["entities"]["counts"]
    gold = scores[STRICT][found.result["model"]]["all"]
    assert sum(map(sum, matrix[:-1])) == gold["tp"] + gold["fn"]
    relations = found.result["confusion"]["relations"]["counts"]
    typed = scores[GOLD_ENTITIES][found.result["model"]][TYPED]
    assert sum(map(sum, relations[1:])) == typed["tp"] + typed["fn"]
    assert sum(relations[n][n] for n in range(1, len(relations))) == typed["tp"]


def test_labels_of_pairs_stand_beside_saying_nothing(found: Evaluation) -> None:
    labels = found.result["labels_of_pairs"]
    ours, nothing = labels["systems"][found.result["model"]], labels["systems"][NEVER]
    assert nothing == {"accuracy": pytest.approx(100 * (1 - labels["related"] / labels["pairs"]), abs=0.01), "mcc": 0.0, "auc": 50.0}
    assert ours["auc"] > 60
    assert ours["mcc"] > 20


def test_calibration_is_measured_before_and_after(found: Evaluation) -> None:
    for curves in found.result["calibration"].values():
        assert curves[AFTER]["n"] > 0
        assert 0 <= curves[BEFORE]["error"] <= 100
        assert len(curves[AFTER]["bins"]) == 10


def test_the_table_shows_it_all(found: Evaluation) -> None:
    assert is_result(json.loads(json.dumps(found.result)))
    assert not is_result({"schema": "other/1"})
    shown = markdown(found.result).splitlines()
    model = found.result["model"]
    assert any(line.startswith(f"| {model} | all |") for line in shown)
    assert any(line.startswith(f"| {model} | pair and type |") for line in shown)
    assert any(line.startswith(f"| {OF_SENTENCE} | pair, type and novelty |") for line in shown)
    assert "**mistakes: relations from raw text**" in shown
    assert any(line.startswith("- pubmed:") and "[[" in line for line in shown)


def test_a_document_is_judged_alike_alone_and_among_others(found: Evaluation) -> None:
    gold = read_gold(GOLD)
    alone = evaluate_gold(replace(gold, documents=gold.documents[:1]), Served(load_artefact()), load_linker(), Vocabulary.open())
    id_ = gold.documents[0].abstract.id
    assert alone.mistakes == [m for m in found.mistakes if m.document == id_]


def silent_on_novelty() -> Served:
    """The shipped model, but that it does not judge novelty."""
    artefact = load_artefact()
    relations = artefact.manifest.relations.model_copy(update={"novelty": None})
    return Served(replace(artefact, manifest=artefact.manifest.model_copy(update={"relations": relations})))


def test_a_model_that_does_not_judge_novelty_has_no_figure_for_it() -> None:
    gold = read_gold(GOLD)
    result = evaluate_gold(replace(gold, documents=gold.documents[:2]), silent_on_novelty(), load_linker(), Vocabulary.open()).result
    scores = result["scores"][RAW_TEXT]
    assert any("novel" in notice for notice in result["notices"])
    assert NOVELTY not in scores[result["model"]]
    assert NOVELTY in scores[OF_SENTENCE]


SCORER = Path(os.environ.get("BIORELAY_DATA", "nowhere")).parent / "tools" / "score_pubtator.py"


@pytest.mark.skipif(not SCORER.is_file(), reason="the shared scorer of PubTator files is not beside BIORELAY_DATA")
def test_the_shared_scorer_counts_the_same_on_the_same_predictions(found: Evaluation, tmp_path: Path) -> None:
    reader = Reader(Served(load_artefact()), load_linker())
    predicted = tmp_path / "predicted.pubtator"
    predicted.write_text("".join(write_pubtator(*reader.read(d.abstract)) for d in read_gold(GOLD).documents), encoding="utf-8")
    done = subprocess.run([sys.executable, SCORER, GOLD, predicted, "--json"], capture_output=True, text=True, check=True, timeout=60)
    theirs, scores, model = json.loads(done.stdout), found.result["scores"], found.result["model"]
    pairs = [
        (theirs["ner"], {("ALL" if name == "all" else name): r for name, r in scores[STRICT][model].items()}),
        (theirs["linking"], {("ALL" if name == "all" else name): r for name, r in scores[IDS_FROM_TEXT + AS_CUT][model].items()}),
        (theirs["relations"], {"pair": scores[RAW_TEXT + AS_CUT][model][PAIR], "type": scores[RAW_TEXT + AS_CUT][model][TYPED]}),
    ]
    for expected, ours in pairs:
        assert expected.keys() <= ours.keys()
        for name, report in expected.items():
            assert [ours[name][count] for count in ("tp", "fp", "fn")] == [report[count] for count in ("tp", "fp", "fn")], name


def test_novelty_is_calibrated_too_where_a_model_judges_it() -> None:
    served = silent_on_novelty()
    pairs = served.gold_pairs(read_gold(GOLD).documents[0].document())
    curves = PairReliability(served)
    curves.add(0, pairs)
    assert NOVELTY_CURVE not in curves.curves()
    n = len(pairs.novel)
    assert 0 < (pairs.novel >= 0).sum() < n
    judged = Judged(pairs.logits, pairs.probabilities, np.full(n, 0.75), np.zeros(n, dtype=np.float32))
    curves.add(1, replace(pairs, judged=judged))
    found = curves.curves()[NOVELTY_CURVE]
    right = (pairs.novel[pairs.novel >= 0] == 1).tolist()
    for when, probability in ((BEFORE, 0.5), (AFTER, 0.75)):
        assert found[when]["n"] == len(right)
        assert found[when]["error"] == pytest.approx(100 * calibration_error([probability] * len(right), right), abs=0.01)
