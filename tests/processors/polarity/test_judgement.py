"""What is judged of a relation, by hand-written sentences; `[...]` are the pair's two mentions."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processors.polarity import Judgement, Polarity
from processors.records import CueKind
from processors.sentences import split_sentences

NEGATED = (
    "[Aspirin] did not inhibit [COX-2] but ibuprofen did.",
    "There was no association between [APOE] and [stroke].",
    "No association of [APOE] with [stroke] was found.",
    "[APOE] was not associated with [stroke].",
    "An association between [APOE] and [stroke] was not observed.",
    "The association between [APOE] and [stroke] was not significant.",
    "[Aspirin] failed to reduce [fever].",
    "[Aspirin] had no effect on [fever].",
    "Neither [aspirin] nor ibuprofen reduced [fever].",
    "Neither aspirin nor [ibuprofen] reduced [fever].",
    "[Aspirin], but not ibuprofen, failed to reduce [fever].",
    "Aspirin, but not [ibuprofen], reduced [fever].",
    "[Aspirin] rather than ibuprofen did not reduce [fever].",
    "Lack of association between [APOE] and [stroke].",
    "[Aspirin] reduced pain without affecting [blood pressure].",
    "[Aspirin] inhibits COX-1 but not [COX-2].",
    "No [BRCA1] mutations were found in [ovarian cancer].",
    "[Aspirin] cannot prevent [stroke].",
    "[Stroke] was unaffected by [aspirin].",
    "There is no evidence that [aspirin] causes [asthma].",
    "[APOE] and [stroke] were not correlated.",
    "[Aspirin] produced no [hypertension].",
    "[Aspirin] does not increase the risk of [stroke].",
    "[Aspirin] was without effect on [stroke].",
    "[Aspirin] was ineffective. It did not reduce [fever].",
    "[Aspirin] is unable to block [COX-2].",
    "The polymorphism in [APOE] is not related to the development of [stroke].",
    "None of the [APOE] variants was associated with [stroke].",
    "[Aspirin] neither increased nor decreased [fever].",
    "No significant differences in [CRP] were found between patients with [asthma] and controls.",
    "A causal relationship between [aspirin] and [asthma] was ruled out.",
    "[Aspirin] didn’t reduce [fever].",
    "Neither [APOE] nor ACE was associated with [stroke].",
    "[APOE] showed no association with [stroke].",
    "[Metformin] is not effective against [asthma].",
    "No evidence was found for a link between [APOE] and [stroke].",
    "The absence of any effect of [aspirin] on [fever] was confirmed.",
    "[Aspirin] had little or no effect on [fever].",
    "[Fever] was not reduced by [aspirin].",
    "[BRCA1] does not bind [TP53].",
    "[BRCA1] never interacts with [TP53].",
    "We found no correlation of [CRP] with [asthma].",
    "In contrast to ibuprofen, [aspirin] did not reduce [fever].",
    "[Aspirin] failed to show any benefit in [asthma].",
    "[Simvastatin] did not significantly alter the pharmacokinetics of [warfarin].",
    "[IL-6] levels were not correlated with [depression] scores.",
    "Treatment with [aspirin] resulted in no improvement of [fever].",
    "[Vitamin D] supplementation was not associated with a reduced risk of [cancer].",
    "Patients with [asthma] did not respond to [aspirin].",
    "The [rs1234] polymorphism is not a risk factor for [stroke].",
    "[Aspirin] lacks activity against [COX-2].",
    "[Aspirin] is devoid of effect on [COX-2].",
    "There was a lack of interaction between [warfarin] and [aspirin].",
    "[Aspirin] reduced fever but not [pain].",
)

SPECULATED = (
    "It is not known whether [APOE] causes [stroke].",
    "These results suggest that [APOE] is associated with [stroke].",
    "[APOE] may be a risk factor for [stroke].",
    "A role of [APOE] in [stroke] cannot be excluded.",
    "We examined whether [aspirin] reduces [fever].",
    "[Aspirin] is a potential inhibitor of [COX-2].",
    "The possible role of [APOE] in [stroke] is discussed.",
    "[APOE] variants are likely to contribute to [stroke].",
    "Does [aspirin] cause [asthma]?",
    "The effect of [aspirin] on [asthma] remains unclear.",
    "[APOE] appears to cause [stroke].",
    "To determine whether [aspirin] affects [asthma], we treated 20 patients.",
    "[Aspirin] causes asthma, possibly through [COX-1].",
    "[APOE] has been suggested to cause [stroke].",
    "[Aspirin] was given. This may reduce [fever].",
    "Whether [aspirin] reduces [fever] is controversial.",
    "[Aspirin] could be useful in [asthma].",
    "[Aspirin] might cause [asthma].",
    "It is possible that [aspirin] causes [asthma].",
    "[Aspirin] seems to cause [asthma].",
    "We hypothesized that [aspirin] causes [asthma].",
    "[Aspirin] is thought to cause [asthma].",
    "A possible association between [aspirin] and [asthma] was reported.",
    "These findings raise the possibility that [aspirin] causes [asthma].",
    "The mechanism by which [aspirin] causes [asthma] is unknown.",
    "Whether [aspirin] is linked to [asthma] remains to be determined.",
    "[Aspirin] potentially reduces [fever].",
    "It remains unclear if [aspirin] affects [asthma].",
)

BOTH = (
    "These data suggest that [aspirin] does not cause [asthma].",
    "[Aspirin] may not cause [asthma].",
    "Our results suggest that there is no association between [APOE] and [stroke].",
)

STATED = (
    "Aspirin did not inhibit [COX-2] but [ibuprofen] did.",
    "[Aspirin] did not inhibit COX-2 but activated [NFKB1].",
    "In patients without [diabetes] treated with [metformin], survival improved.",
    "Patients without diabetes treated with [metformin] had improved [survival].",
    "[Metformin] was given to patients without [diabetes].",
    "Not only [aspirin] but also ibuprofen inhibits [COX-2].",
    "Not only aspirin but also [ibuprofen] inhibits [COX-2].",
    "[Lithium] was effective in patients with no [hypertension].",
    "[Aspirin], but not ibuprofen, reduced [fever].",
    "[Aspirin] did not fail to reduce [fever].",
    "Mice deficient in [BRCA1] develop [breast cancer].",
    "[BRCA1]-deficient mice develop [breast cancer].",
    "[BRCA1] knockout causes [anemia].",
    "[Aspirin] inhibits the putative oncogene [MYC].",
    "In the absence of [calcium], [calmodulin] was inactive.",
    "Lack of [insulin] causes [diabetes].",
    "[Aspirin] caused [asthma], although ibuprofen did not.",
    "[Aspirin] caused [asthma]; ibuprofen had no such effect.",
    "Although ibuprofen had no effect, [aspirin] caused [asthma].",
    "[Nitric oxide] (NO) induces [hypotension].",
    "There is no doubt that [aspirin] causes [asthma].",
    "The interaction between [warfarin] and [aspirin] was not affected by food.",
    "To determine whether it was safe, [aspirin] was given and caused [asthma].",
    "[Aspirin] causes [asthma], possibly through COX-1.",
    "[Aspirin] was given. Ibuprofen did not reduce [fever].",
    "[Aspirin] reduced [fever] and did not change appetite.",
    "[HIV]-negative patients had [asthma].",
    "Loss of [PTEN] causes [cancer].",
    "[PTEN]-null mice developed [lymphoma].",
    "Absence of [PTEN] leads to [lymphoma].",
    "[Aspirin] inhibits [COX-2], whereas ibuprofen does not.",
    "Unlike ibuprofen, which did not work, [aspirin] reduced [fever].",
    "[Aspirin] reduced [fever] but not pain.",
    "[Non-steroidal drugs] cause [ulcers].",
    "[Aspirin] reduced [fever] in patients who were not pregnant.",
    "Nonsmokers not exposed to smoke had less [asthma] with [aspirin].",
    "Not surprisingly, [aspirin] reduced [fever].",
    "[Aspirin] caused [asthma] in no fewer than ten patients.",
    "[Aspirin] causes [asthma], which may be fatal.",
    "Because ibuprofen may be harmful, [aspirin] was used for [fever].",
    "[Lidocaine] induced [asystole] in patients with possible heart disease.",
)


def marked(sentence: str) -> tuple[str, tuple[int, int], tuple[int, int]]:
    """The text without its brackets, and where the two bracketed mentions stand in it."""
    parts = re.split(r"[\[\]]", sentence)
    assert len(parts) == 5, sentence
    at = [0]
    for part in parts:
        at.append(at[-1] + len(part))
    return "".join(parts), (at[1], at[2]), (at[3], at[4])


def judged(sentence: str) -> Judgement:
    text, first, second = marked(sentence)
    judgement = Polarity(text).judge(split_sentences(text), first, second)
    assert Polarity(text).judge(split_sentences(text), second, first) == judgement
    return judgement


@pytest.mark.parametrize("sentence", NEGATED)
def test_what_joins_the_pair_is_negated(sentence: str) -> None:
    found = judged(sentence)
    assert found.negated
    assert not found.speculated
    assert {cue.kind for cue in found.cues} == {CueKind.NEGATION}


@pytest.mark.parametrize("sentence", SPECULATED)
def test_what_joins_the_pair_is_hedged(sentence: str) -> None:
    found = judged(sentence)
    assert found.speculated
    assert not found.negated
    assert {cue.kind for cue in found.cues} == {CueKind.SPECULATION}


@pytest.mark.parametrize("sentence", BOTH)
def test_a_denial_may_be_hedged(sentence: str) -> None:
    found = judged(sentence)
    assert found.negated
    assert found.speculated


@pytest.mark.parametrize("sentence", STATED)
def test_what_is_stated_stays_stated(sentence: str) -> None:
    assert judged(sentence) == Judgement(negated=False, speculated=False, cues=())


def test_the_cues_are_the_words_that_say_so() -> None:
    text, first, second = marked("Fever. [Aspirin] may reduce pain but does not reduce [fever].")
    judgement = Polarity(text).judge(split_sentences(text), first, second)
    assert [(cue.kind, text[cue.start : cue.end]) for cue in judgement.cues] == [(CueKind.NEGATION, "not")]


def test_a_second_verb_has_the_first_ones_subject() -> None:
    assert judged("[Aspirin] was absorbed but failed to reduce [fever].").negated
    assert judged("We gave [aspirin], which did not reduce [fever].").negated
    assert not judged("Since [aspirin] was not given, ibuprofen reduced [fever].").negated


def test_a_name_is_no_cue() -> None:
    text = "The NO donor and the May virus raise pressure."
    assert Polarity(text).judge(split_sentences(text), (4, 12), (21, 30)).cues == ()


WORDS = """
aspirin fever not no may without but which , ; ( ) and neither nor whether suggest that was found cannot be excluded it this appears to
lack of rather than the association between NO don't 𝒳 é . ? : -
"""


@example(["neither", "nor"], 0, 0)
@example(["not"], 0, 0)
@given(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=40), st.integers(0, 39), st.integers(0, 39))
def test_cues_lie_within_the_evidence_and_tell_the_judgement(words: list[str], first: int, second: int) -> None:
    text = "Lead-in. " + " ".join(words)
    at = [9]
    for word in words:
        at.append(at[-1] + len(word) + 1)
    a, b = ((at[i % len(words)], at[i % len(words) + 1] - 1) for i in (first, second))
    sentences = split_sentences(text)
    found = Polarity(text).judge(sentences, a, b)
    assert found == Polarity(text).judge(sentences, b, a)
    assert found.negated == any(cue.kind is CueKind.NEGATION for cue in found.cues)
    assert found.speculated == any(cue.kind is CueKind.SPECULATION for cue in found.cues)
    for cue in found.cues:
        assert 0 <= cue.start < cue.end <= len(text)
        assert text[cue.start : cue.end] == text[cue.start : cue.end].strip()
        assert not any(cue.start < end and start < cue.end for start, end in (a, b))
    assert list(found.cues) == sorted(found.cues, key=lambda cue: (cue.start, cue.end))
