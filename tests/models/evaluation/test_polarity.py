"""The figures of polarity, on a corpus of our own in BioScope's and EU-ADR's formats."""

import gzip
import os
from pathlib import Path

import pytest

from models.corpora.bioscope import ABSTRACTS, read_bioscope
from models.corpora.errors import CorpusMissing
from models.corpora.relations.euadr import FILES, FOLDER, Association, association, read_euadr
from models.evaluation.polarity import evaluate_polarity, given, judge, marked_scopes, score_relations, score_scopes
from models.evaluation.polarity_baselines import FirstWord, WordsOnly
from processors.polarity import find_scopes
from processors.records import CueKind

XML = """<?xml version="1.0"?>
<!DOCTYPE Annotation SYSTEM "BioScope.dtd">
<Annotation><DocumentSet><Document><DocID type="PMID">7</DocID>
<DocumentPart type="Title">
<sentence id="1">Calcium <xcope id="X1"><cue type="speculation" ref="X1">may</cue> bind &amp; act</xcope>.</sentence>
</DocumentPart><DocumentPart>
<sentence id="2"><xcope id="X2"><cue type="negation" ref="X2">Neither</cue> iron
<cue type="negation" ref="X2">nor</cue> zinc bound</xcope>.</sentence>
<sentence id="3">It was <xcope id="X3"><cue type="negation" ref="X3">barely</cue> seen</xcope>.</sentence>
</DocumentPart></Document></DocumentSet></Annotation>"""

HEADER = [
    "ASSOCIATION_TYPE",
    "PMID",
    "NUM_SENTENCE",
    *(f"ENTITY{i}_{part}" for i in (1, 2) for part in ("TEXT", "INI", "END", "TYPE")),
    "SENTENCE",
]
ROWS = (
    ("PA", "Iron", "fever", "Iron causes fever."),
    ("NA", "Iron", "pain", "Iron does not cause pain."),
    ("SA", "Iron", "ache", "Iron may cause ache."),
    ("FA", "Iron", "zinc", "Iron was not weighed, nor was zinc."),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / ABSTRACTS).parent.mkdir()
    (tmp_path / ABSTRACTS).write_bytes(gzip.compress(XML.encode()))
    (tmp_path / FOLDER).mkdir(parents=True)
    for name in FILES:
        lines = ["\t".join(HEADER)]
        for kind, first, second, sentence in ROWS if name == FILES[0] else ():
            places = [(word, sentence.index(word), sentence.index(word) + len(word), "Chemicals & Drugs") for word in (first, second)]
            lines.append("\t".join([kind, "1", "0", *(str(part) for place in places for part in place), sentence]))
        (tmp_path / FOLDER / f"EUADR_{name}.csv").write_text("\n".join(lines) + "\n", encoding="cp1252")
    return tmp_path


def test_bioscope_is_read_with_its_scopes(data: Path) -> None:
    (abstract,) = read_bioscope(data)
    title, second, _ = abstract.sentences
    (scope,) = title.scopes
    assert title.text == "Calcium may bind & act."
    assert title.text[scope.start : scope.end] == "may bind & act"
    assert [second.text[a:b] for a, b in second.scopes[0].cue] == ["Neither", "nor"]


def test_scopes_are_counted_by_kind_and_given_the_gold_cues(data: Path) -> None:
    scored = score_scopes(read_bioscope(data), find_scopes)
    assert scored["speculation"]["scope"]["f1"] == 100
    negation = scored["negation"]
    assert (negation["cue"]["tp"], negation["cue"]["fn"]) == (1, 1)
    assert negation["scope of gold cues"]["tp"] == 2
    assert negation["word in scope"]["tp"] == 5


def test_a_cue_that_no_list_holds_still_gets_a_scope(data: Path) -> None:
    sentence = read_bioscope(data)[0].sentences[2]
    scope = given(sentence, sentence.scopes[0])
    assert sentence.text[scope.start : scope.end].split() == ["barely", "seen"]


def test_relations_are_counted_by_class(data: Path) -> None:
    pairs = read_euadr(data)
    assert [association(pair) for pair in pairs] == [Association(row[0]) for row in ROWS]
    scored = score_relations(pairs, judge)
    assert scored["confusion"]["PA"] == {"stated": 1}
    assert scored["negation"]["of stated relations"]["f1"] == 100
    assert scored["speculation"]["of all pairs"]["f1"] == 100
    words = score_relations(pairs, WordsOnly().judge)
    assert words["negation"]["of all pairs"]["fp"] == 1


def test_the_baseline_reaches_to_the_terminator() -> None:
    text = "It may act, but was not seen."
    assert [text[scope.start : scope.end] for scope in FirstWord().find_scopes(text)] == ["not seen", "may act"]


def test_all_figures_in_one_result(data: Path) -> None:
    result = evaluate_polarity(data)
    assert set(result["euadr"]) == {"rules", "baseline: scope to the end", "baseline: words only"}
    assert result["bioscope"]["held out"]["rules"]["abstracts"] + result["bioscope"]["development"]["rules"]["abstracts"] == 1


def test_words_that_bioscope_leaves_unmarked_are_served_and_not_compared() -> None:
    text = "Pain was unaffected by aspirin and was not seen without placebo."
    served = {text[slice(*scope.cue[0])] for scope in find_scopes(text)}
    assert served == {"unaffected", "not", "without"}
    assert {text[slice(*scope.cue[0])] for scope in marked_scopes(text)} == {"not", "without"}


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match="bioscope_abstracts"):
        read_bioscope(tmp_path)
    with pytest.raises(CorpusMissing, match="EUADR_drug_disease"):
        read_euadr(tmp_path)


@pytest.mark.skipif("BIORELAY_DATA" not in os.environ, reason="the corpora are not shipped")
def test_the_development_half_stays_as_well_read_as_it_was() -> None:
    abstracts = [abstract for abstract in read_bioscope(Path(os.environ["BIORELAY_DATA"])) if not abstract.held_out]
    scored = score_scopes(abstracts, find_scopes)
    assert score_scopes(abstracts, marked_scopes, gold_cues=False)["negation"]["cue"]["f1"] >= 96
    for kind, cue, scope in ((CueKind.NEGATION, 94, 78), (CueKind.SPECULATION, 89, 76)):
        assert scored[kind.value]["cue"]["f1"] >= cue
        assert scored[kind.value]["scope"]["f1"] >= scope
